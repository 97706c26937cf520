/**
 * The life of an order over HTTP: paid, dispatched, delivered and returned, with a gateway that is really asked. More than 300
 * lines, because all of it happens in one shop.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { signWebhook } from '../../reactors/payments/webhook-signature.ts'
import { eventually } from '../support/eventually.ts'
import { openWebSocket } from '../support/live-connection.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { postJson, type Reply } from './post-json.ts'

const folder = mkdtempSync(join(tmpdir(), 'orderledger-gateway-'))
const SECRET = '0123456789abcdef'
let gateway: RunningSimulator
let service: ServiceHere

beforeAll(async () => {
  const latency = { from: 0, to: 0 }
  const book = join(folder, 'book.jsonl')
  const odds = { seed: 1, declines: 0, latency, faults: {}, webhook: null }
  gateway = await startSimulator({ ...odds, book, port: 0, clock: systemClock })
  service = await serviceHere({
    env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url, PAYMENT_WEBHOOK_SECRET: SECRET },
  })
  await post('/products', { sku: 'A1', name: 'Cup', category: 'kitchen', price: EUR(1_000), stock: 1_000 })
  for (const [customerId, tier] of [
    ['c1', 'standard'],
    ['v1', 'vip'],
  ]) {
    await post('/customers', { customerId, name: 'Somebody', region: 'berlin', tier })
  }
})

afterAll(async () => {
  await service.stop()
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return postJson(`${service.url}${path}`, body, headers)
}

/** As soon as it shows what was done. */
async function get(
  path: string,
  { headers }: Pick<Reply, 'headers'>,
  after = `${path.includes('?') ? '&' : '?'}after=${String(headers.get('x-position'))}`,
): Promise<Reply['body']> {
  const response = await fetch(`${service.url}${path}${after}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Reply['body']
}

const EUR = (amount: number) => ({ amount, currency: 'EUR' })

/** Whether it has these properties. */
function isLike(item: object, properties: object): boolean {
  return (expect.objectContaining(properties) as { asymmetricMatch(item: object): boolean }).asymmetricMatch(item)
}

let count = 0

async function placed(customerId = 'c1', quantity = 2): Promise<string> {
  const orderId = `life-${String((count += 1))}`
  const reply = await post('/orders', { orderId, customerId, lines: [{ sku: 'A1', quantity }] })
  expect(reply.status).toBe(201)
  return orderId
}

async function paid(): Promise<string> {
  const orderId = await placed()
  expect((await post('/payments', { orderId, method: 'card' })).status).toBe(201)
  return orderId
}

describe('POST /payments', () => {
  test('answers with what became of the attempt, and the same again under its key', async () => {
    const orderId = await placed()
    const key = { 'idempotency-key': `key-of-${orderId}` }
    const first = await post('/payments', { orderId, method: 'card', amount: EUR(2_000) }, key)
    expect([first.status, first.body]).toMatchObject([
      201,
      { paymentId: `${orderId}/1`, orderId, attempt: 1, status: 'captured', amount: EUR(2_000), method: 'card' },
    ])
    expect(first.headers.get('location')).toBe(`/payments/${orderId}`)
    const again = await post('/payments', { orderId, method: 'card', amount: EUR(2_000) }, key)
    const { position, ...told } = first.body
    expect([again.status, again.body]).toMatchObject([first.status, told])
    // What is shown is what the log tells by then, so that a read that waits for it shows no less.
    expect(again.body['position']).toBeGreaterThanOrEqual(Number(position))
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await post('/payments', { orderId, method: 'card' })).toMatchObject({
      status: 409,
      body: { code: 'order-not-payable', status: 409, orderStatus: 'confirmed' },
    })
  })

  test('captures what a VIP buys on account at once; others may not', async () => {
    const vip = await placed('v1')
    expect((await post('/payments', { orderId: vip, method: 'on-account' })).body).toMatchObject({ status: 'captured' })
    const other = await placed()
    const refused = await post('/payments', { orderId: other, method: 'on-account' })
    expect([refused.status, refused.body['code']]).toEqual([422, 'payment-method-refused'])
  })

  test.each([
    ['an amount that is not the total', { amount: EUR(1_999) }, 422, 'wrong-amount'],
    ['another currency', { amount: { amount: 2_000, currency: 'USD' } }, 422, 'wrong-currency'],
    ['a method of nobody', { method: 'shells' }, 400, 'invalid-request'],
    ['an order that does not exist', { orderId: 'no-such' }, 404, 'order-not-found'],
  ])('refuses %s', async (_, change, status, code) => {
    const orderId = await placed()
    const reply = await post('/payments', { orderId, method: 'card', ...change })
    expect([reply.status, reply.body['code']]).toEqual([status, code])
  })

  test('is not for what needs a gateway where there is none', async () => {
    const without = await serviceHere({ env: { DATABASE_URL: service.databaseUrl, ROLES: 'api' } })
    try {
      const orderId = await placed()
      const response = await fetch(`${without.url}/payments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ orderId, method: 'card' }),
      })
      const body = (await response.json()) as { readonly code: string }
      expect([response.status, body.code]).toEqual([503, 'gateway-not-configured'])
    } finally {
      await without.stop()
    }
  })
})

