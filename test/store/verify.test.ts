/**
 * Each check of `verify`: nothing found in a shop that took real orders, and each kind of damage found by its check.
 * Longer than 300 lines because the damages are one list, done to copies of one shop.
 */
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Check } from '../../audit/tally.ts'
import { decode, encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import { verifyLog } from '../../audit/verify-log.ts'
import { cloneDatabase, testDatabase, type TestDatabase } from '../support/database.ts'
import { openShop } from '../support/shop.ts'
import { spill, spillEverything } from '../support/spill.ts'

/** Smaller than the log, so that pages end in the middle of commands. */
const PAGE = 7

let shopDatabase: TestDatabase

beforeAll(async () => {
  shopDatabase = await testDatabase()
  const shop = await openShop(shopDatabase.url)
  await shop.register('c1')
  await shop.list('A', 10_000)
  await shop.list('B', 5, 250)
  await shop.receive('B', 5)
  await shop.adjust('B', -1)
  await shop.place(
    'o-kept',
    [
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
      { sku: 'A', quantity: 1 },
    ],
    { key: 'key-kept' },
  )
  await shop.place(
    'o-kept',
    [
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
      { sku: 'A', quantity: 1 },
    ],
    { key: 'key-again' },
  )
  await shop.place('o-cancelled', [{ sku: 'A', quantity: 1 }], { key: 'key-cancelled' })
  await shop.cancel('o-cancelled', 'key-cancel')
  await shop.place('o-expired', [{ sku: 'B', quantity: 2 }])
  await shop.expire('o-expired')
  await shop.place('o-rejected', [{ sku: 'B', quantity: 1_000 }], { key: 'key-rejected' })
  // Past 500 events, A has a snapshot.
  await Promise.all(Array.from({ length: 600 }, (_, index) => shop.place(`many-${index}`, [{ sku: 'A', quantity: 1 }])))
  await shop.close()
  expect(shop.errors).toEqual([])
})

afterAll(() => shopDatabase.drop())

describe('verify', () => {
  test('finds nothing in a shop that took real orders, and says how much it looked at', async () => {
    const { position, checks } = await verified(async () => undefined)
    expect(breached(checks)).toEqual([])
    expect(countsOf(checks)).toEqual({
      'log-dense': position,
      'versions-dense': 3 + 604,
      'events-decode': position,
      'streams-fit': position,
      stock: 6 + 2 + 2 + 2 + 600,
      orders: 606,
      // Each order at its placing, cancelling, expiring or rejecting, and each product at the end.
      reservations: 606 + 2,
      // Of the orders that came to an end: this shop is not paid.
      money: 2,
      payments: 0,
      deliveries: 0,
      restocks: 0,
      'fraud-alerts': 0,
      keys: 5,
      snapshots: 1,
    })
  })

  test('law 1: a missing position is found by log-dense', async () => {
    const { checks } = await verified((db) => db.query("delete from log.events where stream = 'order-many-7'"))
    expect(firstOf(checks, 'log-dense')).toMatch(/position \d+ is missing/)
  })

  test('law 1: a head behind the last event is found by log-dense', async () => {
    const { checks } = await verified((db) => db.query('update log.log_head set position = position - 1'))
    expect(firstOf(checks, 'log-dense')).toMatch(/the head is 1218, the last event is at position 1219/)
  })

  test('law 1: a head beyond the last event is found by log-dense', async () => {
    const { checks } = await verified((db) => db.query('update log.log_head set position = position + 1'))
    expect(breached(checks)).toEqual(['log-dense'])
  })

  test('law 1: a version left out is found by versions-dense', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.events set version = 3 where stream = 'order-o-cancelled' and version = 2"),
    )
    expect(breached(checks)).toEqual(['versions-dense'])
    expect(firstOf(checks, 'versions-dense')).toMatch(/order-o-cancelled goes from version 1 to 3/)
  })

  test('law 9: bytes that are no event are found by events-decode', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.events set data = '\\xff' where stream = 'customer-c1'"),
    )
    expect(breached(checks)).toEqual(['events-decode'])
    expect(firstOf(checks, 'events-decode')).toMatch(/customer-c1 version 1: CustomerRegistered/)
  })

  test('law 9: an event of an unknown type is found by events-decode', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.events set type = 'Unheard' where stream = 'customer-c1'"),
    )
    expect(firstOf(checks, 'events-decode')).toMatch(/Unheard/)
  })

  test('law 1: an event in a stream of another kind, and a stream of no kind, are found by streams-fit', async () => {
    const foreign = await verified((db) =>
      db.query("update log.events set stream = 'order-c1' where stream = 'customer-c1'"),
    )
    expect(breached(foreign.checks)).toEqual(['streams-fit'])
    expect(firstOf(foreign.checks, 'streams-fit')).toMatch(/CustomerRegistered belongs to streams of customer/)
    const kindless = await verified((db) =>
      db.query("update log.events set stream = 'basket-1' where stream = 'customer-c1'"),
    )
    expect(breached(kindless.checks)).toEqual(['streams-fit'])
  })

  test('law 1: an event in the stream of another id is found by streams-fit', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.events set stream = 'customer-c2' where stream = 'customer-c1'"),
    )
    expect(firstOf(checks, 'streams-fit')).toMatch(/CustomerRegistered names c1/)
  })

  test('law 4: stock that was less than reserved is found by stock', async () => {
    const { checks } = await verified((db) =>
      rewrite(db, { stream: 'inventory-B', version: 4 }, { type: 'StockAdjusted', sku: 'B', delta: -10, reason: 'x' }),
    )
    expect(firstOf(checks, 'stock')).toMatch(/inventory-B version 5: 1 of 0 units on hand are reserved/)
  })

  test('law 2: a total that is not the sum of its lines is found by orders', async () => {
    const { checks } = await verified((db) =>
      rewrite(db, { stream: 'order-many-3', version: 1 }, (event) =>
        event.type === 'OrderPlaced' ? { ...event, total: { ...event.total, amount: 999 } } : event,
      ),
    )
    expect(breached(checks)).toEqual(['orders'])
    expect(firstOf(checks, 'orders')).toMatch(/order-many-3 version 1: its total is 999, the sum of its lines is 1000/)
  })

  test('law 4: a reservation of other units than the lines ask for is found by reservations', async () => {
    const { checks } = await verified(async (db) => {
      const { rows } = await db.query<{ version: number }>(
        "select version from log.events where stream = 'inventory-A' order by version desc limit 1",
      )
      const version = rows[0]?.version ?? 0
      await rewrite(db, { stream: 'inventory-A', version }, (event) =>
        event.type === 'StockReserved' ? { ...event, quantity: 2 } : event,
      )
    })
    expect(breached(checks)).toEqual(['reservations'])
    const [reservations] = checks.filter(({ name }) => name === 'reservations')
    // The command itself, and the product at the end.
    expect(reservations?.breaches).toBe(2)
  })

  test('law 3: a kept answer beyond the log is found by keys', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.commands set position = 100000 where key = 'key-kept'"),
    )
    expect(firstOf(checks, 'keys')).toMatch(/position 100000 is not in the log/)
  })

  test('law 3: a key at the position of another command is found by keys', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.commands set position = position + 2 where key = 'key-kept'"),
    )
    expect(breached(checks)).toEqual(['keys'])
    expect(firstOf(checks, 'keys')).toMatch(
      /^key key-kept of http:test: of the 3 events up to position \d+, 1 are of its command/,
    )
  })

  test.each([
    ['fewer', -1, /its command \S+ wrote more than the 2 events up to position/],
    ['more', 1, /of the 4 events up to position \d+, 3 are of its command/],
  ])('law 3: a key with %s events than its command wrote is found by keys', async (_, change, words) => {
    const { checks } = await verified((db) =>
      db.query("update log.commands set events = events + $1 where key = 'key-kept'", [change]),
    )
    expect(breached(checks)).toEqual(['keys'])
    expect(firstOf(checks, 'keys')).toMatch(words)
  })

  test('law 3: a key of a command that the log does not know is found by keys', async () => {
    const { checks } = await verified((db) =>
      db.query("update log.commands set command_id = gen_random_uuid() where key = 'key-rejected'"),
    )
    expect(firstOf(checks, 'keys')).toMatch(/of the 1 events up to position \d+, 0 are of its command/)
  })

  test('law 3: a command that is said to have written nothing, and did, is found by keys', async () => {
    const { checks } = await verified((db) => db.query("update log.commands set events = 0 where key = 'key-rejected'"))
    expect(firstOf(checks, 'keys')).toMatch(/its command \S+ wrote more than the 0 events up to position/)
  })

  test('law 3: a command under two keys is found by keys', async () => {
    const { checks } = await verified((db) =>
      db.query(`insert into log.commands
        select source, 'key-twice', fingerprint, answer, command_id, events, position, recorded_at
        from log.commands where key = 'key-kept'`),
    )
    expect(firstOf(checks, 'keys')).toMatch(/its command \S+ is already kept under another key/)
  })

  test('law 3: what a door has written is not read by keys', async () => {
    const { checks } = await verified((db) => db.query("update log.commands set answer = 'no JSON, and no HTTP'"))
    expect(breached(checks)).toEqual([])
  })

  test('law 2: a snapshot that is not the fold of its stream is found by snapshots', async () => {
    const { checks } = await verified((db) =>
      db.query(`update log.snapshots set state = jsonb_set(state, '{reserved}', '1')`),
    )
    expect(breached(checks)).toEqual(['snapshots'])
    expect(firstOf(checks, 'snapshots')).toMatch(/inventory-A at version \d+: it differs from the fold of its events/)
  })

  test('law 2: a snapshot ahead of its stream is found by snapshots, one of another fold is not looked at', async () => {
    const ahead = await verified((db) => db.query('update log.snapshots set version = 100000'))
    expect(breached(ahead.checks)).toEqual(['snapshots'])
    const other = await verified((db) => db.query("update log.snapshots set fold = 99, state = '{}'"))
    expect(countsOf(other.checks)['snapshots']).toBe(0)
    expect(breached(other.checks)).toEqual([])
  })

  test('an empty log has nothing wrong', async () => {
    await using scratch = await scratchDatabase(() => testDatabase())
    const { position, checks } = await verifyLog({ pool: scratch.pool, spill: spill() })
    expect(position).toBe(0)
    expect(breached(checks)).toEqual([])
  })

  test('a log that grows meanwhile is verified up to the head that was found, keys included', async () => {
    await using scratch = await scratchDatabase(() => cloneDatabase(shopDatabase))
    const shop = await openShop(scratch.url)
    const late: Promise<unknown>[] = []
    const { position, checks } = await verifyLog({
      pool: scratch.pool,
      spill: spill(),
      page: PAGE,
      onProgress: () => {
        if (late.length === 0) late.push(shop.place('o-late', [{ sku: 'A', quantity: 1 }], { key: 'key-late' }))
      },
    })
    expect(await Promise.all(late)).toMatchObject([{ outcome: 'accepted' }])
    await shop.close()
    expect(breached(checks)).toEqual([])
    expect(countsOf(checks)).toMatchObject({ 'log-dense': position, keys: 5 })
    const after = await verifyLog({ pool: scratch.pool, spill: spill() })
    expect(countsOf(after.checks)).toMatchObject({ 'log-dense': position + 2, keys: 6 })
  })
})

