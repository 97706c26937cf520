import fc from 'fast-check'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { MemoryTables, type MemoryRow } from '../projections/memory-tables.ts'
import { table } from '../projections/projection.ts'
import { toKey } from '../projections/row-key.ts'
import { RowDigests } from './row-digests.ts'
import { Spill } from './spill/spill-file.ts'

const things = table({
  name: 'things',
  key: { name: 'id', type: 'text' },
  columns: { title: 'text', size: 'bigint', seen: 'counter', sum: 'sum' },
})

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const step = fc.oneof(
  fc.record({
    call: fc.constant('set' as const),
    key,
    title: fc.option(fc.string()),
    size: fc.option(fc.maxSafeInteger()),
  }),
  fc.record({
    call: fc.constant('add' as const),
    key,
    seen: fc.integer(),
    sum: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })),
  }),
  fc.record({ call: fc.constant('count' as const), key, sum: fc.maxSafeInteger() }),
  fc.record({ call: fc.constant('remove' as const), key }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** The digests and the rows of the same calls; every second row is written to a file before the next is made. */
function made(steps: readonly Step[]) {
  const spill = new Spill(tmpdir(), 0, 1)
  const digests = new RowDigests(things, spill, 2)
  const memory = new MemoryTables()
  steps.forEach((one, position) => {
    if (one.call === 'remove') {
      digests.remove(one.key, position)
      memory.remove(things, one.key)
    } else if (one.call === 'add') {
      const { seen, sum } = one
      digests.add(one.key, position, { seen, sum })
      memory.add(things, one.key, { seen, sum })
    } else {
      const columns = one.call === 'set' ? { title: one.title, size: one.size } : { sum: one.sum }
      digests.set(one.key, position, columns)
      memory.set(things, one.key, columns)
    }
  })
  return { digests, rows: new Map(memory.rows(things)), close: () => spill.close() }
}

/** As the driver gives it. */
function stored(row: MemoryRow): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]))
}

const none = { unexpected: null, different: null, missing: null }

test('digests equal exactly the rows that the same calls make in memory, sums beyond 2^53 included', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { digests, rows, close } = made(steps)
      for (const [id, row] of rows) digests.found(id, stored(row))
      expect(digests.compare()).toEqual(none)
      close()
    }),
  )
})

test('of a table that keeps the newest of a column, digests equal the rows that it keeps', () => {
  const pairs = table({
    name: 'pairs',
    key: [
      { name: 'epoch', type: 'bigint' },
      { name: 'low', type: 'text' },
    ],
    columns: { baskets: 'counter' },
    keep: { column: 'epoch', newest: 2 },
  })
  const calls = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), key), { minLength: 1 })
  fc.assert(
    fc.property(calls, fc.boolean(), (added, damaged) => {
      const spill = new Spill(tmpdir(), 0, 1)
      const digests = new RowDigests(pairs, spill, 2)
      const memory = new MemoryTables()
      for (const [position, named] of added.entries()) {
        digests.add(toKey(named), position, { baskets: 1 })
        memory.add(pairs, named, { baskets: 1 })
      }
      const rows = [...memory.rows(pairs)].slice(damaged ? 1 : 0)
      for (const [id, row] of rows) digests.found(id, stored(row))
      const { missing, ...others } = digests.compare()
      expect(others).toEqual({ unexpected: null, different: null })
      expect(missing?.rows).toBe(damaged ? 1 : undefined)
      spill.close()
    }),
  )
})

test('a row that lacks, is too much, or differs by one in one column is found, with what the log says', () => {
  fc.assert(
    fc.property(fc.array(step), fc.constantFrom('lacks', 'more', 'title', 'size', 'seen', 'sum'), (steps, damage) => {
      const { digests, rows, close } = made([...steps, { call: 'add', key: 'a', seen: 1, sum: 2 }])
      const before = rows.get('a') ?? {}
      if (damage === 'lacks') rows.delete('a')
      else if (damage === 'more') rows.set('f', before)
      else if (damage === 'title') rows.set('a', { ...before, title: `${String(before['title'])}?` })
      else rows.set('a', { ...before, [damage]: BigInt(before[damage] ?? 7) - 1n })
      for (const [id, row] of rows) digests.found(id, stored(row))
      const faults = digests.compare()
      if (damage === 'lacks') expect(faults).toMatchObject({ ...none, missing: { rows: 1, position: steps.length } })
      else if (damage === 'more') expect(faults).toMatchObject({ ...none, unexpected: {} })
      else {
        const expected = damage === 'title' ? null : String(before[damage])
        expect(faults).toMatchObject({ ...none, different: { column: damage, expected } })
      }
      close()
    }),
  )
})
