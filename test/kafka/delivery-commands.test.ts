/** What carriers report over Kafka, on real brokers and a real database: late, doubled and poisonous ones too. */
import type { Message } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId, newIdBytes, systemClock } from '../../app/clock.ts'
import { requestPayment } from '../../domain/payments/request-payment.ts'
import { deadLetters, type DeadLetters } from '../../kafka/inbound/dead-letters.ts'
import { asking } from '../../reactors/asking.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { LETTER_LIMITS, openOrderTopic, startTaker, type OrderTopic } from './order-records.ts'
import { openTakingShop, type TakingShop } from './taking-shop.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const kafka = await testKafka()
const by = 'test'

describe.skipIf(kafka === null)('reports on deliveries over Kafka', () => {
  let own: TakingShop
  let topic: OrderTopic
  let desk: DeadLetters
  let settings: ReturnType<NonNullable<typeof kafka>['settings']>
  let taker: ReturnType<typeof startTaker> | null
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    own = await openTakingShop({ A1: 1_000 }, ['v1'])
    await own.shop.rank('v1', 'vip')
    settings = kafka.settings(`r${String(++prefixes)}-`)
    topic = await openOrderTopic(settings, 'delivery-commands')
    taker = null
    desk = deadLetters({
      ...{ ...own.taking(), pool: own.pool, newEventId: newIdBytes, limits: LETTER_LIMITS, clock: systemClock },
      fetchBatches: () => Promise.reject(new Error('no batch was parked')),
    })
  })

  afterEach(async () => {
    await taker?.stop()
    await topic.close()
    await own.close()
  })

  const place = (orderId: string) => own.shop.place(orderId, [{ sku: 'A1', quantity: 1 }], { customerId: 'v1' })
  async function pay(orderId: string): Promise<void> {
    const command = { orderId, method: 'on-account', amount: null, keys: NO_KEYS, at: Date.now() } as const
    const { ask } = asking({ executor: own.store.committer, newId }, null)
    expect(await ask((read) => requestPayment(command, read))).toBeNull()
  }
  async function scheduled(...orderIds: readonly string[]): Promise<void> {
    for (const orderId of orderIds) {
      await place(orderId)
      await pay(orderId)
    }
  }
  const take = () =>
    (taker = startTaker({ name: 'delivery-commands', settings, pool: own.pool, executor: own.store.committer }))
  const report = (orderId: string, action: string, more: object = {}, headers: Message['headers'] = {}): Message => ({
    ...{ key: orderId, value: JSON.stringify({ orderId, action, ...more }), headers },
  })
  const handled = (records: number) =>
    eventually(async () => {
      const { rows } = await own.pool.query<{ sum: string | null }>(
        'select sum(record_offset + 1) as sum from log.inbound_offsets',
      )
      return Number(rows[0]?.sum ?? 0) === records
    })
  async function steps(orderId: string): Promise<readonly string[]> {
    const { rows } = await own.pool.query<{ type: string }>(
      'select type from log.events where stream = $1 order by version',
      [`delivery-${orderId}`],
    )
    return rows.map(({ type }) => type.slice('Delivery'.length))
  }
  const letters = async () =>
    (await desk.letters({ cause: null, state: 'parked', limit: 100, before: null })).map((letter) => ({
      ...{ id: letter.id, class: letter.class, message: letter.message },
    }))

  test('move parcels: dispatched, failed, dispatched again and delivered', async () => {
    await scheduled('o1')
    await topic.send([
      report('o1', 'dispatch'),
      report('o1', 'fail', { dispatch: 1, reason: 'nobody at home' }),
      report('o1', 'dispatch', { dispatch: 2 }),
      report('o1', 'deliver', { dispatch: 2 }),
    ])
    take()
    await handled(4)
    expect(await steps('o1')).toEqual(['Scheduled', 'Dispatched', 'Failed', 'Dispatched', 'Delivered'])
    expect(await letters()).toEqual([])
  })

  test('that come late, twice or again never move a later parcel', async () => {
    await scheduled('o1')
    const failed = report('o1', 'fail', { reason: 'nobody at home' }, { ce_id: 'scan-7', ce_source: 'carrier' })
    const sent = [
      report('o1', 'dispatch'),
      failed,
      report('o1', 'dispatch'),
      // The second dispatch is under way: the report names none, and its event came before, here in another partition.
      { ...failed, key: 'elsewhere', partition: 2 },
      report('o1', 'dispatch', { dispatch: 1 }),
      report('o1', 'fail', { dispatch: 1, reason: 'nobody at home' }),
    ]
    for (const [index, message] of sent.entries()) {
      await topic.send([message])
      if (index === 0) take()
      await handled(index + 1)
    }
    const expected = ['Scheduled', 'Dispatched', 'Failed', 'Dispatched']
    expect(await steps('o1')).toEqual(expected)
    await taker?.stop()
    await own.pool.query('delete from log.inbound_offsets')
    take()
    await handled(6)
    expect(await steps('o1')).toEqual(expected)
    expect(await letters()).toEqual([])
  })

  test('that do not fit are parked with the code of the problem, and done once they fit and are retried', async () => {
    await place('unpaid')
    await scheduled('o1')
    await topic.send([
      report('unpaid', 'dispatch'),
      report('o1', 'deliver', { dispatch: 1 }),
      report('no-such', 'deliver'),
    ])
    take()
    await handled(3)
    const all = await letters()
    expect(all.map((letter) => letter.class).toSorted()).toEqual([
      'delivery-not-found',
      'delivery-not-found',
      'delivery-not-possible',
    ])
    expect(all.find((letter) => letter.class === 'delivery-not-possible')?.message).toBe(
      'the delivery of order o1 is scheduled',
    )
    const ids = all.map(({ id }) => id)
    const selection = { kind: 'ids', ids } as const
    expect(await desk.retry(selection, { dryRun: false, by })).toMatchObject({ succeeded: 0, failed: 3 })

    await pay('unpaid')
    await topic.send([report('o1', 'dispatch')])
    await handled(4)
    expect(await desk.retry(selection, { dryRun: true, by })).toMatchObject({ succeeded: 2, failed: 1 })
    // Asked for by two at once, it is done once.
    await Promise.all([desk.retry(selection, { dryRun: false, by }), desk.retry(selection, { dryRun: false, by })])
    expect(await letters()).toMatchObject([{ class: 'delivery-not-found', message: 'order no-such has no delivery' }])
    expect(await steps('unpaid')).toEqual(['Scheduled', 'Dispatched'])
    expect(await steps('o1')).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
    expect(await desk.discard({ kind: 'ids', ids }, { dryRun: false, by })).toBe(1)
  })

  test('that are poisonous are parked once each, and their neighbours are taken (law 8)', async () => {
    await scheduled('o1')
    const value = (text: string | Buffer | null): Message => ({
      key: 'o1',
      value: text === null ? null : Buffer.from(text),
    })
    const ids = { ce_id: 'scan-1', ce_source: 'carrier' }
    const poison: readonly (readonly [string, Message])[] = [
      ['no-value', value(null)],
      ['empty-value', value('')],
      ['invalid-json', value('dispatched')],
      ['invalid-json', value(Buffer.from([0, 0, 0, 0, 1, 2]))],
      ['invalid-json', value(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
      ['invalid-request', value('['.repeat(20_000) + ']'.repeat(20_000))],
      ['invalid-request', value('{"__proto__":{"action":"deliver"},"orderId":"o1"}')],
      ['invalid-request', report('o1', 'lose')],
      ['invalid-request', report('o1', 'fail')],
      ['invalid-request', report('o1', 'deliver', { dispatch: 0 })],
      ['invalid-request', report('o1', 'deliver', { dispatch: '1' })],
      ['invalid-request', report('o1', 'deliver', { at: 'noon' })],
      ['invalid-request', report('o\ud800', 'deliver')],
      ['too-large', value(`{"orderId":"${'o'.repeat(70_000)}"}`)],
      ['invalid-header', report('o1', 'deliver', {}, { ce_id: 'i'.repeat(300), ce_source: 'carrier' })],
      ['key-reused', report('o1', 'deliver', {}, ids)],
    ]
    const [first, last] = [report('o1', 'dispatch', {}, ids), report('o1', 'deliver', { dispatch: 1 })]
    await topic.send([first, ...poison.map(([, message]) => ({ ...message, key: 'o1' })), last])
    take()
    await handled(poison.length + 2)
    expect((await letters()).map((letter) => letter.class).toSorted()).toEqual(poison.map(([name]) => name).toSorted())
    expect(await steps('o1')).toEqual(['Scheduled', 'Dispatched', 'Delivered'])
  })
})
