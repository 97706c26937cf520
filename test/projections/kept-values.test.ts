/** Tables with keys of several columns that keep the newest values of one: on Postgres, in replays, checks and `verify`. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { verifyProjections } from '../../audit/view-audit.ts'
import { NOON, orderLine, orderPlaced } from '../../domain/test-events.ts'
import type { Addressed } from '../../domain/decision.ts'
import { MemoryTables } from '../../projections/memory-tables.ts'
import { projection, table } from '../../projections/projection.ts'
import { createReplay } from '../../projections/replay/replays.ts'
import { keyOfRow } from '../../projections/row-key.ts'
import { appendEvents } from '../support/append-events.ts'
import { spillEverything } from '../support/spill.ts'
import { ofOrder, openProjecting, type Projecting } from './projecting.ts'
import { finished } from './replaying.ts'

const DAY = 86_400_000
const NEWEST = 3

const byDay = table({
  name: 'probe_days',
  key: [
    { name: 'sku', type: 'text' },
    { name: 'day', type: 'bigint' },
    { name: 'region', type: 'text' },
  ],
  columns: { units: 'counter', last_order: 'text' },
  indexes: ['day'],
  keep: { column: 'day', newest: NEWEST },
})

const probe = projection({
  name: 'probe',
  version: 1,
  writesAlone: true,
  tables: [byDay],
  handles: ['OrderPlaced'],
  apply({ event }, rows) {
    const day = Math.floor(event.placedAt / DAY)
    for (const { sku, quantity } of event.lines) rows.add(byDay, [sku, day, event.region], { units: quantity })
  },
})

let projecting: Projecting
let placed: readonly Addressed[] = []

beforeAll(async () => {
  projecting = await openProjecting()
  await projecting.project({ projections: [probe] })
  projecting.replay({ projections: [probe] })
})

afterAll(async () => {
  await projecting[Symbol.asyncDispose]()
})

interface Ordered {
  readonly sku: string
  readonly day: number
  readonly region: string
}

/** In one batch. */
async function order(orders: readonly Ordered[]): Promise<void> {
  const events = orders.flatMap(({ sku, day, region }) => {
    const id = newId()
    return ofOrder(id, orderPlaced(id, [orderLine(sku, 1)], { placedAt: NOON + day * DAY, region }))
  })
  placed = [...placed, ...events]
  if (events.length > 0) await projecting.shown(await appendEvents(projecting.pool, events), 'probe')
}

async function rowsOf(generation: number): Promise<ReadonlyMap<unknown, unknown>> {
  const { rows } = await projecting.pool.query<{ units: string }>(`select * from views.probe_days_g${generation}`)
  return new Map(rows.map((row) => [keyOfRow(byDay, { ...row }), row.units]))
}

/** Of all that was ordered, by the shortest way. */
function expectedRows(): ReadonlyMap<unknown, unknown> {
  const rows = new MemoryTables()
  for (const { event, stream } of placed) {
    probe.apply({ event, stream, position: 1, version: 1, recordedAt: 0 }, rows)
  }
  return new Map([...rows.rows(byDay)].map(([key, { units }]) => [key, String(units)]))
}

async function liveGeneration(): Promise<number> {
  const { rows } = await projecting.pool.query<{ live: number }>(
    `select live_generation as live from views.projections where name = 'probe'`,
  )
  return rows[0]?.live ?? 0
}

async function breach(): Promise<string | null> {
  const spill = spillEverything()
  const [check] = await verifyProjections({ pool: projecting.pool, projections: [probe], spill, rowsInMemory: 2 })
  spill.close()
  return check?.breach ?? null
}

const ordered = fc.record({
  sku: fc.constantFrom('A1', 'B2', 'C3'),
  day: fc.integer({ min: 0, max: 12 }),
  region: fc.constantFrom('north', 'south'),
})

describe('a table that keeps the newest values of a column of its key', () => {
  test('law 7: has exactly their rows live, replayed and folded, however the log was cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(ordered, { maxLength: 12 }), { maxLength: 6 }), async (batches) => {
        for (const batch of batches) await order(batch)
        expect(await rowsOf(await liveGeneration())).toEqual(expectedRows())
        expect(await breach()).toBe(null)
        const replay = await createReplay(projecting.pool, probe, { replayId: newId() })
        const done = await finished(projecting, replay?.replayId ?? '')
        expect(done).toMatchObject({ state: 'switched', differences: { count: 0 } })
        expect(await rowsOf(await liveGeneration())).toEqual(expectedRows())
      }),
      { numRuns: 5 },
    )
  })

  test('is compared over more than a range of keys: rows that lack, differ or are too much are found by all of the key', async () => {
    const many = Array.from({ length: 6_000 }, (_, index) => ({ sku: `S${index}`, day: 20, region: 'north' }))
    await order(many)
    const live = await liveGeneration()
    await projecting.pool.query(`delete from views.probe_days_g${live} where sku = 'S17'`)
    await projecting.pool.query(`update views.probe_days_g${live} set units = 5 where sku = 'S5999'`)
    const [{ day } = { day: '0' }] = (
      await projecting.pool.query<{ day: string }>(`select day from views.probe_days_g${live} where sku = 'S18'`)
    ).rows
    await projecting.pool.query(`insert into views.probe_days_g${live} values ('S18', ${day}, 'south', 1)`)
    const replay = await createReplay(projecting.pool, probe, { replayId: newId(), check: true })
    const done = await finished(projecting, replay?.replayId ?? '')
    expect(done.differences?.samples.map(({ key, kind }) => [key, kind])).toEqual([
      [`S17 ${day} north`, 'missing'],
      [`S18 ${day} south`, 'extra'],
      [`S5999 ${day} north`, 'different'],
    ])
    expect(await breach()).toContain('S18')
  })
})
