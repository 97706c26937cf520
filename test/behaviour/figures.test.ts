/** What is shown of what customers do, from sums that are known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { behaviourFigures, type BehaviourFigures } from '../../insights/behaviour/figures.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: Pool
let figures: BehaviourFigures

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test', max: 3 })
  figures = behaviourFigures(pool)
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const at = (text: string) => Date.parse(`2026-11-${text}Z`)

describe('of a shop in which nobody did anything', () => {
  test('there is nothing, and a share of nothing is unknown', async () => {
    expect(await figures.funnel()).toEqual({ items: [], open: 0, asOf: null })
    expect(await figures.conversion('2026-11-01', '2026-11-30')).toMatchObject({ sessions: 0, percent: null })
    expect(await figures.sessions()).toMatchObject({ closed: 0, medianSeconds: null, medianEvents: null, asOf: null })
    expect(await figures.minutes({ from: null, to: null })).toEqual({ items: [], asOf: null })
    expect(await figures.products(10)).toEqual({ items: [], asOf: null })
  })
})

describe('of a shop with customers', () => {
  beforeAll(async () => {
    await pool.query(`
      update behaviour.partitions set newest = '2026-11-03 10:00Z', open = 2 where partition = 1;
      update behaviour.partitions set newest = '2026-11-03 11:00Z', open = 3 where partition = 4;
      insert into behaviour.funnel (day, name, sessions) values
        ('2026-11-02', 'sessions', 3), ('2026-11-02', 'product_view', 3), ('2026-11-02', 'strict product_view', 2),
        ('2026-11-02', 'order_completed', 1), ('2026-11-03', 'sessions', 2), ('2026-11-01', 'sessions', 4);
      insert into behaviour.minutes (minute, type, events) values
        ('2026-11-03 10:00Z', 'search', 1), ('2026-11-03 10:01Z', 'search', 2), ('2026-11-03 10:01Z', 'click', 3),
        ('2026-11-03 10:02Z', 'search', 4);
      insert into behaviour.lengths (measure, value, sessions) values
        ('seconds', 10, 1), ('seconds', 20, 1), ('seconds', 30, 1), ('seconds', 90, 1), ('events', 2, 1), ('events', 7, 2);
      insert into behaviour.totals (name, total) values ('closed', 4), ('automated', 1), ('late', 5), ('duplicates', 6), ('events', 70)`)
  })

  test('days stand newest first, with those in order apart, as of the newest event of all partitions', async () => {
    const { items, open, asOf } = await figures.funnel()
    expect([open, asOf]).toEqual([5, at('03T11:00:00')])
    expect(items.map(({ day }) => day)).toEqual(['2026-11-03', '2026-11-02', '2026-11-01'])
    expect(items[1]).toMatchObject({ sessions: 3, product_view: 3, order_completed: 1, conversion: 33.3 })
    expect(items[1]?.strict).toMatchObject({ product_view: 2, order_completed: 0 })
  })

  test('minutes stand newest first, from the one that is named up to before the other', async () => {
    const { items } = await figures.minutes({ from: null, to: null })
    expect(items.map(({ minute }) => minute)).toEqual([at('03T10:02:00'), at('03T10:01:00'), at('03T10:00:00')])
    const some = await figures.minutes({ from: at('03T10:01:00'), to: at('03T10:02:00') })
    expect(some.items).toEqual([{ minute: at('03T10:01:00'), events: 5, byType: { search: 2, click: 3 } }])
  })

  test('the median is the lower one in the middle of sessions that are over', async () => {
    expect(await figures.sessions()).toEqual({
      ...{ closed: 4, open: 5, automated: 1, late: 5, duplicates: 6, events: 70 },
      ...{ medianSeconds: 20, medianEvents: 7, asOf: at('03T11:00:00') },
    })
  })
})
