import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CHANNELS,
  decodeAction,
  decodeUserEvent,
  encodeUserEvent,
  USER_EVENT_TYPES,
  userEventSchema,
} from './user-event.ts'

const pseudonym = fc.option(fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes)))
const userEvent = fc.record({
  eventId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  type: fc.constantFrom(...USER_EVENT_TYPES),
  at: fc.integer({ min: 0, max: 4e12 }),
  subject: fc.string(),
  customerId: fc.option(fc.string()),
  sku: fc.option(fc.string()),
  quantity: fc.integer({ min: 0, max: 10_000 }),
  amount: fc.maxSafeInteger(),
  currency: fc.constantFrom('', 'EUR'),
  orderId: fc.option(fc.string()),
  channel: fc.constantFrom(...CHANNELS),
  region: fc.string(),
  device: pseudonym,
  card: pseudonym,
  address: pseudonym,
  network: pseudonym,
  cardRegion: fc.constantFrom('', 'FR'),
  reason: fc.option(fc.string()),
})

describe('UserEvent in Avro', () => {
  test('is what was published: others have it by its text', () => {
    const fingerprint = createHash('sha256').update(JSON.stringify(userEventSchema)).digest('hex')
    expect(fingerprint).toBe('8bea24831badadc60fba9ba3a56222e6f6290f68b124c16a0777bc7ff3c070c1')
  })

  test('comes back as it was, whole and as what sessions are made of', () => {
    fc.assert(
      fc.property(userEvent, (event) => {
        const bytes = encodeUserEvent(event)
        expect(decodeUserEvent(bytes)).toEqual(event)
        const { eventId, type, at, subject, customerId, sku } = event
        expect(decodeAction(bytes)).toEqual({ eventId, type, at, subject, customerId, sku })
      }),
    )
  })

  test('is never taken from bytes that are anything else, whatever they claim', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(encodeUserEvent(decodeUserEvent(bytes)).length).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ code: 'undecodable-event' })
        }
      }),
    )
  })
})
