import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import { holdLease, releaseLease } from '../../store/log/leases.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: pg.Pool

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 10 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

async function expire(): Promise<void> {
  await pool.query("update log.leases set expires_at = clock_timestamp() - interval '1 millisecond'")
}

test('a lease that one holds is refused to others and renewed for its holder', async () => {
  expect(await holdLease(pool, 'projector', 'one')).toBe(true)
  expect(await holdLease(pool, 'projector', 'other')).toBe(false)
  const { rows: before } = await pool.query<{ at: Date }>('select expires_at as at from log.leases')
  expect(await holdLease(pool, 'projector', 'one')).toBe(true)
  const { rows: after } = await pool.query<{ at: Date }>('select expires_at as at from log.leases')
  expect(after[0]?.at.getTime()).toBeGreaterThanOrEqual(before[0]?.at.getTime() ?? Infinity)
})

test('a lease is good for 1.5 s by the clock of the database', async () => {
  await holdLease(pool, 'projector', 'one')
  const { rows } = await pool.query<{ left: number }>(
    'select extract(epoch from expires_at - clock_timestamp())::float8 as left from log.leases',
  )
  expect(rows[0]?.left).toBeLessThanOrEqual(1.5)
})

test('leases of different names have nothing to do with each other', async () => {
  expect(await holdLease(pool, 'projector', 'one')).toBe(true)
  expect(await holdLease(pool, 'reactor', 'other')).toBe(true)
})

test('a lease that has expired goes to who asks first, and its holder of old is refused', async () => {
  await holdLease(pool, 'projector', 'one')
  await expire()
  expect(await holdLease(pool, 'projector', 'other')).toBe(true)
  expect(await holdLease(pool, 'projector', 'one')).toBe(false)
})

test('a lease that is given up is free at once; only its holder can give it up', async () => {
  await holdLease(pool, 'projector', 'one')
  await releaseLease(pool, 'projector', 'other')
  expect(await holdLease(pool, 'projector', 'other')).toBe(false)
  await releaseLease(pool, 'projector', 'one')
  expect(await holdLease(pool, 'projector', 'other')).toBe(true)
})

test('of many that ask at once for a free or expired lease exactly one gets it', async () => {
  for (let round = 0; round < 5; round++) {
    const owners = Array.from({ length: 10 }, (_, index) => `${String(round)}-${String(index)}`)
    const held = await Promise.all(owners.map((owner) => holdLease(pool, 'projector', owner)))
    expect(held.filter(Boolean)).toHaveLength(1)
    await expire()
  }
})
