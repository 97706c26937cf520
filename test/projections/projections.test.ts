/** What the projections' rows are, on real Postgres. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import { eur, productListed } from '../../domain/test-events.ts'
import { projections } from '../../projections/views/list.ts'
import { orders } from '../../projections/views/orders.ts'
import { choices, interleave, shop } from '../../projections/test-kit.ts'
import { verifyProjections } from '../../audit/view-audit.ts'
import type { Feed } from '../../store/log/feed.ts'
import { appendEvents } from '../support/append-events.ts'
import { eventually } from '../support/eventually.ts'
import { breachesOf, ofProduct, openProjecting, rowsOf, sold } from './projecting.ts'
import { spillEverything } from '../support/spill.ts'

/** What differs between two orders of the same events: where in the log they stand and when they were recorded. */
const TIMES = ['requested', 'settled', 'scheduled', 'dispatched', 'delivered', 'failed', 'cancelled', 'raised']
const POSITIONS = ['first_position', 'position', 'at', 'second', ...TIMES.map((name) => `${name}_at`)]

/** Delivers little at a time, and begins with what had been delivered before. */
function stutter(feed: Feed, chosen: readonly number[]): Feed {
  let turn = 0
  const next = () => chosen[turn++ % chosen.length] ?? 0
  return {
    next: (after, limit, signal) =>
      feed.next(Math.max(0, after - (next() % 7)), Math.min(limit, 8 + (next() % 20)), signal),
  }
}

describe('the rows', () => {
  test('law 6: shuffled streams and events delivered twice leave the same rows', async () => {
    const rows = async (log: readonly Addressed[], chosen: readonly number[]) => {
      await using projecting = await openProjecting()
      const head = await appendEvents(projecting.pool, log)
      await projecting.project({ feed: stutter(projecting.feed, chosen) })
      await projecting.shown(head)
      return await rowsOf(projecting.pool, projections, POSITIONS)
    }
    await fc.assert(
      fc.asyncProperty(shop, choices, choices, async (streams, one, other) => {
        expect(await rows(interleave(streams, one), other)).toEqual(await rows(interleave(streams, other), one))
      }),
      { numRuns: 8 },
    )
  })

  test('law 7: they equal a fold of the log', async () => {
    await fc.assert(
      fc.asyncProperty(shop, choices, async (streams, chosen) => {
        await using projecting = await openProjecting()
        await projecting.project({ feed: stutter(projecting.feed, chosen) })
        const head = await appendEvents(projecting.pool, interleave(streams, chosen))
        await projecting.shown(head)
        // So little memory that every row is spilled, several times.
        const spill = spillEverything()
        const checks = await verifyProjections({ pool: projecting.pool, projections, spill, rowsInMemory: 2 })
        spill.close()
        expect(checks.map(({ projection, position, breach }) => [projection, position, breach])).toEqual(
          projections.map(({ name }) => [name, head, null]),
        )
      }),
      { numRuns: 6 },
    )
  })

  test.each([
    [
      'a changed figure',
      `update views.sales_totals_g1 set gmv = gmv + 1`,
      'sales',
      /^sales_totals \S+: gmv is \d+, the log has \d+$/,
    ],
    [
      'a changed text',
      `update views.customers_g1 set email = 'eve@example.test'`,
      'customers',
      /^customers c1: email differs/,
    ],
    [
      'a lost row',
      `delete from views.orders_g1 where order_id = 'o1'`,
      'orders',
      /^orders has 2 rows, but its checkpoint counts 3$/,
    ],
    ['a row too many', `insert into views.products_g1 (sku) values ('Z9')`, 'products', /^products has 3 rows/],
    [
      'a row in place of another',
      `update views.products_g1 set sku = 'Z9' where sku = 'A1'`,
      'products',
      /has a row Z9 that/,
    ],
    [
      'a lost row that is not counted either',
      `with lost as (delete from views.orders_g1 where order_id = 'o1')
      update views.checkpoints set row_counts = row_counts || '{"orders": 2}'`,
      'orders',
      /^orders lacks 1 rows, one of them o1$/,
    ],
    [
      'a miscounted table',
      `update views.checkpoints set row_counts = row_counts || '{"activity": 7}'`,
      'activity',
      /counts 7$/,
    ],
    [
      'a checkpoint ahead of the log',
      `update views.checkpoints set position = 99`,
      'orders',
      /is at 99, but the log ends at \d+$/,
    ],
  ])('law 7: %s is found', async (_, damage, projection, words) => {
    await using projecting = await sold()
    expect(await breachesOf(projecting)).toEqual([])
    await projecting.pool.query(damage)
    const breach = new Map(await breachesOf(projecting)).get(projection)
    expect(breach).toMatch(words)
    expect(breach).not.toContain('@')
  })

  test('law 7: tables that a replay takes away while they are about to be copied are looked for where they are now', async () => {
    await using projecting = await sold()
    const holding = await projecting.pool.connect()
    const isAwaited = async () => {
      const { rows } = await projecting.pool.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'create temporary table %orders_g1'`,
      )
      return rows.length > 0
    }
    try {
      await holding.query('begin; lock table views.orders_g1 in access exclusive mode')
      const found = breachesOf(projecting)
      await eventually(isAwaited)
      await holding.query(`
        ${orders.tables.map(({ name }) => `alter table views.${name}_g1 rename to ${name}_g2;`).join('')}
        update views.checkpoints set generation = 2 where projection = 'orders';
        update views.projections set live_generation = 2, last_generation = 2 where name = 'orders';
        commit`)
      expect(await found).toEqual([])
    } finally {
      holding.release(true)
    }
  })

  test('law 7: tables that are lost are not waited for', async () => {
    await using projecting = await sold()
    await projecting.pool.query('drop table views.orders_g1')
    await expect(breachesOf(projecting)).rejects.toThrow('relation "views.orders_g1" does not exist')
  })

  test('of a table that keeps its newest, the older ones are pruned in the same transaction', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const price = (amount: number) => ofProduct('A1', { type: 'PriceChanged', sku: 'A1', price: eur(amount) })
    await appendEvents(projecting.pool, ofProduct('A1', productListed('A1')))
    let head = 1
    for (let batch = 0; batch < 3; batch++) {
      head = await appendEvents(projecting.pool, Array.from({ length: 6_000 }, (_, index) => price(index)).flat())
      await projecting.shown(head)
      const { rows } = await projecting.pool.query<{ count: number; newest: string; kept: number }>(
        `select count(*)::int, max(a.position) as newest, (c.row_counts->>'activity')::int as kept
        from views.activity_g1 a, views.checkpoints c where c.projection = 'activity' group by kept`,
      )
      expect(rows).toEqual([{ count: Math.min(head, 10_000), newest: String(head), kept: Math.min(head, 10_000) }])
    }
  })
})
