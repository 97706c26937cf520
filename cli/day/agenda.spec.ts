import { expect, test } from 'vitest'
import { Agenda } from './agenda.ts'

function agenda(first: readonly (readonly [number, string])[], signal = new AbortController().signal) {
  const entries = first.map(([at, item]) => ({ at, item }))
  return new Agenda<string>({ first: entries.values(), signal, now: () => performance.now() })
}

test('hands out what was there and what was added by the way, in the order of the moments', async () => {
  const start = performance.now()
  const one = agenda([
    [start, 'a'],
    [start + 20, 'c'],
    [start + 40, 'e'],
  ])
  const seen: string[] = []
  for await (const { item, at } of one) {
    seen.push(item)
    expect(performance.now()).toBeGreaterThanOrEqual(at)
    if (item === 'a') {
      one.add(start + 30, 'd')
      one.add(start + 10, 'b')
    }
    one.done()
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('waits for what is under way, which may add something, and ends when nothing is left', async () => {
  const one = agenda([[0, 'a']])
  const items = one[Symbol.asyncIterator]()
  expect((await items.next()).value).toMatchObject({ item: 'a' })
  const next = items.next()
  one.add(0, 'b')
  one.done()
  expect((await next).value).toMatchObject({ item: 'b' })
  const end = items.next()
  one.done()
  expect((await end).done).toBe(true)
})

test('ends with its signal, whatever is left', async () => {
  const stop = new AbortController()
  const items = agenda([[Number.MAX_SAFE_INTEGER, 'never']], stop.signal)[Symbol.asyncIterator]()
  const next = items.next()
  stop.abort()
  expect((await next).done).toBe(true)
})
