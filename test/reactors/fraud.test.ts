/** The reactor `fraud` on real parts: what it raises, and that no death, restart or restore changes it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { reactorPointNames, foldingPointNames } from '../../app/crash-points.ts'
import type { Addressed } from '../../domain/decision.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import { fraudAlertRaised, paymentCaptured, paymentDeclined, paymentRequested } from '../../domain/test-events.ts'
import { isScored, LogScorer } from '../../insights/fraud/log-scorer.ts'
import { shippedTable } from '../../insights/fraud/shipped-tables.ts'
import { fraud } from '../../reactors/fraud/fraud.ts'
import { watchReactorsRestore } from '../../reactors/list.ts'
import { readEvent } from '../../reactors/serving/read-stretch.ts'
import type { FraudAlertRaised } from '../../schemas/events.ts'
import { restoreDump } from '../../store/dump/restore-dump.ts'
import { writeDump } from '../../store/dump/write-dump.ts'
import { readPage } from '../../store/log/read-page.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { dying, EACH, ids, settled } from './dying.ts'
import { breaches, eventsOf, openReacting, type Reacting } from './reacting.ts'

const content = JSON.stringify(JSON.parse(shippedTable('1') ?? ''))
const tableOne = { table: '1', content }

let reacting: Reacting

beforeEach(async () => {
  reacting = await openReacting()
})

afterEach(async () => {
  await reacting[Symbol.asyncDispose]()
})

const pseudonym = (name: string) => Buffer.from(name.padEnd(8)).toString('hex').slice(0, 16)
const payer = (card: string, more: object = {}) => ({ ...NO_KEYS, card: pseudonym(card), region: 'FR', ...more })

/** Customers who each ask to pay once, all with one card: the third and each later one is an alert. */
function ring(card: string, customers: readonly string[]): readonly Addressed[] {
  return customers.map((customerId) => ({
    stream: `payment-${customerId}-${card}` as const,
    event: paymentRequested(`${customerId}-${card}`, 1, 1_000, { customerId, ...payer(card) }),
  }))
}

/** Lets the reactor read and raise all that there is, and ends its process. */
async function work(where = reacting): Promise<void> {
  const worker = await where.react({}, { reactors: [fraud({ table: tableOne, scoring: null })] })
  await eventually(async () => {
    const { lagEvents, due, state } = await where.state('fraud')
    return state === 'failed' || (lagEvents === 0 && due === 0 && (await tables(where.pool)).length > 0)
  })
  await worker.stop()
}

async function tables(pool: Pool): Promise<readonly string[]> {
  return (await eventsOf(pool)).flatMap(({ event }) => (event.type === 'FraudTableSet' ? [event.table] : []))
}

async function alerts(pool = reacting.pool): Promise<readonly FraudAlertRaised[]> {
  return (await eventsOf(pool)).flatMap(({ event }) => (event.type === 'FraudAlertRaised' ? [event] : []))
}

/** What the log itself comes to, scored from its first event in one go. */
async function workedOut(pool = reacting.pool): Promise<readonly object[]> {
  const scorer = new LogScorer(new Map())
  const found: object[] = []
  for (let page = { end: 0, full: true }; page.full;) {
    const read = await readPage(pool, { after: page.end, limit: 1_000, passed: [] })
    for (const { id, recordedAt, read: events } of read.events.map(readEvent)) {
      if ('code' in events) throw new Error('it cannot be read')
      for (const event of events)
        if (isScored(event)) found.push(...[scorer.see(event, { id, recordedAt })].filter((alert) => alert !== null))
    }
    page = read
  }
  return found
}

const byId = (some: readonly object[]) =>
  some
    .map((each) => ({ type: undefined, ...each }) as { alertId?: string; type: undefined })
    .sort((one, other) => String(one.alertId).localeCompare(String(other.alertId)))

/** What was raised is what the log comes to, each once. */
async function expectWorkedOut(count: number, pool = reacting.pool): Promise<void> {
  const raised = (await alerts(pool)).map(({ type: _, ...alert }) => alert)
  expect(raised).toHaveLength(count)
  expect(byId(raised)).toEqual(byId(await workedOut(pool)))
  const found = (await breaches(pool)) as readonly { readonly name: string }[]
  expect(found.filter(({ name }) => name === 'fraud-alerts')).toEqual([])
}

