/**
 * Every endpoint on real parts; each answer is also held against the OpenAPI document.
 * Longer than 300 lines because all of it shares one service, and an endpoint's success and errors are read together.
 */
import type { OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { cancelOrder } from '../../domain/end-order.ts'
import { asking } from '../../reactors/asking.ts'
import { StoreFailure, type StoreFailureCode } from '../../store/commit/command.ts'
import { ROOT } from '../support/source-files.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { documentedApi, type DocumentedApi } from './documented-api.ts'

let database: TestDatabase
let service: ApiService
let documented: DocumentedApi

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  documented = await documentedApi()
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

interface Answered {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly text: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into any answer
  readonly body: any
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly app?: ApiService['app']
}

/** Asks, and checks the answer against the OpenAPI document. */
async function ask(
  method: 'GET' | 'POST' | 'HEAD' | 'PUT',
  url: string,
  body?: unknown,
  asked: Asked = {},
): Promise<Answered> {
  const app = asked.app ?? service.app
  await app.ready()
  const response = await app.inject({
    method,
    url,
    headers: { host: 'localhost', ...(body !== undefined && { 'content-type': 'application/json' }), ...asked.headers },
    ...(body !== undefined && {
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    }),
  })
  const { statusCode: status, headers, body: text } = response
  const contentType = headers['content-type']?.toString()
  expect(documented.breaches({ method, url, status, contentType, body: text })).toEqual([])
  return { status, headers, text, body: text.startsWith('{') ? JSON.parse(text) : null }
}

let made = 0
const fresh = (kind: string) => `${kind}-${String(++made)}`

async function listed(stock: number, amount = 1000): Promise<string> {
  const sku = fresh('sku')
  const { status } = await ask('POST', '/products', { ...product(sku, amount), stock })
  expect(status).toBe(201)
  return sku
}

async function registered(): Promise<string> {
  const customerId = fresh('customer')
  const { status } = await ask('POST', '/customers', { customerId, name: 'Ada Example', region: 'north' })
  expect(status).toBe(201)
  return customerId
}

function product(sku: string, amount = 1000) {
  return { sku, name: `Product "${sku}"`, category: 'phones', price: { amount, currency: 'EUR' } }
}

describe('POST /orders', () => {
  test('places an order and answers with it, its place, its version and its position', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    const answer = await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 2 }] })
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `/orders/${orderId}`, etag: '"1"', 'cache-control': 'no-store' },
      body: {
        orderId,
        status: 'placed',
        customerId,
        lines: [
          {
            sku,
            name: `Product "${sku}"`,
            category: 'phones',
            quantity: 2,
            unitPrice: { amount: 1000, currency: 'EUR' },
          },
        ],
        total: { amount: 2000, currency: 'EUR' },
        version: 1,
      },
    })
    expect(answer.headers['x-position']).toBe(String(answer.body.position))
    expect(Date.parse(answer.body.reservedUntil) - Date.parse(answer.body.placedAt)).toBe(15 * 60_000)
  })

  test('makes an id when the client names none, and passes over a byte order mark', async () => {
    const [sku, customerId] = [await listed(1), await registered()]
    const order = JSON.stringify({ customerId, lines: [{ sku, quantity: 1 }] })
    const { status, headers, body } = await ask('POST', '/orders', Buffer.from(`\ufeff${order}`))
    expect(status).toBe(201)
    expect(body.orderId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(headers.location).toBe(`/orders/${String(body.orderId)}`)
  })

  test('answers 200 with the present order when a named one is sent again, and 409 when its content differs', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    const order = { orderId, customerId, lines: [{ sku, quantity: 1 }] }
    await ask('POST', '/orders', order)
    await ask('POST', `/orders/${orderId}/cancel`)
    expect(await ask('POST', '/orders', order)).toMatchObject({
      status: 200,
      body: { status: 'cancelled', version: 2 },
    })
    const other = await ask('POST', '/orders', { ...order, lines: [{ sku, quantity: 2 }] })
    expect(other).toMatchObject({ status: 409, body: { code: 'order-exists', orderId } })
  })

  test('records an order that is out of stock as rejected, finally, and names the shortages', async () => {
    const [sku, customerId, orderId] = [await listed(3), await registered(), fresh('order')]
    const order = {
      orderId,
      customerId,
      lines: [
        { sku, quantity: 2 },
        { sku, quantity: 2 },
      ],
    }
    const refused = { code: 'out-of-stock', orderId, shortages: [{ sku, wanted: 4, available: 3 }] }
    const first = await ask('POST', '/orders', order)
    expect(first).toMatchObject({ status: 422, body: refused })
    await ask('POST', `/products/${sku}/receipts`, { quantity: 10 })
    expect(await ask('POST', '/orders', order)).toMatchObject({ status: 422, body: refused })
    const shown = await ask('GET', `/orders/${orderId}?after=${String(first.headers['x-position'])}`)
    expect(shown.body).toMatchObject({ status: 'rejected', reason: 'out-of-stock', placedAt: null, version: 1 })
  })

  test('refuses unknown products and customers and totals past 2^53 - 1 by name', async () => {
    const [sku, dear, customerId] = [await listed(9), await listed(9, Number.MAX_SAFE_INTEGER), await registered()]
    const line = { sku, quantity: 1 }
    const cases = [
      [{ customerId: 'nobody', lines: [line] }, 'unknown-customer'],
      [{ customerId, lines: [line, { sku: 'nothing', quantity: 1 }] }, 'unknown-product'],
      [{ customerId, lines: [{ sku: dear, quantity: 2 }] }, 'order-too-large'],
    ] as const
    for (const [order, code] of cases) {
      const { status, body } = await ask('POST', '/orders', order)
      expect([status, body.code, body.shortages]).toEqual([422, code, []])
    }
  })

  test('points to every kind of value that the shape refuses, and does nothing', async () => {
    const before = (await ask('GET', '/events')).body.position
    const line = { sku: 'a', quantity: 1 }
    const cases = [
      ['{"customerId":"c","lines":[{"sku":"a","quantity":"3"}]}', '/lines/0/quantity'],
      ['{"customerId":"c","lines":[{"sku":"a","quantity":true}]}', '/lines/0/quantity'],
      ['{"customerId":"c","lines":[{"sku":"a","quantity":9007199254740993}]}', '/lines/0/quantity'],
      ['{"customerId":"c","lines":[{"sku":"a","quantity":1e400}]}', '/lines/0/quantity'],
      ...[0, -1, 1.5, null, 10_001].map((quantity) => [
        { customerId: 'c', lines: [{ sku: 'a', quantity }] },
        '/lines/0/quantity',
      ]),
      [{ customerId: 'c', lines: [{ sku: 'a' }] }, '/lines/0/quantity'],
      [{ customerId: 5, lines: [line] }, '/customerId'],
      [{ lines: [line] }, '/customerId'],
      [{ customerId: 'c', lines: [line], admin: true }, '/admin'],
      [{ customerId: 'c', lines: [{ ...line, unitPrice: { amount: 1, currency: 'EUR' } }] }, '/lines/0/unitPrice'],
      [{ customerId: 'c', lines: [line], 'a/b~c': 1 }, '/a~1b~0c'],
      [{ customerId: 'c', lines: [] }, '/lines'],
      [{ customerId: 'c', lines: Array.from({ length: 101 }, () => line) }, '/lines'],
      [{ orderId: '-dash', customerId: 'c', lines: [line] }, '/orderId'],
      [{ orderId: 'x'.repeat(65), customerId: 'c', lines: [line] }, '/orderId'],
      [{ customerId: 'c\u0000', lines: [line] }, '/customerId'],
    ] as const
    for (const [body, pointer] of cases) {
      const answer = await ask('POST', '/orders', body)
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request'])
      expect(answer.body.errors[0]).toMatchObject({ in: 'body', pointer })
    }
    expect((await ask('GET', '/events')).body.position).toBe(before)
  })
})

