/** Replays on real Postgres: beside live rows, compared with them, switched; paused, cancelled, interrupted, refused. */
import { describe, expect, test } from 'vitest'
import { newId } from '../app/clock.ts'
import { readLiveGenerations, setPaused } from '../projections/generations.ts'
import { projections } from '../projections/list.ts'
import { orders } from '../projections/orders.ts'
import { products } from '../projections/products.ts'
import { checkRow } from '../projections/replay/check-row.ts'
import { DriftCheck } from '../projections/replay/drift-check.ts'
import { createReplay, ReplayUnfinished } from '../projections/replay/replays.ts'
import { sales } from '../projections/sales.ts'
import type { Replay, ReplayRequest } from '../projections/views.ts'
import { appendEvents, appendRaw } from './append-events.ts'
import { eventually } from './eventually.ts'
import { breachesOf, openProjecting, placed, sold, stateOf, type Projecting } from './projecting.ts'

async function start(projecting: Projecting, name: string, request: Partial<ReplayRequest> = {}): Promise<string> {
  const replay = await projecting.views.replays.start(name, { replayId: newId(), ...request })
  if (replay === null) throw new Error(`no projection ${name}`)
  return replay.replayId
}

async function finished(projecting: Projecting, replayId: string): Promise<Replay> {
  let replay: Replay | null = null
  await eventually(async () => {
    replay = await projecting.views.replays.read(replayId)
    return replay?.finishedAt !== null
  })
  if (replay === null) throw new Error(`no replay ${replayId}`)
  return replay
}

/** The generations that have tables. */
async function generationsOf({ pool }: Projecting, name: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ generation: number }>(
    `select distinct substring(tablename from '_g([0-9]+)$')::int as generation from pg_tables
    where schemaname = 'views' and tablename ~ ('^' || $1 || '.*_g[0-9]+$') order by 1`,
    [name],
  )
  return rows.map(({ generation }) => generation)
}

const many = (batch: number, orders = 2_000) =>
  placed(...Array.from({ length: orders }, (_, index) => `o${String(batch)}-${String(index)}`))

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

  test('that only checks finds what was changed by hand, tells it, and leaves everything as it is', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 3; batch++) await appendEvents(projecting.pool, many(batch))
    await projecting.shown(6_000)
    projecting.replay()
    await projecting.pool.query(
      `update views.orders_g1 set customer_id = 'nobody' where order_id in ('o0-1', 'o1-7', 'o2-1999')`,
    )
    await projecting.pool.query(`delete from views.orders_g1 where order_id in ('o0-2', 'o2-0')`)
    await projecting.pool.query(`insert into views.orders_g1 (order_id) values ('never')`)
    const replay = await finished(projecting, await start(projecting, 'orders', { check: true }))
    expect(replay.state).toBe('checked')
    expect(replay.differences).toMatchObject({ count: 6, missing: 2, extra: 1, different: 3 })
    expect(replay.differences?.samples.map(({ key, kind }) => [key, kind])).toEqual([
      ['never', 'extra'],
      ['o0-1', 'different'],
      ['o0-2', 'missing'],
      ['o1-7', 'different'],
      ['o2-0', 'missing'],
      ['o2-1999', 'different'],
    ])
    expect(replay.differences?.samples[1]?.columns).toEqual([{ column: 'customer_id', live: 'nobody', rebuilt: 'c1' }])
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
    expect((await stateOf(projecting, 'orders')).lastCheck).toMatchObject({ replayId: replay.replayId, differences: 6 })
  })

  test('is refused when rows differ, and takes over when that is accepted', async () => {
    await using projecting = await sold()
    projecting.replay()
    await projecting.pool.query('update views.sales_regions_g1 set gmv = gmv + 1')
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
    await eventually(async () => (await projecting.views.replays.setPaused(id, true))?.position === 5_000)
    expect(await projecting.views.replays.read(id)).toMatchObject({ state: 'paused', position: 5_000, target: 15_000 })
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

describe('one row', () => {
  test.each([
    ['changed', `update views.orders_g1 set customer_id = 'nobody' where order_id = 'o1'`, 'different'],
    ['deleted', `delete from views.orders_g1 where order_id = 'o1'`, 'missing'],
    ['left alone', `select`, null],
  ] as const)('that was %s by hand is told from its stream, and healed', async (_, damage, kind) => {
    await using projecting = await sold()
    const { pool } = projecting
    await pool.query(damage)
    const check = { pool, projection: orders, key: 'o1' }
    expect((await checkRow({ ...check, heal: false }))?.difference?.kind ?? null).toBe(kind)
    expect(await checkRow({ ...check, heal: true })).toMatchObject({ healed: kind !== null })
    expect((await checkRow({ ...check, heal: false }))?.difference).toBeNull()
    expect((await breachesOf(projecting)).filter(([name]) => name === 'orders')).toEqual([])
  })

  test('that no event tells of is taken away', async () => {
    await using projecting = await sold()
    const { pool } = projecting
    await pool.query(`insert into views.products_g1 (sku) values ('never')`)
    const checked = await checkRow({ pool, projection: products, key: 'never', heal: true })
    expect(checked).toMatchObject({ healed: true, difference: { kind: 'extra' } })
    expect(await breachesOf(projecting)).toEqual([])
  })
})

describe('a raised version', () => {
  const raised = projections.map((projection) => (projection.name === 'sales' ? { ...sales, version: 2 } : projection))

  test('is rebuilt beside the rows that are shown, and takes over with the first start of its release', async () => {
    await using projecting = await openProjecting()
    const old = await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, many(0)))
    await old.stop()
    const head = await appendEvents(projecting.pool, many(1))
    await projecting.project({ projections: raised })
    await projecting.shown(head, 'orders')
    expect(await stateOf(projecting, 'sales')).toMatchObject({ state: 'replaying', version: 1, position: 2_000 })
    projecting.replay({ projections: raised })
    await eventually(async () => (await stateOf(projecting, 'sales')).version === 2)
    const later = await appendEvents(projecting.pool, placed('later'))
    await projecting.shown(later)
    expect(await stateOf(projecting, 'sales')).toMatchObject({ state: 'live', generation: 2, lagEvents: 0 })
    expect((await projecting.views.sales.totals()).orders.placed).toBe(4_001)
  })

  test('is built ahead of its release while the old one goes on, and switches when the release comes', async () => {
    await using projecting = await openProjecting()
    const old = await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, many(0)))
    projecting.replay({ projections: raised })
    const next = raised.find(({ name }) => name === 'sales')
    if (next === undefined) throw new Error('no sales')
    await createReplay(projecting.pool, next, { replayId: newId(), ahead: true })
    const head = await appendEvents(projecting.pool, many(1))
    await projecting.shown(head)
    const built = async () => (await projecting.views.replays.newest(1))[0]
    await eventually(async () => (await built())?.position === head)
    expect([await built(), await stateOf(projecting, 'sales')]).toMatchObject([{ state: 'running' }, { version: 1 }])
    await projecting.project({ projections: raised })
    await old.stop()
    await eventually(async () => (await stateOf(projecting, 'sales')).version === 2)
    expect((await built())?.state).toBe('switched')
    await projecting.shown(await appendEvents(projecting.pool, placed('later')))
    expect((await projecting.views.sales.totals()).orders.placed).toBe(4_001)
  })

  test('an old release leaves the rows of a newer one alone', async () => {
    await using projecting = await openProjecting()
    const next = await projecting.project({ projections: raised })
    await projecting.shown(await appendEvents(projecting.pool, many(0, 10)))
    await next.stop()
    await projecting.project()
    const head = await appendEvents(projecting.pool, many(1, 10))
    await projecting.shown(head, 'orders')
    expect(await stateOf(projecting, 'sales')).toMatchObject({ version: 2, position: 10, replayId: null })
    expect(projecting.complaints.join()).toContain('superseded')
  })
})

