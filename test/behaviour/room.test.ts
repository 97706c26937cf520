/** Room for user events: what is too old or too much goes, no matter who reads; nothing unread is dropped to make room. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dropTables, makeTables } from '../../insights/behaviour/chunk-table.ts'
import { behaviourFigures } from '../../insights/behaviour/figures.ts'
import { parkLetters } from '../../insights/behaviour/letters.ts'
import type { BehaviourDoor } from '../../insights/intake/door.ts'
import { BehaviourFull } from '../../insights/intake/room.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { openOrderTopic } from '../kafka/order-records.ts'
import { openApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka, unusedName } from '../support/kafka.ts'
import { eventOf, openHere, takenOf, topicOf, type OpenHere, type OpenedHere } from './opened.ts'

const kafka = await testKafka()
const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS
const AMPLE = 2 ** 32
/** Some thousand events. */
const LITTLE = 300_000

let database: TestDatabase
let pool: Pool
let opened: OpenedHere[]

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 3 })
  opened = []
})

afterEach(async () => {
  for (const one of opened) await one.stop()
  await pool.end()
  await database.drop()
})

async function open(options: Omit<OpenHere, 'url'>): Promise<OpenedHere> {
  // It looks after every few milliseconds whether there is room.
  const one = await openHere({ url: database.url, monotonic: () => performance.now() * 1_000, ...options })
  opened.push(one)
  return one
}

async function stop(one: OpenedHere): Promise<void> {
  opened = opened.filter((each) => each !== one)
  await one.stop()
}

const figures = () => behaviourFigures(pool).sessions()

const take = (door: BehaviourDoor, count: number) =>
  door.take(takenOf(Array.from({ length: count }, () => eventOf())), [], Date.now())

/** Sends events until there is no room; how many were answered. */
async function fill(door: BehaviourDoor): Promise<number> {
  for (let answered = 0; answered < 500_000; answered += 500) {
    const refused = await take(door, 500).then(
      () => false,
      (error: unknown) => {
        expect(error).toBeInstanceOf(BehaviourFull)
        return true
      },
    )
    if (refused) return answered
  }
  return expect.fail('there was room for all of them')
}