describe('the life of an order', () => {
  test('goes from the payment over two dispatches to the customer, and back', async () => {
    const orderId = await paid()
    expect((await post(`/orders/${orderId}/return`, { reason: 'early' })).body).toMatchObject({
      code: 'order-not-returnable',
    })
    const report = (action: string, body: object = {}) => post(`/deliveries/${orderId}/${action}`, body)
    expect(await report('deliver')).toMatchObject({ status: 409, body: { code: 'delivery-not-possible' } })
    expect(await report('dispatch')).toMatchObject({ status: 200, body: { status: 'dispatched', dispatches: 1 } })
    expect(await report('fail', { reason: 'nobody at home' })).toMatchObject({ body: { status: 'failed' } })
    expect(await report('dispatch', { dispatch: 2 })).toMatchObject({ body: { status: 'dispatched', dispatches: 2 } })
    expect(await report('fail', { dispatch: 1, reason: 'nobody at home' })).toMatchObject({
      status: 200,
      body: { status: 'dispatched' },
    })
    expect(await report('deliver')).toMatchObject({ status: 200, body: { status: 'delivered' } })

    const back = await post(`/orders/${orderId}/return`, { lines: [{ sku: 'A1', quantity: 1 }], reason: 'cracked' })
    const returned = [{ sku: 'A1', quantity: 1 }]
    expect(back).toMatchObject({ status: 200, body: { status: 'completed', returned } })
    expect(
      await post(`/orders/${orderId}/return`, { lines: [{ sku: 'A1', quantity: 2 }], reason: 'too' }),
    ).toMatchObject({ status: 422, body: { code: 'return-too-large', sku: 'A1', wanted: 2, left: 1 } })
  })

  test('gives goodwill back, as much as is left', async () => {
    const orderId = await paid()
    const refund = (body: object) => post(`/payments/${orderId}/refund`, body)
    expect(await refund({ amount: EUR(500), reason: 'late' })).toMatchObject({
      status: 201,
      body: { orderId, status: 'captured', captured: EUR(2_000), underWay: EUR(500), refunds: [{ cause: 'goodwill' }] },
    })
    expect(await refund({ amount: EUR(1_501), reason: 'more' })).toMatchObject({
      status: 422,
      body: { code: 'refund-too-large', left: EUR(1_500) },
    })
    expect((await refund({ reason: 'all of it' })).status).toBe(201)
    expect((await refund({ reason: 'again' })).body).toMatchObject({ code: 'nothing-to-refund' })
    expect((await post('/payments/no-such/refund', { reason: 'x' })).body).toMatchObject({ code: 'payment-not-found' })
  })

  test('that is not paid has nothing to deliver', async () => {
    const reply = await post(`/deliveries/${await placed()}/dispatch`, {})
    expect([reply.status, reply.body['code']]).toEqual([404, 'delivery-not-found'])
  })
})