describe('what goes wrong with a replay', () => {
  test('on the side of the new rows ends the replay; the batch is shown without them', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, placed('o1')))
    const id = await start(projecting, 'orders')
    // It rides along as it would after a kill, and its table takes no further row.
    await projecting.pool.query(`alter table views.orders_g2 add check (order_id <> 'o2')`)
    await projecting.pool.query(
      `update views.checkpoints set position = 1 where projection = 'orders' and generation = 2`,
    )
    await projecting.pool.query(`update views.projections set riding_generation = 2 where name = 'orders'`)
    await projecting.shown(await appendEvents(projecting.pool, placed('o2')))
    expect(await projecting.views.replays.read(id)).toMatchObject({
      state: 'failed',
      failure: { code: 'rider-refused' },
    })
    projecting.replay()
    await eventually(async () => (await generationsOf(projecting, 'orders')).join() === '1')
    expect(await breachesOf(projecting)).toEqual([])
  })

  test('and its connections is waited for: it goes on from its own checkpoint', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    for (let batch = 0; batch < 6; batch++) await appendEvents(projecting.pool, many(batch, 4_000))
    await projecting.shown(24_000)
    projecting.replay()
    const id = await start(projecting, 'orders', { rate: 20_000 })
    for (let cut = 0; cut < 3; cut++) {
      await projecting.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'orderledger test projector' and datname = current_database()`,
      )
      await eventually(async () => (await projecting.views.replays.read(id))?.finishedAt === null)
    }
    expect((await finished(projecting, id)).state).toBe('switched')
    await projecting.shown(24_000)
    expect(await breachesOf(projecting)).toEqual([])
  })
})

test('rows are compared again when it is time, and what drifted is told', async () => {
  await using projecting = await sold()
  projecting.replay()
  await projecting.pool.query('update views.sales_regions_g1 set gmv = gmv + 1')
  const check = new DriftCheck({
    pool: projecting.pool,
    projections,
    newId,
    clock: () => Date.now(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    every: 3_600_000,
    look: 50,
  })
  check.start()
  const checked = async (name: string) => (await stateOf(projecting, name)).lastCheck?.differences
  await eventually(async () =>
    (await Promise.all(projections.map(({ name }) => checked(name)))).every((each) => each !== undefined),
  )
  await check.stop()
  expect([await checked('sales'), await checked('orders')]).toEqual([2, 0])
  await eventually(async () => (await projecting.views.replays.newest(50)).every(({ state }) => state === 'checked'))
})
