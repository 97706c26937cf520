import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat } from '../../contract/registry/wire-format.ts'
import { eventSchemas, type DomainEvent, type EventType } from '../../schemas/events.ts'
import { goldenSamples } from '../../contract/authoring/golden-samples.ts'
import type { ReadRecord } from '../client/partition-reader.ts'
import { eventDecoder, showHeaders, showRecord } from './shown-record.ts'

const types = Object.keys(eventSchemas) as readonly EventType[]
const wire = wireFormat(
  eventSchemaIds(
    types.flatMap((type, index) =>
      eventSchemas[type].versions.map((_, version) => ({ type, version: version + 1, id: index * 10 + version })),
    ),
  ),
)
const samples = Object.values<readonly DomainEvent[]>(goldenSamples).flatMap((all) => all.slice(-1))

function record(value: Buffer | null, more: Partial<ReadRecord> = {}): ReadRecord {
  return {
    partition: 1,
    offset: 7,
    timestamp: 5,
    key: null,
    headers: [],
    unreadable: null,
    transaction: null,
    ...more,
    value,
  }
}

describe('a record for people', () => {
  test.each(samples)('shows $type as its fields', (event) => {
    const { type, ...data } = event
    expect(showRecord(record(wire.encode(event)), eventDecoder(wire)).value).toEqual({ format: 'avro', type, data })
  })

  test('shows JSON as it is, text as text and everything else in hex', () => {
    const shown = (bytes: Buffer | null) => showRecord(record(bytes), eventDecoder(wire)).value
    expect(shown(Buffer.from('{"a":[1]}'))).toEqual({ format: 'json', data: { a: [1] } })
    expect(shown(Buffer.from('\ufeff{"a":[1]}'))).toEqual({ format: 'json', data: { a: [1] } })
    expect(shown(Buffer.from('{"a":'))).toEqual({ format: 'text', data: '{"a":' })
    expect(shown(Buffer.from('ff00', 'hex'))).toEqual({ format: 'hex', data: 'ff00' })
    expect(shown(Buffer.from('0001', 'hex'))).toEqual({ format: 'hex', data: '0001' })
    expect(shown(null)).toEqual({ format: 'empty' })
  })

  test('shows JSON that is too deep to be written again as text, and only that', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const shown = (text: string) => showRecord(record(Buffer.from(text)), eventDecoder(wire)).value
    expect(shown(nested(20_000))).toEqual({ format: 'text', data: '['.repeat(4_096) })
    expect(shown(nested(1_000)).format).toBe('json')
    expect(shown(`[${Array.from({ length: 5_000 }, () => '{"a":[]}').join()}]`).format).toBe('json')
  })

  test('says why a framed event could not be decoded, and shows its bytes', () => {
    const unknown = showRecord(record(Buffer.from('000000ffff01', 'hex')), eventDecoder(wire))
    expect(unknown).toMatchObject({ value: { format: 'hex', data: '000000ffff01' }, bytes: 6 })
    expect(unknown.fault).toContain('unknown-schema-id')
    const [event] = samples
    if (event === undefined) throw new Error('no sample')
    expect(showRecord(record(wire.encode(event).subarray(0, 7)), eventDecoder(wire))).toMatchObject({
      value: { format: 'hex' },
    })
    expect(showRecord(record(wire.encode(event)), null)).toMatchObject({ value: { format: 'hex' }, fault: null })
  })

  test('shows keys and headers as text, or as hex where they are none', () => {
    const pairs: readonly (readonly [string, Buffer | null])[] = [
      ['a', Buffer.from('é')],
      ['b', Buffer.from('ff', 'hex')],
      ['c', Buffer.from('1')],
      ['__proto__', null],
      ['c', Buffer.from('2')],
    ]
    const headers = pairs.map(([name, value]) => [Buffer.from(name), value] as const)
    const shown = showHeaders(record(null, { headers }))
    expect(Object.entries(shown)).toEqual([
      ['a', 'é'],
      ['b', 'ff'],
      ['c', '1, 2'],
      ['__proto__', ''],
    ])
    expect(showRecord(record(null, { key: Buffer.from('k') }), eventDecoder(wire))).toMatchObject({ key: 'k' })
    expect(showRecord(record(null, { unreadable: 'no such codec' }), eventDecoder(wire)).value).toEqual({
      format: 'unreadable',
      data: 'no such codec',
    })
  })

  test('has a time that a calendar has, whatever its writer claims', () => {
    const at = (timestamp: number) => showRecord(record(null, { timestamp }), eventDecoder(wire)).timestamp
    expect([at(-1), at(9e15), at(1_700_000_000_000)]).toEqual([0, 0, 1_700_000_000_000])
  })

  test('is made of any bytes whatever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, framed) => {
        const value = Buffer.from(framed ? [0, 0, 0, 0, 10, ...bytes] : bytes)
        expect(
          showRecord(record(value, { key: value, headers: [[Buffer.from('h'), value]] }), eventDecoder(wire)).bytes,
        ).toBe(value.length)
      }),
      { numRuns: 2_000 },
    )
  })
})
