import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newIdBytes } from '../../app/clock.ts'
import { to } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { productListed, stockReceived, stockReserved } from '../../domain/test-events.ts'
import { encode } from '../../schemas/codec.ts'
import { appendNotice } from '../../store/log/append.ts'
import { append, appendStatement } from '../../store/log/append.ts'
import { clientConfig, openPool } from '../../store/postgres/database.ts'
import { LogGap } from '../../store/log/feed.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { LogFeed } from '../../store/log/log-feed.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { readLog } from '../../store/log/read-log.ts'
import { dropEverything } from '../../store/postgres/reset.ts'
import { appendEvents } from '../support/append-events.ts'
import { lockIsWaitedFor } from './backends.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { feedContract, receipts } from '../kafka/feed-contract.ts'

let database: TestDatabase
let pool: pg.Pool
let feed: LogFeed
let stop: AbortController

beforeEach(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 3 })
  feed = new LogFeed(pool)
  stop = new AbortController()
})

afterEach(async () => {
  vi.useRealTimers()
  stop.abort()
  await pool.end()
  await database.drop()
})

async function nextPositions(after: number, limit = 100): Promise<readonly number[]> {
  return (await feed.next(after, limit, stop.signal)).map(({ position }) => position)
}

/** From now on nobody polls: one who comes back was woken. */
function stopPolling(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

feedContract('the feed on the table', () => ({
  feed,
  pool,
  async append(events) {
    const head = await appendEvents(pool, events)
    feed.headMoved(head)
    return head
  },
  async reset() {
    await dropEverything(pool)
    await migrate(pool)
  },
}))

describe('the feed on the table', () => {
  test('waits for the next event and is woken by a hint', async () => {
    stopPolling()
    await appendEvents(pool, receipts(2))
    const waiting = Promise.all([nextPositions(2), nextPositions(2)])
    feed.headMoved(await appendEvents(pool, receipts(1)))
    expect(await waiting).toEqual([[3], [3]])
  })

  test('is woken by the notification of an append', async () => {
    stopPolling()
    const listener = new Listener(database.url, { log: (head) => feed.headMoved(appendNotice(head).head) })
    await listener.start()
    const waiting = nextPositions(0)
    await appendEvents(pool, receipts(1))
    expect(await waiting).toEqual([1])
    await listener.stop()
  })

  test('finds out by itself when no hint comes', async () => {
    const waiting = nextPositions(0)
    await appendEvents(pool, receipts(1))
    expect(await waiting).toEqual([1])
  })

  test('is not misled by a hint of what is not there', async () => {
    feed.headMoved(1_000)
    const waiting = nextPositions(0)
    await appendEvents(pool, receipts(1))
    expect(await waiting).toEqual([1])
  })

  test.each([
    ['while it waits', () => new Promise((resolve) => setImmediate(resolve))],
    ['while it reads', () => Promise.resolve()],
    ['before it begins', null],
  ])(
    'resolves with nothing when it is stopped %s',
    async (_, meanwhile) => {
      stopPolling()
      if (meanwhile === null) stop.abort()
      const waiting = nextPositions(0)
      await meanwhile?.()
      stop.abort()
      expect(await waiting).toEqual([])
    },
    20_000,
  )

  test.each([
    ['at the beginning', 1],
    ['in the middle', 3],
  ])('says loudly that the log has a hole %s (law 1)', async (_, position) => {
    await appendEvents(pool, receipts(5))
    await pool.query('alter table log.events disable trigger events_are_immutable')
    await pool.query('delete from log.events where position = $1', [position])
    await expect(nextPositions(0)).rejects.toEqual(new LogGap(position, position + 1))
  })

  test('skips nothing while an append is not committed, and reads on beside a session that is idle in a transaction elsewhere', async () => {
    const elsewhere = await testDatabase()
    const idle = new pg.Client(clientConfig(elsewhere.url, { name: 'test' }))
    await idle.connect()
    await idle.query("begin; insert into log.leases values ('idle', 'in transaction', now())")

    await appendEvents(pool, receipts(3))
    const writing = await pool.connect()
    await writing.query('begin')
    const id = newIdBytes()
    const event = { ...encode(stockReceived('B1', 1)), stream: 'inventory-B1', version: 1 }
    const events = [{ ...event, id, commandId: id, correlationId: id, causationId: null }]
    expect(await append(writing, appendStatement(3, { events, keyed: [] }))).toEqual({ outcome: 'appended' })

    // The next append waits behind the one that is not committed: nothing can be seen before it.
    const overtaking = appendEvents(pool, receipts(1)).catch((error: unknown) => error)
    await lockIsWaitedFor(pool)
    expect(await nextPositions(0)).toEqual([1, 2, 3])
    const waiting = nextPositions(3)
    await writing.query('commit')
    writing.release()
    expect(await waiting).toEqual([4])
    expect(await overtaking).toMatchObject({ message: expect.stringContaining('moved') })

    feed.headMoved(await appendEvents(pool, receipts(1)))
    expect(await nextPositions(4)).toEqual([5])
    await idle.end()
    await elsewhere.drop()
  })
})

describe('the listener', () => {
  test('listens again after its connection was lost', async () => {
    const heard: string[] = []
    const listener = new Listener(database.url, { log: (payload) => heard.push(payload) })
    await listener.start()
    const { rows } = await pool.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'orderledger listener' and datname = current_database()",
    )
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await eventually(async () => {
      await pool.query("select pg_notify('log', 'again')")
      return heard.includes('again')
    })
    await listener.stop()
  })

  test('tells all who hear a channel, also those who asked after its start', async () => {
    const heard: string[] = []
    const listener = new Listener(database.url, {})
    await listener.start()
    await listener.hear('log', (payload) => heard.push(`one ${payload}`))
    await listener.hear('log', (payload) => heard.push(`two ${payload}`))
    await pool.query("select pg_notify('log', '7')")
    await eventually(() => heard.length === 2)
    expect(heard).toEqual(['one 7', 'two 7'])
    await listener.stop()
  })

  test('hears of an append with its head, and with each type of its events once', async () => {
    const heard: string[] = []
    const listener = new Listener(database.url, { log: (payload) => heard.push(payload) })
    await listener.start()
    await appendEvents(pool, [...receipts(2), { stream: 'inventory-B1', event: productListed('B1') }])
    await eventually(() => heard.length === 1)
    const { head, types } = appendNotice(heard[0] ?? '')
    expect({ head, types: types.toSorted() }).toEqual({ head: 3, types: ['ProductListed', 'StockReceived'] })
    await listener.stop()
  })

  test('cannot start without a server, and says so', async () => {
    await expect(new Listener('postgres://127.0.0.1:1/none', {}).start()).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('the log, read by people', () => {
  const some = [...receipts(3, 'A1'), ...receipts(2, 'B1'), ...receipts(2, 'A1')]

  async function positions(query: { stream?: string; type?: string; after?: number; limit?: number }) {
    const { events, next } = await readLog(pool, { after: 0, limit: 100, ...query })
    return { positions: events.map(({ position }) => position), next }
  }

  test('comes in pages, the last of which says so', async () => {
    await appendEvents(pool, some)
    expect(await positions({ limit: 4 })).toEqual({ positions: [1, 2, 3, 4], next: 4 })
    expect(await positions({ limit: 4, after: 4 })).toEqual({ positions: [5, 6, 7], next: null })
  })

  test.each([
    [0, [1, 2, 3, 6, 7]],
    [2, [3, 6, 7]],
    [3, [6, 7]],
    [5, [6, 7]],
    [6, [7]],
    [7, []],
    [99, []],
  ])('of one stream begins behind position %i', async (after, expected) => {
    await appendEvents(pool, some)
    expect(await positions({ stream: 'inventory-A1', after })).toEqual({ positions: expected, next: null })
  })

  test('of one stream finds its place in a long one without reading up to it', async () => {
    await appendEvents(pool, receipts(5_000))
    const read = async () => {
      await pool.query('select pg_stat_force_next_flush()')
      const { rows } = await pool.query<{ tuples: number }>(
        "select idx_tup_fetch::int as tuples from pg_stat_user_tables where relname = 'events'",
      )
      return rows[0]?.tuples ?? 0
    }
    const before = await read()
    for (const after of [0, 2_500, 4_990]) {
      expect((await positions({ stream: 'inventory-A1', after, limit: 5 })).positions[0]).toBe(after + 1)
    }
    expect((await read()) - before).toBeLessThan(200)
  })

  test('of one stream and none that is there is empty', async () => {
    await appendEvents(pool, some)
    expect(await positions({ stream: 'inventory-none' })).toEqual({ positions: [], next: null })
  })

  test('of one type looks at a bounded part of the log and says where to go on', async () => {
    await appendEvents(pool, [
      ...receipts(10_000),
      to(inventory, 'A1', stockReserved('A1', 'o1', 1)),
      to(inventory, 'A1', stockReserved('A1', 'o2', 1)),
    ])
    expect(await positions({ type: 'StockReserved' })).toEqual({ positions: [], next: 10_000 })
    expect(await positions({ type: 'StockReserved', after: 10_000 })).toEqual({
      positions: [10_001, 10_002],
      next: null,
    })
    expect(await positions({ type: 'StockReserved', after: 10_000, limit: 1 })).toEqual({
      positions: [10_001],
      next: 10_001,
    })
    expect(await positions({ type: 'StockReserved', stream: 'inventory-A1' })).toMatchObject({
      positions: [10_001, 10_002],
    })
  })
})
