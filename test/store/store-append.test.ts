import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newIdBytes } from '../../app/clock.ts'
import { append, appendStatement, beginBehindLock, readAnswers, readHead, readTail } from '../../store/log/append.ts'
import {
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  numericArray,
  textArray,
  uuidArray,
  uuidBytes,
} from '../../store/postgres/binary-array.ts'
import { clientConfig, openPool, WRITER_SETTINGS } from '../../store/postgres/database.ts'
import type { KeyedAnswer, NewEvent } from '../../store/commit/decide-batch.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { wholeLog } from './whole-log.ts'

let database: TestDatabase
let pool: pg.Pool
let client: pg.Client

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 4 })
  client = await writer()
})

afterEach(async () => {
  await client.end()
  await pool.end()
  await database.drop()
})

async function writer(): Promise<pg.Client> {
  const opened = new pg.Client(clientConfig(database.url, { name: 'test writer', settings: WRITER_SETTINGS }))
  await opened.connect()
  return opened
}

function eventOf(stream: string, version: number, data = Buffer.of(1)): NewEvent {
  const id = newIdBytes()
  return {
    stream,
    version,
    type: 'Tested',
    schemaVersion: 1,
    data,
    id,
    commandId: id,
    correlationId: id,
    causationId: null,
  }
}

function keyedBy(key: string, offset: number, answer: string | null = 'said Ω'): KeyedAnswer {
  const command = { index: 0, commandId: newIdBytes(), events: 1 }
  return { ...command, key: { source: 'http:', key, fingerprint: Buffer.from(key) }, answer, offset }
}

function appendAt(known: number, events: readonly NewEvent[], keyed: readonly KeyedAnswer[] = []) {
  return append(client, appendStatement(known, { events, keyed }))
}

