import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DELIVERY_STATUSES } from '../domain/delivery.ts'
import { projections } from './views/list.ts'
import { MemoryTables, type MemoryRow } from './memory-tables.ts'
import type { Projected, Table } from './projection.ts'
import { keyNames, keyValues, type Key } from './row-key.ts'
import { choices, interleave, projected, shop } from './test-kit.ts'

/** What says where in the log something stands, or when it was recorded: it differs between interleavings, and only it may. */
const POSITIONS = new Set([
  ...['first_position', 'position', 'at', 'requested_at', 'settled_at', 'raised_at'],
  ...DELIVERY_STATUSES.map((status) => `${status}_at`),
])

function rowsOf(log: readonly Projected[]): Readonly<Record<string, readonly string[]>> {
  const rows = new MemoryTables()
  for (const projection of projections) {
    for (const event of log) if (projection.handles.includes(event.event.type)) projection.apply(event, rows)
  }
  const tables = projections.flatMap(({ tables: all }) => all)
  return Object.fromEntries(tables.map((table) => [table.name, withoutPositions(table, rows.rows(table))]))
}

function withoutPositions(table: Table, rows: ReadonlyMap<Key, MemoryRow>): readonly string[] {
  const shown = [...rows].map(([key, row]) => {
    const values = keyValues(table, key)
    const named = Object.fromEntries(keyNames(table).map((name, place) => [name, values[place]]))
    return Object.entries({ ...named, ...row }).filter(([name]) => !POSITIONS.has(name))
  })
  return shown
    .map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
    .sort()
}

test('law 6: however the streams are interleaved in the log, every projection has the same rows', () => {
  fc.assert(
    fc.property(shop, choices, choices, (streams, one, other) => {
      expect(rowsOf(projected(interleave(streams, one)))).toEqual(rowsOf(projected(interleave(streams, other))))
    }),
    { numRuns: 60 },
  )
})

test('every event type is handled by a projection', () => {
  fc.assert(
    fc.property(shop, choices, (streams, chosen) => {
      const types = new Set(interleave(streams, chosen).map(({ event }) => event.type))
      for (const type of types) expect(projections.some(({ handles }) => handles.includes(type))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('no two tables share a name, and every name fits a prepared statement', () => {
  const names = projections.flatMap(({ tables }) => tables.map(({ name }) => name))
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(`upsert_views.${name}_g1000000_zzzz_zzzz`.length).toBeLessThanOrEqual(63)
})