test('attempts that look like fraud are raised once, caused by the event that brought them there, with reasons and keys', async () => {
  await work()
  expect(await tables(reacting.pool)).toEqual(['1'])
  await appendEvents(reacting.pool, ring('K', ['a', 'b', 'c', 'd']))
  await work()
  const raised = await alerts()
  expect(raised.map(({ customerId }) => customerId)).toEqual(['c', 'd'])
  expect(raised[0]).toMatchObject({
    ...{ orderId: 'c-K', attempt: 1, table: '1', score: 88 },
    reasons: [
      { rule: 'accountsOnCard', points: 80, value: 3 },
      { rule: 'firstPayment', points: 8 },
    ],
    keys: { card: pseudonym('K'), device: null },
  })
  const causes = (await eventsOf(reacting.pool)).filter(({ event }) => event.type === 'PaymentRequested')
  expect(raised[0]?.alertId).toBe(causes[2]?.id)
  await expectWorkedOut(2)
})

test('what was read and is no alert is parked, with what it is, and others are raised', async () => {
  await work()
  await appendEvents(reacting.pool, ring('K', ['a']))
  const [{ position, id } = { position: 0, id: '' }] = (
    await reacting.pool.query<{ position: string; id: string }>(
      `select position, id from log.events where type = 'PaymentRequested'`,
    )
  ).rows
  const { type: _, ...alert } = fraudAlertRaised('a-K', 1, { alertId: id })
  const reasons = alert.reasons.map(({ regions: __, ...reason }) => reason)
  const details = [alert, { ...alert, reasons }, { alertId: id }]
  for (const [part, detail] of details.entries()) {
    await reacting.pool.query(
      `insert into log.due (reactor, stream, position, part, cause, due_at, detail)
        values ('fraud', 'payment-a-K', $1, $2, $3, now(), $4)`,
      [position, part, id, JSON.stringify(detail)],
    )
  }
  await reacting.pool.query(`update log.reactors set due = due + 3 where name = 'fraud'`)
  const worker = await reacting.react({}, { reactors: [fraud({ table: tableOne, scoring: null })] })
  await eventually(async () => (await reacting.state('fraud')).parkedCount === 2 && (await alerts()).length > 0)
  await worker.stop()
  expect(await alerts()).toMatchObject([{ alertId: id, orderId: 'a-K' }])
  const { rows } = await reacting.pool.query<{ part: number; failure: object }>(
    `select part, failure from log.due where reactor = 'fraud' and failure is not null order by part`,
  )
  const failure = { code: 'defect', message: 'a cause of fraud is no alert: its row in log.due says what it is' }
  expect(rows).toEqual([
    { part: 1, failure },
    { part: 2, failure },
  ])
})

test('windows, open attempts and histories outlive the process: the scores are those of one that never ended', async () => {
  await work()
  const captured = (customerId: string, number: number) => {
    const orderId = `${customerId}-h${String(number)}`
    const { address: _, ...keys } = payer(`of${customerId}`, { device: pseudonym('phone') })
    return [
      {
        stream: `payment-${orderId}`,
        event: paymentRequested(orderId, 1, 1_000, { customerId, ...keys, address: null }),
      },
      {
        stream: `payment-${orderId}`,
        event: paymentCaptured(orderId, 1, 1_000, { customerId, ...keys, address: null }),
      },
    ] as const
  }
  await appendEvents(reacting.pool, [...captured('x', 1), ...captured('x', 2), ...ring('K', ['a', 'b'])])
  await work()
  expect(await alerts()).toEqual([])
  const takeover = payer('new', { device: pseudonym('other'), address: pseudonym('else') })
  await appendEvents(reacting.pool, [
    { stream: 'payment-x-9', event: paymentRequested('x-9', 1, 30_000, { customerId: 'x', ...takeover }) },
    ...ring('K', ['c']),
  ])
  await work()
  await appendEvents(reacting.pool, [
    {
      stream: 'payment-x-9',
      event: paymentDeclined('x-9', 1, 30_000, { customerId: 'x', ...takeover, reason: 'do-not-honour' }),
    },
  ])
  await work()
  const raised = await alerts()
  expect(raised.map(({ orderId }) => orderId)).toEqual(['x-9', 'c-K'])
  expect(raised[0]?.reasons.map(({ rule }) => rule)).toEqual(['amountAgainstMean', 'newDevice', 'amount'])
  await expectWorkedOut(2)
})

