import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fold, type Changes } from './fold-batch.ts'
import { MemoryTables, type MemoryRow } from './memory-tables.ts'
import { table, type Rows } from './projection.ts'
import { toNamed, type Key } from './row-key.ts'

const stock = table({
  name: 'stock',
  key: { name: 'sku', type: 'text' },
  columns: { name: 'text', price: 'bigint', free: 'counter', sold: 'counter', gmv: 'sum' },
})
const newest = table({
  name: 'newest',
  key: { name: 'at', type: 'bigint' },
  columns: { hits: 'counter' },
  keep: { column: 'at', newest: 3 },
})
const pairs = table({
  name: 'pairs',
  key: [
    { name: 'low', type: 'text' },
    { name: 'epoch', type: 'bigint' },
    { name: 'high', type: 'text' },
  ],
  columns: { baskets: 'counter' },
  keep: { column: 'epoch', newest: 2 },
})

type Call = (rows: Rows) => void

const key = fc.constantFrom('A', 'B', 'C')
const price = fc.integer({ min: -100, max: 100 })
const most = Number.MAX_SAFE_INTEGER
const number = fc.oneof(price, fc.constantFrom(most, -most, most - 1), fc.maxSafeInteger())
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(key, fc.string()).map(
    ([sku, name]): Call =>
      (rows) =>
        rows.set(stock, sku, { name }),
  ),
  fc.tuple(key, price).map(
    ([sku, amount]): Call =>
      (rows) =>
        rows.set(stock, sku, { price: amount, name: null }),
  ),
  fc.tuple(key, number).map(
    ([sku, gmv]): Call =>
      (rows) =>
        rows.set(stock, sku, { free: gmv, gmv }),
  ),
  fc.tuple(key, number).map(
    ([sku, free]): Call =>
      (rows) =>
        rows.add(stock, sku, { free }),
  ),
  fc.tuple(key, number, number).map(
    ([sku, free, sold]): Call =>
      (rows) =>
        rows.add(stock, sku, { free, sold, gmv: sold }),
  ),
  key.map(
    (sku): Call =>
      (rows) =>
        rows.remove(stock, sku),
  ),
  fc.integer({ min: 1, max: 10 }).map(
    (at): Call =>
      (rows) =>
        rows.add(newest, at, { hits: 1 }),
  ),
  fc.tuple(key, fc.integer({ min: -2, max: 4 }), key).map(
    (pair): Call =>
      (rows) =>
        rows.add(pairs, pair, { baskets: 1 }),
  ),
)

/** Applies changes as the database does: remove, then upsert, then keep the newest. */
function write(changes: Changes, rows: MemoryTables): void {
  for (const [target, changed] of changes) {
    for (const [at, { removed, written }] of changed) {
      const named = toNamed(target, at)
      if (removed) rows.remove(target, named)
      if (written === null) continue
      rows.set(target, named, written.set)
      rows.add(target, named, written.add as Readonly<Record<string, number>>)
    }
    rows.rows(target)
  }
}

function content(rows: MemoryTables): readonly (readonly [Key, MemoryRow])[] {
  return [...rows.rows(stock), ...rows.rows(newest), ...rows.rows(pairs)].sort(([one], [other]) =>
    String(one) < String(other) ? -1 : 1,
  )
}

function changesOf(...calls: readonly Call[]): Changes {
  const fold = new Fold()
  for (const each of calls) each(fold)
  return fold.changes()
}

describe('folding a batch', () => {
  test('law 6: batches, cut anywhere, leave the same rows as one call after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.array(call, { maxLength: 30 }), { maxLength: 6 }), (batches) => {
        const one = new MemoryTables()
        for (const each of batches.flat()) each(one)
        const folded = new MemoryTables()
        for (const batch of batches) write(changesOf(...batch), folded)
        expect(content(folded)).toEqual(content(one))
      }),
      { numRuns: 500 },
    )
  })

  test('law 6: batches appended to each other before they are written leave the same rows', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 20 }), fc.array(fc.array(call, { maxLength: 30 })), (before, batches) => {
        const one = new MemoryTables()
        for (const each of [...before, ...batches.flat()]) each(one)
        const folded = new MemoryTables()
        write(changesOf(...before), folded)
        const appended = new Fold()
        for (const batch of batches) {
          const later = new Fold()
          for (const each of batch) each(later)
          appended.append(later)
        }
        write(appended.changes(), folded)
        expect(content(folded)).toEqual(content(one))
      }),
      { numRuns: 500 },
    )
  })

  test('a row has one change, however often it was called for', () => {
    const changes = changesOf(...Array.from({ length: 50 }, (): Call => (rows) => rows.add(stock, 'A', { sold: 2 })))
    expect(changes.get(stock)).toEqual(new Map([['A', expect.objectContaining({ removed: false })]]))
    expect(changes.get(stock)?.get('A')?.written).toMatchObject({ set: {}, add: { sold: 100 } })
  })

  test('an object that was handed over is not changed', () => {
    const increments = { sold: 1 }
    const columns = { price: 5 }
    changesOf(
      (rows) => rows.add(stock, 'A', increments),
      (rows) => rows.add(stock, 'A', { sold: 1 }),
      (rows) => rows.set(stock, 'B', columns),
      (rows) => rows.set(stock, 'B', { price: 6 }),
    )
    expect([increments, columns]).toEqual([{ sold: 1 }, { price: 5 }])
  })

  test('rows that are not among the newest of their batch are not written', () => {
    const changes = changesOf(
      ...[4, 1, 5, 3, 2].map(
        (at): Call =>
          (rows) =>
            rows.add(newest, at, { hits: 1 }),
      ),
    )
    expect([...(changes.get(newest)?.keys() ?? [])].sort()).toEqual([3, 4, 5])
  })

  test('law 6: what a table keeps depends on no order', () => {
    const kept = (calls: readonly (readonly [string, number, string])[]) => {
      const rows = new MemoryTables()
      for (const pair of calls) rows.add(pairs, pair, { baskets: 1 })
      return new Map([...rows.rows(pairs)].sort())
    }
    const pair = fc.tuple(key, fc.integer({ min: 1, max: 9 }), key)
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (calls) => {
        const newestEpochs = [...new Set(calls.map(([, epoch]) => epoch))].sort().slice(-2)
        const rows = kept(calls)
        expect(kept([...calls].reverse())).toEqual(rows)
        expect(rows).toEqual(kept(calls.filter(([, epoch]) => newestEpochs.includes(epoch))))
      }),
    )
  })

  test('rows that memory does not hold take the place of older ones all the same', () => {
    const rows = new MemoryTables((_, at) => at === 'A\x001\x00B')
    for (const epoch of [1, 2, 3]) rows.add(pairs, ['A', epoch, 'B'], { baskets: 1 })
    expect([...rows.rows(pairs)]).toEqual([])
  })

  test('a sum past 2^63 is exact, and so is what is added to a value that was set', () => {
    const call: Call = (rows) => rows.add(stock, 'A', { gmv: most })
    const changes = changesOf(...Array.from({ length: 1_025 }, () => call))
    expect(changes.get(stock)?.get('A')?.written?.add).toEqual({ gmv: 1_025n * BigInt(most) })
    const set = changesOf((rows) => rows.set(stock, 'A', { gmv: most }), call)
    expect(set.get(stock)?.get('A')?.written).toMatchObject({ set: { gmv: 2n * BigInt(most) }, add: {} })
  })

  test('a table that keeps its newest rows lets none be removed', () => {
    expect(() => changesOf((rows) => rows.remove(newest, 1))).toThrow('none may be removed')
  })
})
