import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { customerRegistered, productListed, stockReceived } from '../../domain/test-events.ts'
import { to } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { customer } from '../../domain/customer.ts'
import { openPool } from '../../store/postgres/database.ts'
import { type LoadedStream, loadStreams } from '../../store/commit/load-streams.ts'
import { SnapshotWriter } from '../../store/commit/snapshots.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: pg.Pool
let snapshots: SnapshotWriter
let errors: unknown[]

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 2 })
  errors = []
  snapshots = new SnapshotWriter(pool, (error) => errors.push(error))
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

async function load(...names: readonly string[]): Promise<ReadonlyMap<string, LoadedStream>> {
  const client = await pool.connect()
  try {
    return new Map((await loadStreams(client, names)).map((loaded) => [loaded.name, loaded]))
  } finally {
    client.release()
  }
}

function receipts(sku: string, count: number) {
  return Array.from({ length: count }, () => to(inventory, sku, stockReceived(sku, 1)))
}

function stock(onHand: number) {
  return { ...inventory.initial, onHand }
}

async function snapshotVersions(): Promise<readonly (readonly [string, number])[]> {
  const { rows } = await pool.query<{ stream: string; version: number }>(
    'select stream, version from log.snapshots order by stream',
  )
  return rows.map(({ stream, version }) => [stream, version])
}

describe('streams are loaded', () => {
  test('from their events, many at once, and those without events are empty', async () => {
    const listed = productListed('A1')
    await appendEvents(pool, [
      to(inventory, 'A1', listed),
      to(inventory, 'B1', stockReceived('B1', 7)),
      to(inventory, 'A1', stockReceived('A1', 5)),
    ])
    const loaded = await load('inventory-B1', 'inventory-none', 'inventory-A1')
    const { name, category, price } = listed
    const first = { name, category, price, firstPrice: price, firstStock: 5, firstReorderPoint: 0 }
    expect([...loaded.values()]).toEqual([
      { name: 'inventory-B1', stream: { state: stock(7), version: 1 }, folded: 1 },
      { name: 'inventory-none', stream: { state: inventory.initial, version: 0 }, folded: 0 },
      {
        name: 'inventory-A1',
        stream: { state: { ...inventory.initial, listed: first, onHand: 5 }, version: 2 },
        folded: 2,
      },
    ])
  })

  test('page by page when they are long, whatever stands beside them', async () => {
    await appendEvents(pool, [...receipts('LONG', 12_000), ...receipts('PAGE', 5_000), ...receipts('SHORT', 3)])
    const loaded = await load('inventory-SHORT', 'inventory-LONG', 'inventory-PAGE')
    expect(loaded.get('inventory-LONG')).toMatchObject({ stream: { state: stock(12_000), version: 12_000 } })
    expect(loaded.get('inventory-PAGE')).toMatchObject({ stream: { state: stock(5_000), version: 5_000 } })
    expect(loaded.get('inventory-SHORT')).toMatchObject({ stream: { state: stock(3), version: 3 } })
  })

  test('from a snapshot and what came after it', async () => {
    await appendEvents(pool, receipts('A1', 503))
    // A state that no fold gives: it shows where the loaded one comes from.
    snapshots.note('inventory-A1', 0, { state: stock(1_000_000), version: 500 })
    await snapshots.flush()
    expect((await load('inventory-A1')).get('inventory-A1')).toEqual({
      name: 'inventory-A1',
      stream: { state: stock(1_000_003), version: 503 },
      folded: 3,
    })
  })

  test('without the snapshot of another fold', async () => {
    await appendEvents(pool, receipts('A1', 503))
    snapshots.note('inventory-A1', 0, { state: stock(1_000_000), version: 500 })
    await snapshots.flush()
    await pool.query('update log.snapshots set fold = fold + 1')
    expect((await load('inventory-A1')).get('inventory-A1')).toMatchObject({
      stream: { state: stock(503), version: 503 },
      folded: 503,
    })
  })

  test.each([
    ['of a type that is not known', { type: 'OfANewerRelease', schemaVersion: 1, data: Buffer.of(1) }],
    ['of a version that is not known', { type: 'StockReceived', schemaVersion: 99, data: Buffer.of(1) }],
    ['with bytes that are cut off', { type: 'StockReceived', schemaVersion: 1, data: Buffer.alloc(0) }],
  ])('all but those with an event %s: that one says where, the others are there', async (_, unreadable) => {
    await appendEvents(pool, [...receipts('A1', 2), ...receipts('B1', 1)])
    await appendRaw(pool, [{ stream: 'inventory-A1', ...unreadable }])
    await appendEvents(pool, [...receipts('A1', 1), to(customer, 'c1', customerRegistered('c1'))])
    const loaded = await load('inventory-A1', 'inventory-B1', 'customer-c1')
    expect(loaded.get('inventory-A1')?.stream).toEqual({
      failure: new Error('stream inventory-A1 cannot be read at version 3'),
    })
    expect(loaded.get('inventory-B1')?.stream).toEqual({ state: stock(1), version: 1 })
    expect(loaded.get('customer-c1')?.stream).toMatchObject({ version: 1 })
  })

  test('and a hole in one of them is noticed (law 1)', async () => {
    await appendEvents(pool, receipts('A1', 3))
    await pool.query('alter table log.events disable trigger events_are_immutable')
    await pool.query('delete from log.events where version = 2')
    expect((await load('inventory-A1')).get('inventory-A1')?.stream).toMatchObject({
      failure: { cause: new Error('stream inventory-A1 goes from version 1 to 3') },
    })
  })
})