test('in a log made from a dump it raises what is missing behind the first table, and nothing twice', async () => {
  await appendEvents(reacting.pool, ring('OLD', ['a', 'b', 'c', 'd']))
  await work()
  await appendEvents(reacting.pool, ring('K', ['a', 'b', 'c']))
  await work()
  await appendEvents(reacting.pool, ring('K', ['d']))
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-dump-'))
  const target = await openReacting()
  onTestFinished(async () => {
    await target[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  await writeDump({ pool: reacting.pool, directory: join(folder, 'dump') })
  await restoreDump({ pool: target.pool, directory: join(folder, 'dump'), watcher: watchReactorsRestore() })
  expect((await target.state('fraud')).position).toBe(0)
  await work(target)
  expect((await alerts(target.pool)).map(({ orderId }) => orderId)).toEqual(['c-K', 'd-K'])
  expect(await tables(target.pool)).toEqual(['1'])
  await expectWorkedOut(2, target.pool)
})

test('a table that this release cannot read stops the reactor alone, and verify says so', async () => {
  await work()
  await appendEvents(reacting.pool, [
    { stream: 'fraud-_table', event: { type: 'FraudTableSet', table: '9', content: '{"version":"9"}' } },
    ...ring('K', ['a', 'b', 'c']),
  ])
  await work()
  const { state, lastError } = await reacting.state('fraud')
  expect({ state, code: lastError?.code }).toEqual({ state: 'failed', code: 'fraud-table' })
  expect(await alerts()).toEqual([])
  expect(await breaches(reacting.pool)).toMatchObject([{ name: 'fraud-alerts' }])
})

test('another table is put in force once, and scores from there on', async () => {
  await work()
  const strict = { table: 's', content: JSON.stringify({ ...JSON.parse(content), version: 's', threshold: 8 }) }
  const worker = await reacting.react({}, { reactors: [fraud({ table: strict, scoring: null })] })
  await eventually(async () => (await tables(reacting.pool)).length === 2)
  await appendEvents(reacting.pool, ring('K', ['a']))
  await eventually(async () => (await alerts()).length === 1)
  await worker.stop()
  expect(await alerts()).toMatchObject([{ table: 's', score: 8, orderId: 'a-K' }])
  expect(await tables(reacting.pool)).toEqual(['1', 's'])
})

test('verify finds an alert that was removed, and one that was added', async () => {
  await work()
  await appendEvents(reacting.pool, ring('K', ['a', 'b', 'c']))
  await work()
  const [raised] = await alerts()
  if (raised === undefined) throw new Error('nothing was raised')
  await appendEvents(reacting.pool, [{ stream: 'fraud-a-K', event: { ...raised, orderId: 'a-K', alertId: newId() } }])
  expect(await breaches(reacting.pool)).toMatchObject([
    { name: 'fraud-alerts', breaches: 1, first: expect.stringContaining('nothing raises the alert') as string },
  ])
  // Removed with the last event, so that the log stays dense.
  await reacting.pool.query('alter table log.events disable trigger all')
  await reacting.pool.query(`delete from log.events where type = 'FraudAlertRaised'`)
  await reacting.pool.query('update log.log_head set position = (select max(position) from log.events)')
  expect(await breaches(reacting.pool)).toMatchObject([
    { name: 'fraud-alerts', breaches: 1, first: expect.stringContaining('was never raised') as string },
  ])
})

const POINTS = [...reactorPointNames.filter((point) => !point.startsWith('reactor.call')), ...foldingPointNames]

test('law 11: killed at each of its points, it raises each alert once, with the scores of one that never died', async () => {
  await work()
  const services = await dying(reacting, 'fraud', {})
  for (const [index, point] of POINTS.entries()) {
    const customers = ids(`k${String(index)}`, EACH + 2)
    await appendEvents(reacting.pool, ring(`C${String(index)}`, customers))
    await services.dieAt(point)
  }
  await services.live()
  await settled(reacting, 'fraud')
  expect(services.fired).toEqual(POINTS)
  await expectWorkedOut(POINTS.length * EACH)
})
