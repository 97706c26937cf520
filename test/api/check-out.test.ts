/** Carts that are ordered and paid in one call, with a gateway that is really asked. More than 300 lines, because all share one shop. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { eventually } from '../support/eventually.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
let gateway: RunningSimulator | null = null
let port = 0
let service: ServiceHere

/** Instead of the one that runs, at the same address. */
async function startGateway(declines: number): Promise<string> {
  await gateway?.stop()
  const latency = { from: 0, to: 0 }
  const book = join(folder, 'book.jsonl')
  const odds = { seed: 1, declines, latency, faults: {}, webhook: null }
  gateway = await startSimulator({ ...odds, book, port, clock: systemClock })
  port = Number(new URL(gateway.url).port)
  return gateway.url
}

beforeAll(async () => {
  const url = await startGateway(0)
  service = await serviceHere({
    env: {
      ...{ EFFECTS: 'on', PAYMENT_GATEWAY_URL: url },
      API_TOKENS: ['read', 'order', 'operate'].map((role) => `${role}:${role}:${tokenOf(role)}`).join(','),
    },
  })
  await list('A1', 'Laptop', 99_999, 1_000)
  await list('B1', 'Mouse', 1_999, 1_000)
})

afterAll(async () => {
  await service.stop()
  await gateway?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const tokenOf = (role: string) => `secret-of-role-${role}`

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

async function ask(
  path: string,
  {
    role = 'order',
    body,
    headers = {},
  }: {
    readonly role?: string
    readonly body?: object
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Promise<Reply> {
  const response = await fetch(`${service.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${tokenOf(role)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Reply['body'] }
}

async function list(sku: string, name: string, amount: number, stock: number): Promise<void> {
  const body = { sku, name, category: 'computers', price: { amount, currency: 'EUR' }, stock }
  expect((await ask('/products', { role: 'operate', body })).status).toBe(201)
}

const cart = [
  { name: 'Laptop', price: 999.99, quantity: 1 },
  { name: 'Mouse', price: 19.99, quantity: 2 },
]
const pay = (user_id: string | number, items: readonly object[] = cart, headers = {}) =>
  ask('/payment', { body: { user_id, cart: items }, headers })

/** As soon as the views show what was done. */
async function after(reply: Reply, path: string): Promise<Reply['body']> {
  const shown = await ask(`${path}${path.includes('?') ? '&' : '?'}after=${String(reply.headers.get('x-position'))}`)
  expect(shown.status).toBe(200)
  return shown.body
}

/** The types of the events of one command, in the order of the log. */
async function appendedWith(orderId: string): Promise<readonly string[]> {
  const placed = await ask(`/orders/${orderId}/events`)
  const [{ position, correlationId }] = placed.body['items'] as [{ position: number; correlationId: string }]
  const around = await ask(`/events?after=${String(Math.max(0, position - 2))}&limit=10`)
  const items = around.body['items'] as readonly { readonly type: string; readonly correlationId: string }[]
  return items.filter((each) => each.correlationId === correlationId).map(({ type }) => type)
}

describe('POST /payment', () => {
  test('registers, orders and pays at once, and tells the cart as it was sent', async () => {
    const reply = await pay(42)
    expect([reply.status, reply.body]).toMatchObject([
      200,
      {
        ...{ status: 'success', user_id: 42, cart, order_id: expect.any(String) as string },
        payment: { method: 'card', status: 'captured', attempt: 1, amount: { amount: 103_997, currency: 'EUR' } },
      },
    ])
    const orderId = String(reply.body['order_id'])
    expect(reply.headers.get('location')).toBe(`/payments/${orderId}`)
    expect(await appendedWith(orderId)).toEqual([
      ...['CustomerRegistered', 'OrderPlaced', 'StockReserved', 'StockReserved', 'PaymentRequested'],
    ])
    expect(await after(reply, `/orders/${orderId}`)).toMatchObject({ status: 'confirmed', customerId: '42' })
    expect(await after(reply, '/customers/42')).toMatchObject({
      ...{ name: 'User 42', email: 'user_42@example.com', region: 'online', tier: 'standard' },
    })
    expect(await appendedWith(String((await pay('42')).body['order_id']))).not.toContain('CustomerRegistered')
  })

  test('is declined and leaves the order placed', async () => {
    await startGateway(1)
    const reply = await pay('declined-1').finally(() => startGateway(0))
    expect([reply.status, reply.body]).toMatchObject([200, { status: 'declined', payment: { status: 'declined' } }])
    const order = await after(reply, `/orders/${String(reply.body['order_id'])}`)
    expect(order).toMatchObject({ status: 'placed', payment: { status: 'declined' } })
  })

  test('is answered within its time where the gateway is silent, and again under its key once it has spoken', async () => {
    await gateway?.stop()
    gateway = null
    const key = { 'idempotency-key': newId() }
    const reply = await pay('pending-1', cart, key)
    expect([reply.status, reply.body]).toMatchObject([202, { status: 'pending', payment: { status: 'pending' } }])
    const orderId = String(reply.body['order_id'])
    expect(await after(reply, `/orders/${orderId}`)).toMatchObject({ status: 'placed' })
    await startGateway(0)
    await eventually(async () => {
      const again = await pay('pending-1', cart, key)
      expect(again.body['order_id']).toBe(orderId)
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      return again.status === 200 && again.body['status'] === 'success'
    })
  })

  test('repeated under its key answers as it did, whatever became of names and prices', async () => {
    await list('C1', 'Keyboard', 5_000, 10)
    const key = { 'idempotency-key': newId() }
    const keyboard = [{ name: 'Keyboard', price: 50, quantity: 1 }]
    const first = await pay('again-1', keyboard, key)
    expect(first.status).toBe(200)
    await ask('/products/C1/price', { role: 'operate', body: { price: { amount: 4_000, currency: 'EUR' } } })
    await list('C2', 'Keyboard', 4_000, 10)
    const again = await pay('again-1', keyboard, key)
    expect([again.status, again.body['order_id']]).toEqual([200, first.body['order_id']])
    expect((await pay('again-1', keyboard)).body).toMatchObject({ status: 422, code: 'ambiguous-product' })
    expect((await pay('again-2', keyboard, key)).body).toMatchObject({ status: 422, code: 'key-reused' })
  })

  test('finds a product that was listed just now', async () => {
    await list('D1', 'Tablet', 20_000, 1)
    expect((await pay('quick-1', [{ name: 'Tablet', price: 200, quantity: 1 }])).status).toBe(200)
  })

  test('of more than there is records the rejected order and whoever wanted it', async () => {
    await list('E1', 'Rarity', 100, 1)
    const reply = await pay('late-1', [{ name: 'Rarity', price: 1, quantity: 2 }])
    expect([reply.status, reply.body]).toMatchObject([
      422,
      { code: 'out-of-stock', shortages: [{ sku: 'E1', wanted: 2, available: 1 }] },
    ])
    expect(await appendedWith(String(reply.body['orderId']))).toEqual(['CustomerRegistered', 'OrderRejected'])
  })

  test.each([
    [
      'an unknown name',
      [{ name: 'Nothing', price: 1, quantity: 1 }],
      422,
      { code: 'unknown-product', names: ['Nothing'] },
    ],
    ['a name in other letters', [{ name: 'laptop', price: 999.99, quantity: 1 }], 422, { names: ['laptop'] }],
    [
      'another price',
      [{ name: 'Laptop', price: 999.98, quantity: 1 }],
      409,
      { code: 'price-changed', prices: [{ name: 'Laptop', price: 999.98, cataloguePrice: 999.99 }] },
    ],
    [
      'more decimals than cents',
      [{ name: 'Laptop', price: 999.999, quantity: 1 }],
      400,
      { code: 'invalid-request', errors: [{ in: 'body', pointer: '/cart/0/price' }] },
    ],
    ['no lines', [], 400, { code: 'invalid-request' }],
  ])('is refused for %s, and nothing is recorded', async (_, items, status, problem) => {
    const before = await position()
    const reply = await pay('nobody-1', items)
    expect([reply.status, reply.body]).toMatchObject([status, problem])
    expect(await recordedSince(before)).toEqual([])
    expect((await ask('/customers/nobody-1')).status).toBe(404)
  })

  test('needs the role to order', async () => {
    expect((await ask('/payment', { role: 'read', body: { user_id: 1, cart } })).status).toBe(403)
  })

  test('is not possible where nothing can be charged, and then leaves nothing', async () => {
    const without = await serviceHere({ env: { DATABASE_URL: service.databaseUrl, ROLES: 'api' } })
    try {
      const before = await position()
      const response = await fetch(`${without.url}/payment`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ user_id: 'nobody-2', cart }),
      })
      expect([response.status, await response.json()]).toMatchObject([503, { code: 'gateway-not-configured' }])
      expect(await recordedSince(before)).toEqual([])
    } finally {
      await without.stop()
    }
  })
})

/** Where the log stands. */
async function position(): Promise<number> {
  const { body } = await ask('/projections', { role: 'read' })
  const [{ head }] = body['items'] as [{ readonly head: number }]
  return head
}

/** The types of what was recorded since then of customers who are nobody. */
async function recordedSince(before: number): Promise<readonly string[]> {
  const { body } = await ask(`/events?after=${String(before)}&limit=200`, { role: 'read' })
  const items = body['items'] as readonly { readonly type: string; readonly data: object }[]
  return items.filter(({ data }) => JSON.stringify(data).includes('nobody-')).map(({ type }) => type)
}

describe('the names that some clients know', () => {
  test('are those of the orders, without query parameters', async () => {
    const reply = await pay('names-1')
    const orderId = String(reply.body['order_id'])
    await after(reply, `/orders/${orderId}`)
    const { body } = await ask('/orders', { role: 'read' })
    expect(body['orders']).toHaveLength((body['items'] as readonly unknown[]).length)
    expect(body['orders']).toContainEqual({ order_id: orderId, user_id: 'names-1', items: cart, status: 'confirmed' })
    expect((await ask('/orders?limit=1', { role: 'read' })).body).not.toHaveProperty('orders')
  })

  test('are those of the mails, without query parameters', async () => {
    const reply = await pay('mailed-1')
    const sent = await eventually(async () => {
      const { body } = await ask('/emails', { role: 'operate' })
      const found = body['emails_sent'] as readonly Readonly<Record<string, string>>[]
      return found.find(({ to }) => to === 'user_mailed-1@example.com') ?? null
    })
    expect(Object.keys(sent)).toEqual(['to', 'subject', 'body'])
    expect(sent['body']).toContain(String(reply.body['order_id']).slice(-4))
    expect((await ask('/emails?limit=1', { role: 'operate' })).body).not.toHaveProperty('emails_sent')
  })

  test('are those of the figures', async () => {
    // The figures move a moment later: wait until they hold what was paid before.
    const before = await after(await pay('figures-0'), '/analytics')
    const reply = await pay('figures-1')
    const totals = await after(reply, '/analytics')
    expect(totals).toMatchObject({
      total_payments: Number(before['total_payments']) + 1,
      total_orders: Number(before['total_orders']) + 1,
      unique_users: Number(before['unique_users']) + 1,
    })
    const cents = (figures: Reply['body']) => Number((figures['revenue'] as { readonly amount: number }).amount)
    expect(Math.round(Number(totals['total_revenue']) * 100)).toBe(cents(totals))
    const users = totals['users'] as readonly string[]
    expect(users).toContain('figures-1')
    expect(users).toEqual([...users].sort().slice(0, 10))
    const live = (await ask('/analytics/live', { role: 'read' })).body
    expect(live).toMatchObject({
      ...{ payments_per_minute: live['paymentsPerMinute'], orders_per_minute: live['ordersPerMinute'] },
      ...{ last_updated: live['lastUpdated'], unique_users: totals['unique_users'] },
    })
    await eventually(async () => Number((await ask('/analytics', { role: 'read' })).body['total_emails']) > 0)
  })

  test('say the revenue to the last cent', async () => {
    const { text, body } = await ask('/analytics', { role: 'read' })
    const { amount } = body['revenue'] as { readonly amount: number }
    const digits = String(amount).padStart(3, '0')
    expect(text).toContain(`"total_revenue":${digits.slice(0, -2)}.${digits.slice(-2)}`)
  })
})

test('minutes and activity tell of payments, refunds and deliveries', async () => {
  const reply = await pay('told-1')
  const orderId = String(reply.body['order_id'])
  const operate = (path: string, body: object) => ask(path, { role: 'operate', body })
  await operate(`/deliveries/${orderId}/dispatch`, {})
  await operate(`/deliveries/${orderId}/deliver`, {})
  await operate(`/payments/${orderId}/refund`, { reason: 'late', amount: { amount: 100, currency: 'EUR' } })
  const items = await eventually(async () => {
    const { body } = await ask('/activity?kind=payment', { role: 'read' })
    const found = (body['items'] as readonly Readonly<Record<string, unknown>>[]).filter(({ id }) => id === orderId)
    return found.length === 3 ? found : null
  })
  expect(items).toMatchObject([
    { kind: 'payment', type: 'PaymentRefunded', reason: 'goodwill', amount: { amount: 100, currency: 'EUR' } },
    { kind: 'payment', type: 'RefundRequested', reason: 'goodwill', customerId: 'told-1' },
    { kind: 'payment', type: 'PaymentCaptured', reason: null, amount: { amount: 103_997, currency: 'EUR' } },
  ])
  const told = (await ask('/activity?kind=delivery', { role: 'read' })).body['items']
  const deliveries = (told as readonly Readonly<Record<string, unknown>>[]).filter(({ id }) => id === orderId)
  expect(deliveries).toMatchObject([{ type: 'DeliveryDelivered' }, { type: 'DeliveryDispatched' }])
  expect((await ask('/activity?kind=weather', { role: 'read' })).status).toBe(400)
  // Sales move later than what happened.
  await eventually(async () => {
    const minutes = (await ask('/analytics/minutes', { role: 'read' })).body['items']
    const sum = (name: string) =>
      (minutes as readonly Readonly<Record<string, number>>[]).reduce((all, minute) => all + (minute[name] ?? 0), 0)
    return sum('payments') > 0 && sum('refunds') > 0 && sum('deliveries') > 0
  })
})