describe('bodies', () => {
  test('control characters and lone surrogates in text are refused with the pointer', async () => {
    for (const text of ['a\\u0000b', 'a\\u0007b', 'a\\u009fb', '\\ud800', 'a\\udc00']) {
      const body = `{"sku":"s1","name":"${text}","category":"c","price":{"amount":1,"currency":"EUR"}}`
      const answer = await ask('POST', '/products', body)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'body', pointer: '/name' }] } })
    }
  })

  test('every other character of Unicode is kept as it is', async () => {
    const sku = fresh('sku')
    const name = 'Ünïcödé 🦊 "quoted" \\ </script> العربية'
    await ask('POST', '/products', { ...product(sku), name })
    expect((await ask('GET', `/events?stream=inventory-${sku}`)).body.items[0].data.name).toBe(name)
  })

  test('invalid UTF-8, broken JSON, no body and poisoned keys are unreadable', async () => {
    const utf8 = Buffer.concat([
      Buffer.from('{"customerId":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('","lines":[]}'),
    ])
    const bodies = [
      utf8,
      '{"a":',
      '',
      'not json',
      '{"__proto__":{"admin":true}}',
      '{"\\u005f_proto__":1}',
      '{"constructor":{"prototype":{}}}',
    ]
    for (const body of bodies) {
      expect(await ask('POST', '/orders', body)).toMatchObject({ status: 400, body: { code: 'invalid-json' } })
    }
  })

  test('of two equal keys the last one counts', async () => {
    const sku = fresh('sku')
    const answer = await ask(
      'POST',
      '/products',
      `{"sku":"${sku}","name":"one","name":"two","category":"c","price":{"amount":1,"currency":"EUR"}}`,
    )
    expect(answer.body.name).toBe('two')
  })

  test('deep nesting and too many bytes are refused', async () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000)
    expect((await ask('POST', '/orders', deep)).body.code).toBe('invalid-request')
    expect((await ask('POST', '/orders', '['.repeat(60_000))).body.code).toBe('invalid-json')
    expect(await ask('POST', '/orders', `"${'x'.repeat(65_536)}"`)).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    })
  })

  test('only JSON is read', async () => {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const answer = await ask('POST', '/orders', '{}', { headers: { 'content-type': type } })
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
    }
  })
})

describe('Idempotency-Key', () => {
  const key = (text: string) => ({ headers: { 'idempotency-key': text } })

  test('law 3: the same key and request give the same bytes, once', async () => {
    const [sku, customerId] = [await listed(9), await registered()]
    const order = { customerId, lines: [{ sku, quantity: 1 }] }
    const asked = key(`key-${sku}`)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST', '/orders', order, asked)))
    answers.push(await ask('POST', '/orders', { lines: order.lines, customerId }, asked))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(
      new Set(answers.map(({ status, headers }) => `${String(status)} ${String(headers['x-position'])}`)).size,
    ).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(5)
    const shown = await ask('GET', `/products/${sku}?after=${String(answers[0]?.headers['x-position'])}`)
    expect(shown.body.reserved).toBe(1)
  })

  test('law 3: receipts are repeatable only by key, and refusals are answers too', async () => {
    const sku = await listed(0)
    const asked = key(`receipt-${sku}`)
    await ask('POST', `/products/${sku}/receipts`, { quantity: 5 }, asked)
    expect((await ask('POST', `/products/${sku}/receipts`, { quantity: 5 }, asked)).body.onHand).toBe(5)
    expect((await ask('POST', `/products/${sku}/receipts`, { quantity: 5 })).body.onHand).toBe(10)
    const refused = await ask('POST', '/products/nothing/receipts', { quantity: 1 }, key(`refused-${sku}`))
    const again = await ask('POST', '/products/nothing/receipts', { quantity: 1 }, key(`refused-${sku}`))
    expect([refused.status, again.text, again.headers['idempotency-replayed']]).toEqual([404, refused.text, 'true'])
  })

  test('a key that came with another body, path or both is refused', async () => {
    const sku = await listed(0)
    const asked = key(`reused-${sku}`)
    await ask('POST', `/products/${sku}/receipts`, { quantity: 5 }, asked)
    const others = [
      ask('POST', `/products/${sku}/receipts`, { quantity: 6 }, asked),
      ask('POST', `/products/${sku}/price`, { price: { amount: 1, currency: 'EUR' } }, asked),
      ask('POST', '/simulation/orders', { count: 2 }, asked),
    ]
    for (const answer of await Promise.all(others)) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'key-reused' } })
    }
  })

  test('a malformed key is refused', async () => {
    for (const bad of ['short', 'x'.repeat(129), 'has a blank', 'one-key-1, one-key-2', 'ümlaut-key']) {
      const answer = await ask('POST', '/customers', { name: 'A', region: 'r' }, key(bad))
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ in: 'header', pointer: '/idempotency-key' }] } })
    }
  })

  test('keys of different principals do not meet', async () => {
    const tokens = [
      { name: 'one', role: 'admin', secret: 'secret-one' },
      { name: 'two', role: 'admin', secret: 'secret-two' },
    ] as const
    const app = service.another({}, { tokens })
    const register = (secret: string, name: string) =>
      ask(
        'POST',
        '/customers',
        { name, region: 'r' },
        { app, headers: { ...key('shared-key').headers, authorization: `Bearer ${secret}` } },
      )
    expect((await register('secret-one', 'A')).status).toBe(201)
    expect((await register('secret-two', 'B')).status).toBe(201)
    expect((await register('secret-one', 'B')).status).toBe(422)
  })
})

