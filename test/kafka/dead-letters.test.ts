/** What cannot be handled is parked once, with its bytes and the reason, and can be tried again; on real parts. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId, newIdBytes, systemClock } from '../../app/clock.ts'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { DeadLetterPublisher } from '../../kafka/letters/dead-letter-publisher.ts'
import { deadLetters, type DeadLetters } from '../../kafka/inbound/dead-letters.ts'
import { fetchBatches } from '../../kafka/inbound/parked-batch.ts'
import { goodOrder, poisonCorpus, poisonCustomers, type PoisonRecord } from '../../kafka/inbound/poison-corpus.ts'
import { eventually } from '../support/eventually.ts'
import { consumeAll } from './consume-all.ts'
import { testKafka } from '../support/kafka.ts'
import { AVRO_ID, LETTER_LIMITS, jsonOrder, openOrderTopic, startTaker, type OrderTopic } from './order-records.ts'
import { openTakingShop, type TakingShop } from './taking-shop.ts'

const kafka = await testKafka()

describe.skipIf(kafka === null)('dead letters', () => {
  let own: TakingShop
  let pool: pg.Pool
  let topic: OrderTopic
  let desk: DeadLetters
  let settings: ReturnType<NonNullable<typeof kafka>['settings']>
  let takers: ReturnType<typeof startTaker>[]
  let prefixes = 0

  beforeEach(async () => {
    if (kafka === null) throw new Error('no Kafka')
    own = await openTakingShop({ A1: 1_000_000, B1: 2 }, ['c1'])
    pool = own.pool
    settings = kafka.settings(`d${String(++prefixes)}-`)
    topic = await openOrderTopic(settings)
    takers = []
    desk = deadLetters({
      ...own.taking(AVRO_ID),
      pool,
      newEventId: newIdBytes,
      limits: LETTER_LIMITS,
      fetchBatches: (place) => fetchBatches(settings, place),
      clock: systemClock,
    })
  })

  afterEach(async () => {
    for (const taker of takers) await taker.stop()
    await topic.close()
    await own.close()
  })

  const start = (options: Partial<Parameters<typeof startTaker>[0]> = {}) => {
    const taker = startTaker({ settings, pool, executor: own.store.committer, ...options })
    takers.push(taker)
    return taker
  }
  const allHandled = (records: number) =>
    eventually(async () => {
      const { rows } = await pool.query<{ sum: string }>(
        'select sum(record_offset + 1) as sum from log.inbound_offsets',
      )
      return Number(rows[0]?.sum ?? 0) === records
    })
  const placed = () => own.placed()
  const message = ({ key, value, headers }: PoisonRecord) => ({
    key: key === null ? null : Buffer.from(key),
    value,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Array.isArray(text) ? [...text] : String(text)]),
    ),
  })
  const order = (orderId: string, sku: string, quantity = 1) =>
    jsonOrder({ orderId, customerId: 'c1', lines: [{ sku, quantity }] })

  test('of the poison corpus are parked once each, with bytes, headers, class and time (law 8)', async () => {
    const run = { run: 'p', sku: 'A1', schemaId: AVRO_ID }
    for (const customerId of poisonCustomers(run)) await own.shop.register(customerId)
    const cases = poisonCorpus(run)
    const before = cases.flatMap((one) => (one.before === null ? [] : [one.before]))
    await topic.send(before.map(message))
    start()
    await allHandled(before.length)
    const mixed = cases.flatMap(({ record }, index) => [record, goodOrder(run, index)])
    for (const record of mixed) await topic.send([message(record)])
    await allHandled(before.length + mixed.length)

    expect(await placed()).toHaveLength(before.length + cases.length)
    const letters = await desk.letters({ cause: null, state: 'parked', before: null, limit: 1_000 })
    expect(letters).toHaveLength(cases.length)
    for (const { name, class: expected, record } of cases) {
      const found = letters.filter(({ key }) => key?.toString() === record.key)
      expect([name, found.map((letter) => letter.class)]).toEqual([name, [expected]])
      const letter = await desk.letter(found[0]?.id ?? 0)
      expect(letter?.value?.equals(record.value ?? Buffer.alloc(0)) ?? record.value === null).toBe(true)
      const headers = Object.entries(record.headers).flatMap(([header, text]) =>
        [text].flat().map((one) => [header, String(one)]),
      )
      expect(letter?.headers.map(([header, bytes]) => [String(header), String(bytes)])).toEqual(headers)
      expect(letter?.parkedAt).toBeGreaterThan(Date.UTC(2025, 0))
      if (letter !== null) desk.decoded(letter)
    }
    const groups = await desk.groups()
    expect(groups.reduce((sum, { parked }) => sum + parked, 0)).toBe(cases.length)

    // Everything comes again: nothing is parked or placed a second time.
    await takers.pop()?.stop()
    await pool.query('delete from log.inbound_offsets')
    start()
    await allHandled(before.length + mixed.length)
    expect(await desk.letters({ cause: null, state: null, before: null, limit: 1_000 })).toHaveLength(cases.length)
    expect(await placed()).toHaveLength(before.length + cases.length)
  })

  const publish = () =>
    new DeadLetterPublisher({
      ...{ settings, pool, holder: newId(), reachPoint: () => undefined, log: quiet },
      monotonic: () => performance.now(),
    })
  const unpublished = async () =>
    (await desk.letters({ cause: null, state: null, before: null, limit: 9 })).flatMap(({ offset, publishedAt }) =>
      publishedAt === null ? [offset] : [],
    )

  test('that their topic refuses hold up none of the others, and are told once it takes them', async () => {
    await topic.send([
      { key: 'c1', value: 'before' },
      { key: 'c1', value: randomBytes(20_000) },
      { key: 'c1', value: 'behind' },
    ])
    start()
    await allHandled(3)
    const bound = (value: string) =>
      topic.admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: `${settings.prefix}dead-letters`,
            configEntries: [{ name: 'max.message.bytes', value }],
          },
        ],
      })
    await bound('5000')
    const publisher = publish()
    publisher.start()
    try {
      await eventually(async () => (await unpublished()).length === 1)
      expect(await unpublished()).toEqual([1])
      await bound('1000000')
      await eventually(async () => (await unpublished()).length === 0)
    } finally {
      await publisher.stop()
    }
  })

  test('are told to their topic, text as text and bytes as base64, and each is marked', async () => {
    await topic.send([
      { key: 'c1', value: 'no order' },
      { key: 'c1', value: Buffer.from([1, 255]) },
    ])
    start()
    await allHandled(2)
    const publisher = publish()
    publisher.start()
    await eventually(async () =>
      (await desk.letters({ cause: null, state: null, before: null, limit: 9 })).every(
        (one) => one.publishedAt !== null,
      ),
    )
    await publisher.stop()
    const seen = (await consumeAll(settings.brokers, [`${settings.prefix}dead-letters`])).map(({ value, headers }) => ({
      body: JSON.parse(String(value)) as unknown,
      headers: Object.fromEntries([...headers].map(([name, bytes]) => [String(name), String(bytes)])),
    }))
    expect(seen).toMatchObject([
      {
        body: { original_message: 'no order', error: expect.stringContaining('JSON') },
        headers: { topic: topic.topic, offset: '0', class: 'invalid-json' },
      },
      { body: { original_message: 'Af8=' }, headers: { offset: '1', 'ol-encoding': 'base64' } },
    ])
  })

  test('are tried again in the order of their records: what a dry run says comes true, and twice is once', async () => {
    await topic.send([1, 2, 3].map((n) => order(`o${String(n)}`, 'B1')))
    await topic.send([{ key: 'c1', value: 'never an order' }])
    // A defect that will be mended: nothing else can put sound orders among the letters.
    start({ executor: { execute: () => Promise.reject(new TypeError('mended later')) } })
    await allHandled(4)
    const ids = (await desk.letters({ cause: null, state: 'parked', before: null, limit: 9 })).map(({ id }) => id)
    expect(ids).toHaveLength(4)
    const all = { kind: 'ids', ids } as const
    const expected = { total: 4, succeeded: 2, refused: 1, failed: 1, left: 0 }
    expect(await desk.retry(all, { dryRun: true, by: 'ada' })).toEqual({ dryRun: true, ...expected })
    expect(await placed()).toEqual([])

    const both = await Promise.all(['ada', 'bob'].map((by) => desk.retry(all, { dryRun: false, by })))
    expect(both).toContainEqual({ dryRun: false, ...expected })
    expect(await placed()).toEqual(['o1', 'o2'])
    const after = await desk.letters({ cause: null, state: null, before: null, limit: 9 })
    expect(after.map(({ state }) => state).toSorted()).toEqual(['parked', 'retried', 'retried', 'retried'])
    expect(await desk.retry(all, { dryRun: false, by: 'ada' })).toMatchObject({ total: 1, failed: 1, succeeded: 0 })
    const letter = await desk.letter(Math.min(...ids))
    expect(letter?.history).toMatchObject([{ act: 'retry', detail: 'placed order o1' }])

    const [group] = (await desk.groups()).filter((each) => each.class === 'invalid-json')
    const cause = { kind: 'cause', cause: group?.cause ?? '' } as const
    expect(await desk.discard(cause, { dryRun: true, by: 'ada' })).toBe(1)
    expect(await desk.discard(cause, { dryRun: false, by: 'ada' })).toBe(1)
    expect(await desk.retry(cause, { dryRun: false, by: 'ada' })).toMatchObject({ total: 0 })
  })
})

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
