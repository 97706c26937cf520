import { describe, expect, test } from 'vitest'
import type { StoredLetter } from './letter-table.ts'
import { deadLetterMessage, MOST_BYTES } from './dead-letter-message.ts'

const letter: StoredLetter = {
  id: 9,
  topic: 'order-commands',
  partition: 1,
  offset: 41,
  lastOffset: null,
  timestamp: 1,
  key: Buffer.from('c1'),
  size: 8,
  value: Buffer.from('not JSON'),
  headers: [],
  class: 'invalid-json',
  message: 'the value is no JSON',
  cause: 'invalid-json-1',
  state: 'parked',
  history: [],
  parkedAt: Date.UTC(2026, 10, 27, 8),
  publishedAt: null,
}
const told = (value: Buffer | null) => {
  const message = deadLetterMessage({ ...letter, value })
  const body = JSON.parse(message.value) as { readonly original_message: string | null }
  return { ...message, original: body.original_message }
}

describe('a dead letter as a message', () => {
  test('has the original, the error and the time, and says in headers where it was', () => {
    expect(JSON.parse(deadLetterMessage(letter).value)).toEqual({
      original_message: 'not JSON',
      error: 'the value is no JSON',
      timestamp: '2026-11-27T08:00:00.000Z',
    })
    expect(deadLetterMessage(letter).headers).toEqual({
      topic: 'order-commands',
      partition: '1',
      offset: '41',
      class: 'invalid-json',
      'ol-letter': '9',
    })
  })

  test('is base64 where the original is no text, and says so', () => {
    const { original, headers } = told(Buffer.from([0, 255, 1]))
    expect(original).toBe('AP8B')
    expect(headers['ol-encoding']).toBe('base64')
  })

  test('has null for a record without a value', () => {
    expect(told(null).original).toBeNull()
  })

  test('is cut between two characters, and says how long the original is', () => {
    for (const lead of ['', 'a', 'ab']) {
      const long = Buffer.from(lead + '€'.repeat(MOST_BYTES / 2))
      const { original, headers } = told(long)
      expect(headers).toMatchObject({ 'ol-size': String(long.length) })
      expect(headers['ol-encoding']).toBeUndefined()
      expect(long.toString().startsWith(original ?? 'x')).toBe(true)
      expect(Buffer.byteLength(original ?? '')).toBeGreaterThan(MOST_BYTES - 3)
    }
  })

  test('fits a record whatever the original is made of', () => {
    for (const byte of [0, 1, 34, 255]) {
      expect(told(Buffer.alloc(2 * MOST_BYTES, byte)).value.length).toBeLessThan(1024 * 1024)
    }
  })
})