describe('POST /orders/{id}/cancel', () => {
  test('cancels, releases the units, and answers with the order; a second time conflicts', async () => {
    const [sku, customerId, orderId] = [await listed(1), await registered(), fresh('order')]
    await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    const cancelled = await ask('POST', `/orders/${orderId}/cancel`, { reason: 'changed my mind' })
    expect(cancelled).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { status: 'cancelled', version: 2 },
    })
    const after = String(cancelled.headers['x-position'])
    expect((await ask('GET', `/products/${sku}?after=${after}`)).body).toMatchObject({
      onHand: 1,
      reserved: 0,
      available: 1,
    })
    expect((await ask('GET', `/orders/${orderId}?after=${after}`)).body).toMatchObject({
      status: 'cancelled',
      reason: 'changed my mind',
    })
    expect(await ask('POST', `/orders/${orderId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'order-not-cancellable' },
    })
    expect(await ask('POST', '/orders/no-such/cancel')).toMatchObject({
      status: 404,
      body: { code: 'order-not-found' },
    })
  })

  test('If-Match is compared with the version of the order', async () => {
    const [sku, customerId, orderId] = [await listed(1), await registered(), fresh('order')]
    const { headers } = await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    const cancel = (tag: string) =>
      ask('POST', `/orders/${orderId}/cancel`, undefined, { headers: { 'if-match': tag } })
    expect(await cancel('"7"')).toMatchObject({
      status: 412,
      headers: { etag: '"1"' },
      body: { code: 'version-mismatch' },
    })
    expect((await cancel('W/"1"')).status).toBe(412)
    expect((await cancel('1')).status).toBe(400)
    expect((await cancel(`"9", ${String(headers.etag)}`)).status).toBe(200)
    const missing = await ask('POST', '/orders/no-such/cancel', undefined, { headers: { 'if-match': '"1"' } })
    expect(missing.status).toBe(404)
  })
})

describe('products', () => {
  test('are listed once, with their first receipt', async () => {
    const sku = fresh('sku')
    const listing = { ...product(sku), stock: 7 }
    const first = await ask('POST', '/products', listing)
    expect(first).toMatchObject({
      status: 201,
      headers: { location: `/products/${sku}` },
      body: { onHand: 7, available: 7 },
    })
    await ask('POST', `/products/${sku}/receipts`, { quantity: 3 })
    expect(await ask('POST', '/products', listing)).toMatchObject({ status: 200, body: { onHand: 10 } })
    expect(await ask('POST', '/products', { ...listing, stock: 8 })).toMatchObject({
      status: 409,
      body: { code: 'product-exists' },
    })
  })

  test('are received, corrected and repriced', async () => {
    const sku = await listed(5)
    expect((await ask('POST', `/products/${sku}/receipts`, { quantity: 5 })).body.onHand).toBe(10)
    expect((await ask('POST', `/products/${sku}/adjustments`, { delta: -4, reason: 'broken' })).body.onHand).toBe(6)
    const repriced = await ask('POST', `/products/${sku}/price`, { price: { amount: 5, currency: 'EUR' } })
    expect(repriced).toMatchObject({ status: 201, body: { price: { amount: 5, currency: 'EUR' } } })
    const shown = await ask('GET', `/products/${sku}?after=${String(repriced.headers['x-position'])}`)
    expect(shown).toMatchObject({
      status: 200,
      headers: { etag: repriced.headers.etag },
      body: { onHand: 6, price: { amount: 5 } },
    })
  })

  test('law 4: a correction never takes what is reserved', async () => {
    const [sku, customerId] = [await listed(5), await registered()]
    await ask('POST', '/orders', { customerId, lines: [{ sku, quantity: 4 }] })
    const adjust = (delta: number) => ask('POST', `/products/${sku}/adjustments`, { delta, reason: 'lost' })
    expect(await adjust(-2)).toMatchObject({ status: 422, body: { code: 'stock-below-reserved' } })
    expect(await adjust(-1)).toMatchObject({ status: 201, body: { onHand: 4, available: 0 } })
  })

  test('that are unknown or priced in another currency are refused', async () => {
    const dollars = { amount: 1, currency: 'USD' }
    const sku = await listed(0)
    for (const [path, body] of [
      ['receipts', { quantity: 1 }],
      ['adjustments', { delta: 1, reason: 'found' }],
      ['price', { price: { amount: 1, currency: 'EUR' } }],
    ] as const) {
      expect(await ask('POST', `/products/nothing/${path}`, body)).toMatchObject({
        status: 404,
        body: { code: 'product-not-found' },
      })
    }
    expect((await ask('POST', `/products/${sku}/price`, { price: dollars })).body.code).toBe('wrong-currency')
    expect((await ask('POST', '/products', { ...product(fresh('sku')), price: dollars })).body.code).toBe(
      'wrong-currency',
    )
    expect((await ask('GET', '/products/nothing')).body.code).toBe('product-not-found')
  })
})

describe('customers', () => {
  test('are registered once and shown', async () => {
    const customerId = fresh('customer')
    const content = { customerId, name: 'Grace Example', email: 'grace@example.com', region: 'south', tier: 'vip' }
    const first = await ask('POST', '/customers', content)
    expect(first).toMatchObject({
      status: 201,
      headers: { location: `/customers/${customerId}` },
      body: { ...content, language: 'en', phone: null },
    })
    expect((await ask('POST', '/customers', content)).status).toBe(200)
    expect(await ask('POST', '/customers', { ...content, region: 'north' })).toMatchObject({
      status: 409,
      body: { code: 'customer-exists' },
    })
    const shown = await ask('GET', `/customers/${customerId}?after=${String(first.headers['x-position'])}`)
    expect(shown.body).toMatchObject(content)
    expect((await ask('GET', '/customers/nobody')).body.code).toBe('customer-not-found')
  })

  test('are listed newest first without personal data, by rank, page by page', async () => {
    const [standard, vip] = [fresh('customer'), fresh('customer')]
    await ask('POST', '/customers', { customerId: standard, name: 'Ünal Example', region: 'north' })
    const contact = { email: 'wei@example.com', phone: '+49 (30) 123-42' }
    const { headers } = await ask('POST', '/customers', {
      ...{ customerId: vip, name: 'Wei Example', region: 'south', tier: 'vip', ...contact },
    })
    const after = `after=${String(headers['x-position'])}`
    const first = await ask('GET', `/customers?limit=1&${after}`)
    const masked = { name: 'W…', email: 'w…@…', phone: '…42', region: 'south', tier: 'vip', orders: 0 }
    expect(first.body.items).toMatchObject([{ customerId: vip, ...masked, spent: { amount: 0, currency: 'EUR' } }])
    const second = await ask('GET', `/customers?limit=1&cursor=${String(first.body.next)}`)
    expect(second.body.items).toMatchObject([{ customerId: standard, name: 'Ü…', email: null, phone: null }])
    const ofRank = await ask('GET', '/customers?tier=vip')
    const ids = ofRank.body.items.map(({ customerId }: { customerId: string }) => customerId)
    expect([ids.includes(vip), ids.includes(standard)]).toEqual([true, false])
    expect(`${first.text}${second.text}${ofRank.text}`).not.toMatch(/Example|example\.com|123/)
    expect((await ask('GET', '/customers', undefined, { headers: { 'if-none-match': '*' } })).status).toBe(304)
  })

  test('that are shown whole leave a line in the log: who asked, and for whom', async () => {
    const customerId = await registered()
    const tokens = [{ name: 'desk', role: 'read' as const, secret: 'secret-of-the-desk' }]
    const app = service.another({}, { tokens })
    await ask('GET', `/customers/${customerId}`, undefined, {
      app,
      headers: { authorization: 'Bearer secret-of-the-desk' },
    })
    const lines = service.lines.filter((line) => line['customerId'] === customerId)
    expect(lines).toMatchObject([{ principal: 'desk', customerId, msg: 'a customer was asked for' }])
    expect(JSON.stringify(lines)).not.toContain('Ada')
  })

  test('malformed e-mails, phones and languages are refused', async () => {
    const content = { name: 'A', region: 'r' }
    for (const [name, value] of [
      ['email', 'nobody'],
      ['email', 'a b@c'],
      ['phone', 'call me'],
      ['language', 'english!'],
      ['tier', 'gold'],
      ['email', null],
    ]) {
      const answer = await ask('POST', '/customers', { ...content, [String(name)]: value })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `/${String(name)}` }] } })
    }
  })
})

describe('reads', () => {
  test('a write is read with ?after, and a 304 says which position it shows', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    const placed = await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    const after = `after=${String(placed.headers['x-position'])}`
    const shown = await ask('GET', `/orders/${orderId}?${after}`)
    expect(shown).toMatchObject({ status: 200, headers: { etag: placed.headers.etag } })
    const { position: _, ...order } = placed.body
    expect(shown.body).toMatchObject(order)
    for (const path of [
      `/orders/${orderId}`,
      '/orders',
      '/products',
      `/products/${sku}`,
      '/analytics',
      '/analytics/live',
      '/analytics/minutes',
      '/activity',
    ]) {
      const full = await ask('GET', `${path}?${after}`)
      const headers = { 'if-none-match': String(full.headers.etag) }
      const unchanged = await ask('GET', `${path}?${after}`, undefined, { headers })
      expect([path, unchanged.status, unchanged.text, unchanged.headers.etag]).toEqual([
        path,
        304,
        '',
        full.headers.etag,
      ])
      expect(Number(unchanged.headers['x-position'])).toBeGreaterThanOrEqual(placed.body.position)
    }
  })

  test('a position that does not come is 504, and never an older state', async () => {
    const answer = await ask('GET', '/orders?after=9007199254740991')
    expect(answer).toMatchObject({ status: 504, headers: { 'retry-after': '1' }, body: { code: 'not-there-yet' } })
  })

  test('HEAD answers as GET without the body', async () => {
    const sku = await listed(1)
    const { status, headers, text } = await ask('HEAD', `/events?stream=inventory-${sku}`)
    expect([status, text]).toEqual([200, ''])
    expect(Number(headers['content-length'])).toBeGreaterThan(100)
  })

  test('pages of orders go on where the last one ended, newest first', async () => {
    const [sku, customerId] = [await listed(50), await registered()]
    const ids: string[] = []
    let after = ''
    for (let index = 0; index < 7; index++) {
      const placed = await ask('POST', '/orders', { customerId, lines: [{ sku, quantity: 1 }] })
      ids.unshift(placed.body.orderId)
      after = String(placed.headers['x-position'])
    }
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Answered = await ask(
        'GET',
        `/orders?customer=${customerId}&limit=3&after=${after}${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...page.body.items.map(({ orderId }: { orderId: string }) => orderId))
      cursor = page.body.next
    }
    expect(seen).toEqual(ids)
    const cancelled = await ask('POST', `/orders/${String(ids[0])}/cancel`)
    const byStatus = await ask(
      'GET',
      `/orders?customer=${customerId}&status=cancelled&after=${String(cancelled.headers['x-position'])}`,
    )
    expect(byStatus.body.items.map(({ orderId }: { orderId: string }) => orderId)).toEqual([ids[0]])
  })

  test('query parameters are strict', async () => {
    const bad = [
      'limit=1e1',
      'limit=05',
      'limit=0',
      'limit=201',
      'limit=-1',
      'limit=5&limit=6',
      'limit=',
      'limit=%zz',
      'cursor=a&cursor=b',
      'unknown=1',
      'status=lost',
      'customer=a%00',
      'after=1.0',
      'after=9007199254740992',
      '__proto__=1',
    ]
    for (const query of bad) {
      const { status, body } = await ask('GET', `/orders?${query}`)
      expect([query, status, body.errors[0].in]).toEqual([query, 400, 'query'])
    }
    for (const cursor of ['abc', '!', 'MQ==', 'LTE', Buffer.from('9999999999999999').toString('base64url')]) {
      expect((await ask('GET', `/orders?cursor=${cursor}`)).body.errors[0].pointer).toBe('/cursor')
    }
    expect((await ask('GET', '/orders?limit=5')).status).toBe(200)
    expect((await ask('POST', '/orders?dry=1', {})).status).toBe(400)
  })

  test('ids in paths are strict', async () => {
    for (const id of ['%00', '..%2f', 'a%20b', '-x', 'x'.repeat(65), '%F0%9F%A6%8A']) {
      expect([id, (await ask('GET', `/orders/${id}`)).body.code]).toEqual([id, 'invalid-request'])
    }
    expect((await ask('GET', '/orders/%zz')).body.code).toBe('malformed-request')
    expect((await ask('GET', `/orders/${'x'.repeat(300)}`)).body.code).toBe('path-too-long')
  })

  test('figures of a period are those of its whole hours, and what is no period is refused', async () => {
    const placed = await ask('POST', '/orders', {
      customerId: await registered(),
      lines: [{ sku: await listed(5), quantity: 1 }],
    })
    await ask('GET', `/analytics/hours?after=${String(placed.headers['x-position'])}`)
    const { items } = (await ask('GET', '/analytics/hours')).body
    const hour = Date.parse(items.at(-1).hour)
    const at = (hours: number) => new Date(hour + hours * 3_600_000).toISOString()
    const parts = ['hours', 'regions', 'categories', 'tiers', 'reasons', 'methods', 'funnel']
    for (const part of parts) {
      const all = (await ask('GET', `/analytics/${part}`)).body.items
      const during = await ask('GET', `/analytics/${part}?from=${at(-10_000)}&to=${at(1)}`)
      expect([part, during.body.items]).toEqual([part, all])
      const later = await ask('GET', `/analytics/${part}?from=${at(1)}`)
      expect([part, later.body.items.some(({ orders }: { orders?: number }) => orders !== 0)]).toEqual([part, false])
    }
    // The same hour by a clock that is half an hour off.
    expect((await ask('GET', '/analytics/tiers?to=2000-01-01T05:30:00%2B05:30')).body.items).toEqual([])
    for (const [path, pointer] of [
      ['regions?from=2026-12-01T10:30:00Z', '/from'],
      ['regions?from=2026-12-01', '/from'],
      ['hours?to=2026-02-30T10:00:00Z', '/to'],
      ['tiers?to=2026-12-01T24:00:00Z', '/to'],
      ['tiers?to=2026-13-01T10:00:00Z', '/to'],
      ['tiers?from=9999-12-31T23:00:00-12:00', '/from'],
      ['funnel?from=2026-12-01T10:00:00Z&to=2026-12-01T10:00:00Z', '/to'],
      ['methods?from=1764583200000', '/from'],
      ['reasons?from=2026-12-01T10:00:00Z&from=2026-12-01T11:00:00Z', '/from'],
      ['products?from=2026-12-01T10:00:00Z', '/from'],
      ['products?to=2026-12-01T10:00:00Z', '/to'],
      ['minutes?from=2026-12-01T10:00:00Z', '/from'],
    ]) {
      const refused = await ask('GET', `/analytics/${String(path)}`)
      expect([path, refused.status, refused.body.errors[0].pointer]).toEqual([path, 400, pointer])
    }
    const products = (await ask('GET', '/analytics/products?from=2026-12-01T10:00:00Z')).body
    expect(products.detail).toBe('query /from is not for products: their sales are not kept by the hour')
  })

  test('figures add up', async () => {
    const own = await testDatabase()
    const shop = await openApiService(own.url)
    const app = shop.app
    try {
      await ask('POST', '/products', { ...product('a', 150), stock: 10 }, { app })
      await ask('POST', '/products', { ...product('b', 50), category: 'books', stock: 10 }, { app })
      await ask('POST', '/customers', { customerId: 'c1', name: 'A', region: 'north', tier: 'vip' }, { app })
      await ask('POST', '/customers', { customerId: 'c2', name: 'B', region: 'south' }, { app })
      const place = (customerId: string, sku: string, quantity: number) =>
        ask('POST', '/orders', { customerId, lines: [{ sku, quantity }] }, { app })
      await place('c1', 'a', 2)
      const second = await place('c2', 'b', 3)
      const rejected = await place('c2', 'b', 300)
      expect([second.status, rejected.status]).toEqual([201, 422])
      const cancelled = await ask('POST', `/orders/${String(second.body.orderId)}/cancel`, {}, { app })
      const after = `after=${String(cancelled.headers['x-position'])}`
      const get = async (path: string) => (await ask('GET', `${path}?${after}`, undefined, { app })).body
      expect(await get('/analytics')).toMatchObject({
        orders: { placed: 2, confirmed: 0, rejected: 1, cancelled: 1, expired: 0, completed: 0 },
        units: 5,
        gmv: { amount: 450, currency: 'EUR' },
        revenue: { amount: 0, currency: 'EUR' },
        averageOrder: { amount: 225, currency: 'EUR' },
        customers: 2,
        position: cancelled.body.position,
      })
      expect(await get('/analytics/live')).toMatchObject({ ordersPerMinute: 2, gmv: { amount: 450, currency: 'EUR' } })
      const eur = (amount: number) => ({ amount, currency: 'EUR' })
      expect((await get('/analytics/regions')).items).toEqual([
        { region: 'north', orders: 1, units: 2, gmv: eur(300), net: eur(0) },
        { region: 'south', orders: 1, units: 3, gmv: eur(150), net: eur(0) },
      ])
      expect((await get('/analytics/categories')).items.map(({ category }: { category: string }) => category)).toEqual([
        'phones',
        'books',
      ])
      expect((await get('/analytics/tiers')).items).toHaveLength(2)
      const books = { sku: 'b', orders: 1, units: 3, gmv: eur(150), net: eur(0) }
      expect((await get('/analytics/products')).items).toContainEqual(books)
      expect((await get('/analytics/reasons')).items).toEqual([{ reason: 'out-of-stock', orders: 1 }])
      expect((await get('/analytics/methods')).items).toEqual([])
      expect((await get('/analytics/funnel')).items.map(({ orders }: { orders: number }) => orders)).toEqual([
        2, 0, 0, 0,
      ])
      expect((await get('/analytics/hours')).items[0].hour).toMatch(/T\d\d:00:00(\.000)?Z$/)
      const minutes: readonly Record<string, number>[] = (await get('/analytics/minutes')).items
      const inAll = (name: string) => minutes.reduce((sum, minute) => sum + (minute[name] ?? 0), 0)
      expect([minutes.length, inAll('orders'), inAll('units'), inAll('rejected')]).toEqual([120, 2, 5, 1])
      expect((await get('/analytics/statuses')).items).toContainEqual({ status: 'cancelled', orders: 1 })
      expect((await get('/activity')).items[0]).toMatchObject({ type: 'OrderCancelled' })
    } finally {
      await shop.close()
      await own.drop()
    }
  })
})

