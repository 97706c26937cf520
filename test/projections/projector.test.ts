/** The projector's life: leases, pauses, laggards, lost connections; and waiting for what it shows. On real Postgres. */
import { describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { readLiveGenerations, setPaused } from '../../projections/generations.ts'
import { projections } from '../../projections/views/list.ts'
import { orders } from '../../projections/views/orders.ts'
import { Progress, PROGRESS_CHANNEL } from '../../projections/live/progress.ts'
import { openViews } from '../../projections/views/views.ts'
import { CheckpointMoved } from '../../projections/live/checkpoints.ts'
import { prepareBatch, writeBatch } from '../../projections/live/write-batch.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { holdLease } from '../../store/log/under-lease.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breachesOf, listed, openProjecting, placed, stateOf, type Projecting } from './projecting.ts'

describe('projections that stand at different positions', () => {
  test('a paused one stands still while the others go on, and catches up when resumed', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, placed('o1')))
    await setPaused(projecting.pool, 'sales', true)
    const { position } = await stateOf(projecting, 'sales')
    const head = await appendEvents(projecting.pool, placed('o2', 'o3'))
    await projecting.shown(head, 'orders')
    expect(await stateOf(projecting, 'sales')).toMatchObject({ state: 'paused', position })
    expect((await stateOf(projecting, 'sales')).lagSeconds).toBeGreaterThan(0)
    await setPaused(projecting.pool, 'sales', false)
    await projecting.shown(head)
    expect(await stateOf(projecting, 'sales')).toMatchObject({ state: 'live', lagEvents: 0, lagSeconds: 0 })
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('a laggard reads alone and joins the others while the log goes on growing', async () => {
    await using projecting = await openProjecting()
    const first = await projecting.project({ projections: projections.filter(({ name }) => name !== 'sales') })
    const many = (batch: number) =>
      placed(...Array.from({ length: 4_000 }, (_, index) => `o${String(batch)}-${String(index)}`))
    for (let batch = 0; batch < 3; batch++) await appendEvents(projecting.pool, many(batch))
    await projecting.shown(12_000, 'orders')
    await first.stop()
    await projecting.project()
    let head = 12_000
    await eventually(async () => {
      head = await appendEvents(projecting.pool, placed(`o-${newId()}`))
      return (await stateOf(projecting, 'sales')).position >= 12_000
    })
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
  })
})

describe('projections that need not show each event at once', () => {
  test('share a transaction now and then, and show all of it in the end', async () => {
    await using projecting = await openProjecting()
    const moved = new Map<string, number>()
    const listener = new Listener(projecting.url, {
      [PROGRESS_CHANNEL]: (payload) => {
        const { generations } = JSON.parse(payload) as { readonly generations: object }
        for (const name of Object.keys(generations)) moved.set(name, (moved.get(name) ?? 0) + 1)
      },
    })
    await listener.start()
    await projecting.project()
    let head = 0
    for (let order = 0; order < 40; order++) {
      head = await appendEvents(projecting.pool, placed(`o${String(order)}`))
      await projecting.shown(head, 'orders')
    }
    await projecting.shown(head)
    await listener.stop()
    expect(moved.get('sales')).toBe(moved.get('customers'))
    expect(moved.get('sales')).toBeLessThan(Number(moved.get('orders')))
    expect(await breachesOf(projecting)).toEqual([])
  })
})

describe('one projector at a time', () => {
  test('a standby takes over when the other gives up its lease', async () => {
    await using projecting = await openProjecting()
    const first = await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, placed('o1')))
    const second = await projecting.project()
    await eventually(() => second.health().state === 'standby')
    expect(first.health().state).toBe('working')
    await first.stop()
    await projecting.shown(await appendEvents(projecting.pool, placed('o2')))
    expect([first.health().state, second.health().state]).toEqual(['stopped', 'working'])
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('a standby takes over when the lease of one that fell silent expires', async () => {
    await using projecting = await openProjecting()
    await holdLease({ pool: projecting.pool, name: 'projector', owner: 'silent' })
    const standby = await projecting.project()
    await eventually(() => standby.health().state === 'standby')
    await projecting.shown(await appendEvents(projecting.pool, placed('o1')))
    expect(standby.health().state).toBe('working')
  })

  test('one whose lease was taken steps down', async () => {
    await using projecting = await openProjecting()
    const projector = await projecting.project()
    await eventually(() => projector.health().state === 'working')
    await projecting.pool.query(
      `update log.leases set owner = 'another', expires_at = clock_timestamp() + interval '1 hour'`,
    )
    await eventually(() => projector.health().state === 'standby')
    expect(projector.health().reason).toContain('lease')
  })

  test('one that works from an old checkpoint writes nothing and steps down, then goes on from the new one', async () => {
    await using projecting = await openProjecting()
    const projector = await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, listed('A1')))
    // Another process that believes it holds the lease moves the checkpoint of orders under its feet.
    const checkpoint = (await readLiveGenerations(projecting.pool)).get('orders')
    if (checkpoint === undefined) throw new Error('orders has no checkpoint')
    const stolen = {
      projection: orders,
      checkpoint,
      prepared: prepareBatch(1, new Map()),
      prepare: (generation: number) => prepareBatch(generation, new Map()),
    }
    const head = await appendEvents(projecting.pool, listed('B2', 'C3'))
    await projecting.shown(head, 'orders')
    const batch = { writes: [stolen], end: { position: 2, recordedAt: 0 }, beforeCommit: () => undefined }
    await expect(writeBatch(projecting.pool, batch)).rejects.toThrow(CheckpointMoved)
    await projecting.pool.query(`update views.checkpoints set position = 2 where projection = 'orders'`)
    const later = await appendEvents(projecting.pool, listed('D4'))
    await eventually(() => projecting.complaints.some((complaint) => complaint.includes('is at 2, not at 3')))
    await projecting.shown(later, 'orders', 'sales')
    expect(projector.health().state).toBe('working')
  })
})

