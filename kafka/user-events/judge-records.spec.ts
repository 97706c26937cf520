import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { messageReader } from '../../contract/registry/message-reader.ts'
import { judgeHere } from '../../contract/judgement/judgement.ts'
import { frameUserEvent } from '../../contract/registry/user-event-schema.ts'
import {
  decodeUserEvent,
  userEventDecoder,
  userEventSchema,
  type UserEvent,
} from '../../schemas/behaviour/user-event.ts'
import type { FetchedRecord } from '../client/record-batches.ts'
import { JudgedRecords, MOVED, MOVED_HEADER, receiptOf } from './judge-records.ts'

const NOW = Date.UTC(2026, 10, 2, 12)
const MINUTE = 60_000
const OURS = 7
const THEIRS = 9

const given: UserEvent = {
  ...{ eventId: Buffer.alloc(16, 1), type: 'product_view', at: NOW, subject: 'visitor-1', customerId: null, sku: 'A1' },
  ...{ quantity: 0, amount: 0, currency: '', orderId: null, channel: 'web', region: '', cardRegion: '', reason: null },
  ...{ device: Buffer.alloc(8, 2), card: null, address: null, network: null },
}

const json = (change: object = {}) => ({
  ...{ eventId: randomUUID(), type: 'product_view', at: new Date(NOW).toISOString(), subject: 'visitor-1' },
  ...change,
})

async function judged(
  value: Buffer | object | string | null,
  record: { readonly timestamp?: number; readonly headers?: Readonly<Record<string, string>> } = {},
) {
  const avro = messageReader(
    { name: 'UserEvent', decode: decodeUserEvent, decoderOf: userEventDecoder },
    {
      ...{ schemaId: OURS, judge: judgeHere, monotonic: () => 0 },
      registry: {
        schemaById: (id) =>
          Promise.resolve(id === THEIRS ? JSON.stringify({ ...userEventSchema, doc: 'Spelt otherwise.' }) : null),
      },
    },
  )
  const bytes =
    value === null || Buffer.isBuffer(value)
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  if (bytes !== null) await avro.learnAvro(bytes)
  const records = new JudgedRecords(3, { avro, pseudonym: () => '0102030405060708', now: NOW })
  const { timestamp = NOW, headers = {} } = record
  const texts = (names: readonly string[]) => names.map((name) => headers[name] ?? null)
  const fetched = { offset: 5, timestamp, key: null, value: bytes, headers: { texts } }
  records.add(fetched as unknown as FetchedRecord)
  return records
}

const eventsOf = async (...asked: Parameters<typeof judged>) =>
  (await judged(...asked)).events.map(({ data, ...rest }) => ({ ...decodeUserEvent(data), ...rest }))
const lettersOf = async (...asked: Parameters<typeof judged>) =>
  (await judged(...asked)).letters.map(({ value, ...rest }) => ({ ...rest, value: value.toString() }))

