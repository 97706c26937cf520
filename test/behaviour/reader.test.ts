/** The reader of user events: one process at a time, and a kill loses and doubles nothing. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBehaviour } from '../../app/insights/open-behaviour.ts'
import { Releases } from '../../app/start/releases.ts'
import { readChunks } from '../../insights/behaviour/chunk-table.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { dropLetters, parkLetters, readLetters } from '../../insights/behaviour/letters.ts'
import { prune } from '../../insights/behaviour/prune.ts'
import { loadPartitions, savePartitions, savingOf } from '../../insights/behaviour/state-table.ts'
import { noCounts } from '../../insights/behaviour/counts.ts'
import { UNWATCHED } from '../../app/roles/open-committer.ts'
import type { Role } from '../../app/roles/background-work.ts'
import type { UserEvent } from '../../schemas/behaviour/user-event.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let database: TestDatabase
let pool: Pool
let releases: Releases

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 3 })
  releases = new Releases()
})

afterEach(async () => {
  await stop()
  await pool.end()
  await database.drop()
})

async function open(roles: readonly Role[], from = releases) {
  const notices = new Listener(database.url, {})
  await notices.start()
  from.add('listener', () => notices.stop())
  return openBehaviour({
    config: { roles, behaviourMaxBytes: 2 ** 32 },
    ...{ databaseUrl: database.url, notices, clock: () => Date.now(), log: UNWATCHED.log, releases: from },
  })
}

async function stop(from = releases): Promise<void> {
  await from.release((part, error) => expect([part, error]).toBeNull())
}

function eventOf(change: Partial<UserEvent>): UserEvent {
  return {
    ...{ eventId: randomBytes(16), type: 'page_view', at: Date.now(), subject: 'someone', customerId: null, sku: null },
    ...{ quantity: 0, amount: 0, currency: '', orderId: null, channel: 'web', region: '', device: null, card: null },
    ...{ address: null, network: null, cardRegion: '', reason: null },
    ...change,
  }
}

const taken = (events: readonly UserEvent[]) => events.map((event) => ({ event, moved: false }))
const figures = () => behaviourFigures(pool).sessions()
const saved = async () =>
  (await loadPartitions(pool)).map(({ state, ...of }) => ({ ...of, sessions: [...state.save().sessions] }))

describe('events that a door has taken', () => {
  test('are read by another process, each once, whoever takes over', async () => {
    const { door } = await open(['api'])
    const events = Array.from({ length: 300 }, (_, index) => eventOf({ subject: `s${String(index)}` }))
    // Nobody reads here: what becomes of them is known elsewhere.
    expect(await door.take(taken([...events, ...events]), [], Date.now())).toEqual(Array(600).fill('accepted'))
    const first = new Releases()
    await open(['reactor'], first)
    await eventually(async () => expect(await figures()).toMatchObject({ events: 300, duplicates: 300, open: 300 }))
    await stop(first)
    await door.take(taken(events.slice(0, 5)), [], Date.now())
    await open(['reactor'])
    // The ids of the last ten minutes come back from the chunks.
    await eventually(async () => expect(await figures()).toMatchObject({ events: 300, duplicates: 305, open: 300 }))
  })

  test('count once where the last save is lost: they are read again from the offset before it', async () => {
    const here = new Releases()
    const { door } = await open(['api', 'reactor'], here)
    await door.take(taken([eventOf({})]), [], Date.now())
    await eventually(async () => expect(await figures()).toMatchObject({ events: 1 }))
    await stop(here)
    const before = await saved()
    const { door: deaf } = await open(['api'])
    await deaf.take(taken([eventOf({}), eventOf({})]), [], Date.now())
    expect(await saved()).toEqual(before)
    await open(['reactor'])
    await eventually(async () => expect(await figures()).toMatchObject({ events: 3, open: 1 }))
  })

  test('are not saved by one who lost the lease without knowing', async () => {
    const [stale] = await loadPartitions(pool)
    if (stale === undefined) throw new Error('there are six partitions')
    const saving = await savingOf(stale)
    await savePartitions(pool, [saving])
    const counts = { ...noCounts(), totals: { ...noCounts().totals, events: 7 } }
    await expect(savePartitions(pool, [{ ...saving, counts }])).rejects.toMatchObject({ code: 'saved-by-another' })
    expect(await figures()).toMatchObject({ events: 0 })
  })
})

describe('chunks', () => {
  test('that were dropped before they were read are passed over, and what comes behind them is read', async () => {
    const { door } = await open(['api'])
    await door.take(taken([eventOf({}), eventOf({})]), [], Date.now())
    await pool.query('delete from behaviour.chunks')
    await door.take(taken([eventOf({})]), [], Date.now())
    await open(['reactor'])
    await eventually(async () => expect(await figures()).toMatchObject({ events: 1 }))
    const offsets: number[] = []
    for (let partition = 0; partition < 6; partition++) {
      for await (const { firstOffset } of readChunks(pool, partition, 0)) offsets.push(firstOffset)
    }
    expect(offsets).toEqual([2])
  })

  test('get their table when an hour begins that nobody had made one for', async () => {
    const { door } = await open(['api'])
    const { rows } = await pool.query<{ name: string }>(
      "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'behaviour.chunks'::regclass",
    )
    for (const { name } of rows) await pool.query(`drop table ${name}`)
    expect(await door.take(taken([eventOf({})]), [], Date.now())).toEqual(['accepted'])
  })
})

test('of letters only the newest 10,000 are kept', async () => {
  const letter = { partition: null, offset: null, code: 'invalid', message: 'is unknown', value: Buffer.from('{}') }
  await parkLetters(pool, Array(10_500).fill(letter))
  await parkLetters(pool, [{ ...letter, code: 'too-old' }])
  await dropLetters(pool)
  const { rows } = await pool.query<{ letters: number }>('select count(*)::int as letters from behaviour.letters')
  expect(rows).toEqual([{ letters: 10_000 }])
  const [newest] = await readLetters(pool, { before: null, limit: 1 })
  expect(newest).toMatchObject({ code: 'too-old', partition: null, offset: null, size: 2 })
})

test('letters do not pile up where nobody prunes, and one of a request that is sent again is kept once', async () => {
  const letter = { partition: null, offset: null, code: 'invalid', message: 'is unknown', value: Buffer.from('{}') }
  const count = async () => {
    const { rows } = await pool.query<{ letters: number }>('select count(*)::int as letters from behaviour.letters')
    return rows[0]?.letters ?? 0
  }
  const { door } = await open(['api'])
  await pool.query('alter table behaviour.partitions rename to away')
  await expect(door.take(taken([eventOf({})]), [letter], Date.now())).rejects.toThrow()
  await pool.query('alter table behaviour.away rename to partitions')
  await door.take(taken([eventOf({})]), [letter], Date.now())
  expect(await count()).toBe(1)
  for (let batch = 0; batch < 4; batch++) await parkLetters(pool, Array(10_000).fill(letter))
  expect(await count()).toBeLessThanOrEqual(20_001)
})

test('of pairs only so many stay as there is room for: those met least often go, then the oldest', async () => {
  await pool.query(`insert into behaviour.pairs (epoch, sku, other, sessions)
    select date '2026-11-02' - 28 * (i % 2), 'A' || i, 'B' || i, 1 + i % 3 from generate_series(1, 600) i
    union all select date '2026-11-02', 'A' || i, 'A' || i, 1 from generate_series(1, 100) i`)
  // Room for 500 of 140 bytes in its sixteenth.
  await prune(pool, 500 * 140 * 16)
  const { rows } = await pool.query<{ own: boolean; sessions: string; pairs: number }>(
    `select sku = other as own, sessions, count(*)::int as pairs from behaviour.pairs group by 1, 2 order by 1, 2`,
  )
  expect(rows).toEqual([
    { own: false, sessions: '2', pairs: 200 },
    { own: false, sessions: '3', pairs: 200 },
    { own: true, sessions: '1', pairs: 100 },
  ])
})