describe('what goes wrong around it', () => {
  test('a transaction that is cut off before its commit leaves nothing behind and is done again', async () => {
    await using projecting = await openProjecting()
    let cuts = 0
    await projecting.project({
      reachPoint: () => {
        if (++cuts % 3 === 1 && cuts < 12) throw new Error('cut off')
      },
    })
    for (const events of [listed('A1'), placed('o1'), placed('o2'), placed('o3')])
      await projecting.shown(await appendEvents(projecting.pool, events))
    expect(cuts).toBeGreaterThan(4)
    expect(await breachesOf(projecting)).toEqual([])
    expect((await projecting.views.states()).map(({ lastError }) => lastError)).toEqual(projections.map(() => null))
  })

  test('lost connections are waited for and fail nothing', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    let head = 0
    for (let round = 0; round < 3; round++) {
      head = await appendEvents(projecting.pool, placed(...Array.from({ length: 300 }, () => newId())))
      await projecting.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'orderledger test projector' and datname = current_database()`,
      )
    }
    await projecting.shown(head)
    for (const state of await projecting.views.states()) expect(state).toMatchObject({ state: 'live', lastError: null })
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('law 1: at a gap in the log the projector stops, loudly', async () => {
    await using projecting = await openProjecting()
    await appendEvents(projecting.pool, placed('o1', 'o2', 'o3'))
    const gap = async (...asked: Parameters<Projecting['feed']['next']>) =>
      (await projecting.feed.next(...asked)).filter(({ position }) => position !== 2)
    const projector = await projecting.project({ feed: { next: gap } })
    await eventually(() => projector.health().state === 'broken')
    expect(projector.health().reason).toContain('expected position 2, found 3')
    await eventually(async () => (await projecting.views.states()).every(({ state }) => state === 'failed'))
    for (const state of await projecting.views.states()) {
      expect(state).toMatchObject({ state: 'failed', position: 0, lastError: { code: 'log-gap', position: 2 } })
    }
  })
})

describe('waiting for a view', () => {
  test('ends as soon as the view is there, also when another process keeps it', async () => {
    await using projecting = await openProjecting()
    const first = await projecting.project()
    await first.stop()
    await appendEvents(projecting.pool, placed('o1'))
    const waiting = projecting.views.waitFor('orders', 1)
    await projecting.project()
    expect(await waiting).toBe(true)
    expect((await projecting.views.orders.get('o1')).item).not.toBeNull()
    expect(await projecting.views.waitFor('orders', 1)).toBe(true)
  })

  test('ends without notices too, because the checkpoint is looked at', async () => {
    await using projecting = await openProjecting()
    const deaf = openViews({ pool: projecting.pool, progress: new Progress(() => 0), currency: 'EUR' })
    const first = await projecting.project()
    await first.stop()
    await appendEvents(projecting.pool, placed('o1'))
    const waiting = deaf.waitFor('orders', 1)
    await projecting.project()
    expect(await waiting).toBe(true)
  })

  test('ends with false when it was long enough, or when whoever waits is gone', async () => {
    await using projecting = await openProjecting()
    await (await projecting.project()).stop()
    await appendEvents(projecting.pool, placed('o1'))
    const gone = new AbortController()
    const waiting = projecting.views.waitFor('orders', 1, gone.signal)
    gone.abort()
    expect(await waiting).toBe(false)
    expect(await projecting.views.waitFor('orders', 1)).toBe(false)
  })

  test('ends at once for what the log does not have, while those go on waiting who wait for what it has', async () => {
    await using projecting = await openProjecting()
    await (await projecting.project()).stop()
    await appendEvents(projecting.pool, placed('o1'))
    const waiting = projecting.views.waitFor('orders', 1).then((shown) => ['waited', shown])
    const beyond = projecting.views.waitFor('orders', 2).then((shown) => ['beyond', shown])
    expect(await Promise.race([waiting, beyond])).toEqual(['beyond', false])
    await projecting.project()
    expect(await waiting).toEqual(['waited', true])
  })

  test('law 13: is one look at a time however many wait', async () => {
    await using projecting = await openProjecting()
    await (await projecting.project()).stop()
    await appendEvents(projecting.pool, placed('o1'))
    const { pool } = projecting
    let looks = 0
    let most = 0
    let all = 0
    const query = async (...asked: Parameters<typeof pool.query>) => {
      most = Math.max(most, ++looks)
      all += 1
      return Promise.resolve(pool.query(...asked)).finally(() => (looks -= 1))
    }
    const counted = Object.assign(Object.create(pool) as typeof pool, { query })
    const views = openViews({ pool: counted, progress: new Progress(() => 0), currency: 'EUR' })
    await views.orders.get('none')
    most = all = 0
    const waiting = Array.from({ length: 500 }, () => views.waitFor('orders', 1))
    await eventually(() => all >= 4)
    await projecting.project()
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]))
    expect(most).toBe(1)
    expect(all).toBeLessThan(100)
  })
})