describe('a webhook', () => {
  async function send(message: object | string, { at = Date.now(), headers = {}, secret = SECRET } = {}) {
    const body = typeof message === 'string' ? message : JSON.stringify(message)
    const signature = signWebhook(Buffer.from(body), { secrets: [secret], at: at / 1_000 })
    const response = await fetch(`${service.url}/payments/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'orderledger-signature': signature, ...headers },
      body,
    })
    await response.body?.cancel()
    return response.status
  }
  const reversed = (orderId: string, amount: number, reference = `dp-${orderId}`) => ({
    ...{ key: `${orderId}/1`, status: 'reversed', amount: EUR(amount), reference },
  })
  async function parked(orderId: string): Promise<readonly { readonly position: number }[]> {
    const { items } = (await (await fetch(`${service.url}/reactors`)).json()) as {
      readonly items: readonly {
        readonly name: string
        readonly parked: readonly { readonly stream: string; readonly position: number }[]
      }[]
    }
    const reactor = items.find(({ name }) => name === 'payments')
    return (reactor?.parked ?? []).filter(({ stream }) => stream === `payment-${orderId}`)
  }

  test('that is forged, old, ahead or not signed is refused; all else that changes nothing is taken', async () => {
    const orderId = await paid()
    const message = { key: `${orderId}/1`, status: 'captured', reference: 'again' }
    expect(await send(message, { secret: 'another-secret-of-16' })).toBe(401)
    expect(await send(message, { at: Date.now() - 400_000 })).toBe(401)
    expect(await send(message, { at: Date.now() + 400_000 })).toBe(401)
    expect(await send(message, { headers: { 'orderledger-signature': '' } })).toBe(401)
    for (const harmless of [message, 'no JSON', '', { key: 'no-such/1', status: 'declined', reason: 'x' }]) {
      expect(await send(harmless)).toBe(204)
    }
    expect(
      await send(message, { headers: { origin: 'https://elsewhere.example', 'content-type': 'text/plain' } }),
    ).toBe(204)
    expect(await parked(orderId)).toEqual([])
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    for (const [outcome, times] of [
      ['bad-signature', 4],
      ['unreadable', 2],
      ['unknown', 1],
    ] as const) {
      expect(metrics).toContain(`payment_webhooks_total{outcome="${outcome}"} ${String(times)}\n`)
    }
  })

  test('of money that the provider moved back is recorded once, and what is beyond is parked under its number', async () => {
    const orderId = await paid()
    expect(await send(reversed(orderId, 1_500))).toBe(204)
    expect(await send(reversed(orderId, 1_500))).toBe(204)
    expect((await post(`/payments/${orderId}/refund`, { amount: EUR(501), reason: 'x' })).body).toMatchObject({
      code: 'refund-too-large',
      left: EUR(500),
    })
    for (const _ of [1, 2]) expect(await send(reversed(orderId, 900, 'dp-2'))).toBe(204)
    const found = await parked(orderId)
    expect(found).toMatchObject([{ code: 'reversal-too-large', webhook: 1 }])
    const cause = `/reactors/payments/causes/${String(found[0]?.position)}`
    expect((await post(`${cause}/skip`, { reason: 'by hand' })).body).toMatchObject({ code: 'cause-not-parked' })
    expect((await post(`${cause}/skip`, { reason: 'by hand', webhook: 1 })).status).toBe(200)
    expect(await parked(orderId)).toEqual([])
    expect((await post(`/payments/${orderId}/refund`, { reason: 'x' })).body).toMatchObject({
      code: 'nothing-to-refund',
    })
  })
})

describe('what is read', () => {
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string
  const row = { customerId: 'c1', attempt: 1, method: 'card', status: 'captured', amount: EUR(2_000), reason: null }

  test('of a payment is each attempt and refund with its times, and the lists find them', async () => {
    const orderId = await placed()
    const begun = await post('/payments', { orderId, method: 'card' })
    const attempt = { reference: expect.any(String) as string, requestedAt: time, settledAt: time }
    const listed = await get(`/payments?order=${orderId}&status=captured&method=card`, begun)
    expect(listed).toMatchObject({ items: [{ paymentId: `${orderId}/1`, orderId, ...row, ...attempt }], next: null })
    expect(await get(`/payments?order=${orderId}&status=declined`, begun)).toMatchObject({ items: [] })

    const given = await post(`/payments/${orderId}/refund`, { amount: EUR(500), reason: 'late' })
    const shown = await get(`/payments/${orderId}`, given)
    const { customerId: _, ...own } = row
    expect(shown).toMatchObject({
      ...{ orderId, captured: EUR(2_000), attempts: [{ ...own, ...attempt }] },
      refunds: [{ refund: 1, attempt: 1, amount: EUR(500), cause: 'goodwill' }],
    })
    const missing = await fetch(`${service.url}/payments/${await placed()}`)
    expect([missing.status, ((await missing.json()) as Reply['body'])['code']]).toEqual([404, 'payment-not-found'])
  })

  test('of a payment says the same as the answer of its command, as soon as the refund is done', async () => {
    const orderId = await placed('v1')
    await post('/payments', { orderId, method: 'on-account' })
    const given = await post(`/payments/${orderId}/refund`, { amount: EUR(500), reason: 'late' })
    expect(given.body).toMatchObject({ status: 'partly-refunded', refunded: EUR(500), underWay: EUR(0) })
    const shown = await fetch(`${service.url}/payments/${orderId}?after=${String(given.headers.get('x-position'))}`)
    expect(await shown.json()).toMatchObject(given.body)
    expect(shown.headers.get('etag')).toBe(given.headers.get('etag'))
  })

  test('of a delivery is its status, why it failed and when, and the list finds it', async () => {
    const orderId = await paid()
    await post(`/deliveries/${orderId}/dispatch`, {})
    const failed = await post(`/deliveries/${orderId}/fail`, { reason: 'nobody at home' })
    const shown = await get(`/deliveries/${orderId}`, failed)
    expect(shown).toMatchObject({
      ...{ ...failed.body, customerId: 'c1', reason: 'nobody at home' },
      times: { scheduled: time, dispatched: time, delivered: null, failed: time, cancelled: null },
    })
    const { items } = await get('/deliveries?status=failed', failed)
    expect(items).toContainEqual(shown)

    const again = await post(`/deliveries/${orderId}/dispatch`, {})
    expect(await get(`/deliveries/${orderId}`, again)).toMatchObject({
      status: 'dispatched',
      reason: null,
      dispatches: 2,
    })
    const missing = await fetch(`${service.url}/deliveries/${await placed()}`)
    expect([missing.status, ((await missing.json()) as Reply['body'])['code']]).toEqual([404, 'delivery-not-found'])
  })

  test('of an order is how it is paid and delivered and what came back, under a tag that each of them changes', async () => {
    const orderId = await placed()
    const tags: (string | null)[] = []
    const shown = async (done: Pick<Reply, 'headers'>) => {
      const response = await fetch(`${service.url}/orders/${orderId}?after=${String(done.headers.get('x-position'))}`)
      tags.push(response.headers.get('etag'))
      return (await response.json()) as Reply['body']
    }
    const sums = { refunded: EUR(0), underWay: EUR(0) }
    const pay = await post('/payments', { orderId, method: 'card' })
    expect(await shown(pay)).toMatchObject({
      status: 'confirmed',
      payment: { status: 'captured', attempts: 1, captured: EUR(2_000), ...sums },
      delivery: { status: 'scheduled', dispatches: 0 },
      returned: [],
    })
    expect(await shown(await post(`/deliveries/${orderId}/dispatch`, {}))).toMatchObject({
      delivery: { status: 'dispatched', dispatches: 1 },
    })
    expect(await shown(await post(`/deliveries/${orderId}/deliver`, {}))).toMatchObject({
      status: 'completed',
      delivery: { status: 'delivered' },
    })
    const lines = [{ sku: 'A1', quantity: 1 }]
    await post(`/orders/${orderId}/return`, { lines, reason: 'cracked' })
    const whole = await shown(await post(`/orders/${orderId}/return`, { lines, reason: 'cracked too' }))
    expect(whole['returned']).toEqual([{ sku: 'A1', quantity: 2 }])
    expect(new Set(tags).size).toBe(4)

    const { items } = await get('/orders?limit=200', pay)
    expect(items).toContainEqual(expect.objectContaining({ orderId, returned: [{ sku: 'A1', quantity: 2 }] }))
    // The tag of a read is a demand on the order's own version.
    const kept = await fetch(`${service.url}/orders/${orderId}/cancel`, {
      method: 'POST',
      headers: { 'if-match': tags.at(-1) ?? '' },
    })
    expect(((await kept.json()) as Reply['body'])['code']).toBe('order-not-cancellable')
  })

  test('of an order changes at /live as its payment and its delivery do, and its hops tell when that was pushed', async () => {
    const orderId = await placed()
    const client = await openWebSocket(service.url)
    client.send({ type: 'subscribe', id: 1, topics: { orders: {} } })
    await client.frame(({ type, topic }) => type === 'snapshot' && topic === 'orders')
    await post('/payments', { orderId, method: 'card' })
    const told = (change: object) =>
      client.frame(({ type, items }) => type === 'change' && items.some((item) => isLike(item, { orderId, ...change })))
    await told({ payment: expect.objectContaining({ status: 'captured' }) as object })
    const dispatched = await post(`/deliveries/${orderId}/dispatch`, {})
    await told({ delivery: { status: 'dispatched', dispatches: 1 } })
    client.cut()
    // The thread of the projector may tell a moment after the page.
    await eventually(async () => {
      const { items } = (await get(`/orders/${orderId}/hops`, dispatched, '')) as { items: Reply['body'][] }
      const hops = items.find(({ type }) => type === 'DeliveryDispatched')
      const times = ['decided', 'committed', 'projected', 'pushed'].map((hop) => String(hops?.[hop]))
      expect(times.every((text) => text.endsWith('Z'))).toBe(true)
      expect(times.slice(0, 3).toSorted()).toEqual(times.slice(0, 3))
      expect(hops?.['published']).toBeNull()
      return true
    })
  })

  test('of the life of an order is every step, with the stock that moved and the time since the last', async () => {
    const orderId = await paid()
    await paid()
    await post(`/deliveries/${orderId}/dispatch`, {})
    const given = await post(`/payments/${orderId}/refund`, { amount: EUR(500), reason: 'late' })
    const { items, untold } = (await get(`/orders/${orderId}/timeline`, given, '')) as {
      readonly items: readonly Readonly<Record<string, unknown>>[]
      readonly untold: readonly object[]
    }
    const steps = items.map(({ type }) => type)
    expect(steps.slice(0, 8)).toEqual([
      ...['OrderPlaced', 'StockReserved', 'PaymentRequested', 'PaymentCaptured', 'OrderConfirmed', 'DeliveryScheduled'],
      ...['DeliveryDispatched', 'StockShipped'],
    ])
    expect(steps).toContain('RefundRequested')
    expect(items[1]).toMatchObject({ stream: 'inventory-A1', sincePreviousMs: 0, data: { orderId, quantity: 2 } })
    expect(items[0]).toMatchObject({ sincePreviousMs: null, causationId: null })
    // Nobody told the customer, who has no address: it says of which steps.
    expect(untold.slice(0, 2)).toEqual([
      { position: items[4]?.['position'], template: 'order-confirmed', channel: 'email' },
      { position: items[6]?.['position'], template: 'order-dispatched', channel: 'email' },
    ])
    expect((await fetch(`${service.url}/orders/no-such/timeline`)).status).toBe(404)
  })

  test('of the figures is the revenue, what was refunded, how it was paid and how far orders came', async () => {
    interface Figures {
      readonly revenue: { readonly amount: number }
      readonly refunds: { readonly count: number; readonly amount: { readonly amount: number } }
      readonly payments: { readonly captured: number; readonly byMethod: readonly object[] }
      readonly conversion: { readonly placed: number; readonly paid: number }
    }
    const figures = async (done: Pick<Reply, 'headers'>) => (await get('/analytics', done)) as unknown as Figures
    const before = await figures(
      await post('/orders', { orderId: 'counted', customerId: 'v1', lines: [{ sku: 'A1', quantity: 2 }] }),
    )
    await post('/payments', { orderId: 'counted', method: 'on-account' })
    const after = await figures(await post('/payments/counted/refund', { amount: EUR(500), reason: 'late' }))
    // Refunds of earlier cases may end in between.
    const others = after.refunds.amount.amount - before.refunds.amount.amount - 500
    expect(after.revenue.amount).toBe(before.revenue.amount + 1_500 - others)
    expect(after.refunds.count).toBeGreaterThan(before.refunds.count)
    expect(after.payments.captured).toBe(before.payments.captured + 1)
    expect(after.payments.byMethod).toContainEqual(
      expect.objectContaining({ method: 'on-account', outcome: 'captured' }),
    )
    expect(after.conversion.paid).toBe(before.conversion.paid + 1)
  })

  test('of the breakdowns is the net of what was kept, what was captured in the hour, by method, and each step', async () => {
    type Row = Readonly<Record<string, unknown>>
    const rowsOf = async (part: string, done: Pick<Reply, 'headers'>) =>
      ((await get(`/analytics/${part}`, done)) as unknown as { readonly items: readonly Row[] }).items
    const region = async (done: Pick<Reply, 'headers'>) =>
      (await rowsOf('regions', done)).find((row) => row['region'] === 'breakdowns')
    await post('/customers', { customerId: 'b1', name: 'Ada', region: 'breakdowns', tier: 'vip' })
    const order = async (quantity: number) => {
      const orderId = await placed('b1', quantity)
      return { orderId, paid: await post('/payments', { orderId, method: 'on-account' }) }
    }
    const [kept, cancelled] = [await order(3), await order(2)]
    expect(await region(cancelled.paid)).toMatchObject({ orders: 2, units: 5, gmv: EUR(5_000), net: EUR(5_000) })
    await post(`/orders/${cancelled.orderId}/cancel`, {})
    await post(`/deliveries/${kept.orderId}/dispatch`, {})
    await post(`/deliveries/${kept.orderId}/deliver`, {})
    const back = { lines: [{ sku: 'A1', quantity: 1 }], reason: 'cracked' }
    const returned = await post(`/orders/${kept.orderId}/return`, back)
    expect(returned.status).toBe(200)
    // What is given out of goodwill is no return.
    await post(`/payments/${kept.orderId}/refund`, { amount: EUR(100), reason: 'late' })
    expect(await region(returned)).toMatchObject({ gmv: EUR(5_000), net: EUR(2_000) })
    const sum = (rows: readonly Row[], name: string) => rows.reduce((all, row) => all + Number(row[name]), 0)
    const hours = await rowsOf('hours', returned)
    const methods = await rowsOf('methods', returned)
    const stages = await rowsOf('funnel', returned)
    expect(methods.map(({ method }) => method)).toContain('on-account')
    for (const name of ['captured', 'declined']) expect([name, sum(hours, name)]).toEqual([name, sum(methods, name)])
    expect(sum(methods, 'captured')).toBeGreaterThan(1)
    expect(stages.map(({ stage }) => stage)).toEqual(['placed', 'paid', 'dispatched', 'delivered'])
    const { conversion } = (await get('/analytics', returned)) as unknown as { readonly conversion: Row }
    expect(conversion).toEqual(
      Object.fromEntries(stages.flatMap(({ stage, orders }) => (stage === 'dispatched' ? [] : [[stage, orders]]))),
    )
  })
})

describe('GET /emails', () => {
  async function get(path: string): Promise<Pick<Reply, 'status' | 'body'>> {
    const response = await fetch(`${service.url}${path}`)
    return { status: response.status, body: (await response.json()) as Reply['body'] }
  }

  test('shows what customers were sent, the newest first, where no mail server is configured', async () => {
    await post('/customers', {
      customerId: 'm1',
      name: 'Ada',
      region: 'berlin',
      email: 'ada@example.com',
      language: 'fr',
    })
    const orderId = await placed('m1')
    await post('/payments', { orderId, method: 'card' })
    await post(`/orders/${orderId}/cancel`, {})
    const items = await eventually(async () => {
      const found = (await get('/emails')).body['items'] as readonly Readonly<Record<string, string>>[]
      return found.length === 3 ? found : null
    })
    expect(items.map(({ to, template, orderId: about }) => [to, template, about]).sort()).toEqual(
      ['order-cancelled', 'order-confirmed', 'payment-refunded'].map((template) => [
        'ada@example.com',
        template,
        orderId,
      ]),
    )
    const [newest] = items
    expect((await get(`/emails/${newest?.['emailId'] ?? ''}`)).body).toEqual(newest)
    const page = await get('/emails?limit=2')
    expect(page.body['items']).toEqual(items.slice(0, 2))
    expect((await get(`/emails?limit=2&cursor=${String(page.body['next'])}`)).body).toEqual({
      items: items.slice(2),
      next: null,
    })
    const etag = (await fetch(`${service.url}/emails`)).headers.get('etag') ?? ''
    const again = await fetch(`${service.url}/emails`, { headers: { 'if-none-match': etag } })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    expect(await get('/emails?cursor=x')).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(await get('/emails/none')).toMatchObject({ status: 404, body: { code: 'email-not-found' } })
  })
})

describe('what people are told', () => {
  type Items = { readonly items: readonly Readonly<Record<string, unknown>>[] }

  const list = async (path: string) => (await (await fetch(`${service.url}${path}`)).json()) as Items

  test('of an order is in the list of notifications, with what became of it', async () => {
    const contact = { customerId: 'told', name: 'Somebody', region: 'berlin', email: 'told@example.com' }
    await post('/customers', contact)
    const orderId = await placed('told')
    expect((await post('/payments', { orderId, method: 'card' })).status).toBe(201)
    const sent = await eventually(async () => (await list('/notifications?customer=told&status=sent')).items[0])
    const told = { channel: 'email', template: 'order-confirmed', orderId, customerId: 'told' }
    expect(sent).toMatchObject({ ...told, reason: null, simulated: true })
    await eventually(async () => (await list('/notifications?customer=told&status=waiting')).items.length === 0)
    expect(JSON.stringify(await list('/notifications?customer=told'))).not.toContain('@')
    expect((await list('/notifications?channel=sms&customer=told')).items).toEqual([])
    for (const wrong of ['status=lost', 'channel=fax', 'cursor=x', 'limit=0']) {
      expect((await fetch(`${service.url}/notifications?${wrong}`)).status).toBe(400)
    }
  })

  test('of a product that keeps selling out, and of money that the provider took back, is an alert', async () => {
    await post('/products', { sku: 'S0', name: 'Saucer', category: 'kitchen', price: EUR(500), stock: 0 })
    // More than twice as many as are left alone: wherever an hour ends between them.
    const refused = Array.from({ length: 25 }, () =>
      post('/orders', { customerId: 'c1', lines: [{ sku: 'S0', quantity: 2 }] }),
    )
    for (const { status } of await Promise.all(refused)) expect(status).toBe(422)
    const advised = await eventually(async () =>
      (await list('/alerts')).items.find(({ kind }) => kind === 'restock-advised'),
    )
    const hour = expect.stringMatching(/T\d\d:00:00\.000Z$/) as string
    const refusals = { orders: 11, units: 22, from: hour, to: hour }
    expect(advised).toMatchObject({ sku: 'S0', orderId: null, amount: null, refused: refusals, stock: null })
    expect(advised['text']).toMatch(
      /^Restock S0: 11 orders \(22 units\) were refused between \d\d:00 and \d\d:00 UTC on /,
    )
    const orderId = await paid()
    const body = JSON.stringify({
      key: `${orderId}/1`,
      status: 'reversed',
      amount: EUR(700),
      reference: `cb-${orderId}`,
    })
    const signature = signWebhook(Buffer.from(body), { secrets: [SECRET], at: Date.now() / 1_000 })
    const headers = { 'content-type': 'application/json', 'orderledger-signature': signature }
    const taken = await fetch(`${service.url}/payments/webhook`, { method: 'POST', headers, body })
    expect(taken.status).toBe(204)
    const [reversed] = await eventually(async () => {
      const { items } = await list('/alerts?limit=1')
      return items[0]?.['orderId'] === orderId ? items : null
    })
    expect(reversed).toMatchObject({ kind: 'payment-reversed', sku: null, amount: EUR(700) })
    expect(reversed?.['text']).toBe(`The payment provider took back 7.00 EUR of order ${orderId}.`)
  })
})
