/** User events over HTTP, on real parts: what becomes of each, what is shown, and what survives a kill. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unpackChunk } from '../../insights/behaviour/chunk.ts'
import { decodeUserEvent } from '../../schemas/behaviour/user-event.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { query } from '../support/query.ts'

let database: TestDatabase
let service: ApiService

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  for (const sku of ['A1', 'B2']) {
    const payload = { sku, name: sku, category: 'kitchen', price: { amount: 100, currency: 'EUR' }, stock: 5 }
    const { statusCode } = await service.app.inject({ method: 'POST', url: '/products', payload })
    expect(statusCode).toBe(201)
  }
  // From here on answers tell what became of events.
  await eventually(async () => {
    const repeated = eventOf({})
    await send(repeated)
    return (await send(repeated)).json<{ duplicates: number }>().duplicates === 1
  })
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

function eventOf(change: object): object {
  return {
    eventId: randomUUID(),
    type: 'page_view',
    at: new Date().toISOString(),
    subject: 'visitor-0',
    ...change,
  }
}

function send(payload: object | string, headers: Readonly<Record<string, string>> = {}) {
  return service.app.inject({ method: 'POST', url: '/user-events', payload, headers })
}

async function get(url: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await service.app.inject({ url })
  expect([url, answer.statusCode]).toEqual([url, 200])
  return answer.json<Readonly<Record<string, unknown>>>()
}

describe('what is sent', () => {
  test('gets a verdict for each, in its order, and a bad one refuses none of the others', async () => {
    const good = eventOf({})
    const answer = await send([
      good,
      { ...good },
      eventOf({ type: 'teleport' }),
      eventOf({ subject: 'Undefined' }),
      eventOf({ card: '4111111111111111' }),
      7,
    ])
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toMatchObject({
      ...{ accepted: 1, duplicates: 1, late: 0, parked: 4 },
      items: [
        { verdict: 'accepted' },
        { verdict: 'duplicate' },
        { verdict: 'parked', code: 'invalid', pointer: '/type' },
        { verdict: 'parked', code: 'no-subject', pointer: '/subject' },
        { verdict: 'parked', code: 'card-number', pointer: '/card' },
        { eventId: null, verdict: 'parked', code: 'invalid' },
      ],
    })
  })

  test('may be one event, an array, or an envelope with the clock of the device', async () => {
    const hour = 3_600_000
    const ahead = new Date(Date.now() + hour).toISOString()
    expect((await send(eventOf({}))).json()).toMatchObject({ accepted: 1 })
    expect((await send([eventOf({}), eventOf({})])).json()).toMatchObject({ accepted: 2 })
    expect((await send({ sentAt: ahead, events: [eventOf({ at: ahead })] })).json()).toMatchObject({ accepted: 1 })
    expect((await send({ events: [eventOf({ at: ahead })] })).json()).toMatchObject({
      items: [{ code: 'from-the-future' }],
    })
  })

  test('may come as text, as sendBeacon sends it, and from no page of another origin', async () => {
    const text = { 'content-type': 'text/plain;charset=UTF-8' }
    const body = JSON.stringify(eventOf({}))
    expect((await send(body, text)).statusCode).toBe(202)
    expect((await send(body, { ...text, origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await send(body, { 'content-type': 'text/plain;charset=latin1' })).statusCode).toBe(415)
    const elsewhere = await service.app.inject({ method: 'POST', url: '/orders', payload: body, headers: text })
    expect(elsewhere.statusCode).toBe(415)
  })

  test.each([
    ['no JSON', '{', 400],
    ['a number', '7', 400],
    ['null', 'null', 400],
    ['no events', '[]', 400],
    ['an envelope without events', '{"events":[]}', 400],
    ['more than 500', JSON.stringify(Array.from({ length: 501 }, () => 1)), 400],
    ['more than 256 KiB', JSON.stringify({ a: 'x'.repeat(262_144) }), 413],
  ])('is refused as a whole only where it is %s', async (_what, body, status) => {
    expect((await send(body, { 'content-type': 'application/json' })).statusCode).toBe(status)
  })

  test('of 500 events up to 256 KiB is taken', async () => {
    const answer = await send(Array.from({ length: 500 }, () => eventOf({})))
    expect(answer.json()).toMatchObject({ accepted: 500, parked: 0 })
  })

  test('that cannot be taken is kept without its keys', async () => {
    await send(eventOf({ type: 'teleport', device: 'my-very-own-device' }))
    const rows = await query(database.url, "select convert_from(value, 'UTF8') as value from behaviour.letters")
    const texts = rows.map(({ value }) => String(value))
    expect(texts.some((text) => text.includes('"device":"removed"'))).toBe(true)
    expect(texts.join('')).not.toMatch(/my-very-own-device|4111111111111111/)
    const shown = await get('/dead-letters?topic=user-events&limit=1')
    expect(shown).toMatchObject({
      items: [
        {
          topic: 'user-events',
          partition: null,
          offset: null,
          class: 'invalid',
          message: '/type must be equal to one of the allowed values',
        },
      ],
    })
    expect(await get('/dead-letters')).toMatchObject({ groups: [], items: [] })
  })
})

describe('what is shown', () => {
  test('follows what is sent: minutes, products, totals, and sessions once they are over', async () => {
    const before = await get('/behaviour/sessions')
    const now = Date.now()
    const at = (minutesAgo: number, change: object) =>
      eventOf({ at: new Date(now - minutesAgo * 60_000).toISOString(), ...change })
    const visit = { subject: 'visitor-2' }
    // In the order of time, and in a partition in which nobody else has done anything newer: it would be too late.
    await send([
      at(120, { ...visit, type: 'product_view', sku: 'A1' }),
      at(119, { ...visit, type: 'product_view', sku: 'B2' }),
      at(118, { ...visit, type: 'add_to_cart', sku: 'B2' }),
      at(117, { ...visit, type: 'product_view', sku: 'no-such-product' }),
      at(116, { ...visit, type: 'order_completed' }),
      at(1, visit),
    ])
    await eventually(async () => {
      const sessions = await get('/behaviour/sessions')
      expect(Number(sessions['closed'])).toBe(Number(before['closed']) + 1)
      expect(sessions['medianSeconds']).toBe(240)
      expect(sessions['medianEvents']).toBe(5)
      return true
    })
    const day = new Date(now - 120 * 60_000).toISOString().slice(0, 10)
    expect(await get('/behaviour/funnel')).toMatchObject({
      items: [
        {
          ...{ day, sessions: 1, product_view: 1, add_to_cart: 1, checkout: 0, order_completed: 1 },
          strict: { product_view: 1, add_to_cart: 1, checkout: 0, order_completed: 0 },
          conversion: 100,
        },
      ],
    })
    expect(await get('/behaviour/products?limit=2')).toMatchObject({
      items: [
        { sku: 'A1', views: 1, carts: 0, together: [{ sku: 'B2', sessions: 1 }] },
        { sku: 'B2', views: 1, carts: 1, together: [{ sku: 'A1', sessions: 1 }] },
      ],
    })
    const minute = new Date(now - 118 * 60_000)
    minute.setUTCSeconds(0, 0)
    const to = new Date(minute.getTime() + 60_000).toISOString()
    expect(await get(`/behaviour/minutes?from=${minute.toISOString()}&to=${to}`)).toMatchObject({
      items: [{ events: 1, byType: { add_to_cart: 1 } }],
    })
  })

  test('counts what comes too late for its session as late', async () => {
    const hour = 3_600_000
    const answer = await send(eventOf({ at: new Date(Date.now() - 3 * hour).toISOString() }))
    expect(answer.json()).toMatchObject({ late: 1, items: [{ verdict: 'late' }] })
  })
})

test('no event is a row, and none has a key in the clear', async () => {
  const clear = {
    card: 'tok-of-somebody',
    device: 'phone-of-somebody',
    address: 'Somewhere 12',
    network: '203.0.113.7',
  }
  expect((await send(eventOf(clear))).json()).toMatchObject({ accepted: 1 })
  const rows = await query(database.url, 'select events, data from behaviour.chunks')
  const records = rows.flatMap(({ data }) => unpackChunk(data as Buffer).map((record) => record.data))
  expect(records.length).toBeGreaterThan(500)
  expect(rows.length).toBeLessThan(100)
  const { card, device, address, network } =
    records.map((data) => decodeUserEvent(data)).find((event) => event.card !== null) ?? expect.fail('no card is kept')
  for (const pseudonym of [card, device, address, network]) expect(pseudonym).toHaveLength(8)
  const kept = records.map((data) => Buffer.from(data).toString('latin1')).join('\n')
  for (const text of Object.values(clear)) expect(kept).not.toContain(text)
})
