/** Payments on hold over HTTP, in a whole service: what is shown of them, and that at most a hundred wait and none for long. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../app/clock.ts'
import { startSimulator, type RunningSimulator } from '../../app/gateway/start-simulator.ts'
import { eventually } from '../support/eventually.ts'
import { openWebSocket, type Frame } from '../support/live-connection.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { postJson, type Reply } from './post-json.ts'

const MOST_ON_HOLD = 100

const folder = mkdtempSync(join(tmpdir(), 'orderledger-held-'))
let gateway: RunningSimulator
let service: ServiceHere

beforeAll(async () => {
  const odds = { seed: 1, declines: 0, latency: { from: 0, to: 0 }, faults: {}, webhook: null }
  gateway = await startSimulator({ ...odds, book: join(folder, 'book.jsonl'), port: 0, clock: systemClock })
  // Everybody comes to 99 points.
  const table = join(folder, 'everybody.json')
  const rules = { attemptsOfCustomer: [{ from: 1, points: 99 }] }
  writeFileSync(table, JSON.stringify({ version: 'all', threshold: 60, rules }))
  service = await serviceHere({
    env: {
      ...{ EFFECTS: 'on', PAYMENT_GATEWAY_URL: gateway.url },
      ...{ FRAUD_TABLE: table, FRAUD_HOLD: '99', FRAUD_HOLD_MINUTES: '1' },
    },
  })
  await post('/products', { sku: 'A1', name: 'Cup', category: 'kitchen', price: EUR(1_000), stock: 1_000 })
  await post('/customers', { customerId: 'c1', name: 'Ada', region: 'berlin', tier: 'standard', email: 'ada@x.test' })
})

afterAll(async () => {
  await service.stop()
  await gateway.stop()
  rmSync(folder, { recursive: true, force: true })
})

function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return postJson(`${service.url}${path}`, body, headers)
}

async function get<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${service.url}${path}`)).json()) as Body
}

const EUR = (amount: number) => ({ amount, currency: 'EUR' })

interface Attempt {
  readonly paymentId: string
  readonly orderId: string
  readonly status: string
  readonly hold: { readonly alertId: string; readonly since: string } | null
}

async function onHold(): Promise<readonly Attempt[]> {
  return (await get<{ readonly items: readonly Attempt[] }>('/payments?status=held&limit=200')).items
}

async function placed(orderId: string): Promise<string> {
  expect((await post('/orders', { orderId, customerId: 'c1', lines: [{ sku: 'A1', quantity: 2 }] })).status).toBe(201)
  return orderId
}

const isOf = (orderId: string, status: string) => async () =>
  (await get<{ readonly status: string }>(`/payments/${orderId}`)).status === status

test('an attempt on hold is held in its answer, in lists, in its order, live, in a mail and in the metrics, until a verdict ends that', async () => {
  const live = await openWebSocket(service.url)
  live.send({ type: 'subscribe', id: 1, topics: { payments: { limit: 5 } } })
  const [honest, cheat] = [await placed('honest'), await placed('cheat')]
  const key = { 'idempotency-key': 'key-of-honest' }
  for (const headers of [key, key]) {
    const reply = await post('/payments', { orderId: honest, method: 'card' }, headers)
    expect([reply.status, reply.body]).toMatchObject([202, { paymentId: 'honest/1', status: 'held' }])
  }
  expect((await post('/payments', { orderId: cheat, method: 'card' })).body).toMatchObject({ status: 'held' })
  expect(await post('/payments', { orderId: honest, method: 'paypal' })).toMatchObject({
    status: 409,
    body: { code: 'payment-open', attempt: 1 },
  })

  const held = await eventually(async () => {
    const items = await onHold()
    return items.length === 2 ? items : null
  })
  expect(held.map(({ paymentId }) => paymentId)).toEqual(['cheat/1', 'honest/1'])
  const payment = await get<{ readonly status: string; readonly attempts: readonly Attempt[] }>('/payments/honest')
  expect(payment).toMatchObject({ status: 'held', attempts: [{ status: 'held', hold: held[1]?.hold }] })
  expect(await get('/orders/honest')).toMatchObject({ status: 'placed', payment: { status: 'held' } })
  await live.frame(
    ({ type, items = [] }: Frame) =>
      type === 'change' &&
      (items as unknown as readonly Attempt[]).some((item) => item.paymentId === 'honest/1' && item.status === 'held'),
  )
  await eventually(async () => {
    const { items } = await get<{ items: { template: string; orderId: string }[] }>('/notifications?status=sent')
    return items.filter(({ template }) => template === 'payment-held').length === 2
  })
  expect(await metric('payments_on_hold')).toBe(2)
  expect(await metric('payments_open')).toBe(2)

  const verdict = (index: number, body: object) =>
    post(`/fraud-alerts/${held[index]?.hold?.alertId ?? ''}/review`, body)
  expect(await verdict(0, { verdict: 'fraud', note: 'stolen' })).toMatchObject({ body: { order: 'cancelled' } })
  expect(await verdict(1, { verdict: 'honest' })).toMatchObject({ body: { order: 'unchanged' } })
  await eventually(isOf(honest, 'captured'))
  await eventually(isOf(cheat, 'declined'))
  expect(await onHold()).toEqual([])
  expect(await metric('payments_on_hold')).toBe(0)
  await eventually(async () => {
    const { items } = await get<{ items: { template: string; orderId: string }[] }>('/notifications?status=sent')
    const told = items.filter(({ orderId }) => orderId === cheat).map(({ template }) => template)
    return told.join() === 'order-cancelled,payment-held'
  })
  expect(JSON.stringify(await get('/emails'))).not.toMatch(/fraud|stolen/i)
})

test('where everybody looks like fraud a hundred wait, all others are charged, and what nobody reviews is charged in time', async () => {
  const orders = Array.from({ length: MOST_ON_HOLD + 30 }, (_, index) => `many-${String(index)}`)
  for (const orderId of orders) await placed(orderId)
  const replies: Reply[] = []
  for (let first = 0; first < orders.length; first += 13) {
    const some = orders.slice(first, first + 13).map((orderId) => post('/payments', { orderId, method: 'card' }))
    replies.push(...(await Promise.all(some)))
  }
  expect(replies.every(({ status }) => status === 201 || status === 202)).toBe(true)
  const confirmed = async () => {
    const states = orders.map((orderId) => get<{ readonly status: string }>(`/orders/${orderId}`))
    return (await Promise.all(states)).filter(({ status }) => status === 'confirmed').length
  }
  await eventually(async () => (await confirmed()) >= 30)
  expect((await onHold()).length).toBeLessThanOrEqual(MOST_ON_HOLD)
  // No one has looked: a minute after each was put on hold it is charged.
  await eventually(async () => (await confirmed()) === orders.length, { timeout: 200_000, interval: 1_000 })
  expect(await onHold()).toEqual([])
  const { items } = await get<{ items: { verdict: string | null }[] }>('/fraud-alerts?verdict=open&limit=200')
  expect(items.length).toBeGreaterThanOrEqual(MOST_ON_HOLD)
})

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? NaN)
}
