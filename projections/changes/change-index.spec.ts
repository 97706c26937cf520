import { expect, test } from 'vitest'
import { ChangeIndex, wholePositions } from './change-index.ts'

const changed = (...entries: readonly (readonly [string, number])[]) => ({
  last: new Map(entries),
  events: entries.length,
})

test('an item stands where it changed last, whichever way the stretch was put together', () => {
  const index = new ChangeIndex(10)
  index.append(changed(['A', 11], ['B', 12]), 12)
  index.append(changed(['A', 13]), 14)
  index.prepend(changed(['A', 7], ['C', 8]), 5)
  expect([index.from, index.to]).toEqual([5, 14])
  expect(index.after(5, 10)).toEqual([
    ['C', 8],
    ['B', 12],
    ['A', 13],
  ])
  expect(index.after(8, 1)).toEqual([['B', 12]])
  expect(index.after(13, 10)).toEqual([])
})

test('it forgets what nobody may resume from', () => {
  const index = new ChangeIndex(0)
  for (let position = 1; position <= 30_000; position++)
    index.append(changed([`k${String(position)}`, position]), position)
  expect(index.from).toBeGreaterThan(15_000)
  expect(index.from).toBeLessThanOrEqual(20_000)
  expect(index.after(index.from, 100_000)).toHaveLength(30_000 - index.from)
})

test('a list is cut between two positions, and the first is whole however large', () => {
  const changes = [
    ['A', 1],
    ['B', 1],
    ['C', 1],
    ['D', 2],
    ['E', 2],
    ['F', 3],
  ] as const
  expect(wholePositions(changes, 6)).toHaveLength(6)
  expect(wholePositions(changes, 5)).toHaveLength(5)
  expect(wholePositions(changes, 4)).toHaveLength(3)
  expect(wholePositions(changes, 3)).toHaveLength(3)
  expect(wholePositions(changes, 2)).toHaveLength(3)
})
