import { describe, expect, test } from 'vitest'
import { wireFormat } from '../contract/registry/wire-format.ts'
import { eventSchemaIds } from '../contract/registry/event-schema-ids.ts'
import { decode, encode } from '../schemas/codec.ts'
import { eventSchemas, type DomainEvent, type EventType } from '../schemas/events.ts'
import { goldenSamples } from '../contract/authoring/golden-samples.ts'
import type { StoredEvent } from '../store/log/feed.ts'
import { TOPIC_SETTINGS } from './topics/topics.ts'
import { eventRecord, readEventRecord, sourceOf, type RawRecord } from './event-record.ts'

const types = Object.keys(eventSchemas) as readonly EventType[]
const ids = eventSchemaIds(
  types.flatMap((type, index) =>
    eventSchemas[type].versions.map((_, version) => ({ type, version: version + 1, id: index * 10 + version })),
  ),
)
const wire = wireFormat(ids)
const source = sourceOf('0190a0a0-0000-7000-8000-000000000001')
const expected = new Set<string>(types)
const around = { wire, source, expected }

const stored = Object.values<readonly DomainEvent[]>(goldenSamples)
  .flatMap((samples) => samples.slice(-1))
  .map((event, index): StoredEvent => ({
    ...encode(event),
    position: index + 1,
    stream: `order-a-${String(index)}`,
    version: index + 3,
    recordedAt: 1_700_000_000_123,
    id: '0190a0a0-0000-7000-8000-00000000000a',
    commandId: '0190a0a0-0000-7000-8000-00000000000b',
    correlationId: '0190a0a0-0000-7000-8000-00000000000c',
    causationId: null,
  }))

/** As it comes back from a broker. */
function received(event: StoredEvent, other = source): RawRecord {
  const { key, value, headers } = eventRecord(event, wire, other)
  const pairs = Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const)
  return { key: Buffer.from(key), value, headers: pairs }
}

describe('the record of an event', () => {
  test.each(stored)('$type comes back as it is stored', (event) => {
    const { position, stream, version, type, schemaVersion, data, recordedAt } = event
    const back = readEventRecord(received(event), around)
    expect(back).toEqual({ position, stream, version, type, schemaVersion, data, recordedAt })
    expect(decode(type, schemaVersion, data).type).toBe(type)
  })

  test('has the headers that readers of other languages go by', () => {
    const [event] = stored
    if (event === undefined) throw new Error('no sample')
    expect(eventRecord(event, wire, source)).toMatchObject({
      key: 'a-0',
      timestamp: '1700000000123',
      headers: {
        ce_specversion: '1.0',
        ce_id: event.id,
        ce_type: `orderledger.${event.type}`,
        ce_source: source,
        ce_time: '2023-11-14T22:13:20.123Z',
        'content-type': 'application/avro',
        traceparent: '00-0190a0a0000070008000' + '00000000000c-800000000000000b-01',
        'ol-position': '1',
        'ol-stream': 'order-a-0',
        'ol-version': '3',
      },
    })
  })

  test('is far smaller than what a broker takes, even of the largest order of the longest texts', () => {
    const wide = '\u{1F4E6}'.repeat(200)
    const line = { sku: 's'.repeat(64), name: wide, category: wide.slice(0, 128), quantity: 10_000 }
    const unitPrice = { amount: 2 ** 53 - 1, currency: 'EUR' }
    const [order] = goldenSamples.OrderPlaced.slice(-1)
    const largest = { ...order, lines: Array.from({ length: 100 }, () => ({ ...line, unitPrice })) } as DomainEvent
    const event = { ...stored[0], ...encode(largest), stream: `order-${'o'.repeat(64)}` } as StoredEvent
    const { value, headers } = eventRecord(event, wire, source)
    expect(value.length + JSON.stringify(headers).length).toBeLessThan(TOPIC_SETTINGS.maxRecordBytes / 4)
  })

  test('is foreign when another log wrote it, or nobody of ours', () => {
    for (const event of stored) {
      expect(readEventRecord(received(event, sourceOf('another')), around)).toBe('foreign')
      expect(readEventRecord({ ...received(event), headers: [] }, around)).toBe('foreign')
      expect(readEventRecord({ ...received(event), value: null }, around)).toBe('foreign')
    }
  })

  test.each([
    ['ol-position', '0'],
    ['ol-position', '1e400'],
    ['ol-position', 'first'],
    ['ol-version', '-1'],
    ['ol-version', '1.5'],
    ['ol-stream', 'order-another'],
    ['ol-stream', ''],
    ['ce_time', 'yesterday'],
  ])('is damaged when its %s is %j', (name, text) => {
    for (const event of stored) {
      const { headers, ...record } = received(event)
      const changed = [...headers, [Buffer.from(name), Buffer.from(text)] as const]
      expect(readEventRecord({ ...record, headers: changed }, around)).toBe('damaged')
    }
  })

  test('is damaged when its schema is not one of its topic', () => {
    const [event] = stored
    if (event === undefined) throw new Error('no sample')
    expect(readEventRecord(received(event), { ...around, expected: new Set(['StockReserved']) })).toBe('damaged')
  })
})
