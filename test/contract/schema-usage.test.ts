import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { to } from '../../domain/decision.ts'
import { customer } from '../../domain/customer.ts'
import { inventory } from '../../domain/inventory.ts'
import { customerRegistered, stockReceived, stockReserved } from '../../domain/test-events.ts'
import { openPool, READER_SETTINGS, type Pool } from '../../store/postgres/database.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { dropEverything } from '../../store/postgres/reset.ts'
import { SchemaUsage, type VersionUsage } from '../../store/log/schema-usage.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
/** Ranges of positions that were read, in order. */
let ranges: (readonly [number, number])[]

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 3, settings: READER_SETTINGS })
  ranges = []
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

/** The pool itself, listened to; `fail` once instead of reading a range. */
function tapped(fail: () => boolean = () => false): Pick<pg.Pool, 'query'> {
  const query = (config: { readonly text: string; values?: [number, number] }) => {
    if (config.values !== undefined) {
      if (fail()) return Promise.reject(new Error('the database went away'))
      ranges.push(config.values)
    }
    return pool.query(config)
  }
  return { query } as Pick<pg.Pool, 'query'>
}

async function shop(): Promise<void> {
  await appendRaw(pool, [{ stream: 'customer-old', type: 'CustomerRegistered', schemaVersion: 1, data: Buffer.of(1) }])
  await appendEvents(pool, [
    to(customer, 'c1', customerRegistered('c1')),
    to(inventory, 'A', stockReceived('A', 5)),
    to(inventory, 'A', stockReserved('A', 'o1', 1)),
  ])
  await appendRaw(pool, [{ stream: 'thing-1', type: 'OfTomorrow', schemaVersion: 9, data: Buffer.of(2) }])
  await appendEvents(
    pool,
    Array.from({ length: 20 }, () => to(inventory, 'A', stockReceived('A', 1))),
  )
}

/** What one statement over the whole log says. */
async function grouped(): Promise<readonly VersionUsage[]> {
  const { rows } = await pool.query<{ type: string; version: number; events: string; all: [string, Date][] }>(
    `select type, schema_version as version, count(*) as events,
      json_agg(json_build_array(position, recorded_at) order by position) as all
    from log.events group by type, schema_version order by type, version`,
  )
  const seen = ([position, at]: readonly [string, Date]) => ({
    position: Number(position),
    recordedAt: new Date(at).getTime(),
  })
  return rows.map(({ type, version, events, all }) => {
    const [first, last] = [all[0], all.at(-1)]
    if (first === undefined || last === undefined) throw new Error('a group of nothing')
    return { type, version, events: Number(events), first: seen(first), last: seen(last) }
  })
}

describe('the versions that the log holds', () => {
  test('are those of one statement over the whole log, whatever the range', async () => {
    await shop()
    const expected = await grouped()
    expect(expected.map(({ type, version, events }) => [type, version, events])).toEqual([
      ['CustomerRegistered', 1, 1],
      ['CustomerRegistered', 2, 1],
      ['OfTomorrow', 9, 1],
      ['StockReceived', 1, 21],
      ['StockReserved', 1, 1],
    ])
    for (const range of [1, 2, 7, 25, 1_000]) {
      const usage = new SchemaUsage({ pool, range })
      await usage.catchUp()
      expect(usage.counted).toEqual({ versions: expected, position: 25, head: 25 })
    }
  })

  test('of an empty log are none', async () => {
    const usage = new SchemaUsage({ pool })
    await usage.catchUp()
    expect(usage.counted).toEqual({ versions: [], position: 0, head: 0 })
  })

  test('are counted once: later counts read only what is new', async () => {
    await shop()
    const usage = new SchemaUsage({ pool: tapped(), range: 10 })
    await usage.catchUp()
    await usage.catchUp()
    await appendEvents(pool, [to(inventory, 'A', stockReserved('A', 'o2', 1))])
    await Promise.all([usage.catchUp(), usage.catchUp(), usage.catchUp()])
    expect(ranges).toEqual([
      [0, 10],
      [10, 20],
      [20, 25],
      [25, 26],
    ])
    expect(usage.counted.versions).toEqual(await grouped())
  })

  test('are counted on from where the database went away', async () => {
    await shop()
    let calls = 0
    const usage = new SchemaUsage({ pool: tapped(() => ++calls === 2), range: 10 })
    await expect(usage.catchUp()).rejects.toThrow('the database went away')
    expect(usage.counted).toMatchObject({ position: 10, head: 25 })
    await usage.catchUp()
    expect(ranges).toEqual([
      [0, 10],
      [10, 20],
      [20, 25],
    ])
    expect(usage.counted.versions).toEqual(await grouped())
  })

  test('are counted anew when a dump was restored in place of what was counted', async () => {
    await shop()
    const usage = new SchemaUsage({ pool })
    await usage.catchUp()
    await dropEverything(pool)
    await migrate(pool)
    await appendEvents(pool, [to(inventory, 'B', stockReceived('B', 1))])
    await usage.catchUp()
    expect(usage.counted).toEqual({ versions: await grouped(), position: 1, head: 1 })
  })

  test('have a progress that ends at the head', async () => {
    await shop()
    const told: (readonly [number, number])[] = []
    await new SchemaUsage({ pool, range: 10 }).catchUp((position, head) => told.push([position, head]))
    expect(told).toEqual([
      [0, 25],
      [10, 25],
      [20, 25],
      [25, 25],
    ])
  })
})
