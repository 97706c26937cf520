/** Whatever throws on the way of a record, wherever: that record is parked, its neighbours are placed; real Postgres. */
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import type { FetchedRecord } from '../../kafka/client/record-batches.ts'
import { arrivedRecord } from '../../kafka/inbound/inbound-record.ts'
import { PartitionConsumer, type PartitionConsumerParts } from '../../kafka/inbound/partition-consumer.ts'
import type { TakingParts } from '../../kafka/inbound/take-command.ts'
import { RegistryFailure } from '../../contract/registry/schema-registry.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { LETTER_LIMITS, takeOrder } from './order-records.ts'
import { openTakingShop, type TakingShop } from './taking-shop.ts'

const BAD = 1
const LAST = 2
const TOPIC = 'throwing'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('a record for which something throws', () => {
  let own: TakingShop
  let pool: pg.Pool
  let taking: TakingParts
  let partitions = 0

  beforeAll(async () => {
    own = await openTakingShop({ A1: 1_000_000 }, ['c1'])
    pool = own.pool
    taking = own.taking()
  })

  afterAll(() => own.close())

  /** Three orders of one partition, of which the second may be changed on its way; what became of them. */
  async function handle(change: Change): Promise<Outcome> {
    const partition = partitions++
    const named = (offset: number) => `p${String(partition)}-${String(offset)}`
    const fetched = (offset: number): FetchedRecord => {
      const order = { orderId: named(offset), customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
      const value = Buffer.from(JSON.stringify(order))
      const record = {
        offset,
        timestamp: 5,
        key: Buffer.from('c1'),
        value,
        headers: Object.assign([], { texts: () => [] }),
      }
      return offset === BAD ? (change.fetched?.(record) ?? record) : record
    }
    const outcomes: string[] = []
    const parts: PartitionConsumerParts = {
      ...{ pool, holder: newId(), limits: LETTER_LIMITS, log: quiet, reachPoint: () => undefined },
      kept: ({ value }) => value,
      take: (record) =>
        record.offset === BAD && change.take !== undefined ? change.take(record, taking) : takeOrder(record, taking),
      onTaken: ({ offset }) => outcomes.push(String(offset)),
      ...change.parts,
    }
    const consumer = new PartitionConsumer({ topic: TOPIC, partition }, parts)
    const { signal } = new AbortController()
    await consumer.claim(signal)
    const records = [0, BAD, LAST].map((offset) => arrivedRecord(TOPIC, partition, fetched(offset)))
    const given = records.map((record) => (record.offset === BAD ? (change.arrived?.(record) ?? record) : record))
    const visit = { signal, goesOn: () => true, done: () => undefined, seek: () => undefined }
    await consumer.handle(given, visit)
    const read = async (text: string, values: unknown[]) =>
      (await pool.query<[string]>({ text, values, rowMode: 'array' })).rows.map(([one]) => one)
    const placed = `select substr(stream, 7) from log.events where type = 'OrderPlaced' and stream like $1 order by position`
    return {
      placed: (await read(placed, [`order-p${String(partition)}-%`])).map((id) => Number(id.split('-')[1])),
      parked: await read('select class from log.dead_letters where topic = $1 and partition = $2', [TOPIC, partition]),
      place: Number(
        (
          await read('select record_offset from log.inbound_offsets where topic = $1 and partition = $2', [
            TOPIC,
            partition,
          ])
        )[0],
      ),
    }
  }

  const lost = { placed: [0, LAST], parked: ['defect'], place: LAST }
  const placed = { placed: [0, BAD, LAST], parked: [], place: LAST }

  test('at any look at it is parked or placed, and those around it are placed', async () => {
    for (const step of ['fetched', 'arrived'] as const) {
      let looks = 0
      for (let at = 0, more = true; more; at++) {
        more = false
        const seen = await handle({ [step]: (record: object) => throwingOnce(record, at, () => (more = true)) })
        looks = at
        expect([JSON.stringify(lost), JSON.stringify(placed)]).toContain(JSON.stringify(seen))
      }
      expect(looks).toBeGreaterThan(4)
    }
  })

  const thrown: readonly unknown[] = [
    new TypeError('a bug'),
    'a text',
    null,
    undefined,
    Object.create(null),
    Object.assign(new Error('a code'), { code: 'ERR_\0' }),
    Object.assign(new Error('23505'), { code: '23505', severity: 'ERROR' }),
  ]
  const steps: Readonly<Record<string, (error: unknown) => Change>> = {
    'before it is read': (error) => ({ take: () => raise(error) }),
    'while it is decided': (error) => ({
      take: (record, all) => takeOrder(record, { ...all, executor: { execute: () => Promise.reject(error as Error) } }),
    }),
    'while it is given an id': (error) => ({
      take: (record, all) => takeOrder(record, { ...all, shop: { ...all.shop, newId: () => raise(error) } }),
    }),
  }
  test.each(Object.keys(steps))('%s is parked', async (name) => {
    for (const error of thrown) expect(await handle(steps[name]?.(error) ?? {})).toEqual(lost)
  })

  test('after its outcome is durable is done with', async () => {
    const onTaken = ({ offset }: { readonly offset: number }) => {
      if (offset === BAD) throw new Error('nobody counts')
    }
    expect(await handle({ parts: { onTaken } })).toEqual(placed)
  })

  test('after it was decided, time and again, is parked unread', async () => {
    let inHand: number[] = []
    const reachPoint: PartitionConsumerParts['reachPoint'] = (point) => {
      if (point === 'inbound.taken') inHand = []
      if (point === 'inbound.decided' && inHand.includes(BAD)) throw new Error('a bug')
    }
    const take: PartitionConsumerParts['take'] = (record) => {
      inHand.push(record.offset)
      return takeOrder(record, taking)
    }
    expect(await handle({ parts: { reachPoint, take } })).toEqual({ ...placed, parked: ['crash-loop'] })
  })

  test('whose time no calendar and no column has is parked or placed', async () => {
    for (const timestamp of [2 ** 63, -(2 ** 63), 1e300, -1])
      expect(await handle({ fetched: (record) => ({ ...record, timestamp }) })).toEqual(placed)
    const bad = (record: FetchedRecord) => ({ ...record, timestamp: 2 ** 63, value: Buffer.from('no order') })
    expect(await handle({ fetched: bad })).toEqual({ ...lost, parked: ['invalid-json'] })
  })

  test('because the registry is away waits, and is counted for nothing', async () => {
    let left = 2
    const learnAvro = () =>
      left-- > 0 ? Promise.reject(new RegistryFailure('registry-unreachable', 'not now')) : Promise.resolve()
    expect(await handle({ take: (record, all) => takeOrder(record, { ...all, learnAvro }) })).toEqual(placed)
  })

  test.each(['overloaded', 'store-unavailable', 'outcome-unknown', 'stopping'] as const)(
    'because the store says %s waits, and is counted for nothing',
    async (code) => {
      let left = 2
      const take: Change['take'] = (record, all) =>
        left-- > 0 ? Promise.reject(new StoreFailure(code, 'not now')) : takeOrder(record, all)
      expect(await handle({ take })).toEqual(placed)
    },
  )
})

interface Change {
  readonly fetched?: (record: FetchedRecord) => FetchedRecord
  readonly arrived?: (record: ReturnType<typeof arrivedRecord>) => ReturnType<typeof arrivedRecord>
  readonly take?: (record: Parameters<typeof takeOrder>[0], taking: TakingParts) => ReturnType<typeof takeOrder>
  readonly parts?: Partial<PartitionConsumerParts>
}

interface Outcome {
  readonly placed: readonly number[]
  readonly parked: readonly string[]
  readonly place: number
}

/** The n-th time that anything of it is looked at, it throws. */
function throwingOnce<Record extends object>(record: Record, at: number, onThrow: () => void): Record {
  let looks = 0
  return new Proxy(record, {
    get(target, name) {
      if (looks++ === at) {
        onThrow()
        throw new TypeError(`nobody may look at ${String(name)}`)
      }
      return Reflect.get(target, name) as unknown
    },
  })
}

function raise(error: unknown): never {
  throw error
}
