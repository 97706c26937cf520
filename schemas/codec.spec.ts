import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { avroType } from './avro-types.ts'
import { DecodeError, EncodeError } from './codec-errors.ts'
import { decode, decodeUntrusted, encode } from './codec.ts'
import { isUnion, type AvroSchema } from './avro-schema.ts'
import { eventSchemas, type DomainEvent, type EventType, type OrderPlaced } from './events.ts'
import { goldenSamples } from '../contract/authoring/golden-samples.ts'
import { arbitraryEvent, eventTypes } from './test-kit.ts'

const placed: OrderPlaced = {
  type: 'OrderPlaced',
  orderId: 'o1',
  customerId: 'c1',
  tier: 'standard',
  region: 'north',
  lines: [{ sku: 'A1', name: 'A', category: 'a', quantity: 3, unitPrice: { amount: 5, currency: 'EUR' } }],
  total: { amount: 15, currency: 'EUR' },
  placedAt: 1_763_738_000_000,
  reservedUntil: null,
  ...{ card: null, device: null, address: null, network: null, cardRegion: null },
}

describe('what was encoded decodes to the same event', () => {
  test.each(eventTypes)('%s', (eventType) => {
    fc.assert(
      fc.property(arbitraryEvent(eventType), (event) => {
        const { type, schemaVersion, data } = encode(event)
        expect(schemaVersion).toBe(eventSchemas[eventType].versions.length)
        expect(decode(type, schemaVersion, data)).toStrictEqual(event)
        expect(decodeUntrusted(type, schemaVersion, new Uint8Array(data))).toStrictEqual(event)
      }),
    )
  })

  test('however many are encoded before it is read, and however large they are', () => {
    const large = { ...placed, lines: Array.from({ length: 3000 }, () => placed.lines).flat() }
    const events = Array.from({ length: 3000 }, (_, index): DomainEvent =>
      index % 500 === 0
        ? large
        : { type: 'StockAdjusted', sku: `sku-${index}`, delta: index, reason: 'é'.repeat(index % 90) },
    )
    const encoded = events.map(encode)
    expect(encoded.map(({ type, schemaVersion, data }) => decode(type, schemaVersion, data))).toStrictEqual(events)
  })
})

test.each(eventTypes)('no %s is of no bytes, which readers of other languages refuse', (eventType) => {
  fc.assert(fc.property(arbitraryEvent(eventType), (event) => encode(event).data.length > 0))
  const samples = goldenSamples[eventType].map((_, index) => goldenOf(eventType, index + 1).length)
  expect(Math.min(...samples)).toBeGreaterThan(0)
})

test('personal data stands in the streams of customers alone', () => {
  const personal = /name|mail|phone|address|birth/i
  const products = /^(lines\.)?name$/
  // A pseudonym, and not the address.
  const pseudonyms = /^((OrderPlaced|Payment(Requested|Captured|Declined))\.address|FraudAlertRaised\.keys\.address)$/
  const found = eventTypes.flatMap((type) =>
    eventSchemas[type].versions.flatMap((schema) =>
      fieldPaths(schema)
        .filter((path) => personal.test(path) && !products.test(path) && schema.stream !== 'customer')
        .map((path) => `${type}.${path}`)
        .filter((path) => !pseudonyms.test(path)),
    ),
  )
  expect(found).toEqual([])
  expect(fieldPaths(eventSchemas.OrderPlaced.versions[0])).toContain('lines.name')
})

describe('law 9: what any version wrote decodes into the newest type', () => {
  const versions = eventTypes.flatMap((type) =>
    eventSchemas[type].versions.map((_, index) => ({ type, version: index + 1 })),
  )

  test.each(versions)('golden $type v$version', ({ type, version }) => {
    const golden = goldenOf(type, version)
    const expected = goldenSamples[type][version - 1]
    expect(expected).toBeDefined()
    expect(decode(type, version, golden)).toStrictEqual(expected)
    expect(decodeUntrusted(type, version, golden)).toStrictEqual(expected)
  })

  test('law 9: a customer registered before languages were asked for is written to in English', () => {
    const golden = readFileSync(join(import.meta.dirname, 'golden/CustomerRegistered/v1.bin'))
    expect(golden.includes('en')).toBe(false)
    expect(decode('CustomerRegistered', 1, golden)).toMatchObject({ customerId: 'zoe', language: 'en' })
  })

  test('law 9: every version reads every other of its event, newer ones too', () => {
    const v1 = avroType(eventSchemas.CustomerRegistered.versions[0])
    const { data } = encode({ ...goldenSamples.CustomerRegistered[1]!, language: 'fr' })
    const v2 = avroType(eventSchemas.CustomerRegistered.versions[1]!)
    const read = v1.fromBuffer(data, v1.createResolver(v2)) as object
    expect(read).toMatchObject({ customerId: 'zoe' })
    expect(read).not.toHaveProperty('language')
  })
})

