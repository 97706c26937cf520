import { describe, expect, test } from 'vitest'
import type { WantedOrder } from '../../commands/order.ts'
import { parseOrderId } from '../../domain/values.ts'
import { KEY_DAYS } from '../../store/commit/purge-commands.ts'
import { TOPIC_SETTINGS } from '../topics/topics.ts'
import { commandKey, derivedOrderId, identityOf } from './command-key.ts'
import { commandTopics } from './command-topics.ts'
import type { InboundRecord } from './inbound-record.ts'

const record: InboundRecord = {
  topic: 'shop-order-commands',
  partition: 2,
  offset: 41,
  timestamp: 1_700_000_000_123,
  key: Buffer.from('c1'),
  value: Buffer.from('{}'),
  headers: [],
}
const event = (id: string, source: string): InboundRecord => ({
  ...record,
  headers: [
    [Buffer.from('ce_id'), Buffer.from(id)],
    [Buffer.from('ce_source'), Buffer.from(source)],
  ],
})

describe('the key of a record', () => {
  test('says where it lies and when it was written', () => {
    expect(identityOf(record)).toEqual({
      source: 'kafka:shop-order-commands',
      key: '2/41/1700000000123',
      timestamp: 1_700_000_000_123,
    })
  })

  test('is the id of the event within its source, wherever it lies', () => {
    const identity = { source: 'kafka:ce:web', key: 'e1', timestamp: null }
    expect(identityOf(event('e1', 'web'))).toEqual(identity)
    expect(identityOf({ ...event('e1', 'web'), partition: 0, offset: 7 })).toEqual(identity)
    expect(identityOf({ ...record, headers: [[Buffer.from('ce_id'), Buffer.from('e1')]] })).toMatchObject({
      key: '2/41/1700000000123',
    })
  })

  test.each([
    ['', 'web'],
    ['a\0b', 'web'],
    [`x`.repeat(257), 'web'],
    ['e1', ''],
  ])('is refused when it is no text for an index: %j within %j', (id, source) => {
    expect(identityOf(event(id, source))).toMatchObject({ class: 'invalid-header' })
  })

  test('has another fingerprint for another order', () => {
    const identity = { source: 'kafka:s', key: 'k', timestamp: null } as const
    const wanted: WantedOrder = { customerId: 'c1', lines: [{ sku: 'A', quantity: 1 }] }
    const shop = { currency: 'EUR', reservationMinutes: 15, clock: () => 0, newId: () => 'id', pseudonym: () => null }
    const print = (change: Partial<WantedOrder>) => {
      const asked = commandTopics['order-commands'].asked({ ...wanted, ...change }, { identity, shop })
      return commandKey(identity, 'content' in asked ? asked.content : []).fingerprint.toString('hex')
    }
    expect(print({})).toBe(print({ lines: [{ quantity: 1, sku: 'A' }] }))
    expect(
      new Set([
        print({}),
        print({ orderId: 'o' }),
        print({ customerId: 'c' }),
        print({ lines: [{ sku: 'B', quantity: 1 }] }),
      ]).size,
    ).toBe(4)
  })

  test('is kept for longer than the topic keeps the record', () => {
    expect(KEY_DAYS.kafka * 86_400_000).toBeGreaterThan(TOPIC_SETTINGS.retentionMs * 2)
  })
})

describe('the id of an order that has none', () => {
  test('is always the same for the same key, and another one for another', () => {
    const id = derivedOrderId({ source: 'kafka:s', key: 'k', timestamp: null })
    expect(derivedOrderId({ source: 'kafka:s', key: 'k', timestamp: null })).toBe(id)
    expect(derivedOrderId({ source: 'kafka:s', key: 'l', timestamp: null })).not.toBe(id)
    expect(derivedOrderId({ source: 'kafka:t', key: 'k', timestamp: null })).not.toBe(id)
  })

  test.each([null, 0, 1_700_000_000_123, -1, 2 ** 60])('is an id and a uuid of version 8 at %s', (timestamp) => {
    const id = derivedOrderId({ source: 'kafka:s', key: 'k', timestamp })
    expect(parseOrderId(id)).toBe(id)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('grows with the time of the record', () => {
    const at = (timestamp: number) => derivedOrderId({ source: 'kafka:s', key: 'k', timestamp })
    expect(at(1_700_000_000_123) < at(1_700_000_000_124)).toBe(true)
  })
})
