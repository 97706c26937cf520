import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from '../../schemas/codec.ts'
import { DecodeError } from '../../schemas/codec-errors.ts'
import { eventSchemas, type DomainEvent, type EventType } from '../../schemas/events.ts'
import { goldenSamples } from '../authoring/golden-samples.ts'
import { eventSchemaIds } from './event-schema-ids.ts'
import { wireFormat } from './wire-format.ts'

/** Ids as a registry gives them: with gaps, and in no order. */
const ids = eventSchemaIds(
  Object.entries(eventSchemas)
    .flatMap(([type, { versions }]) => versions.map((_, index) => ({ type: type as EventType, version: index + 1 })))
    .map((version, index, { length }) => ({ ...version, id: 7 + 31 * (index % 2 === 0 ? index : 2 * length - index) })),
)
const format = wireFormat(ids)
const everything = new Set(Object.keys(eventSchemas))

/** One event of each type, in its newest version. */
const events = Object.values<readonly DomainEvent[]>(goldenSamples).flatMap((samples) => samples.slice(-1))

describe('a framed event', () => {
  test.each(events)('$type is read back as it was', (event) => {
    expect(format.decode(format.encode(event), everything)).toEqual(event)
  })

  test.each(events)('$type has a zero byte, its schema id in four bytes, and its body', (event) => {
    const { type, schemaVersion, data } = encode(event)
    const message = format.encode(event)
    expect(message.subarray(0, 5).toString('hex')).toBe(
      `00${ids.id(type, schemaVersion).toString(16).padStart(8, '0')}`,
    )
    expect(message.subarray(5).equals(data)).toBe(true)
    expect(format.frame({ type, schemaVersion, data })).toEqual(message)
  })

  test.each(events)('$type gives its body back, to be decoded later', (event) => {
    const stored = encode(event)
    expect(format.unframe(format.frame(stored), everything)).toEqual(stored)
    expect(() => format.unframe(format.frame(stored).subarray(0, -1), everything)).toThrow(DecodeError)
  })

  test('is read wherever it lies in a larger buffer', () => {
    const [event] = events
    if (event === undefined) throw new Error('no sample')
    const message = format.encode(event)
    const larger = new Uint8Array(message.length + 20).fill(255)
    larger.set(message, 13)
    expect(format.decode(larger.subarray(13, 13 + message.length), everything)).toEqual(event)
  })
})

describe('a message that is none of ours', () => {
  const [event] = events
  if (event === undefined) throw new Error('no sample')
  const good = format.encode(event)
  const other = new Set([...everything].filter((type) => type !== event.type))
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(good)
    change(copy)
    return copy
  }

  test.each([
    ['without a byte', Buffer.alloc(0), everything, 'unframed-message', '0 bytes'],
    ['cut in its header', good.subarray(0, 4), everything, 'unframed-message', '4 bytes'],
    ['of JSON', Buffer.from('{"orderId":"1"}'), everything, 'unframed-message', 'the first byte is 123'],
    ['with an unknown id', changed((copy) => copy.writeInt32BE(999_999, 1)), everything, 'unknown-schema-id', '999999'],
    ['with a negative id', changed((copy) => copy.writeInt32BE(-1, 1)), everything, 'unknown-schema-id', '-1'],
    ['of another subject', good, other, 'unexpected-event', event.type],
    ['without its body', good.subarray(0, 5), everything, 'undecodable-event', event.type],
    ['cut in its body', good.subarray(0, good.length - 1), everything, 'undecodable-event', event.type],
    ['with a byte too many', Buffer.concat([good, Buffer.from([0])]), everything, 'undecodable-event', event.type],
  ] as const)('%s is refused, and says why', (_, message, expected, code, says) => {
    const refusal = refusalOf(message, expected)
    expect([refusal?.code, refusal?.message]).toEqual([code, expect.stringContaining(says)])
  })

  test(
    'however its bytes were changed, it is refused or is a sound event of an expected type',
    { timeout: 120_000 },
    () => {
      const expected = new Set(events.slice(0, 5).map(({ type }) => type as string))
      let slowest = 0
      let accepted = 0
      const mutation = fc.record({
        message: fc.constantFrom(...events.map((one) => format.encode(one))),
        // Most leave the header alone: behind a wrong one the body is not looked at.
        from: fc.constantFrom(0, 5, 5, 5),
        edits: fc.array(fc.record({ at: fc.nat(9_999), byte: fc.nat(255) }), { minLength: 1, maxLength: 3 }),
        cut: seldom(fc.nat(9_999)),
        tail: seldom(fc.uint8Array({ maxLength: 12 })),
      })
      fc.assert(
        fc.property(mutation, ({ message, from, edits, cut, tail }) => {
          const bytes = Buffer.concat([message, tail ?? Buffer.alloc(0)])
          for (const { at, byte } of edits) bytes[from + (at % (bytes.length - from))] = byte
          const whole = cut === null ? bytes : bytes.subarray(0, cut % bytes.length)
          const begin = performance.now()
          const read = readOf(whole, expected)
          slowest = Math.max(slowest, performance.now() - begin)
          if (read === null) return true
          accepted += 1
          const { type } = read
          return expected.has(type) && sound(read)
        }),
        { numRuns: MUTATIONS },
      )
      expect(accepted).toBeGreaterThan(MUTATIONS / 100)
      // A stall would be 100 ms; ten times that, because another process may hold the core.
      expect(slowest).toBeLessThan(1_000)
    },
  )
})

const MUTATIONS = 200_000
/** What stands in a text for bytes that are none: no sample has it. */
const REPLACED = /[\uFFFD\p{Surrogate}]/u

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

function readOf(message: Uint8Array, expected: ReadonlySet<string>): DomainEvent | null {
  try {
    return format.decode(message, expected) as DomainEvent
  } catch (error) {
    if (error instanceof DecodeError) return null
    throw error
  }
}

function refusalOf(message: Uint8Array, expected: ReadonlySet<string>): DecodeError | null {
  try {
    format.decode(message, expected)
    return null
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** Numbers that JavaScript holds, text that is text, and the same event again when it is written and read once more. */
function sound(event: DomainEvent): boolean {
  expect(format.decode(format.encode(event), everything)).toEqual(event)
  return plain(event)
}

function plain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'string') return !REPLACED.test(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(plain)
}
