import { expect, test } from 'vitest'
import type { Event } from '../api-shapes.ts'
import { tailOf, type Tail } from './tail.ts'

const ALL = { stream: null, type: null }

const event = (position: number) => ({ position, type: 'OrderPlaced' }) as Event

/** The log has what lies between `after` of the path and `head`, at most 200 of it. */
function answer(path: string, head: number) {
  const after = Number(new URLSearchParams(path.split('?')[1]).get('after'))
  const last = Math.min(head, after + 200)
  const items = Array.from({ length: Math.max(0, last - after) }, (_, index) => event(after + index + 1))
  return { items, next: last < head ? last : null, position: Math.max(after, last) }
}

function follow(heads: readonly number[]): { readonly tail: Tail | null; readonly paths: readonly string[] } {
  let head = 0
  const question = tailOf(ALL, () => head)
  const paths: string[] = []
  let tail: Tail | null = null
  for (head of heads) {
    paths.push(question.path(tail))
    tail = question.take(answer(paths.at(-1) ?? '', head), tail)
  }
  return { tail, paths }
}

test('begins at the newest 50, and goes on behind its last', () => {
  const { tail, paths } = follow([1_000, 1_000, 1_003])
  expect(paths).toEqual(['/events?after=950&limit=200', '/events?after=1000&limit=200', '/events?after=1000&limit=200'])
  expect(tail?.items.slice(0, 4).map(({ position }) => position)).toEqual([1_003, 1_002, 1_001, 1_000])
  expect(tail).toMatchObject({ position: 1_003, gap: null })
})

test('keeps 200, and says which positions came too fast to be shown', () => {
  const { tail } = follow([100, 5_000])
  expect(tail?.items).toHaveLength(200)
  expect(tail).toMatchObject({ position: 5_000, gap: { after: 100, to: 4_800 } })
})

test('looks as far back for a type as one answer does, and no further for what is not found', () => {
  let head = 30_000
  const question = tailOf({ stream: null, type: 'OrderPlaced' }, () => head)
  expect(question.path(null)).toBe('/events?type=OrderPlaced&after=20000&limit=200')
  const empty = question.take({ items: [], next: null, position: 20_000 }, null)
  head = 30_100
  expect(question.path(empty)).toBe('/events?type=OrderPlaced&after=30000&limit=200')
  head = 50_000
  expect(question.path(empty)).toBe('/events?type=OrderPlaced&after=40000&limit=200')
  expect(question.take({ items: [], next: null, position: 40_000 }, empty).gap).toEqual({ after: 30_000, to: 40_000 })
})