describe('an event that does not fit its schema', () => {
  const money = { amount: 1, currency: 'EUR' }
  test.each<[string, object]>([
    ['OrderPlaced.lines.0.quantity: 1.5 is not an int', { lines: [{ ...placed.lines[0], quantity: 1.5 }] }],
    ['OrderPlaced.lines.0.quantity: 2147483648 is not an int', { lines: [{ ...placed.lines[0], quantity: 2 ** 31 }] }],
    [
      'OrderPlaced.lines.1.unitPrice: null is not a Money',
      { lines: [placed.lines[0], { ...placed.lines[0], unitPrice: null }] },
    ],
    ['OrderPlaced.lines: null is not an array', { lines: null }],
    ['OrderPlaced.tier: "gold" is not one of standard, vip', { tier: 'gold' }],
    ['OrderPlaced.tier: "constructor" is not one of standard, vip', { tier: 'constructor' }],
    ['OrderPlaced.total: undefined is not a Money', { total: undefined }],
    [
      'OrderPlaced.total.amount: 9007199254740992 is not a whole number within 2^53',
      { total: { ...money, amount: 2 ** 53 } },
    ],
    ['OrderPlaced.total.amount: NaN is not a whole number within 2^53', { total: { ...money, amount: NaN } }],
    ['OrderPlaced.total.amount: 1 is not a whole number within 2^53', { total: { ...money, amount: 1n } }],
    ['OrderPlaced.region: 7 is not a well-formed string', { region: 7 }],
    ['OrderPlaced.region: "\\ud83d" is not a well-formed string', { region: '\ud83d' }],
    ['OrderPlaced.reservedUntil: "soon" is not null or a whole number within 2^53', { reservedUntil: 'soon' }],
  ])('%s', (message, change) => {
    const attempt = () => encode({ ...placed, ...change } as DomainEvent)
    expect(attempt).toThrow(new EncodeError(message))
    expect(attempt).toThrow(expect.objectContaining({ code: 'unencodable-event', retriable: false }))
  })

  test('leaves the events around it whole', () => {
    const before = encode(placed)
    expect(() => encode({ ...placed, reservedUntil: 0.5 })).toThrow(EncodeError)
    const after = encode(placed)
    expect([before, after].map(({ data }) => decode('OrderPlaced', 2, data))).toStrictEqual([placed, placed])
  })

  test('is refused when its type is not known', () => {
    expect(() => encode({ ...placed, type: 'toString' } as unknown as DomainEvent)).toThrow(
      'toString is not an event type',
    )
  })
})

describe('bytes that are no event', () => {
  const { data } = encode(placed)
  const tooLong = Buffer.from('02410242ffffffffffffffffff01', 'hex')
  test.each<[string, string, number, Uint8Array, string]>([
    ['of an unknown type', 'OrderEaten', 1, data, 'unknown-event-type'],
    ['of a type that only the prototype has', 'constructor', 1, data, 'unknown-event-type'],
    ['of a version to come', 'OrderPlaced', 3, data, 'unknown-schema-version'],
    ['of version 0', 'OrderPlaced', 0, data, 'unknown-schema-version'],
    ['cut short', 'OrderPlaced', 2, data.subarray(0, -1), 'undecodable-event'],
    ['with something behind them', 'OrderPlaced', 2, Buffer.concat([data, Buffer.from([0])]), 'undecodable-event'],
    ['with a long that no number holds', 'StockReserved', 1, tooLong, 'undecodable-event'],
  ])('%s', (_, type, version, bytes, code) => {
    for (const attempt of [() => decode(type, version, bytes), () => decodeUntrusted(type, version, bytes)]) {
      expect(attempt).toThrow(DecodeError)
      expect(attempt).toThrow(expect.objectContaining({ code, retriable: false }))
    }
  })

  test('say where they went wrong', () => {
    const wrong = Buffer.from(data)
    wrong[wrong.indexOf('north')] = 0xff
    expect(() => decodeUntrusted('OrderPlaced', 1, wrong)).toThrow(
      'OrderPlaced.region: a string that is not UTF-8 at byte',
    )
  })
})

function goldenOf(type: EventType, version: number): Buffer {
  return readFileSync(join(import.meta.dirname, 'golden', type, `v${version}.bin`))
}

/** The paths of all fields, without what arrays and unions add. */
function fieldPaths(schema: AvroSchema): readonly string[] {
  if (typeof schema === 'string') return []
  if (isUnion(schema)) return schema.flatMap(fieldPaths)
  if (schema.type === 'array') return fieldPaths(schema.items)
  if (schema.type !== 'record') return []
  return schema.fields.flatMap(({ name, type }) => [name, ...fieldPaths(type).map((path) => `${name}.${path}`)])
}