describe('snapshots', () => {
  test('are written when a stream has grown past a multiple of the interval, and only then', async () => {
    snapshots.note('inventory-A1', 498, { state: stock(1), version: 499 })
    snapshots.note('inventory-B1', 499, { state: stock(1), version: 500 })
    snapshots.note('inventory-C1', 500, { state: stock(1), version: 999 })
    snapshots.note('inventory-D1', 0, { state: stock(1), version: 1_234 })
    await snapshots.flush()
    expect(await snapshotVersions()).toEqual([
      ['inventory-B1', 500],
      ['inventory-D1', 1_234],
    ])
  })

  test('never go back: an older state does not replace a newer one', async () => {
    for (const version of [1_000, 500]) {
      snapshots.note('inventory-A1', 0, { state: stock(version), version })
      await snapshots.flush()
    }
    expect(await snapshotVersions()).toEqual([['inventory-A1', 1_000]])
    snapshots.note('inventory-A1', 1_000, { state: stock(1_500), version: 1_500 })
    await snapshots.flush()
    expect(await snapshotVersions()).toEqual([['inventory-A1', 1_500]])
  })

  test('are written whenever a state is noted, also in the moment in which the ones before are done', async () => {
    const queries = vi.spyOn(pool, 'query')
    for (let moments = 0; moments < 12; moments++) {
      queries.mockClear()
      snapshots.note('inventory-A1', 0, { state: stock(1), version: 500 })
      await queries.mock.results[0]?.value
      for (let moment = 0; moment < moments; moment++) await Promise.resolve()
      snapshots.note(`inventory-${String(moments)}`, 0, { state: stock(1), version: 500 })
      await snapshots.flush()
      expect((await snapshotVersions()).length).toBe(moments + 2)
    }
  })

  test('that cannot be written cost nothing but the time they save', async () => {
    snapshots.note('inventory-A1', 0, { state: { text: 'NUL \0' }, version: 500 })
    await snapshots.flush()
    expect(errors).toHaveLength(1)
    snapshots.note('inventory-A1', 500, { state: stock(1), version: 1_000 })
    await snapshots.flush()
    expect(await snapshotVersions()).toEqual([['inventory-A1', 1_000]])
  })
})
