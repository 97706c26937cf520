import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { orderCancelled, orderLine, orderPlaced } from '../../domain/test-events.ts'
import { expireOrders } from '../../reactors/expire-orders.ts'
import type { Reactor } from '../../reactors/reactor.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breaches, expiries, names, openReacting, reserve, shopEvents, type Reacting } from './reacting.ts'

let reacting: Reacting

beforeEach(async () => {
  reacting = await openReacting()
})

afterEach(async () => {
  await reacting[Symbol.asyncDispose]()
})

async function settled(): Promise<void> {
  await eventually(async () => {
    const { position, head, due } = await reacting.state()
    return position === head && due === 0
  })
}

describe('orders whose reservation has run out', () => {
  test('expire, and their units are free again; those that are not due stay', async () => {
    await reserve(reacting.pool, names(6), (index) => (index < 4 ? -1_000 : 600_000))
    await reacting.react()
    await eventually(async () => (await expiries(reacting.pool)).length === 4)
    await eventually(async () => (await reacting.state()).lagEvents === 0)
    expect(await reacting.state()).toMatchObject({ state: 'live', due: 2, overdue: 0, parkedCount: 0, lastError: null })
    const { rows } = await reacting.pool.query<{ released: number }>(
      `select count(*)::int as released from log.events where type = 'StockReleased'`,
    )
    expect(rows[0]?.released).toBe(4)
  })

  test('expire no earlier than they are due by the clock of the database, and each once', async () => {
    const now = Math.floor(await databaseTime(reacting.pool))
    const dueAt = new Map(names(40).map((id, index) => [`order-${id}`, now + 100 * index]))
    await reserve(reacting.pool, [...names(40)], (index) => 100 * index)
    await reacting.react()
    await settled()
    const found = await expiries(reacting.pool)
    expect(found.map(({ stream }) => stream).sort()).toEqual([...dueAt.keys()].sort())
    for (const { stream, recordedAt } of found) expect(recordedAt).toBeGreaterThanOrEqual(dueAt.get(stream) ?? Infinity)
  })

  test('expire by commands that name the event that made them due', async () => {
    await reserve(reacting.pool, ['o1'], () => -1)
    await reacting.react()
    await settled()
    const { rows } = await reacting.pool.query<{ id: string }>(`select id from log.events where type = 'OrderPlaced'`)
    expect((await expiries(reacting.pool)).map(({ cause }) => cause)).toEqual([rows[0]?.id])
  })

  test('are left alone when they ended before', async () => {
    await reserve(reacting.pool, ['o1', 'o2'], () => -1_000)
    const lines = [orderLine('A1', 1)]
    await appendEvents(reacting.pool, [{ stream: 'order-o1', event: orderCancelled('o1', lines) }])
    await reacting.react()
    await settled()
    expect((await expiries(reacting.pool)).map(({ stream }) => stream)).toEqual(['order-o2'])
  })

  test('expire at most so many a second', async () => {
    await reserve(reacting.pool, names(300), () => -1_000)
    await reacting.react({ pace: { perSecond: 100, repeatsPerSecond: 100, atOnce: 10 } })
    await settled()
    const times = (await expiries(reacting.pool)).map(({ recordedAt }) => recordedAt)
    const most = Math.max(...times.map((time) => times.filter((other) => other >= time && other < time + 1_000).length))
    expect(times).toHaveLength(300)
    // A batch is asked for as a whole: of the one that begins a second, all may fall into it.
    expect(most).toBeLessThanOrEqual(120)
  })
})

