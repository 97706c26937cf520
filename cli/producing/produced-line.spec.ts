import { describe, expect, test } from 'vitest'
import { decodeUserEvent } from '../../schemas/behaviour/user-event.ts'
import { producedLine } from './produced-line.ts'

const NOW = Date.UTC(2026, 10, 2)
const WITHOUT_REGISTRY = { schemaId: null, pseudonym: () => null, now: () => NOW }
const WITH_REGISTRY = { schemaId: 7, pseudonym: () => '0102030405060708', now: () => NOW }

function line(fields: object, sending: Parameters<typeof producedLine>[1] = WITHOUT_REGISTRY) {
  return producedLine({ number: 3, bytes: Buffer.from(JSON.stringify(fields)), tooLong: false }, sending)
}

test('a report of a carrier goes to its topic, keyed by order, without what is ours of the line', () => {
  const told = line({ type: 'delivery', id: 'scan-7', orderId: 'o1', action: 'fail', dispatch: 1, reason: 'away' })
  expect(told).toMatchObject({
    verdict: 'send',
    record: { topic: 'delivery-commands', key: 'o1', headers: { ce_id: 'scan-7' } },
  })
  const value = told.verdict === 'send' ? told.record.value : ''
  expect(JSON.parse(String(value))).toEqual({ orderId: 'o1', action: 'fail', dispatch: 1, reason: 'away' })
})

test('the same report at the same place of a file is one command, in its own property too', () => {
  const report = { orderId: 'o1', action: 'deliver' }
  const ids = [line({ type: 'delivery', ...report }), line({ type: 'Delivery_Report', body: report })].map((told) =>
    told.verdict === 'send' ? [told.record.topic, told.record.headers['ce_id']] : told,
  )
  expect(ids).toEqual([
    ['delivery-commands', expect.stringMatching(/^[0-9a-f]{16}-3$/)],
    ['delivery-commands', expect.stringMatching(/^[0-9a-f]{16}-3$/)],
  ])
})

test('a report without an order, and a fact that only we know, are told apart from it', () => {
  expect(line({ type: 'delivery', action: 'deliver' })).toMatchObject({ message: expect.stringContaining('"orderId"') })
  expect(line({ type: 'DeliveryDelivered', orderId: 'o1' })).toMatchObject({
    message: expect.stringContaining('records itself'),
  })
})

describe('what a customer does', () => {
  const EVENT_ID = '0192f3b0-7c1e-7d3a-9a41-5f0c6b1d2e3f'
  const click = { event_type: 'Add-To-Cart', id: EVENT_ID, user_id: 'c1', ts: NOW, product_id: 'A1', quantity: 2 }
  const sent = (...asked: Parameters<typeof line>) => {
    const produced = line(...asked)
    if (produced.verdict !== 'send') throw new Error(JSON.stringify(produced))
    return produced
  }
  const json = (...asked: Parameters<typeof line>) =>
    JSON.parse(String(sent(...asked).record.value)) as Readonly<Record<string, unknown>>

  test('goes to user-events by who did it, with the names of UserEvent, whatever a shop calls it', () => {
    expect(sent(click).record).toMatchObject({ topic: 'user-events', key: 'c1', headers: { ce_id: EVENT_ID } })
    expect(json(click)).toEqual({
      ...{ eventId: EVENT_ID, type: 'add_to_cart', at: new Date(NOW).toISOString() },
      ...{ subject: 'c1', customerId: 'c1', sku: 'A1', quantity: 2 },
    })
    expect(sent({ type: 'click', id: 'e1', sessionId: 's-7' }).record.key).toBe('s-7')
  })

  test('gets the same UUID for the same id of the same source, and another for another', () => {
    const idOf = (change: object) => json({ ...click, ...change })['eventId']
    expect(idOf({ id: 'e1' })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(idOf({ id: 'e1' })).toBe(idOf({ id: 'e1' }))
    expect(new Set([idOf({ id: 'e1' }), idOf({ id: 'e2' }), idOf({ id: 'e1', source: 'elsewhere' })]).size).toBe(3)
  })

  test('goes in Avro with pseudonyms where there is a registry and a secret, and without its keys elsewhere', () => {
    const fields = { ...click, card: 'tok_1', device: 'phone', url: '/cart' }
    const { record, leftOut } = sent(fields, WITH_REGISTRY)
    expect(leftOut).toEqual(['url'])
    expect(record.headers['content-type']).toBe('application/avro')
    const value = record.value as Buffer
    expect(value.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]))
    const pseudonym = Buffer.from('0102030405060708', 'hex')
    expect(decodeUserEvent(value.subarray(5))).toMatchObject({ card: pseudonym, device: pseudonym, network: null })
    expect(sent(fields).leftOut).toEqual(['device', 'card', 'url'])
    expect(Object.keys(json(fields))).not.toContain('card')
    const noSecret = sent(fields, { ...WITH_REGISTRY, pseudonym: () => null })
    expect(noSecret.leftOut).toEqual(['device', 'card', 'url'])
  })

  test('is left out where UserEvent has no such type, and refused where a value is none', () => {
    expect(line({ ...click, event_type: 'wishlist' })).toEqual({ verdict: 'left-out', type: 'wishlist' })
    expect(line({ ...click, event_type: 'purchase' })).toEqual({ verdict: 'left-out', type: 'purchase' })
    expect(line({ ...click, user_id: 'undefined' })).toMatchObject({ verdict: 'invalid' })
    expect(line({ ...click, channel: 'pigeon' })).toMatchObject({ message: expect.stringContaining('/channel') })
    expect(line({ ...click, card: '4111111111111111' }, WITH_REGISTRY)).toMatchObject({ verdict: 'invalid' })
  })

  test('is an order alone where a checkout or a purchase has lines', () => {
    const order = { customerId: 'c1', lines: [{ sku: 'A1', quantity: 1 }] }
    for (const type of ['checkout', 'purchase']) {
      expect(sent({ type, ...order }).record.topic).toBe('order-commands')
      expect(sent({ type, body: order }).record.topic).toBe('order-commands')
    }
    expect(sent({ type: 'checkout', userId: 'c1' }).record.topic).toBe('user-events')
  })

  test('may be that an order is complete as a page saw it; that it is so is a fact of ours', () => {
    expect(json({ type: 'order_completed', userId: 'c1' })['type']).toBe('order_completed')
    expect(json({ type: 'payment_attempt', userId: 'c1' })['type']).toBe('payment_attempt')
    expect(line({ type: 'OrderCompleted', userId: 'c1' })).toMatchObject({ verdict: 'invalid' })
    expect(line({ type: 'payment_captured', userId: 'c1' })).toMatchObject({ verdict: 'invalid' })
  })
})
