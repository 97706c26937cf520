import { expect, test } from 'vitest'
import { Progress, progressNotice } from './progress.ts'

const orders = { projection: 'orders', generation: 1 }
const never = new AbortController().signal

test('whoever waits for a position is woken by the commit that reaches it, and not before', async () => {
  const progress = new Progress(() => 0)
  let woken = false
  const heard = progress.heard({ ...orders, position: 10 }, 60_000, never).then(() => (woken = true))
  progress.moved({ ...orders, position: 9 })
  progress.moved({ projection: 'orders', generation: 2, position: 10 })
  progress.moved({ projection: 'sales', generation: 1, position: 10 })
  await Promise.resolve()
  expect(woken).toBe(false)
  progress.notified(progressNotice(12, ['sales', 'orders'], [3, 1]))
  await heard
  expect(progress.position('orders', 1)).toBe(12)
  expect(progress.position('sales', 3)).toBe(12)
})

test('whoever waits no longer is woken', async () => {
  const given = new AbortController()
  const heard = new Progress(() => 0).heard({ ...orders, position: 1 }, 60_000, given.signal)
  given.abort()
  await heard
})

test('a notification that is none of ours changes nothing', () => {
  const progress = new Progress(() => 0)
  for (const payload of [
    '',
    'null',
    '{}',
    '{"position":"9","generations":{"orders":1}}',
    '{"position":9,"generations":{"orders":"1"}}',
  ])
    progress.notified(payload)
  expect(progress.position('orders', 1)).toBe(0)
})

test('a position told late does not go back', () => {
  const progress = new Progress(() => 0)
  progress.moved({ ...orders, position: 5 })
  progress.moved({ ...orders, position: 4 })
  expect(progress.position('orders', 1)).toBe(5)
})

test('the rate is that of the last ten seconds, and falls to nothing when nothing comes', () => {
  let now = 0
  const progress = new Progress(() => now)
  for (let second = 0; second <= 60; second++) {
    now = second * 1_000
    progress.moved({ ...orders, position: 1 + second * 200 })
  }
  expect(progress.rate('orders', 1)).toBe(200)
  now += 5_000
  expect(progress.rate('orders', 1)).toBeGreaterThan(0)
  expect(progress.rate('orders', 1)).toBeLessThan(200)
  now += 10_000
  expect(progress.rate('orders', 1)).toBe(0)
})