describe('a command of a reactor', () => {
  /** Its commands for the named stream throw, as long as `broken` says so. */
  function breaking(stream: string, broken: () => boolean): Pick<Reactor, 'act'> {
    return {
      async act(cause, acting) {
        if (cause.stream === stream && broken()) throw new TypeError('no such thing')
        return expireOrders.act(cause, acting)
      },
    }
  }

  test('that throws is parked with its reason, holds up no other stream, and is settled when retried', async () => {
    let broken = true
    await reserve(reacting.pool, names(5), () => -1_000)
    await reacting.react(breaking('order-o3', () => broken))
    await eventually(async () => {
      const { parkedCount, due } = await reacting.state()
      return parkedCount === 1 && due === 1
    })
    expect(await expiries(reacting.pool)).toHaveLength(4)
    const state = await reacting.state()
    expect(state).toMatchObject({ state: 'live', due: 1, overdue: 0, parkedCount: 1 })
    expect(state.parked).toMatchObject([
      {
        ...{ stream: 'order-o3', position: state.lastError?.position, webhook: null },
        ...{ attempts: 1, code: 'defect', message: 'no such thing' },
      },
    ])
    expect(reacting.complaints.some((line) => line.includes('was parked'))).toBe(true)

    broken = false
    expect(await reacting.retry()).toMatchObject({ parkedCount: 0, lastError: null })
    await settled()
    expect((await expiries(reacting.pool)).length).toBe(5)
  })

  test('that is parked holds back what comes after it in its stream', async () => {
    let broken = true
    const twice = breaking('order-o1', () => broken)
    const now = Math.floor(await databaseTime(reacting.pool))
    await appendEvents(reacting.pool, shopEvents(10))
    const placed = orderPlaced('o1', [], { reservedUntil: now - 1_000 })
    await appendEvents(reacting.pool, [{ stream: 'order-o1', event: placed }])
    await reacting.react(twice)
    await eventually(async () => (await reacting.state()).parkedCount === 1)
    // A stream that is made due again, as an order never is.
    const head = await appendEvents(reacting.pool, [
      { stream: 'order-o1', event: placed },
      { stream: 'order-o2', event: { ...placed, orderId: 'o2' } },
    ])
    await eventually(async () => (await expiries(reacting.pool)).some(({ stream }) => stream === 'order-o2'))
    await eventually(async () => (await reacting.state()).position > head)
    expect(await reacting.state()).toMatchObject({ due: 2, overdue: 1, parkedCount: 1 })
    broken = false
    await reacting.retry()
    await eventually(async () => (await reacting.state()).due === 0)
  })

  test('that is parked is retried alone, by the position of its event', async () => {
    let broken = true
    await reserve(reacting.pool, names(2), () => -1_000)
    await reacting.react({
      async act(cause, acting) {
        if (broken) throw new TypeError('no such thing')
        return expireOrders.act(cause, acting)
      },
    })
    await eventually(async () => (await reacting.state()).parkedCount === 2)
    broken = false
    const [first, second] = (await reacting.state()).parked
    expect(await reacting.retryCause(first?.position ?? 0)).toMatchObject({ parkedCount: 1 })
    await eventually(async () => (await reacting.state()).due === 1)
    expect((await reacting.state()).parked).toEqual([second])
    expect(await reacting.retryCause(first?.position ?? 0)).toBe('not-parked')
  })

  test('that the store cannot take is asked for again, and nothing is parked', async () => {
    await reserve(reacting.pool, names(3), () => -1_000)
    const down = new Set(names(3).map((id) => `order-${id}`))
    await reacting.react({
      async act(cause, acting) {
        if (down.delete(cause.stream)) throw new StoreFailure('store-unavailable', 'away')
        return expireOrders.act(cause, acting)
      },
    })
    await settled()
    expect(down.size).toBe(0)
    expect((await expiries(reacting.pool)).length).toBe(3)
    expect(reacting.complaints.filter((line) => line.includes('parked'))).toEqual([])
  })

  test('that comes too early is asked for again later, and is not lost', async () => {
    await reserve(reacting.pool, ['o1'], () => -1_000)
    let early = 2
    await reacting.react({
      async act(cause, acting) {
        const settled = await expireOrders.act(cause, early-- > 0 ? { ...acting, at: acting.at - 86_400_000 } : acting)
        // By the clock of the decision that would be a day.
        return settled.outcome === 'again' ? { ...settled, inMs: 1_000 } : settled
      },
    })
    await settled()
    expect(early).toBeLessThan(0)
    expect((await expiries(reacting.pool)).map(({ stream }) => stream)).toEqual(['order-o1'])
  })
})

