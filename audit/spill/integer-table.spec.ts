import { expect, test } from 'vitest'
import { IntegerTable } from './integer-table.ts'
import { hashName } from './name-hash.ts'

test('a new name has a row of zeros and keeps what is put into it', () => {
  const table = new IntegerTable(2)
  const row = table.row('order-1')
  expect([table.get(row, 0), table.get(row, 1)]).toEqual([0, 0])
  table.set(row, 1, -7)
  expect(table.get(table.row('order-1'), 1)).toBe(-7)
  expect(table.size).toBe(1)
})

test('a name that was never added is not found, and looking for it adds nothing', () => {
  const table = new IntegerTable(1)
  expect(find(table, 'order-1')).toBe(-1)
  expect(table.size).toBe(0)
})

test('hundreds of thousands of names that differ little keep their own rows while the table grows', () => {
  const table = new IntegerTable(2)
  const names = Array.from(
    { length: 200_000 },
    (_, index) => `order-0193a1b2-0000-7000-8000-${String(index).padStart(12, '0')}`,
  )
  names.forEach((name, index) => {
    const row = table.row(name)
    table.set(row, 0, index)
    table.set(row, 1, Number.MAX_SAFE_INTEGER - index)
  })
  expect(table.size).toBe(names.length)
  const wrong = names.filter((name, index) => {
    const row = find(table, name)
    return table.get(row, 0) !== index || table.get(row, 1) !== Number.MAX_SAFE_INTEGER - index
  })
  expect(wrong).toEqual([])
})

function find(table: IntegerTable, name: string): number {
  const { low, high } = hashName(name)
  return table.find(low, high)
}