describe('an append', () => {
  test('many at once from many sessions: the log is dense and grows in commit order (law 1)', async () => {
    const sessions = 6
    const batches = 30
    let written = 0
    let done = false

    async function commit(session: number): Promise<void> {
      const own = await writer()
      for (let batch = 0; batch < batches; batch++) {
        const events = Array.from({ length: 1 + (batch % 4) }, (_, index) =>
          eventOf(`order-${String(session)}-${String(batch)}-${String(index)}`, 1),
        )
        for (;;) {
          // Half go for the head and may lose; the others take its lock first and cannot.
          const cautious = batch % 2 === 0
          const known = cautious ? (await beginBehindLock(own, 0, 0)).head : await readHead(own)
          const { outcome } = await append(own, appendStatement(known, { events, keyed: [] }))
          if (cautious) await own.query('commit')
          if (outcome === 'appended') break
          expect(cautious).toBe(false)
        }
        written += events.length
      }
      await own.end()
    }

    /** However often it looks, it sees the log from its beginning without a hole: nothing lands behind what was seen. */
    async function watch(): Promise<number> {
      let seen = 0
      let looks = 0
      while (!done) {
        const { rows } = await pool.query<{ count: number; last: number; head: number }>(
          `select count(*)::int as count, coalesce(max(position), 0)::int as last,
            (select position from log.log_head)::int as head from log.events`,
        )
        const { count = -1, last, head } = rows[0] ?? {}
        expect([count, head]).toEqual([last, last])
        expect(count).toBeGreaterThanOrEqual(seen)
        if (count > seen) looks++
        seen = count
      }
      return looks
    }

    const watching = watch()
    await Promise.all(Array.from({ length: sessions }, (_, session) => commit(session)))
    done = true
    expect(await watching).toBeGreaterThan(3)
    expect(await wholeLog(pool)).toHaveLength(written)
  })

  test('behind a head that is not where it was known writes nothing', async () => {
    expect(await appendAt(0, [eventOf('order-1', 1)])).toEqual({ outcome: 'appended' })
    expect(await appendAt(0, [eventOf('order-2', 1)], [keyedBy('key', 1)])).toEqual({ outcome: 'moved' })
    expect(await appendAt(2, [eventOf('order-2', 1)])).toEqual({ outcome: 'moved' })
    expect(await wholeLog(pool)).toHaveLength(1)
    expect((await pool.query('select from log.commands')).rowCount).toBe(0)
  })

  test('with a key that is known already writes nothing and names which (law 3)', async () => {
    await appendAt(0, [eventOf('order-1', 1)], [keyedBy('first', 1), keyedBy('second', 1)])
    const again = [keyedBy('new', 0), keyedBy('second', 1), keyedBy('newer', 1), keyedBy('first', 1)]
    expect(await appendAt(1, [eventOf('order-2', 1)], again)).toEqual({ outcome: 'keys-known', indexes: [1, 3] })
    expect(await wholeLog(pool)).toHaveLength(1)
    expect((await pool.query('select from log.commands')).rowCount).toBe(2)
  })

  test('keeps the answers of its keys with the positions of their events (law 3)', async () => {
    await appendAt(0, [eventOf('order-0', 1)])
    const events = [eventOf('order-1', 1), eventOf('order-2', 1), eventOf('order-2', 2)]
    const keyed = [keyedBy('a', 1, null), { ...keyedBy('b', 3, 'a cart: \u{1F6D2}'), events: 2 }]
    await appendAt(1, events, keyed)
    const wanted = ['b', 'unknown', 'a'].map((key) => keyedBy(key, 0).key)
    expect(await readAnswers(client, wanted)).toEqual([
      { fingerprint: Buffer.from('b'), answer: 'a cart: \u{1F6D2}', position: 4 },
      null,
      { fingerprint: Buffer.from('a'), answer: null, position: 2 },
    ])
    const { rows } = await pool.query('select command_id as id, events from log.commands order by key')
    expect(rows.map(({ id, events: count }) => [uuidBytes(id), count])).toEqual(
      keyed.map((one) => [one.commandId, one.events]),
    )
  })

  test('of keys alone leaves the head where it is', async () => {
    await appendAt(0, [eventOf('order-1', 1)])
    expect(await appendAt(1, [], [keyedBy('refused', 0)])).toEqual({ outcome: 'appended' })
    expect(await readHead(client)).toBe(1)
    expect((await readAnswers(client, [keyedBy('refused', 0).key]))[0]?.position).toBe(1)
  })

  test('of nothing at all compares the head and waits for no lock (law 2)', async () => {
    await appendAt(0, [eventOf('order-1', 1)])
    const holder = await writer()
    await beginBehindLock(holder, 1, 0)
    expect(await appendAt(1, [])).toEqual({ outcome: 'appended' })
    expect(await appendAt(0, [])).toEqual({ outcome: 'moved' })
    await holder.end()
  })

  test('is all or nothing: a version that exists refuses the batch with its keys', async () => {
    await appendAt(0, [eventOf('order-1', 1)])
    const appending = appendAt(1, [eventOf('order-2', 1), eventOf('order-1', 1)], [keyedBy('key', 2)])
    await expect(appending).rejects.toMatchObject({ code: '23505' })
    expect(await wholeLog(pool)).toHaveLength(1)
    expect((await pool.query('select from log.commands')).rowCount).toBe(0)
  })

  test('keeps every byte, id and text of an event', async () => {
    const data = randomBytes(70_000)
    const [id, commandId, correlationId, causationId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const ids = { id: uuidBytes(id), commandId: uuidBytes(commandId), correlationId: uuidBytes(correlationId) }
    const event = { ...eventOf('order-Ω,"{}\\ NULL', 1, data), ...ids, causationId: uuidBytes(causationId) }
    await appendAt(0, [event, eventOf('order-empty', 1, Buffer.alloc(0))])
    const [first, second] = await wholeLog(pool)
    expect(first).toMatchObject({ stream: event.stream, data, id, commandId, correlationId, causationId })
    expect(second).toMatchObject({ data: Buffer.alloc(0), causationId: null })
  })
})

describe('the tail', () => {
  test.each([
    ['with the lock', beginBehindLock],
    ['without it', readTail],
  ])('%s is what was written since, or nothing but the head when that is too much', async (_, tail) => {
    const events = Array.from({ length: 5 }, (_, index) => eventOf(`order-${String(index)}`, 1))
    await appendAt(0, events)
    const read = async (known: number, most: number) => {
      const { head, events: found } = await tail(client, known, most)
      await client.query('rollback')
      return { head, positions: found?.map(({ position }) => position) ?? null }
    }
    expect(await read(5, 3)).toEqual({ head: 5, positions: [] })
    expect(await read(2, 3)).toEqual({ head: 5, positions: [3, 4, 5] })
    expect(await read(1, 3)).toEqual({ head: 5, positions: null })
    // A log that was put back to an older state has lost what we knew.
    expect(await read(9, 3)).toEqual({ head: 5, positions: null })
  })
})

test.each([
  ['updates', "update log.events set type = 'Changed'"],
  ['deletes', 'delete from log.events'],
  ['being truncated', 'truncate log.events'],
  ['even an update of no row', "update log.events set type = 'Changed' where false"],
  ['deletes by a replica', 'set session_replication_role = replica; delete from log.events'],
])('the log refuses %s, to the superuser too (law 1)', async (_, statement) => {
  await appendAt(0, [eventOf('order-1', 1)])
  const { rows } = await pool.query<{ super: boolean }>('select rolsuper as super from pg_roles where rolname = user')
  expect(rows).toEqual([{ super: true }])
  await expect(client.query(statement)).rejects.toMatchObject({ code: 'OL001' })
  expect((await wholeLog(pool))[0]).toMatchObject({ type: 'Tested' })
})

describe('arrays in the binary wire format are what Postgres reads', () => {
  test.each([
    ['text', textArray(['', 'Ω\u{1F6D2}', null, 'a"b\\c,{}', 'NULL']), ['', 'Ω\u{1F6D2}', null, 'a"b\\c,{}', 'NULL']],
    ['int2', int2Array([0, -32_768, null, 32_767]), [0, -32_768, null, 32_767]],
    ['int4', int4Array([0, -2_147_483_648, null, 2_147_483_647]), [0, -2_147_483_648, null, 2_147_483_647]],
    ['int8', int8Array([0, Number.MAX_SAFE_INTEGER, null, -1]), ['0', String(Number.MAX_SAFE_INTEGER), null, '-1']],
    ['int8', int8Array([2n ** 63n - 1n, -(2n ** 63n)]), ['9223372036854775807', '-9223372036854775808']],
    ['bytea', byteaArray([Buffer.alloc(0), null, Buffer.of(0, 255)]), [Buffer.alloc(0), null, Buffer.of(0, 255)]],
    [
      'uuid',
      uuidArray([uuidBytes('0192f0c1-2b3c-7d4e-8f50-61728394a5b6'), null]),
      ['0192f0c1-2b3c-7d4e-8f50-61728394a5b6', null],
    ],
  ])('%s', async (type, wire, values) => {
    const { rows } = await client.query<{ values: unknown }>(`select $1::${type}[] as values`, [wire])
    expect(rows[0]?.values).toEqual(values)
  })

  test('numeric', async () => {
    const numbers = [0, 7, -7, 10_000, 9_999, 123_456, null, -(2 ** 53), 10n ** 40n, -(10n ** 31n) - 1n]
    // The driver reads an array of them as floating-point numbers.
    const text = 'select $1::numeric[]::text[] as values'
    const { rows } = await client.query<{ values: unknown }>(text, [numericArray(numbers)])
    expect(rows[0]?.values).toEqual(numbers.map((number) => (number === null ? null : String(BigInt(number)))))
  })

  test.each([
    ['text', textArray([])],
    ['int2', int2Array([])],
    ['int4', int4Array([])],
    ['int8', int8Array([])],
    ['numeric', numericArray([])],
    ['bytea', byteaArray([])],
    ['uuid', uuidArray([])],
  ])('%s without members', async (type, wire) => {
    const { rows } = await client.query<{ members: number }>(`select cardinality($1::${type}[]) as members`, [wire])
    expect(rows).toEqual([{ members: 0 }])
  })
})