async function tables(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'behaviour.chunks'::regclass order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** The beginning of an hour some hours ago. */
function hourBefore(hours: number): Date {
  const now = Date.now()
  return new Date(now - (now % HOUR_MS) - hours * HOUR_MS)
}

/** Makes its table. */
async function makeOld(hours: number): Promise<string> {
  const from = hourBefore(hours)
  const name = `chunks_${from.toISOString().slice(0, 13).replaceAll(/\D/g, '')}`
  await pool.query(
    `create table behaviour.${name} partition of behaviour.chunks
    for values from ('${from.toISOString()}') to ('${new Date(from.getTime() + HOUR_MS).toISOString()}')`,
  )
  return name
}

/** As if what has just come had come some hours ago. */
async function moveBack(hours: number): Promise<string> {
  const name = await makeOld(hours)
  await pool.query(
    "update behaviour.chunks set stored_at = $1 where stored_at > clock_timestamp() - interval '1 hour'",
    [hourBefore(hours)],
  )
  // What was moved leaves its place behind.
  await pool.query('vacuum full behaviour.chunks')
  return name
}

describe('where nobody reads', () => {
  test('what is too old goes, read or not, and letters with it', async () => {
    const week = 7 * 24
    const first = await open({ roles: ['api'] })
    await take(first.door, 100)
    const [present, next] = await tables()
    await stop(first)
    const old = await moveBack(week + 2)
    const newer = await makeOld(week - 1)
    const letter = { partition: null, offset: null, code: 'invalid', message: 'is unknown', value: Buffer.from('{}') }
    await parkLetters(pool, [letter, letter])
    await pool.query(
      "update behaviour.letters set parked_at = parked_at - interval '8 days' where id = (select min(id) from behaviour.letters)",
    )
    expect(await tables()).toEqual([old, newer, present, next])
    await open({ roles: ['api'] })
    await eventually(async () => expect(await tables()).toEqual([newer, present, next]))
    await eventually(async () => {
      const { rows } = await pool.query('select id from behaviour.letters')
      expect(rows).toHaveLength(1)
      return true
    })
  })

  test('what was read goes for want of room, the oldest hours first, and no more of them than has to', async () => {
    const first = await open({ roles: ['api', 'reactor'] })
    await take(first.door, 5_000)
    await eventually(async () => expect(await figures()).toMatchObject({ events: 5_000 }))
    await stop(first)
    const old = await moveBack(4)
    const second = await open({ roles: ['api', 'reactor'] })
    await take(second.door, 5_000)
    await eventually(async () => expect(await figures()).toMatchObject({ events: 10_000 }))
    await stop(second)
    const newer = await moveBack(3)
    const { bytes } = await dropTables(pool, { keptForMs: WEEK_MS, mostBytes: AMPLE })
    await open({ roles: ['api'], mostBytes: bytes - 1 })
    await eventually(async () => expect(await tables()).not.toContain(old))
    expect(await tables()).toContain(newer)
  })
})

describe('where there is no room', () => {
  test('what nobody has read stays, however long ago its hour was, and none is taken until it was read', async () => {
    const { door, room } = await open({ roles: ['api'], mostBytes: LITTLE })
    const before = await fill(door)
    expect(before).toBeGreaterThan(0)
    const old = await moveBack(3)
    const answered = before + (await fill(door))
    expect(await tables()).toContain(old)
    expect(room.full()).toMatch(/were not read yet/)
    await open({ roles: ['reactor'] })
    await eventually(async () => expect(await figures()).toMatchObject({ events: answered }))
    await eventually(() =>
      take(door, 1).then(
        () => true,
        () => false,
      ),
    )
    expect(await tables()).not.toContain(old)
    expect(room.full()).toBeNull()
    await eventually(async () => expect(await figures()).toMatchObject({ events: answered + 1 }))
  })

  test('the present hour stays whole, and none is taken until it is over', async () => {
    const { door } = await open({ roles: ['api', 'reactor'], mostBytes: LITTLE })
    const answered = await fill(door)
    await eventually(async () => expect(await figures()).toMatchObject({ events: answered }))
    await expect(take(door, 1)).rejects.toBeInstanceOf(BehaviourFull)
    const { rows } = await pool.query<{ kept: number }>('select sum(events)::int as kept from behaviour.chunks')
    expect(rows).toEqual([{ kept: answered }])
    await moveBack(3)
    await eventually(() =>
      take(door, 1).then(
        () => true,
        () => false,
      ),
    )
  })

  test('what is being appended to an hour that was read stays', async () => {
    await makeTables(pool)
    const old = await makeOld(3)
    const appending = await pool.connect()
    try {
      await appending.query(
        `begin; insert into behaviour.${old} select now() - interval '3 hours', 0, 0, 1, ''::bytea; `,
      )
      const dropping = dropTables(pool, { keptForMs: WEEK_MS, mostBytes: 1 })
      let isDone = false
      void dropping.finally(() => (isDone = true))
      await eventually(async () => isDone || (await waitsForLock()))
      await appending.query('commit')
      expect((await dropping).dropped).toEqual([])
    } finally {
      appending.release()
    }
    expect(await tables()).toContain(old)
  })

  test('whoever reads for long holds up the dropping and not those who append', async () => {
    const { door } = await open({ roles: ['api'] })
    const old = await makeOld(3)
    const dumping = await pool.connect()
    try {
      await dumping.query('begin; select from behaviour.chunks')
      expect((await dropTables(pool, { keptForMs: WEEK_MS, mostBytes: 1 })).dropped).toEqual([])
      expect(await take(door, 1)).toEqual(['accepted'])
    } finally {
      await dumping.query('commit')
      dumping.release()
    }
    expect((await dropTables(pool, { keptForMs: WEEK_MS, mostBytes: 1 })).dropped).toEqual([old])
  })

  test('POST /user-events answers 503 with when to come again', async ({ onTestFinished }) => {
    const { door } = await open({ roles: ['api'], mostBytes: 1 })
    const service = await openApiService(database.url)
    onTestFinished(() => service.close())
    const app = service.another({ behaviour: { ...service.parts.behaviour, door } })
    const event = { eventId: '0192f3b0-7c1e-7d3a-9a41-5f0c6b1d2e3f', type: 'page_view', subject: 'visitor-1' }
    const payload = { ...event, at: new Date().toISOString() }
    const refused = await app.inject({ method: 'POST', url: '/user-events', payload })
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe('60')
    expect(refused.json()).toMatchObject({ code: 'behaviour-full' })
  })

  test.skipIf(kafka === null)('what comes over Kafka waits in the topic', async ({ onTestFinished }) => {
    const settings = kafka?.settings(`${unusedName('behaviour-full')}-`)
    if (settings === undefined) throw new Error('no Kafka')
    const orders = await openOrderTopic(settings, 'user-events')
    onTestFinished(() => orders.close())
    const topic = topicOf(settings, pool)
    const full = await open({ roles: ['api', 'reactor'], topic, mostBytes: 1 })
    await take(full.door, 300)
    await eventually(() => full.lines.some(({ msg }) => msg === 'user events wait for the store'), { timeout: 60_000 })
    expect(await figures()).toMatchObject({ events: 0 })
    await stop(full)
    await open({ roles: ['api', 'reactor'], topic })
    await eventually(async () => expect(await figures()).toMatchObject({ events: 300, duplicates: 0 }), {
      timeout: 60_000,
    })
  })
})

/** Whether somebody waits for the chunks. */
async function waitsForLock(): Promise<boolean> {
  const { rows } = await pool.query<{ waiting: boolean }>(
    `select exists (select from pg_locks where not granted and relation = 'behaviour.chunks'::regclass) as waiting`,
  )
  return rows[0]?.waiting === true
}
