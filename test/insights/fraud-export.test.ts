/** The payments of a log as lines of a file: they score as its events do, and reviews label them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import {
  fraudReviewed,
  paymentCaptured,
  paymentDeclined,
  paymentRequested,
  stockReceived,
} from '../../domain/test-events.ts'
import { exportPayments, UnreadablePayment, type ExportedPayment } from '../../insights/fraud/export-payments.ts'
import { FACT_TYPES, factOf, type FactEvent } from '../../insights/fraud/payment-facts.ts'
import { scorePayments } from '../../insights/fraud/score-payments.ts'
import { Scorer } from '../../insights/fraud/scorer.ts'
import { tableOne } from '../../insights/fraud/test-kit.ts'
import { readEvent } from '../../reactors/serving/read-stretch.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { readHead } from '../../store/log/log-status.ts'
import { readPage } from '../../store/log/read-page.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

describe('a log', () => {
  let database: TestDatabase
  let pool: Pool

  beforeAll(async () => {
    database = await testDatabase()
    pool = openPool(database.url, { name: 'test', max: 2 })
  })

  afterAll(async () => {
    await pool.end()
    await database.drop()
  })

  const pseudonym = (name: string) => Buffer.from(name.padEnd(8)).toString('hex').slice(0, 16)

  function about(orderId: string, customerId: string, card: string) {
    const stream = `payment-${orderId}` as const
    const who = { customerId, region: 'FR', ...NO_KEYS, card: pseudonym(card), device: pseudonym(customerId) }
    return {
      asked: (attempt = 1): Addressed => ({ stream, event: paymentRequested(orderId, attempt, 1_000, who) }),
      took: (attempt = 1): Addressed => ({ stream, event: paymentCaptured(orderId, attempt, 1_000, who) }),
      declined: (reason: string, attempt = 1): Addressed => ({
        stream,
        event: paymentDeclined(orderId, attempt, 1_000, { ...who, reason }),
      }),
    }
  }

  async function exported(head?: number): Promise<readonly ExportedPayment[]> {
    const payments: ExportedPayment[] = []
    for await (const page of exportPayments(pool, head ?? (await readHead(pool)))) payments.push(...page.payments)
    return payments
  }

  /** The highest score of each attempt, from the events themselves. */
  async function scoredInLog(): Promise<ReadonlyMap<string, number>> {
    const scorer = new Scorer(new Map())
    scorer.setTable(tableOne())
    const highest = new Map<string, number>()
    for (let page = { end: 0, full: true }; page.full;) {
      const found = await readPage(pool, { after: page.end, limit: 1_000, passed: [] })
      for (const { recordedAt, read } of found.events.map(readEvent)) {
        if ('code' in read) throw new Error(read.message)
        for (const event of read.filter(isFact)) {
          const id = `${event.orderId}/${String(event.attempt)}`
          const score = scorer.see(factOf(event, recordedAt))?.score ?? 0
          highest.set(id, Math.max(score, highest.get(id) ?? 0))
        }
      }
      page = found
    }
    return highest
  }

  test('has lines in its order, over many pages, that score as its events do', async () => {
    const three = ['1', '2', '3'].map((number) => about(`x${number}`, 'x', `x${number}`))
    // Of one millisecond each: declines behind later attempts, and before them.
    await appendEvents(pool, [
      ...three.map((order) => order.asked()),
      ...three.map((order) => order.declined('no-funds')),
    ])
    await appendEvents(
      pool,
      ['1', '2', '3'].flatMap((number) => {
        const order = about(`y${number}`, 'y', `y${number}`)
        return [order.asked(), order.declined('no-funds')]
      }),
    )
    for (const customer of ['a', 'b']) await appendEvents(pool, [about(customer, customer, 'ONE').asked()])
    await appendEvents(pool, [about('a', 'a', 'ONE').took()])
    for (let some = 0; some < 3; some += 1)
      await appendEvents(
        pool,
        Array.from({ length: 2_000 }, () => ({ stream: 'inventory-A1', event: stockReceived('A1', 1) }) as const),
      )
    await appendEvents(pool, [about('b', 'b', 'ONE').took(), about('c', 'c', 'ONE').asked()])
    const payments = await exported()
    const ids = payments.map(({ line }) => `${line.orderId}/${String(line.attempt)}`)
    expect(ids).toEqual(['x1', 'x2', 'x3', 'y1', 'y2', 'y3', 'a', 'b', 'c'].map((id) => `${id}/1`))
    expect(payments.map(({ line }) => line.outcome)).toEqual([
      ...Array.from({ length: 6 }, () => 'declined'),
      ...['captured', 'captured', 'open'],
    ])
    const scored = scorePayments(
      payments.map(({ line }) => line),
      tableOne(),
    )
    const truth = await scoredInLog()
    expect(Object.fromEntries(ids.map((id, index) => [id, scored[index]?.score]))).toEqual(Object.fromEntries(truth))
    // They differ from each other, so that a wrong order shows.
    expect([truth.get('x1/1'), truth.get('y1/1'), truth.get('c/1')]).toEqual([58, 8, 88])
  })

  test('has each attempt with its reason, and money that came late instead of the decline before it', async () => {
    const [late, again] = [about('late', 'l', 'L'), about('again', 'g', 'G')]
    await appendEvents(pool, [late.asked(), late.declined('no-answer')])
    await appendEvents(pool, [again.asked(), again.declined('no-answer'), again.asked(2), again.declined('stolen', 2)])
    const before = await readHead(pool)
    await appendEvents(pool, [late.took()])
    const outcomes = async (head?: number) =>
      (await exported(head)).flatMap(({ line: { orderId, attempt, outcome, reason } }) =>
        ['late', 'again'].includes(orderId) ? [[orderId, attempt, outcome, reason]] : [],
      )
    const others = [
      ['again', 1, 'declined', 'no-answer'],
      ['again', 2, 'declined', 'stolen'],
    ]
    expect(await outcomes()).toEqual([['late', 1, 'captured', undefined], ...others])
    expect(await outcomes(before)).toEqual([['late', 1, 'declined', 'no-answer'], ...others])
  })

  test('has labels of what was reviewed alone, one an order', async () => {
    const [bad, good, unseen] = [about('bad', 'b1', 'B1'), about('good', 'b2', 'B2'), about('unseen', 'b3', 'B3')]
    await appendEvents(pool, [bad.asked(), bad.declined('no-funds'), bad.asked(2), good.asked(), unseen.asked()])
    await appendEvents(pool, [
      { stream: 'fraud-good', event: fraudReviewed('good', 'honest') },
      { stream: 'fraud-bad', event: fraudReviewed('bad', 'honest') },
      { stream: 'fraud-bad', event: { ...fraudReviewed('bad', 'fraud'), alertId: 'alert-bad-2' } as DomainEvent },
    ] as readonly Addressed[])
    expect((await exported()).flatMap(({ label }) => label ?? [])).toEqual([
      { orderId: 'bad', fraud: true, case: null, kind: null },
      { orderId: 'good', fraud: false, case: null, kind: null },
    ])
  })

  test('with a payment that cannot be read is not exported in part', async () => {
    const position = await appendRaw(pool, [
      { stream: 'payment-broken', type: 'PaymentRequested', schemaVersion: 99, data: Buffer.from('?') },
    ])
    await expect(exported()).rejects.toThrow(UnreadablePayment)
    await expect(exported()).rejects.toMatchObject({ position })
  })
})

function isFact(event: DomainEvent): event is FactEvent {
  return FACT_TYPES.some((type) => type === event.type)
}
