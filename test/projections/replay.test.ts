/** Replays on real Postgres: beside live rows, compared with them, switched; paused, cancelled, refused. */
import { describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { readLiveGenerations, setPaused } from '../../projections/generations.ts'
import { projections } from '../../projections/views/list.ts'
import { ReplayUnfinished } from '../../projections/replay/replays.ts'
import { appendEvents, appendRaw } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breachesOf, openProjecting, placed, sold, stateOf } from './projecting.ts'
import { finished, generationsOf, many, start } from './replaying.ts'

describe('a replay', () => {
  test('rebuilds every projection, finds them equal, switches, and leaves only the new tables', async () => {
    await using projecting = await sold()
    projecting.replay()
    for (const { name } of projections) {
      const replay = await finished(projecting, await start(projecting, name))
      expect(replay).toMatchObject({ state: 'switched', differences: { count: 0, samples: [] }, failure: null })
      await eventually(async () => (await generationsOf(projecting, name)).join() === '2')
    }
    const head = await appendEvents(projecting.pool, placed('o4'))
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
    expect((await projecting.views.orders.get('o1')).item?.orderId).toBe('o1')
  })

  test('goes on beside orders, and every order that comes in meanwhile is shown', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 5; batch++) await appendEvents(projecting.pool, many(batch))
    await projecting.shown(10_000)
    projecting.replay()
    const ids = await Promise.all(projections.map(({ name }) => start(projecting, name)))
    let head = 10_000
    let position = 0
    await eventually(async () => {
      head = await appendEvents(projecting.pool, placed(newId(), newId()))
      const { position: shown } = await projecting.views.orders.counts()
      expect(shown).toBeGreaterThanOrEqual(position)
      position = shown
      const replays = await projecting.views.replays.newest(50)
      return replays.every(({ finishedAt }) => finishedAt !== null)
    })
    const states = await Promise.all(ids.map(async (id) => (await projecting.views.replays.read(id))?.state))
    expect(states).toEqual(projections.map(() => 'switched'))
    await projecting.shown(head)
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('that only checks finds ten of 100,000 rows that were changed by hand, tells them, and leaves everything as it is', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 50; batch++) await appendEvents(projecting.pool, many(batch))
    await projecting.shown(100_000)
    projecting.replay()
    await projecting.pool.query(
      `update views.orders_g1 set customer_id = 'nobody' where order_id in ('o0-0', 'o0-1', 'o24-7', 'o49-1999')`,
    )
    await projecting.pool.query(`delete from views.orders_g1 where order_id in ('o0-2', 'o33-0', 'o49-1998')`)
    await projecting.pool.query(`insert into views.orders_g1 (order_id) values ('a'), ('never'), ('z')`)
    const replay = await finished(projecting, await start(projecting, 'orders', { check: true }))
    expect(replay.state).toBe('checked')
    expect(replay.differences).toMatchObject({ count: 10, missing: 3, extra: 3, different: 4 })
    expect(replay.differences?.samples.map(({ key, kind }) => [key, kind])).toEqual([
      ['a', 'extra'],
      ['never', 'extra'],
      ['o0-0', 'different'],
      ['o0-1', 'different'],
      ['o0-2', 'missing'],
      ['o24-7', 'different'],
      ['o33-0', 'missing'],
      ['o49-1998', 'missing'],
      ['o49-1999', 'different'],
      ['z', 'extra'],
    ])
    expect(replay.differences?.samples[2]?.columns).toEqual([{ column: 'customer_id', live: 'nobody', rebuilt: 'c1' }])
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
    expect((await stateOf(projecting, 'orders')).lastCheck).toMatchObject({
      replayId: replay.replayId,
      differences: 10,
    })
  })

  test('is refused when rows differ, and takes over when that is accepted', async () => {
    await using projecting = await sold()
    projecting.replay()
    await projecting.pool.query(`update views.sales_breakdowns_g1 set gmv = gmv + 1 where by_value like 'region:%'`)
    const refused = await finished(projecting, await start(projecting, 'sales'))
    expect(refused).toMatchObject({ state: 'refused', differences: { count: 2, different: 2 } })
    expect((await readLiveGenerations(projecting.pool)).get('sales')?.generation).toBe(1)
    expect(await breachesOf(projecting)).not.toEqual([])
    const accepted = await finished(projecting, await start(projecting, 'sales', { acceptDifferences: true }))
    expect(accepted).toMatchObject({ state: 'switched', differences: { count: 2 } })
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('one of a projection at a time, over any number of processes', async () => {
    await using projecting = await sold()
    projecting.replay()
    projecting.replay()
    await setPaused(projecting.pool, 'sales', true)
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => start(projecting, 'sales')))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused.map(({ reason }) => reason instanceof ReplayUnfinished)).toEqual([true, true, true])
    const [begun] = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    expect((await finished(projecting, begun?.value ?? '')).state).toBe('switched')
  })

  test('keeps to its rate, is paused and resumed, and then gets there', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 5; batch++) await appendEvents(projecting.pool, many(batch, 3_000))
    await projecting.shown(15_000)
    projecting.replay()
    const id = await start(projecting, 'orders', { rate: 1 })
    // The first page is read before the rate can say anything; the next one is thousands of seconds away.
    await eventually(async () => (await projecting.views.replays.read(id))?.position === 5_000)
    expect(await projecting.views.replays.setPaused(id, true)).toMatchObject({
      state: 'paused',
      position: 5_000,
      target: 15_000,
    })
    expect(await projecting.views.replays.setPaused(id, true)).toMatchObject({ state: 'paused' })
    await projecting.pool.query('update views.replays set rate = null')
    expect(await projecting.views.replays.setPaused(id, false)).toMatchObject({ state: 'running' })
    expect((await finished(projecting, id)).state).toBe('switched')
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('that is cancelled leaves no table behind', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 5; batch++) await appendEvents(projecting.pool, many(batch, 3_000))
    await projecting.shown(15_000)
    projecting.replay()
    const id = await start(projecting, 'orders', { rate: 1 })
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1,2')
    expect(await projecting.views.replays.cancel(id)).toMatchObject({ state: 'cancelled' })
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
    expect((await finished(projecting, await start(projecting, 'orders'))).state).toBe('switched')
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('of a paused projection is compared where that one stands', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, many(0)))
    await setPaused(projecting.pool, 'orders', true)
    await projecting.shown(await appendEvents(projecting.pool, many(1)), 'sales')
    projecting.replay()
    const replay = await finished(projecting, await start(projecting, 'orders', { check: true }))
    expect(replay).toMatchObject({ state: 'checked', position: 2_000, differences: { count: 0 } })
  })

  test('stops at an event that it cannot read, says where and why, and changes nothing', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const head = await appendEvents(projecting.pool, many(0))
    await projecting.shown(head)
    const unknown = { stream: 'order-x', type: 'OrderMoved', schemaVersion: 1, data: Buffer.from([1]) }
    await appendRaw(projecting.pool, [unknown])
    await eventually(async () => (await stateOf(projecting, 'orders')).state === 'failed')
    // The live rows are made to stand beyond it, as if an operator had helped them over.
    await projecting.pool.query(`update views.checkpoints set position = 2001 where projection = 'orders'`)
    projecting.replay()
    const replay = await finished(projecting, await start(projecting, 'orders'))
    expect(replay).toMatchObject({ state: 'failed', failure: { code: 'unknown-event-type', position: 2_001 } })
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
  })
})