describe('a record of user-events', () => {
  test('in our own Avro is kept as it came', async () => {
    const message = frameUserEvent(given, OURS)
    const [one] = (await judged(message)).events
    expect(one).toMatchObject({ sku: 'A1', receivedAt: NOW, moved: false })
    expect(one?.data).toEqual(message.subarray(5))
  })

  test.each<[string, Buffer | object]>([
    ['our own Avro', frameUserEvent(given, OURS)],
    ['our own Avro with a clock ahead', frameUserEvent({ ...given, at: NOW + MINUTE }, OURS)],
    ['the Avro of others', frameUserEvent(given, THEIRS)],
    ['JSON', json()],
  ])('in %s says beside its bytes what they say', async (_what, message) => {
    const { events } = await judged(message)
    expect(events).toHaveLength(1)
    for (const { data, action } of events) expect(decodeUserEvent(data)).toEqual(action)
  })

  test('in the Avro of others is kept in ours', async () => {
    expect(await eventsOf(frameUserEvent(given, THEIRS))).toMatchObject([
      { subject: 'visitor-1', device: given.device },
    ])
  })

  test('in JSON is an event, an array, or an envelope with the clock of its device', async () => {
    expect(await eventsOf(json({ device: 'phone' }))).toMatchObject([
      { device: Buffer.from('0102030405060708', 'hex') },
    ])
    expect(await eventsOf([json(), json()])).toHaveLength(2)
    const ahead = new Date(NOW + 60 * MINUTE).toISOString()
    expect(await eventsOf({ sentAt: ahead, events: [json({ at: ahead })] })).toMatchObject([{ at: NOW, moved: true }])
  })

  test('counts at its receipt where its clock is ahead: the time of the record, never ahead of the reader', async () => {
    const at = (of: number) => frameUserEvent({ ...given, at: of }, OURS)
    expect(await eventsOf(at(NOW + 4 * MINUTE))).toMatchObject([{ at: NOW, moved: true }])
    const early = { timestamp: NOW - 10 * MINUTE }
    expect(await eventsOf(at(NOW - 8 * MINUTE), early)).toMatchObject([{ at: NOW - 10 * MINUTE, moved: true }])
    expect(await lettersOf(at(NOW), early)).toMatchObject([{ code: 'from-the-future' }])
    expect(await eventsOf(at(NOW + MINUTE), { timestamp: NOW + 5 * MINUTE })).toMatchObject([{ at: NOW }])
    expect([receiptOf(-1, NOW), receiptOf(9e15, NOW)]).toEqual([NOW, NOW])
    expect(NOW - receiptOf(1, NOW)).toBe(7 * 24 * 60 * MINUTE)
  })

  test('says where its time was moved before it was sent', async () => {
    const headers = { [MOVED_HEADER]: MOVED }
    expect(await eventsOf(frameUserEvent(given, OURS), { headers })).toMatchObject([{ moved: true }])
  })

  test.each<[string, Buffer | object | string | null, string]>([
    ['no value', null, 'invalid'],
    ['an empty value', '', 'invalid'],
    ['no JSON', '{', 'invalid'],
    ['no UTF-8', Buffer.from([0x7b, 0xff]), 'invalid'],
    ['a number', '7', 'invalid'],
    ['an unknown type', json({ type: 'teleport' }), 'invalid'],
    ['an unknown property', json({ colour: 'red' }), 'invalid'],
    ['nobody', json({ subject: 'Undefined' }), 'no-subject'],
    ['the number of a card', json({ card: '4111111111111111' }), 'card-number'],
    ['too long ago', json({ at: '2026-01-01T00:00:00Z' }), 'too-old'],
    ['too large', json({ reason: 'x'.repeat(3_000) }), 'too-large'],
    ['far too large', `"${'x'.repeat(300_000)}"`, 'too-large'],
    ['Avro that is cut off', frameUserEvent(given, OURS).subarray(0, 30), 'invalid'],
    ['Avro of nobody', frameUserEvent({ ...given, subject: 'null' }, OURS), 'no-subject'],
    ['Avro of a later type', frameUserEvent({ ...given, type: 'unknown' }, OURS), 'invalid'],
    ['Avro with a text that is no id', frameUserEvent({ ...given, sku: '\u0000' }, OURS), 'invalid'],
    ['Avro that is large', frameUserEvent({ ...given, region: 'x'.repeat(3_000) }, OURS), 'too-large'],
    ['Avro in a schema that nobody knows', frameUserEvent(given, 8), 'invalid'],
    ['Avro of ages ago', frameUserEvent({ ...given, at: -1e15 }, OURS), 'too-old'],
  ])('is parked with a code where it is %s, and costs itself alone', async (_what, value, code) => {
    expect(await lettersOf(value)).toMatchObject([{ partition: 3, offset: 5, code }])
    expect(await eventsOf(value)).toEqual([])
  })

  test('costs an envelope only its bad events, and keeps no key of them', async () => {
    const all = [json(), json({ type: 'teleport', device: 'my-own', card: 'secret' }), json()]
    expect(await eventsOf(all)).toHaveLength(2)
    const [letter] = await lettersOf(all)
    expect(letter?.value).toContain('"device":"removed"')
    expect(letter?.value).not.toMatch(/my-own|secret/)
  })

  test('keeps no key of what is refused as a whole', async () => {
    const one = json({ device: 'my-own', card: 'secret' })
    for (const all of [Array(501).fill(one), { events: Array(501).fill(one) }, { events: one }, [[one]]]) {
      const [letter] = await lettersOf(all)
      expect(letter?.value).toContain('"device":"removed"')
      expect(letter?.value).not.toMatch(/my-own|secret/)
    }
    const [deep] = await lettersOf(`${'['.repeat(10_000)}{"card":"secret"}${']'.repeat(10_000)}`)
    expect(deep?.value).toMatch(/^\[\[/)
    expect(deep?.value).not.toContain('secret')
  })
})
