import { expect, test } from 'vitest'
import { inSlices, Refreshed } from './refreshed.ts'

/** Reads give 1, 2, ... when they are let go. */
function readings({ oldestMs }: { readonly oldestMs?: number } = {}) {
  let now = 0
  let reads = 0
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  const refreshed = new Refreshed<number>({
    monotonic: () => now,
    freshMs: 100,
    ...(oldestMs !== undefined && { oldestMs }),
    async read(before) {
      const value = ++reads
      await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }))
      return value * 10 + (before ?? 0)
    },
  })
  return {
    refreshed,
    reads: () => reads,
    pass: (millis: number) => (now += millis),
    letGo: () => waiting.shift()?.resolve(),
    fail: () => waiting.shift()?.reject(new Error('away')),
  }
}

/** What was read is known to those who ask after it. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('all who ask while nothing is known wait for one reading', async () => {
  const { refreshed, reads, letGo } = readings()
  const asked = [refreshed.value(), refreshed.value()]
  letGo()
  expect(await Promise.all(asked)).toEqual([10, 10])
  expect(reads()).toBe(1)
})

test('what is fresh is not read again; what is old is answered at once and read beside it', async () => {
  const { refreshed, reads, pass, letGo } = readings()
  const first = refreshed.value()
  letGo()
  await first
  pass(99)
  expect([await refreshed.value(), reads()]).toEqual([10, 1])
  pass(1)
  expect([await refreshed.value(), await refreshed.value(), reads()]).toEqual([10, 10, 2])
  letGo()
  await settled()
  expect([await refreshed.value(), reads()]).toEqual([30, 2])
})

test('its age counts from the beginning of the reading', async () => {
  const { refreshed, reads, pass, letGo } = readings()
  const first = refreshed.value()
  pass(100)
  letGo()
  await first
  await refreshed.value()
  expect(reads()).toBe(2)
})

test('what is too old is waited for', async () => {
  const { refreshed, pass, letGo } = readings({ oldestMs: 500 })
  const first = refreshed.value()
  letGo()
  await first
  pass(500)
  const second = refreshed.value()
  letGo()
  expect(await second).toBe(30)
})

test('what does not serve is waited for, however fresh, and so is what was begun before', async () => {
  const { refreshed, reads, pass, letGo } = readings()
  const first = refreshed.value()
  letGo()
  await first
  const second = refreshed.value((value) => value > 10)
  letGo()
  expect([await second, reads()]).toEqual([30, 2])
  pass(100)
  expect(await refreshed.value()).toBe(30)
  // It joins the third reading, which gives 60, and waits for the fourth.
  const fourth = refreshed.value((value) => value > 60)
  letGo()
  await settled()
  letGo()
  expect([await fourth, reads()]).toEqual([100, 4])
})

test('a reading that fails is told to those who wait, and tried again; others keep what is known', async () => {
  const { refreshed, pass, letGo, fail } = readings()
  const first = refreshed.value()
  fail()
  await expect(first).rejects.toThrow('away')
  const second = refreshed.value()
  letGo()
  expect(await second).toBe(20)
  pass(100)
  expect(await refreshed.value()).toBe(20)
  fail()
  await settled()
  expect(await refreshed.value()).toBe(20)
})

test('others get a turn where a slice of time is over, and only there', async () => {
  let now = 0
  let turns = 0
  const rest = inSlices(
    () => now,
    () => Promise.resolve((turns += 1)),
  )
  await rest()
  now = 9
  await rest()
  expect(turns).toBe(0)
  now = 10
  await rest()
  await rest()
  expect(turns).toBe(1)
})
