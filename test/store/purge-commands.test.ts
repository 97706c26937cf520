import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import { CommandPurge } from '../../store/commit/purge-commands.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let database: TestDatabase
let pool: pg.Pool

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 4 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

async function remember(source: string, age: string, count = 1): Promise<void> {
  await pool.query(
    `insert into log.commands (source, key, fingerprint, answer, command_id, events, position, recorded_at)
    select $1, $2 || index, '\\x00', 'said', gen_random_uuid(), 0, 0, now() - $2::interval from generate_series(1, $3) index`,
    [source, age, count],
  )
}

async function remembered(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select source || ' ' || count(*) as name from log.commands group by source order by source`,
  )
  return rows.map(({ name }) => name)
}

test('keys of HTTP are purged after a day, those of Kafka after 30, those of no door that is known never', async () => {
  await remember('http:shop', '25 hours', 2_500)
  await remember('http:shop', '23 hours', 3)
  await remember('kafka:orders', '721 hours', 20)
  await remember('kafka:orders', '719 hours', 4)
  await remember('post:office', '1000 hours', 2)
  const purged: number[] = []
  const errors: unknown[] = []
  const purge = new CommandPurge({
    pool,
    onError: (error) => errors.push(error),
    onPurged: (rows) => purged.push(rows),
  })
  purge.start()
  await eventually(() => purged.length > 0)
  await purge.stop()
  expect(await remembered()).toEqual(['http:shop 3', 'kafka:orders 4', 'post:office 2'])
  expect(purged).toEqual([2_520])
  expect(errors).toEqual([])
})

test('rounds go on after one that failed', async () => {
  await pool.query('alter table log.commands rename to hidden')
  const errors: unknown[] = []
  const purge = new CommandPurge({ pool, every: 1, onError: (error) => errors.push(error) })
  purge.start()
  await eventually(() => errors.length > 1)
  await pool.query('alter table log.hidden rename to commands')
  await remember('http:shop', '25 hours')
  await eventually(async () => (await remembered()).length === 0)
  await purge.stop()
})
