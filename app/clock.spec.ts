import { describe, expect, test } from 'vitest'
import { createIds, newId, newIdBytes, systemClock } from './clock.ts'

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('an id', () => {
  test('is a UUID of version 7 that begins with the time of its making', () => {
    const before = systemClock()
    const id = newId()
    expect(id).toMatch(pattern)
    expect(timeOf(id)).toBeGreaterThanOrEqual(before)
    expect(timeOf(id)).toBeLessThanOrEqual(systemClock() + 1000)
  })

  test('is the same thing as text and as bytes, in one ascending order', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? newId() : format(newIdBytes())))
    expect(ids.every((id) => pattern.test(id))).toBe(true)
    expect(ids).toEqual([...ids].sort())
  })

  test('as bytes belongs to the caller', () => {
    const first = newIdBytes()
    const copy = Buffer.from(first)
    newIdBytes()
    newId()
    expect(first).toEqual(copy)
  })
})

describe('ids of one generator', () => {
  test('ascend and differ while the clock stands still, over many times what one millisecond holds', () => {
    const ids = createIds(() => 1_700_000_000_000)
    const made = Array.from({ length: 50_000 }, () => ids.newId())
    expect(new Set(made).size).toBe(made.length)
    expect(made).toEqual([...made].sort())
    expect(made.every((id) => pattern.test(id))).toBe(true)
  })

  test('ascend when the clock goes back, and follow it again once it has caught up', () => {
    let now = 1_700_000_000_000
    const ids = createIds(() => now)
    const first = ids.newId()
    now -= 60_000
    const second = ids.newId()
    now += 120_000
    const third = ids.newId()
    expect([first, second, third]).toEqual([first, second, third].sort())
    expect(timeOf(third)).toBe(now)
  })

  test('share no random bits from one to the next', () => {
    const ids = createIds(() => 1_700_000_000_000)
    const tails = Array.from({ length: 5000 }, () => ids.newId().slice(19))
    expect(new Set(tails).size).toBe(tails.length)
  })
})

function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}

function format(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
