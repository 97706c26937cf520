/** What keeps read models right: single rows healed, raised versions, replays that go wrong, checks for drift. */
import { describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { paymentCaptured, paymentRequested } from '../../domain/test-events.ts'
import { projections } from '../../projections/views/list.ts'
import { orders } from '../../projections/views/orders.ts'
import { products } from '../../projections/views/products.ts'
import { checkRow } from '../../projections/replay/check-row.ts'
import { DriftCheck } from '../../projections/replay/drift-check.ts'
import { createReplay } from '../../projections/replay/replays.ts'
import { sales } from '../../projections/views/sales.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breachesOf, openProjecting, placed, sold, stateOf } from './projecting.ts'
import { finished, generationsOf, many, start } from './replaying.ts'

describe('one row', () => {
  test.each([
    ['changed', `update views.orders_g1 set customer_id = 'nobody' where order_id = 'o1'`, 'different'],
    ['deleted', `delete from views.orders_g1 where order_id = 'o1'`, 'missing'],
    ['left alone', `select`, null],
  ] as const)('that was %s by hand is told from its streams, and healed', async (_, damage, kind) => {
    await using projecting = await sold()
    const { pool } = projecting
    const paid = [paymentRequested('o1', 1, 3_500), paymentCaptured('o1', 1, 3_500)]
    await projecting.shown(
      await appendEvents(
        pool,
        paid.map((event) => ({ stream: 'payment-o1', event })),
      ),
    )
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
  const raised = projections.map((projection) =>
    projection.name === 'sales' ? { ...sales, version: sales.version + 1 } : projection,
  )

  test('is rebuilt beside the rows that are shown, and takes over with the first start of its release', async () => {
    await using projecting = await openProjecting()
    const old = await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, many(0)))
    await old.stop()
    const head = await appendEvents(projecting.pool, many(1))
    await projecting.project({ projections: raised })
    await projecting.shown(head, 'orders')
    expect(await stateOf(projecting, 'sales')).toMatchObject({
      state: 'replaying',
      version: sales.version,
      position: 2_000,
    })
    projecting.replay({ projections: raised })
    await eventually(async () => (await stateOf(projecting, 'sales')).version === sales.version + 1)
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
    expect([await built(), await stateOf(projecting, 'sales')]).toMatchObject([
      { state: 'running' },
      { version: sales.version },
    ])
    await projecting.project({ projections: raised })
    await old.stop()
    await eventually(async () => (await stateOf(projecting, 'sales')).version === sales.version + 1)
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
    expect(await stateOf(projecting, 'sales')).toMatchObject({
      version: sales.version + 1,
      position: 10,
      replayId: null,
    })
    expect(projecting.complaints.join()).toContain('superseded')
  })
})

describe('what goes wrong with a replay', () => {
  test('on the side of the new rows ends the replay; the batch is shown without them', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    await projecting.shown(await appendEvents(projecting.pool, placed('o1')))
    const id = await start(projecting, 'orders')
    // It dual-writes as it would after a kill, and its table takes no further row.
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
        where application_name in ('orderledger test projector', 'orderledger test replayer') and datname = current_database()`,
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
  await projecting.pool.query(`update views.sales_breakdowns_g1 set gmv = gmv + 1 where by_value like 'region:%'`)
  const check = new DriftCheck({
    pool: projecting.pool,
    projections,
    newId,
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