/** Verifies a copy of the shop after somebody with all rights has laid hands on it. */
async function verified(damage: (db: pg.Pool) => Promise<unknown>) {
  await using scratch = await scratchDatabase(() => cloneDatabase(shopDatabase))
  await scratch.pool.query('drop trigger events_are_immutable on log.events')
  await damage(scratch.pool)
  // What memory holds of a large log, of which this one is a small part, is files here.
  const spill = spillEverything()
  const found = await verifyLog({ pool: scratch.pool, spill, page: PAGE })
  expect(spill.spilled).toBeGreaterThan(0)
  spill.close()
  return found
}

async function scratchDatabase(make: () => Promise<TestDatabase>) {
  const database = await make()
  const pool = openPool(database.url, { name: 'test', max: 2, settings: READER_SETTINGS })
  return {
    url: database.url,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end()
      await database.drop()
    },
  }
}

type Place = { readonly stream: string; readonly version: number }

async function rewrite(
  db: pg.Pool,
  { stream, version }: Place,
  to: DomainEvent | ((event: DomainEvent) => DomainEvent),
) {
  const { rows } = await db.query<{ type: string; schema_version: number; data: Buffer }>(
    'select type, schema_version, data from log.events where stream = $1 and version = $2',
    [stream, version],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`${stream} has no version ${version}`)
  const event = typeof to === 'function' ? to(decode(row.type, row.schema_version, row.data)) : to
  const { type, schemaVersion, data } = encode(event)
  await db.query('update log.events set type = $3, schema_version = $4, data = $5 where stream = $1 and version = $2', [
    ...[stream, version, type, schemaVersion, data],
  ])
}

function breached(checks: readonly Check[]): readonly string[] {
  return checks.filter(({ breaches }) => breaches > 0).map(({ name }) => name)
}

function firstOf(checks: readonly Check[], name: string): string | null | undefined {
  return checks.find((check) => check.name === name)?.first
}

function countsOf(checks: readonly Check[]): Readonly<Record<string, number>> {
  return Object.fromEntries(checks.map(({ name, counted }) => [name, counted]))
}
