import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '../../store/postgres/database.ts'
import {
  explainFailure,
  holdLease,
  type LeasedWork,
  type LeasedWorker,
  releaseLease,
  type Term,
  underLease,
} from '../../store/log/under-lease.ts'
import { LogGap } from '../../store/log/feed.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let database: TestDatabase
let pool: pg.Pool
const workers: LeasedWorker[] = []

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 10 })
})

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await pool.end()
  await database.drop()
})

async function expire(): Promise<void> {
  await pool.query("update log.leases set expires_at = clock_timestamp() - interval '1 millisecond'")
}

test('a lease that one holds is refused to others and renewed for its holder', async () => {
  expect(await holdLease({ pool, name: 'projector', owner: 'one' })).toBe(true)
  expect(await holdLease({ pool, name: 'projector', owner: 'other' })).toBe(false)
  const { rows: before } = await pool.query<{ at: Date }>('select expires_at as at from log.leases')
  expect(await holdLease({ pool, name: 'projector', owner: 'one' })).toBe(true)
  const { rows: after } = await pool.query<{ at: Date }>('select expires_at as at from log.leases')
  expect(after[0]?.at.getTime()).toBeGreaterThanOrEqual(before[0]?.at.getTime() ?? Infinity)
})

test('a lease is good for 1.5 s by the clock of the database', async () => {
  await holdLease({ pool, name: 'projector', owner: 'one' })
  const { rows } = await pool.query<{ left: number }>(
    'select extract(epoch from expires_at - clock_timestamp())::float8 as left from log.leases',
  )
  expect(rows[0]?.left).toBeLessThanOrEqual(1.5)
})

test('leases of different names have nothing to do with each other', async () => {
  expect(await holdLease({ pool, name: 'projector', owner: 'one' })).toBe(true)
  expect(await holdLease({ pool, name: 'reactor', owner: 'other' })).toBe(true)
})

test('a lease that has expired goes to who asks first, and its holder of old is refused', async () => {
  await holdLease({ pool, name: 'projector', owner: 'one' })
  await expire()
  expect(await holdLease({ pool, name: 'projector', owner: 'other' })).toBe(true)
  expect(await holdLease({ pool, name: 'projector', owner: 'one' })).toBe(false)
})

test('a lease that is given up is free at once; only its holder can give it up', async () => {
  await holdLease({ pool, name: 'projector', owner: 'one' })
  await releaseLease({ pool, name: 'projector', owner: 'other' })
  expect(await holdLease({ pool, name: 'projector', owner: 'other' })).toBe(false)
  await releaseLease({ pool, name: 'projector', owner: 'one' })
  expect(await holdLease({ pool, name: 'projector', owner: 'other' })).toBe(true)
})

test('of many that ask at once for a free or expired lease exactly one gets it', async () => {
  for (let round = 0; round < 5; round++) {
    const owners = Array.from({ length: 10 }, (_, index) => `${String(round)}-${String(index)}`)
    const held = await Promise.all(owners.map((owner) => holdLease({ pool, name: 'projector', owner })))
    expect(held.filter(Boolean)).toHaveLength(1)
    await expire()
  }
})

describe('work under a lease', () => {
  /** Who works at the moment. */
  let working: string[]
  let notes: string[]

  beforeEach(() => {
    working = []
    notes = []
  })

  /** Works until the end of its term, unless `changes` say otherwise. */
  function start(owner: string, changes: Partial<LeasedWork> = {}): LeasedWorker {
    const note = (fields: object, message: string) => void notes.push(`${message} ${JSON.stringify(fields)}`)
    const worker = underLease({
      ...{ pool, owner, who: owner, lease: () => 'work', explain: explainFailure },
      log: { info: note, warn: note, error: note },
      term: (term) => workUntilTheEnd(owner, term),
      ...changes,
    })
    workers.push(worker)
    return worker
  }

  async function workUntilTheEnd(owner: string, { end, begun }: Term): Promise<null> {
    begun()
    working.push(owner)
    await new Promise((resolve) => end.addEventListener('abort', resolve))
    working = working.filter((each) => each !== owner)
    return null
  }

  async function steal(): Promise<void> {
    await pool.query(`update log.leases set owner = 'thief', expires_at = clock_timestamp() + interval '1 hour'`)
  }

  const leases = async () => (await pool.query('select from log.leases')).rowCount

  test('is done by one at a time; a standby takes over when that one stops, which gives the lease back', async () => {
    const one = start('one')
    await eventually(() => one.health().state === 'working')
    const other = start('other')
    await eventually(() => other.health().state === 'standby')
    expect(working).toEqual(['one'])
    await one.stop()
    expect(one.health()).toMatchObject({ state: 'stopped' })
    await eventually(() => other.health().state === 'working')
    expect(working).toEqual(['other'])
    await other.stop()
    expect(await leases()).toBe(0)
    expect(notes).toEqual([])
  })

  test('ends when the lease is lost, and begins again when it is free', async () => {
    const worker = start('one')
    await eventually(() => working.length === 1)
    await steal()
    await eventually(() => worker.health().state === 'standby')
    expect(worker.health().reason).toBe('the lease was lost')
    expect(working).toEqual([])
    await expire()
    await eventually(() => worker.health().state === 'working')
    expect(working).toEqual(['one'])
  })

  test('that fails waits with the reason, leaves the lease to others, and is tried again', async () => {
    let attempts = 0
    const failing = start('failing', {
      term: async (term) => {
        if (++attempts < 4) throw new Error('no luck')
        return workUntilTheEnd('failing', term)
      },
    })
    await eventually(() => failing.health().state === 'waiting' && failing.health().reason === 'Error: no luck')
    await eventually(() => failing.health().state === 'working')
    expect(attempts).toBe(4)
    expect(notes).toEqual(['failing waits {"reason":"Error: no luck"}'])
  })

  test('is left to another while one fails', async () => {
    start('failing', { term: () => Promise.reject(new Error('no luck')) })
    await eventually(() => notes.length > 0)
    const sound = start('sound')
    await eventually(() => sound.health().state === 'working')
  })

  test('waits while the name of its lease or the table of leases is away', async () => {
    let away = true
    const worker = start('one', {
      lease: () => (away ? Promise.reject(new Error('it is away')) : Promise.resolve('work')),
    })
    await eventually(() => worker.health().reason === 'Error: it is away')
    expect(worker.health().state).toBe('waiting')
    away = false
    await eventually(() => worker.health().state === 'working')
    await pool.query('alter table log.leases rename to gone')
    await eventually(() => worker.health().state === 'waiting')
    expect(working).toEqual([])
    await pool.query('alter table log.gone rename to leases')
    await eventually(() => worker.health().state === 'working')
  })

  test('that no other attempt mends is broken: it is not tried again', async () => {
    let attempts = 0
    const worker = start('one', {
      term: () => {
        attempts++
        return Promise.reject(new LogGap(2, 3))
      },
    })
    await eventually(() => worker.health().state === 'broken')
    expect(worker.health().reason).toContain('expected position 2, found 3')
    expect(await leases()).toBe(0)
    await worker.stop()
    expect(attempts).toBe(1)
  })

  test('has ended when its stop resolves', async () => {
    let ended = false
    const worker = start('one', {
      term: async (term) => {
        await workUntilTheEnd('one', term)
        await pool.query('select pg_sleep(0.05)')
        ended = true
        return null
      },
    })
    await eventually(() => working.length === 1)
    await worker.stop()
    expect(ended).toBe(true)
  })
})
