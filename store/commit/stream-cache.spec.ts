import { describe, expect, test } from 'vitest'
import { StreamCache } from './stream-cache.ts'

const PLENTY = { streams: 1_000_000, bytes: 1_000_000_000 }

function stream(version: number, state: unknown = {}) {
  return { state, version }
}

describe('a cache of streams', () => {
  test('gives back the last state that was put in', () => {
    const cache = new StreamCache(PLENTY)
    cache.set('order-1', stream(1))
    cache.set('order-1', stream(2))
    expect(cache.get('order-1')).toEqual(stream(2))
    expect(cache.peek('order-1')).toEqual(stream(2))
    expect(cache.get('order-2')).toBeUndefined()
    expect(cache.size).toBe(1)
  })

  test('never holds more streams than its bound', () => {
    const cache = new StreamCache({ ...PLENTY, streams: 10 })
    for (let index = 0; index < 100; index++) {
      cache.set(`order-${String(index)}`, stream(1))
      if (index % 3 === 0) cache.get(`order-${String(index)}`)
      expect(cache.size).toBeLessThanOrEqual(10)
    }
    expect(cache.size).toBe(10)
  })

  test('never holds more bytes than its bound, whether streams come or grow', () => {
    const cache = new StreamCache({ ...PLENTY, bytes: 10_000 })
    for (let index = 0; index < 100; index++) {
      const name = `order-${String(index % 20)}`
      cache.set(name, stream(index, { text: 'x'.repeat(index * 10) }))
      cache.get(name)
      expect(cache.bytes).toBeLessThanOrEqual(10_000)
    }
    expect(cache.size).toBeGreaterThan(1)
  })

  test('counts the bytes of what it holds, whatever happened to it', () => {
    const cache = new StreamCache(PLENTY)
    cache.set('order-1', stream(1, { text: 'x' }))
    const one = cache.bytes
    cache.set('order-1', stream(2, { text: 'x'.repeat(101) }))
    expect(cache.bytes).toBe(one + 100)
    cache.get('order-1')
    cache.delete('order-1')
    cache.delete('order-1')
    expect(cache.bytes).toBe(0)
    cache.set('order-1', stream(1))
    cache.clear()
    expect([cache.bytes, cache.size, cache.get('order-1')]).toEqual([0, 0, undefined])
  })

  test('streams that are used once do not push out those that are used again and again', () => {
    const cache = new StreamCache({ ...PLENTY, streams: 100 })
    const hot = Array.from({ length: 40 }, (_, index) => `inventory-${String(index)}`)
    for (const name of hot) {
      cache.set(name, stream(1))
      cache.get(name)
    }
    for (let index = 0; index < 10_000; index++) cache.set(`order-${String(index)}`, stream(1))
    expect(hot.filter((name) => cache.peek(name) === undefined)).toEqual([])
  })

  test('a look is no use: what was only looked at goes like what was used once', () => {
    const cache = new StreamCache({ ...PLENTY, streams: 10 })
    cache.set('inventory-looked-at', stream(1))
    for (let index = 0; index < 100; index++) {
      cache.peek('inventory-looked-at')
      cache.set(`order-${String(index)}`, stream(1))
    }
    expect(cache.peek('inventory-looked-at')).toBeUndefined()
  })

  test('what was hot once makes room for what is hot now', () => {
    const cache = new StreamCache({ ...PLENTY, streams: 10 })
    for (let index = 0; index < 100; index++) {
      cache.set(`inventory-${String(index)}`, stream(1))
      cache.get(`inventory-${String(index)}`)
    }
    expect(cache.peek('inventory-99')).toBeDefined()
    expect(cache.peek('inventory-0')).toBeUndefined()
  })

  test('what becomes hot while the hot ones take all the bytes is kept long enough to be used again', () => {
    const cache = new StreamCache({ ...PLENTY, bytes: 100_000 })
    for (let index = 0; index < 200; index++) {
      cache.set(`inventory-${String(index)}`, stream(1, { text: 'x'.repeat(1_000) }))
      cache.get(`inventory-${String(index)}`)
    }
    cache.set('inventory-new', stream(1, { text: 'x'.repeat(1_000) }))
    expect(cache.get('inventory-new')).toBeDefined()
  })
})