describe('a reactor', () => {
  test('stands still at an event that it cannot read, says where and why, and goes on when that is mended', async () => {
    const head = await reserve(reacting.pool, ['o1'], () => 600_000)
    await appendRaw(reacting.pool, [
      { stream: 'order-o9', type: 'OrderPlaced', schemaVersion: 1, data: Buffer.from([1, 2]) },
    ])
    await reserve(reacting.pool, ['o2'], () => -1_000)
    await reacting.react()
    await eventually(async () => (await reacting.state()).state === 'failed')
    expect(await reacting.state()).toMatchObject({
      position: head,
      lastError: { code: 'undecodable-event', position: head + 1 },
    })
    expect(await expiries(reacting.pool)).toEqual([])

    await reacting.pool.query('alter table log.events disable trigger events_are_immutable')
    await reacting.pool.query(`update log.events set type = 'StockReceived', data = '\\x0000' where position = $1`, [
      head + 1,
    ])
    await reacting.retry()
    await eventually(async () => (await expiries(reacting.pool)).some(({ stream }) => stream === 'order-o2'))
    expect(await reacting.state()).toMatchObject({ state: 'live', lastError: null })
  })

  test('that stands still holds up no other of its process', async () => {
    await appendRaw(reacting.pool, [
      { stream: 'order-o9', type: 'OrderConfirmed', schemaVersion: 1, data: Buffer.from([1, 2]) },
    ])
    await reserve(reacting.pool, ['o1'], () => -1_000)
    const other = { ...expireOrders, name: 'deliveries', handles: ['OrderConfirmed'] as const, meaning: () => null }
    await reacting.react({}, { reactors: [other, { ...expireOrders, handles: ['OrderPlaced'] }] })
    await eventually(async () => (await expiries(reacting.pool)).length === 1)
    expect(await reacting.state('deliveries')).toMatchObject({
      state: 'failed',
      lastError: { code: 'undecodable-event' },
    })
    expect(await reacting.state()).toMatchObject({ state: 'live', lastError: null })
  })

  test('that is far behind holds up no other of its process', async () => {
    const first = await reacting.react()
    const head = await reserve(reacting.pool, names(6_000), () => 600_000)
    await eventually(async () => (await reacting.state()).position === head)
    await first.stop()
    await reserve(reacting.pool, ['o-new'], () => 600_000)
    let seen = 0
    let seenBefore: number | null = null
    const behind: Reactor = { ...expireOrders, name: 'deliveries', meaning: () => ((seen += 1), null) }
    const ahead: Reactor = { ...expireOrders, meaning: () => ((seenBefore ??= seen), null) }
    await reacting.react({}, { reactors: [behind, ahead] })
    await eventually(async () => (await reacting.state('deliveries')).lagEvents === 0)
    expect(seen).toBe(6_001)
    expect(seenBefore).toBeLessThan(6_000)
  })

  test('passes over events of other kinds without reading them', async () => {
    await appendRaw(reacting.pool, [
      { stream: 'inventory-A1', type: 'StockReceived', schemaVersion: 1, data: Buffer.from([255]) },
    ])
    const head = await reserve(reacting.pool, ['o1'], () => 600_000)
    await reacting.react()
    await eventually(async () => (await reacting.state()).position >= head)
    expect(await reacting.state()).toMatchObject({ state: 'live', lastError: null })
  })

  test('that is paused begins nothing until it is resumed, and loses nothing', async () => {
    await reserve(reacting.pool, ['o1'], () => -1_000)
    await reacting.pause()
    await reacting.react()
    const head = await reserve(reacting.pool, ['o2'], () => -1_000)
    await eventually(async () => (await reacting.state()).position >= head)
    expect(await reacting.state()).toMatchObject({ state: 'paused', due: 2, paused: { reason: 'paused by hand' } })
    expect(await expiries(reacting.pool)).toEqual([])
    await reacting.resume()
    await settled()
    expect((await expiries(reacting.pool)).length).toBe(2)
  })

  test('whose log has a hole stops loudly (law 1)', async () => {
    const head = await reserve(reacting.pool, names(3), () => -1_000)
    await reacting.pool.query('alter table log.events disable trigger events_are_immutable')
    await reacting.pool.query('delete from log.events where position = $1', [head - 2])
    const worker = await reacting.react()
    await eventually(() => worker.health().state === 'broken')
    expect(await reacting.state()).toMatchObject({ state: 'failed', lastError: { code: 'log-gap' } })
    expect(await expiries(reacting.pool)).toEqual([])
  })

  test('is shown as unserved while no process does its work', async () => {
    await reserve(reacting.pool, ['o1'], () => -1_000)
    expect(await reacting.state()).toMatchObject({ state: 'unserved', position: 0, due: 0 })
    const worker = await reacting.react()
    await eventually(async () => (await reacting.state()).state === 'live')
    await worker.stop()
    expect(await reacting.state()).toMatchObject({ state: 'unserved' })
  })

  test('hands over when its process stops, and the other begins where it was', async () => {
    await reserve(reacting.pool, names(20), () => -1_000)
    const first = await reacting.react({ pace: { perSecond: 20, repeatsPerSecond: 20, atOnce: 2 } })
    await eventually(async () => (await expiries(reacting.pool)).length > 2)
    await reacting.react()
    await first.stop()
    await settled()
    expect(new Set((await expiries(reacting.pool)).map(({ stream }) => stream)).size).toBe(20)
    expect((await expiries(reacting.pool)).length).toBe(20)
    expect(await breaches(reacting.pool)).toEqual([])
  })
})
