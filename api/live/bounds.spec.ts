/** How large a frame may be, and how often rows that were left out are made good. */
import { expect, test } from 'vitest'
import { feeding } from './test-kit.ts'

const many = (count: number, name = 'p') => Array.from({ length: count }, (_, index) => `${name}${String(index)}`)

test('a change of more than 500 items, live, is as many frames as it takes, cut by the position of each row’s last change', async () => {
  const { join, rest, show } = feeding({ position: 3 })
  const { told } = join()
  await rest()
  // The first hundred change twice: they come once, in the later frame.
  show(...many(1_200), ...many(100))
  await rest()
  const changes = told.slice(1)
  expect(changes.map(({ from, to, items }) => [from, to, items.length])).toEqual([
    [3, 603, 500],
    [603, 1_103, 500],
    [1_103, 1_303, 200],
  ])
  expect(
    changes
      .at(-1)
      ?.items.slice(-100)
      .map(({ sku }) => sku),
  ).toEqual(many(100))
})

test('no frame has more than 256 kB, resumed or live, unless a single item is larger', async () => {
  const { join, rest, show, state } = feeding()
  const live = join()
  await rest()
  state.padding = 100_000
  show('a', 'b', 'c', 'd', 'e')
  await rest()
  expect(live.told.slice(1).map(({ items }) => items.length)).toEqual([2, 2, 1])
  const resumed = join({ after: 0 })
  await rest()
  expect(resumed.told.map(({ from, to, items }) => [from, to, items.length])).toEqual([
    [0, 2, 2],
    [2, 4, 2],
    [4, 5, 1],
  ])
  state.padding = 300_000
  state.now += 1_000
  show('f', 'g')
  await rest()
  expect(live.told.slice(-2).map(({ from, to, items }) => [from, to, items.length])).toEqual([
    [5, 6, 1],
    [6, 7, 1],
  ])
})

test('while too much goes on, what was left out is made good every 5 s', async () => {
  const { join, rest, show, state, feed, reasons } = feeding({ position: 3 })
  const { told } = join()
  await rest()
  for (let second = 0; second < 12; second++) {
    show(...many(2_500, `s${String(second)}-`))
    await rest()
    state.now += 900
    feed.wake()
    await rest()
  }
  show(...many(2_500, 'last-'))
  await rest()
  const summaries = told.filter(({ summary }) => summary === true)
  expect(summaries).toHaveLength(13)
  // Nearly eleven seconds of it: after five, and after ten.
  expect(reasons).toEqual(['start', 'summary', 'summary'])
  state.now += 1_100
  feed.wake()
  await rest()
  expect(reasons).toEqual(['start', 'summary', 'summary', 'summary'])
  let to = told[0]?.to ?? 0
  for (const frame of told.slice(1)) {
    if (frame.type === 'change') expect(frame.from).toBe(to)
    to = frame.to
  }
})
