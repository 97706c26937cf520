import { expect, test } from 'vitest'
import { int8Array, numericArray, textArray } from '../store/postgres/binary-array.ts'
import { Fold } from './fold-batch.ts'
import { table, type Rows } from './projection.ts'
import { pruneWrite } from './prune-rows.ts'
import type { RowWrite } from './row-write.ts'
import { rowWrites } from './write-rows.ts'

const stock = table({
  name: 'stock',
  key: { name: 'sku', type: 'text' },
  columns: { name: 'text', price: 'bigint', version: 'integer', sold: 'counter', gmv: 'sum' },
})

function writesOf(apply: (rows: Rows) => void): readonly RowWrite[] {
  const fold = new Fold()
  apply(fold)
  return rowWrites(stock, 7, fold.changes().get(stock) ?? new Map())
}

test('rows that set the same columns, named in any order, are one statement', () => {
  const writes = writesOf((rows) => {
    rows.set(stock, 'A', { name: 'a', price: 1 })
    rows.set(stock, 'B', { price: 2, name: 'b' })
    rows.set(stock, 'C', { price: 3 })
  })
  expect(writes.map(({ text }) => /present \((.*)\)/.exec(text)?.[1])).toEqual(['sku, name, price', 'sku, price'])
})

test('statements of different columns have different names', () => {
  const writes = writesOf((rows) => {
    rows.set(stock, 'A', { name: 'a' })
    rows.set(stock, 'B', { price: 2 })
    rows.set(stock, 'C', { price: 2, name: 'c' })
    rows.remove(stock, 'D')
    rows.add(stock, 'E', { sold: 1 })
  })
  expect(new Set(writes.map(({ name }) => name)).size).toBe(5)
})

test('removals come first, so that what is removed and written again starts anew', () => {
  const writes = writesOf((rows) => {
    rows.set(stock, 'A', { name: 'a' })
    rows.remove(stock, 'A')
    rows.set(stock, 'A', { price: 1 })
  })
  expect(writes.map(({ counts }) => counts)).toEqual(['deleted', 'inserted'])
})

test('keys are written in ascending order', () => {
  const [write] = writesOf((rows) => {
    for (const sku of ['C', 'A', 'B']) rows.add(stock, sku, { sold: 1 })
  })
  expect(String(write?.values[0]).replaceAll(/[^A-C]/g, '')).toBe('ABC')
})

test('the tables written to are those of the generation', () => {
  const [write] = writesOf((rows) => rows.set(stock, 'A', { name: 'a' }))
  expect(write?.text).toContain('insert into views.stock_g7 ')
  expect(pruneWrite(stock, 7, 10).text).toContain('delete from views.stock_g7')
})

test('a key of three columns is written, removed and pruned by all of them', () => {
  const pairs = table({
    name: 'pairs',
    key: [
      { name: 'epoch', type: 'bigint' },
      { name: 'low', type: 'text' },
      { name: 'high', type: 'text' },
    ],
    columns: { baskets: 'counter' },
  })
  const fold = new Fold()
  fold.add(pairs, [2, 'A', 'B'], { baskets: 1 })
  fold.remove(pairs, [1, 'A', 'C'])
  const [remove, write] = rowWrites(pairs, 7, fold.changes().get(pairs) ?? new Map())
  expect(remove?.values).toEqual([int8Array([1]), textArray(['A']), textArray(['C'])])
  expect(write?.text).toContain('on conflict (epoch, low, high)')
  expect(write?.values).toEqual([int8Array([2]), textArray(['A']), textArray(['B']), int8Array([1])])
  const kept = { ...pairs, keep: { column: 'epoch', newest: 13 } }
  const counts = rowWrites(kept, 7, new Map([['2\0A\0B', { removed: false, written: { set: {}, add: {} } }]]))
  expect(counts.map(({ counts: what }) => what)).toEqual(['inserted', 'deleted'])
})

test('a value of a key that holds a NUL is refused, because it would be another key', () => {
  const pairs = table({
    name: 'pairs',
    key: [
      { name: 'low', type: 'text' },
      { name: 'high', type: 'text' },
    ],
    columns: {},
  })
  const fold = new Fold()
  fold.set(pairs, ['A\0', 'B'], {})
  expect(() => rowWrites(pairs, 7, fold.changes().get(pairs) ?? new Map())).toThrow('holds a NUL')
})

test('many rows are written in pieces, in ascending order, each of them once', () => {
  const writes = writesOf((rows) => {
    for (let index = 0; index < 45_000; index++) rows.add(stock, `S${String(index).padStart(5, '0')}`, { sold: 1 })
  })
  const counts = writes.map(({ values }) => String(values[0]).match(/S\d{5}/g) ?? [])
  expect(counts.map(({ length }) => length)).toEqual([20_000, 20_000, 5_000])
  expect(counts.flat()).toEqual(counts.flat().toSorted())
})

test('a sum is written whole, however large', () => {
  const [write] = writesOf((rows) => {
    for (let order = 0; order < 1_025; order++) rows.add(stock, 'A', { gmv: Number.MAX_SAFE_INTEGER })
  })
  expect(write?.text).toContain('$2::numeric[]')
  expect(write?.values[1]).toEqual(numericArray([1_025n * (2n ** 53n - 1n)]))
})

test.each([
  ['a count past 2^63', { sold: 2n ** 63n }],
  ['a fraction', { price: 1.5 }],
  ['a number past 2^53', { price: 2 ** 53 }],
  ['a number past 2^31 in an integer column', { version: 2 ** 31 }],
])('%s is refused before anything is sent', (_, columns) => {
  expect(() => writesOf((rows) => rows.set(stock, 'A', columns))).toThrow()
})