/** As a topic of customers has it. */
function record(data: object) {
  return {
    ...{ partition: 0, offset: 0, timestamp: 0, key: null, bytes: 100, fault: null },
    headers: { 'ol-stream': 'customer-1' },
    value: { format: 'avro' as const, type: 'CustomerRegistered', data },
  }
}

describe('the log', () => {
  test('shows events decoded, by stream, by type and by position', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] }, { headers: { traceparent } })
    const history = await ask('GET', `/orders/${orderId}/events`)
    expect(history.body.items).toMatchObject([
      {
        stream: `order-${orderId}`,
        version: 1,
        type: 'OrderPlaced',
        correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
        data: { orderId },
      },
    ])
    const stock = await ask('GET', `/events?stream=inventory-${sku}`)
    expect(stock.body.items.map(({ type }: { type: string }) => type)).toEqual([
      'ProductListed',
      'StockReceived',
      'StockReserved',
    ])
    const reserved = await ask('GET', `/events?type=StockReserved&after=${String(stock.body.position - 1)}`)
    expect(reserved.body).toMatchObject({ items: [{ stream: `inventory-${sku}` }], next: null })
    const page = await ask('GET', '/events?limit=2')
    expect(page.body).toMatchObject({ items: [{ position: 1 }, { position: 2 }], next: 2, position: 2 })
    expect((await ask('GET', '/orders/no-such/events')).body.code).toBe('order-not-found')
    expect((await ask('GET', '/events?after=9007199254740991')).body.items).toEqual([])
  })

  test('shows what happened to a product', async () => {
    const [sku, customerId] = [await listed(5), await registered()]
    await ask('POST', '/orders', { customerId, lines: [{ sku, quantity: 2 }] })
    const { body } = await ask('GET', `/products/${sku}/events`)
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual([
      ...['ProductListed', 'StockReceived', 'StockReserved'],
    ])
    expect(
      (await ask('GET', `/products/${sku}/events?limit=1&after=${String(body.items[0].position)}`)).body,
    ).toMatchObject({
      items: [{ type: 'StockReceived' }],
      next: body.items[1].position,
    })
    expect((await ask('GET', '/products/no-such/events')).body.code).toBe('product-not-found')
  })

  test('finds what one request caused, from the time in its id on, or from wherever one likes', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    const placed = (await ask('GET', `/orders/${orderId}/events`)).body.items[0]
    const found = await ask('GET', `/events?correlation=${String(placed.correlationId).toUpperCase()}`)
    const types = found.body.items.map(({ type }: { type: string }) => type)
    expect([types.toSorted(), found.body.next]).toEqual([['OrderPlaced', 'StockReserved'], null])
    const more = `correlation=${String(placed.correlationId)}`
    expect((await ask('GET', `/events?${more}&type=OrderPlaced`)).body.items).toHaveLength(1)
    expect((await ask('GET', `/events?${more}&stream=inventory-${sku}`)).body.items).toHaveLength(1)
    const behind = `after=${String(placed.position + 1)}`
    expect((await ask('GET', `/events?${more}&${behind}`)).body.items.length).toBeLessThan(2)
    // A trace id of a client: random, or one that only looks like a time.
    for (const [trace, uuid] of [
      ['0af7651916cd43dd8448eb211c80319d', '0af76519-16cd-43dd-8448-eb211c80319d'],
      ['fff7651916cd73dd8448eb211c80319d', 'fff76519-16cd-73dd-8448-eb211c80319d'],
    ] as const) {
      const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` }
      await ask('POST', `/products/${sku}/receipts`, { quantity: 1 }, { headers })
      expect((await ask('GET', `/events?correlation=${uuid}`)).body.items).toMatchObject([{ type: 'StockReceived' }])
    }
    expect((await ask('GET', '/events?correlation=nothing')).status).toBe(400)
  })

  test('finds what was recorded within a time', async () => {
    const [sku] = [await listed(5)]
    const before = (await ask('GET', `/products/${sku}/events`)).body.items.at(-1)
    // Until its clock has moved on.
    await eventually(() => Date.now() > Date.parse(before.recordedAt) + 1)
    await ask('POST', `/products/${sku}/receipts`, { quantity: 7 })
    const last = (await ask('GET', `/products/${sku}/events`)).body.items.at(-1)
    const positionsOf = async (query: string): Promise<readonly number[]> =>
      (await ask('GET', `/events?${query}`)).body.items.map(({ position }: { position: number }) => position)
    expect((await positionsOf(`from=${String(last.recordedAt)}`))[0]).toBe(last.position)
    const upTo = `to=${String(last.recordedAt)}&after=${String(before.position - 1)}`
    expect(await positionsOf(upTo)).toEqual([before.position])
    const within = `from=${String(before.recordedAt)}&to=${String(last.recordedAt)}`
    expect(await positionsOf(`stream=inventory-${sku}&${within}`)).toEqual([before.position - 1, before.position])
    expect(await positionsOf(`type=StockReceived&${within}`)).toContain(before.position)
    expect(await positionsOf('to=2020-01-01T00:00:00Z')).toEqual([])
    expect(await positionsOf('from=9999-12-31T23:59:59%2B00:00')).toEqual([])
    for (const [name, text] of [
      ['from', '2026-02-31T99:00:00Z'],
      ['to', 'yesterday'],
      ['to', '2026-01-01'],
    ] as const) {
      const answer = await ask('GET', `/events?${name}=${text}`)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `/${name}` }] } })
    }
  })

  test('finds what an event caused, and the event itself, from the time in its id on', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    const [placed] = (await ask('GET', `/orders/${orderId}/events`)).body.items
    const ends = asking({ executor: service.parts.executor, newId }, placed.id)
    expect(await ends.ask((read) => cancelOrder({ orderId, reason: null, sellable: true }, read))).toBeNull()
    const found = async (query: string) => {
      const { items } = (await ask('GET', `/events?${query}`)).body
      return items.map(({ type, causationId }: Record<string, string>) => [type, causationId])
    }
    const caused = [
      ['OrderCancelled', placed.id],
      ['StockReleased', placed.id],
    ]
    expect((await found(`causation=${String(placed.id)}`)).toSorted()).toEqual(caused)
    expect(await found(`causation=${String(placed.id)}&type=StockReleased`)).toEqual(caused.slice(1))
    expect(await found(`causation=${String(placed.id)}&stream=order-${orderId}`)).toEqual(caused.slice(0, 1))
    expect(await found(`id=${String(placed.id).toUpperCase()}`)).toEqual([['OrderPlaced', null]])
    expect(await found(`id=${String(placed.id)}&after=${String(placed.position)}`)).toEqual([])
    expect((await ask('GET', '/events?causation=nothing')).status).toBe(400)
  })

  test('masks personal data for those who do not operate the shop, by whichever door they come', async () => {
    const customerId = fresh('customer')
    const person = { name: 'Wanda Example', email: 'wanda@example.com', phone: '+49 30 12 34 42' }
    await ask('POST', '/customers', { customerId, ...person, region: 'north' })
    const browse = () => Promise.resolve({ next: null, records: [record({ customerId, ...person })] })
    const { kafka } = service.parts
    const secrets = ['read', 'order', 'operate', 'admin'] as const
    const tokens = secrets.map((role) => ({ name: role, role, secret: `secret-${role}` }))
    const app = service.another({ kafka: { ...kafka, browse } }, { tokens })
    const masks = { name: 'W…', email: 'w…@…', phone: '…42' }
    for (const { role, secret } of tokens) {
      const get = async (url: string) => {
        const answer = await app.inject({ url, headers: { authorization: `Bearer ${secret}` } })
        return { text: answer.body, body: answer.json() }
      }
      const list = await get(`/events?stream=customer-${customerId}`)
      const one = await get(`/events/${String(list.body.items[0].position)}`)
      const message = await get('/topics/customers/messages')
      const isWhole = role === 'operate' || role === 'admin'
      const shown = { customerId, ...(isWhole ? person : masks) }
      expect([list.body.items[0].data, one.body.data, message.body.items[0].data]).toMatchObject([shown, shown, shown])
      expect(one.body.bytes === null).toBe(!isWhole)
      for (const { text } of [list, one, message]) expect(/wanda/i.test(text)).toBe(isWhole)
    }
    const headers = { authorization: `Bearer secret-read` }
    const stock = await app.inject({ url: '/events?type=StockReceived&limit=1', headers })
    const { position } = stock.json().items[0]
    expect((await app.inject({ url: `/events/${String(position)}`, headers })).json().bytes).toMatch(/^[0-9a-f]+$/)
    await app.close()
  })

  test('shows one event with the bytes that are stored', async () => {
    const sku = await listed(5)
    const [first] = (await ask('GET', `/products/${sku}/events`)).body.items
    const { body } = await ask('GET', `/events/${String(first.position)}`)
    expect(body).toEqual({ ...first, bytes: expect.stringMatching(/^([0-9a-f]{2})+$/) })
    expect(Buffer.from(String(body.bytes), 'hex').toString()).toContain(`Product "${sku}"`)
    expect((await ask('GET', '/events/9007199254740991')).body.code).toBe('event-not-found')
  })

  test('tells how fast the events of an order went through this process, and nothing of what it did not do', async () => {
    const [sku, customerId, orderId] = [await listed(5), await registered(), fresh('order')]
    const placed = await ask('POST', '/orders', { orderId, customerId, lines: [{ sku, quantity: 1 }] })
    await ask('GET', `/orders/${orderId}?after=${String(placed.body.position)}`)
    const { body } = await ask('GET', `/orders/${orderId}/hops`)
    expect(body.items.map(({ type }: { type: string }) => type).toSorted()).toEqual(['OrderPlaced', 'StockReserved'])
    for (const { decided, committed, published, projected, pushed } of body.items) {
      expect([published, pushed]).toEqual([null, null])
      const times = [decided, committed, projected]
      // With microseconds, so that they are in order as texts.
      for (const time of times) expect(time).toMatch(/T[0-9:]{8}\.[0-9]{6}Z$/)
      expect(times.toSorted()).toEqual(times)
    }
    expect((await ask('GET', '/orders/no-such/hops')).body.code).toBe('order-not-found')
  })

  test('an event that this release cannot read is shown as such', async () => {
    const app = service.another({
      readLog: async () => ({
        events: [
          {
            position: 1,
            stream: 'order-x',
            version: 1,
            type: 'OrderTeleported',
            schemaVersion: 1,
            data: Buffer.from([1]),
            id: '019337a0-0000-7000-8000-000000000001',
            commandId: '019337a0-0000-7000-8000-000000000002',
            correlationId: '019337a0-0000-7000-8000-000000000002',
            causationId: null,
            recordedAt: 0,
          },
        ],
        next: null,
      }),
    })
    const { status, body } = await ask('GET', '/events', undefined, { app })
    expect([status, body.items[0].data]).toEqual([200, null])
    expect(body.items[0].error).toContain('OrderTeleported')
  })
})

describe('simulation', () => {
  test('places random orders, repeatable by key', async () => {
    const headers = { 'idempotency-key': fresh('simulation-key') }
    const first = await ask('POST', '/simulation/orders', { count: 3 }, { headers })
    const again = await ask('POST', '/simulation/orders', { count: 3 }, { headers })
    expect([first.status, first.body.items.length, again.text]).toEqual([201, 3, first.text])
    expect(again.headers['idempotency-replayed']).toBe('true')
    for (const count of [0, 101]) expect((await ask('POST', '/simulation/orders', { count })).status).toBe(400)
  })

  test('is off in production', async () => {
    const app = service.another({}, { production: true })
    expect(await ask('POST', '/simulation/orders', { count: 1 }, { app })).toMatchObject({
      status: 403,
      body: { code: 'simulation-off' },
    })
  })
})

describe('access', () => {
  const tokens = (['read', 'order', 'operate', 'admin'] as const).map((role) => ({
    name: role,
    role,
    secret: `secret-${role}`,
  }))
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

  test('every route needs its role, and each role includes those before it', async () => {
    const app = service.another({}, { tokens })
    const requests = [
      ['GET', '/orders', 'read'],
      ['GET', '/metrics', 'read'],
      ['GET', '/openapi.json', 'read'],
      ['POST', '/orders', 'order'],
      ['POST', '/orders/x/cancel', 'order'],
      ['POST', '/customers', 'order'],
      ['GET', '/emails', 'operate'],
      ['GET', '/emails/x', 'operate'],
      ['POST', '/products', 'operate'],
      ['POST', '/products/x/receipts', 'operate'],
      ['POST', '/simulation/orders', 'operate'],
    ] as const
    for (const [method, url, role] of requests) {
      const needed = tokens.findIndex((token) => token.role === role)
      const statuses = await Promise.all(
        tokens.map(
          async ({ secret }) =>
            (await ask(method, url, method === 'POST' ? '[]' : undefined, { app, headers: bearer(secret) })).status,
        ),
      )
      expect([method, url, statuses.map((status) => status === 403)]).toEqual([
        method,
        url,
        tokens.map((_, index) => index < needed),
      ])
    }
  })

  test('without a valid token 401 comes before the body is read', async () => {
    const app = service.another({}, { tokens })
    for (const headers of [
      {},
      bearer('wrong'),
      { authorization: 'Basic c2VjcmV0' },
      bearer(''),
      bearer('secret-read x'),
    ]) {
      const answer = await ask('POST', '/orders', '{"broken', { app, headers })
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="orderledger"' },
        body: { code: 'unauthorized' },
      })
    }
  })

  test('health and the pages of problems need no token; other hosts are served', async () => {
    const app = service.another({}, { tokens })
    for (const url of ['/livez', '/readyz', '/health', '/problems/unauthorized']) {
      expect([url, (await ask('GET', url, undefined, { app, headers: { host: 'shop.example' } })).status]).toEqual([
        url,
        200,
      ])
    }
  })

  test('without tokens the service answers only to loopback names', async () => {
    for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.1.2.3:80', '[::1]:3000']) {
      expect([host, (await ask('GET', '/livez', undefined, { headers: { host } })).status]).toEqual([host, 200])
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '0.0.0.0', '192.168.1.1']) {
      expect((await ask('GET', '/orders', undefined, { headers: { host } })).body.code).toBe('host-not-allowed')
    }
  })

  test('the rate limit counts per principal and leaves health alone', async () => {
    const app = service.another({}, { tokens, rateLimit: 3 })
    const get = (secret: string, url = '/version') => ask('GET', url, undefined, { app, headers: bearer(secret) })
    const answers = await Promise.all(Array.from({ length: 8 }, () => get('secret-read')))
    const limited = answers.filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThan(0)
    expect(limited[0]).toMatchObject({ headers: { 'retry-after': '1' }, body: { code: 'rate-limited' } })
    expect((await get('secret-admin')).status).toBe(200)
    const health = await Promise.all(Array.from({ length: 8 }, () => get('secret-read', '/livez')))
    expect(health.every(({ status }) => status === 200)).toBe(true)
  })
})

test('every answer counts for the rate limit, whatever it is; probes and the files of the dashboard do not', async () => {
  const refused: readonly (readonly ['GET' | 'POST' | 'PUT', string, Readonly<Record<string, string>>?])[] = [
    ['GET', '/orders/-'],
    ['GET', '/no-such'],
    ['PUT', '/orders'],
    ['GET', '/orders/%zz'],
    ['GET', '/orders', { host: 'evil.example' }],
    ['POST', '/orders', { origin: 'http://evil.example' }],
    ['GET', '/problems/forbidden'],
    ['GET', '/registry/no-such'],
    ['GET', '/live?topics=no-such'],
  ]
  for (const [method, url, headers = {}] of refused) {
    const app = service.another({}, { rateLimit: 2 })
    await app.ready()
    const all = { host: 'localhost', ...headers }
    const answers = await Promise.all(Array.from({ length: 6 }, () => app.inject({ method, url, headers: all })))
    const limited = answers.filter(({ statusCode }) => statusCode === 429)
    expect([method, url, limited.length > 0]).toEqual([method, url, true])
    expect(limited[0]?.headers).toMatchObject({ 'retry-after': '1', 'x-content-type-options': 'nosniff' })
  }
  const app = service.another({ dashboard: join(ROOT, 'dashboard') }, { rateLimit: 1 })
  await app.ready()
  for (const url of ['/livez', '/readyz', '/health', '/dashboard/index.html', '/dashboard/icon.svg']) {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => app.inject({ url, headers: { host: 'localhost' } })),
    )
    expect([url, answers.map(({ statusCode }) => statusCode)]).toEqual([url, [200, 200, 200, 200]])
  }
})

describe('operations', () => {
  test('readiness says what is wrong, and that the service stops', async () => {
    const down = { name: 'database', ok: false, ageSeconds: 1, detail: 'connection refused' }
    const app = service.another({ readiness: () => [down] })
    expect(await ask('GET', '/readyz', undefined, { app })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'not-ready', checks: [down] },
    })
    const stopping = service.another({ isStopping: () => true })
    expect((await ask('GET', '/health', undefined, { app: stopping })).body.detail).toBe('the service is stopping')
    expect((await ask('GET', '/livez', undefined, { app: stopping })).status).toBe(200)
    expect((await ask('GET', '/readyz')).body).toMatchObject({ status: 'ready' })
  })

  test('metrics name routes, orders and projections', async () => {
    const [sku, customerId] = [await listed(1), await registered()]
    await ask('POST', '/orders', { customerId, lines: [{ sku, quantity: 1 }] })
    await ask('GET', '/no-such-path')
    const { text } = await ask('GET', '/metrics')
    expect(text).toMatch(/http_request_duration_seconds_count\{route="\/orders",method="POST",status="201"\} \d+/)
    expect(text).toMatch(/http_request_duration_seconds_count\{route="unrouted",method="",status="404"\} \d+/)
    expect(text).toMatch(/orders_total\{result="placed"\} \d+/)
    expect(text).toMatch(/order_validation_duration_seconds_count \d+/)
    expect(text).toMatch(/projection_lag_events\{name="orders"\} \d+/)
    expect(text).toMatch(/projection_lag_seconds\{name="sales"\} \d+/)
  })

  test('the log has a line for an error and never personal data or secrets', async () => {
    await ask(
      'POST',
      '/customers',
      { name: 'Secret Name', email: 'secret@example.com', region: 'r', phone: '+49 123', bad: 1 },
      { headers: { authorization: 'Bearer secret-token', 'idempotency-key': 'secret-key-1' } },
    )
    const line = service.lines.findLast(({ route }) => route === '/customers')
    expect(line).toMatchObject({
      method: 'POST',
      route: '/customers',
      path: '/customers',
      status: 400,
      msg: 'answered',
    })
    expect(JSON.stringify(service.lines)).not.toMatch(/Secret Name|secret@example|\+49 123|secret-token|secret-key-1/)
  })

  test('version, the document and its page are served under the strict policy', async () => {
    const version = (await ask('GET', '/version')).body
    expect(version).toMatchObject({ name: 'orderledger', version: '0.1.0', currency: 'EUR', digits: 2 })
    const app = service.another({}, { currency: 'JPY' })
    expect((await ask('GET', '/version', undefined, { app })).body).toMatchObject({ currency: 'JPY', digits: 0 })
    const document = (await ask('GET', '/openapi.json')).body
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.values(document.paths as Record<string, Record<string, { readonly tags: string[] }>>)
    const used = new Set(operations.flatMap((path) => Object.values(path).flatMap(({ tags }) => tags)))
    expect(document.tags.map(({ name }: { readonly name: string }) => name).sort()).toEqual([...used].sort())
    const page = await service.app.inject({ url: '/docs/', headers: { host: 'localhost' } })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(page.body).not.toMatch(/<script>[^<]|<style>[^<]|style=/)
    for (const asset of page.body.matchAll(/(?:src|href)="\.\/(static\/[^"]+)"/g)) {
      const { statusCode } = await service.app.inject({
        url: `/docs/${String(asset[1])}`,
        headers: { host: 'localhost' },
      })
      expect([asset[1], statusCode]).toEqual([asset[1], 200])
    }
    expect((await ask('GET', '/problems/out-of-stock')).text).toContain('<h1>Out of stock</h1>')
    expect((await ask('GET', '/problems/no-such')).status).toBe(404)
  })

  test('every answer carries the security headers', async () => {
    for (const url of ['/livez', '/orders', '/no-such', '/orders/%zz', '/metrics', '/problems/forbidden']) {
      const { headers } = await ask('GET', url)
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('unknown paths are 404 and known ones with a wrong method 405 with Allow', async () => {
    expect((await ask('GET', '/nothing/here')).body.code).toBe('not-found')
    expect(await ask('PUT', '/orders')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } })
    expect(await ask('POST', '/orders/x', {})).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
    expect(await ask('GET', '/orders/x/cancel')).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  })
})

describe('failures', () => {
  test('of the store become 503 with Retry-After, and say what is known', async () => {
    const codes: readonly StoreFailureCode[] = ['overloaded', 'store-unavailable', 'outcome-unknown', 'stopping']
    for (const code of codes) {
      const app = service.another({
        executor: { execute: () => Promise.reject(new StoreFailure(code, `it is ${code}`)) },
      })
      const answer = await ask('POST', '/customers', { name: 'A', region: 'r' }, { app })
      expect(answer).toMatchObject({ status: 503, body: { code, detail: `it is ${code}` } })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  test('of the database under a read are 503', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    const cancelled = Object.assign(new Error('canceling statement'), { code: '57014', severity: 'ERROR' })
    for (const error of [refused, cancelled, new Error('Connection terminated unexpectedly')]) {
      const app = service.another({ readLog: () => Promise.reject(error) })
      expect(await ask('GET', '/events', undefined, { app })).toMatchObject({
        status: 503,
        body: { code: 'store-unavailable' },
      })
    }
  })

  test('that nobody foresaw are 500 without a word of the cause, which the log has under the requestId', async () => {
    const app = service.another({ readLog: () => Promise.reject(new Error('select secret_column from log.events')) })
    const { status, text, body } = await ask('GET', '/events', undefined, { app })
    expect([status, body.code]).toEqual([500, 'internal-error'])
    expect(text).not.toMatch(/secret_column|at .*\.ts/)
    expect(
      JSON.stringify(service.lines.find(({ requestId, msg }) => requestId === body.requestId && msg === 'defect')),
    ).toContain('secret_column')
  })
})
