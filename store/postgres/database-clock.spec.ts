import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DatabaseClock } from './database-clock.ts'

const NOON = Date.UTC(2025, 10, 28, 12)

let database: number | Error
let monotonic: number
let errors: unknown[]
let clock: DatabaseClock

/** An answer that is on its way. */
let held: Promise<number> | null

const ask = () => held ?? (database instanceof Error ? Promise.reject(database) : Promise.resolve(database))

beforeEach(() => {
  vi.useFakeTimers()
  database = NOON
  monotonic = 0
  errors = []
  held = null
  clock = new DatabaseClock({ ask, monotonic: () => monotonic, onError: (error) => errors.push(error) })
})

afterEach(() => {
  clock.stop()
  vi.useRealTimers()
})

async function pass(millis: number): Promise<void> {
  monotonic += millis
  await vi.advanceTimersByTimeAsync(millis)
}

describe('the clock of the database', () => {
  test('goes on from the last answer by the monotonic time since it arrived, in whole milliseconds', async () => {
    monotonic = 5_000.25
    await clock.start()
    expect(clock.now()).toBe(NOON)
    monotonic += 1_499.9
    expect(clock.now()).toBe(NOON + 1_499)
  })

  test('is asked again every 10 s', async () => {
    await clock.start()
    database = NOON + 60_000
    await pass(9_999)
    expect(clock.now()).toBe(NOON + 9_999)
    await pass(1)
    expect(clock.now()).toBe(NOON + 60_000)
  })

  test('never goes back: it stands still until a database that was set back has caught up', async () => {
    await clock.start()
    expect(clock.now()).toBe(NOON)
    database = NOON - 60_000
    await pass(10_000)
    expect(clock.now()).toBe(NOON)
    database = NOON + 1
    await pass(10_000)
    expect(clock.now()).toBe(NOON + 1)
  })

  test('is not set back by an answer that was on its way for long, and is by one that says that the database was', async () => {
    await clock.start()
    let arrive = (_: number): void => undefined
    held = new Promise((resolve) => (arrive = resolve))
    await pass(10_000)
    const answered = NOON + 10_000
    monotonic += 8_000
    arrive(answered)
    await vi.advanceTimersByTimeAsync(0)
    expect(clock.now()).toBe(NOON + 18_000)
    held = new Promise((resolve) => (arrive = resolve))
    await pass(10_000)
    monotonic += 8_000
    arrive(NOON - 60_000)
    await vi.advanceTimersByTimeAsync(0)
    monotonic += 96_000
    expect(clock.now()).toBe(NOON + 36_000)
    monotonic += 1
    expect(clock.now()).toBe(NOON + 36_001)
  })

  test('goes on while the database is away, and says why it could not be asked', async () => {
    await clock.start()
    database = new Error('away')
    await pass(10_000)
    expect(clock.now()).toBe(NOON + 10_000)
    expect(errors).toEqual([database])
  })

  test('is not started by a database that is away', async () => {
    database = new Error('away')
    await expect(clock.start()).rejects.toThrow('away')
  })
})
