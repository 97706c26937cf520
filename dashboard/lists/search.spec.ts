import { expect, test } from 'vitest'
import type { Event } from '../api-shapes.ts'
import { searchOf, type Found, type Search } from './search.ts'

const SCAN = 10_000
const AT_ONCE = 200

/** What the log says of those at `positions`, where it has `head` events; `start`: where the time in an id stands. */
function answer(path: string, { positions, head, start = 0 }: Log) {
  const query = new URLSearchParams(path.split('?')[1])
  const after = Number(query.get('after') ?? start)
  const last = Math.min(head, after + SCAN)
  const items = positions.filter((one) => one > after && one <= last).slice(0, AT_ONCE)
  const isFull = items.length === AT_ONCE
  const next = isFull ? (items.at(-1) ?? null) : last - after === SCAN ? last : null
  return { items: items.map((position) => ({ position }) as Event), next, position: next ?? items.at(-1) ?? after }
}

interface Log {
  readonly positions: readonly number[]
  readonly head: number
  readonly start?: number
}

function search(wanted: Omit<Search, 'filter'>, logs: readonly Log[]): Found | null {
  let log = logs[0]
  const question = searchOf({ filter: { causation: 'x' }, ...wanted }, () => log?.head ?? 0)
  let found: Found | null = null
  for (log of logs) {
    if (found !== null && question.done?.(found) === true) break
    found = question.take(answer(question.path(found), log), found)
  }
  return found
}

const positionsOf = (found: Found | null) => found?.items.map(({ position }) => position)

test('what stands within the stretch is found, however many answers it takes', () => {
  const log = { positions: Array.from({ length: 450 }, (_, index) => 10 + index * 20), head: 20_000 }
  const found = search({ after: 5, end: 10_005 }, [log, log, log, log])
  expect(positionsOf(found)).toEqual(log.positions)
  expect(found).toMatchObject({ isOver: true })
  expect(found?.position).toBeGreaterThanOrEqual(10_005)
})

test('behind the head it goes on as the log grows', () => {
  const logs = [
    { positions: [7], head: 9 },
    { positions: [7, 12], head: 15 },
  ]
  expect(search({ after: 5, end: 10_005 }, logs)).toMatchObject({ isOver: false, position: 15 })
  expect(positionsOf(search({ after: 5, end: 10_005 }, logs))).toEqual([7, 12])
})

test('one is enough where there is no other', () => {
  const log = { positions: [7, 9], head: 50_000 }
  expect(search({ after: null, end: 40_000, isOne: true }, [log])).toMatchObject({ isOver: true })
})

test('a search that leads nowhere is left to the reader, who is told how far it went', () => {
  const log = { positions: [], head: 1_000_000, start: 500 }
  const found = search(
    { after: null, end: 900_000, isOne: true },
    Array.from({ length: 9 }, () => log),
  )
  expect(found).toMatchObject({ items: [], isOver: true, position: 500 + 4 * SCAN })
})
