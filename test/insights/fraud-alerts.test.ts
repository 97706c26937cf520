/** Alerts over HTTP and /live: listed, filtered, and reviewed by a person. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../app/clock.ts'
import { raiseAlert, type RaiseAlert } from '../../domain/payments/fraud.ts'
import { recordCapture } from '../../domain/payments/settle-payment.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { query } from '../support/query.ts'
import { openWebSocket } from '../support/live-connection.ts'

type Body = Record<string, unknown>
type Alert = Body & { readonly alertId: string; readonly first: number; readonly orderId: string }

const headers = { host: 'localhost' }
const REASONS = [
  { rule: 'accountsOnCard', points: 76, value: 3, text: '3 customers', regions: null },
  { rule: 'cardRegion', points: 12, value: 1, text: 'two regions', regions: { card: 'FR', customer: 'DE' } },
]
let database: TestDatabase
let service: ApiService
let ordered = 0

beforeAll(async () => {
  database = await testDatabase()
  service = await openApiService(database.url)
  await post('/products', { sku: 'A', name: 'A', category: 'c', price: { amount: 100, currency: 'EUR' }, stock: 1_000 })
  await post('/customers', { customerId: 'c', name: 'Ada', region: 'north' })
})

afterAll(async () => {
  await service.close()
  await database.drop()
})

async function post(url: string, payload: object, more: Record<string, string> = {}) {
  const answer = await service.app.inject({ method: 'POST', url, payload, headers: { ...headers, ...more } })
  const position = Number(answer.headers['x-position'] ?? 0)
  return { status: answer.statusCode, position, body: answer.json<Body>() }
}

async function get(url: string) {
  const answer = await service.app.inject({ url, headers })
  return { status: answer.statusCode, body: answer.json<Body>() }
}

async function list(query = ''): Promise<{ readonly items: readonly Alert[]; readonly next: string | null }> {
  const { status, body } = await get(`/fraud-alerts${query}`)
  expect(status).toBe(200)
  return body as never
}

async function placed(): Promise<string> {
  ordered += 1
  const orderId = `o${String(ordered)}`
  expect((await post('/orders', { orderId, customerId: 'c', lines: [{ sku: 'A', quantity: 1 }] })).status).toBe(201)
  return orderId
}

/** Raised, and shown. */
async function raised(orderId: string, overrides: Partial<RaiseAlert> = {}): Promise<string> {
  const alert: RaiseAlert = {
    ...{ alertId: newId(), orderId, customerId: 'c', attempt: 1, score: 88, table: '1' },
    reasons: REASONS,
    ...{ amount: { amount: 100, currency: 'EUR' } },
    keys: { card: 'aaaaaaaaaaaaaaaa', device: null, address: null, network: null },
    ...overrides,
  }
  const commandId = newId()
  const execution = await service.parts.executor.execute({
    ...{ decide: (read) => raiseAlert(alert, read), answer: () => null, key: null },
    ...{ commandId, correlationId: commandId, causationId: null },
  })
  if (execution.outcome !== 'accepted') throw new Error(`it is ${execution.outcome}`)
  expect(await service.parts.views.waitFor('fraud-alerts', execution.position)).toBe(true)
  return alert.alertId
}

const review = (alertId: string, body: object, more = {}) => post(`/fraud-alerts/${alertId}/review`, body, more)

describe('the list', () => {
  test('shows alerts newest first, page by page, and one alone', async () => {
    const [one, two, three] = [await raised('l1'), await raised('l2'), await raised('l3')]
    const first = await list('?limit=2')
    expect(first.items.map(({ alertId }) => alertId)).toEqual([three, two])
    expect(first.items[0]).toMatchObject({
      ...{ orderId: 'l3', customerId: 'c', attempt: 1, score: 88, table: '1', verdict: null, note: null },
      reasons: REASONS,
      keys: { card: 'aaaaaaaaaaaaaaaa', device: null, address: null, network: null },
      amount: { amount: 100, currency: 'EUR' },
    })
    const second = await list(`?limit=2&cursor=${String(first.next)}`)
    expect(second.items[0]?.alertId).toBe(one)
    expect(await get(`/fraud-alerts/${one}`)).toMatchObject({ status: 200, body: { alertId: one, orderId: 'l1' } })
  })

  test('is filtered by verdict, customer and each key, and by several at once', async () => {
    const keys = { card: '1111111111111111', device: '2222222222222222', address: '3333333333333333' }
    const alertId = await raised('f1', { customerId: 'c9', keys: { ...keys, network: '4444444444444444' } })
    const wanted = [{ alertId }]
    for (const query of [
      ...['customer=c9', 'card=1111111111111111', 'device=2222222222222222', 'address=3333333333333333'],
      ...['network=4444444444444444', 'verdict=open&customer=c9&card=1111111111111111&network=4444444444444444'],
    ])
      expect((await list(`?${query}`)).items).toMatchObject(wanted)
    expect((await list('?verdict=honest&customer=c9')).items).toEqual([])
    const { position } = await review(alertId, { verdict: 'honest' })
    expect((await list(`?verdict=honest&after=${String(position)}`)).items).toMatchObject(wanted)
    expect((await list('?verdict=open&customer=c9')).items).toEqual([])
  })

  test('takes no clear text of a key as a filter', async () => {
    expect(await get('/fraud-alerts?card=4111111111111111x')).toMatchObject({ status: 400 })
    expect(await get('/fraud-alerts?device=my-phone')).toMatchObject({ status: 400 })
  })
})

describe('a review', () => {
  test('as fraud cancels the order in the same append, without saying why, and is done once', async () => {
    const orderId = await placed()
    const alertId = await raised(orderId)
    const first = await review(alertId, { verdict: 'fraud', note: 'four cards' })
    expect(first).toMatchObject({
      status: 200,
      body: { alertId, orderId, verdict: 'fraud', note: 'four cards', order: 'cancelled', score: 88 },
    })
    const { body: order } = await get(`/orders/${orderId}?after=${String(first.position)}`)
    expect(order).toMatchObject({ status: 'cancelled' })
    const rows = await query(
      database.url,
      `select string_agg(type, ' ' order by position) as type, count(distinct command_id)::text as commands
      from log.events where position > ${String(first.position - 3)} and position <= ${String(first.position)}`,
    )
    expect(rows).toEqual([{ type: 'FraudReviewed OrderCancelled StockReleased', commands: '1' }])
    const { items } = (await get(`/orders/${orderId}/events`)).body as { items: readonly Body[] }
    expect(JSON.stringify(items)).not.toMatch(/fraud|four cards/i)

    expect(await review(alertId, { verdict: 'fraud', note: 'again' })).toMatchObject({
      status: 200,
      body: { verdict: 'fraud', note: 'four cards', order: 'unchanged' },
    })
    expect(await review(alertId, { verdict: 'honest' })).toMatchObject({
      status: 409,
      body: { code: 'already-reviewed', verdict: 'fraud' },
    })
  })

  test('as honest leaves the order as it is', async () => {
    const orderId = await placed()
    const { position, ...answer } = await review(await raised(orderId), { verdict: 'honest' })
    expect(answer).toMatchObject({ status: 200, body: { verdict: 'honest', note: null, order: 'unchanged' } })
    expect((await get(`/orders/${orderId}?after=${String(position)}`)).body).toMatchObject({ status: 'placed' })
  })

  test('as fraud of an order that is on its way comes too late, and of one that is over changes nothing', async () => {
    const sent = await placed()
    expect((await post('/payments', { orderId: sent, method: 'card' })).status).toBe(202)
    await captured(sent)
    expect((await post(`/deliveries/${sent}/dispatch`, {})).status).toBe(200)
    expect(await review(await raised(sent), { verdict: 'fraud' })).toMatchObject({
      status: 200,
      body: { order: 'too-late', verdict: 'fraud' },
    })
    const over = await placed()
    expect((await post(`/orders/${over}/cancel`, {})).status).toBe(200)
    expect((await review(await raised(over), { verdict: 'fraud' })).body).toMatchObject({ order: 'unchanged' })
  })

  test('with its key again is answered as before', async () => {
    const alertId = await raised(await placed())
    const key = { 'idempotency-key': 'review-once-1' }
    const first = await review(alertId, { verdict: 'fraud' }, key)
    expect(first.body).toMatchObject({ order: 'cancelled' })
    expect(await review(alertId, { verdict: 'fraud' }, key)).toEqual(first)
  })

  test('of what is no alert, and with what is no verdict, is refused', async () => {
    expect(await review(newId(), { verdict: 'fraud' })).toMatchObject({
      status: 404,
      body: { code: 'fraud-alert-not-found' },
    })
    expect(await get(`/fraud-alerts/${newId()}`)).toMatchObject({ status: 404 })
    for (const named of ['not-an-id', 'x%00', '%7BalertId%7D']) {
      expect(await review(named, { verdict: 'fraud' })).toMatchObject({ status: 404 })
      expect(await get(`/fraud-alerts/${named}`)).toMatchObject({
        status: 404,
        body: { code: 'fraud-alert-not-found' },
      })
    }
    const alertId = await raised('r1')
    expect(await review(alertId, { verdict: 'maybe' })).toMatchObject({ status: 400 })
    expect(await review(alertId, { verdict: 'honest', note: 'x'.repeat(501) })).toMatchObject({ status: 400 })
    expect((await get(`/fraud-alerts/${alertId}`)).body).toMatchObject({ verdict: null })
  })
})

test('the topic `fraud` begins with what GET shows, and tells of alerts and reviews', async () => {
  const url = `http://127.0.0.1:${String(await service.listen())}`
  const client = await openWebSocket(url)
  client.send({ type: 'subscribe', id: 1, topics: { fraud: { limit: 2 } } })
  const snapshot = await client.frame(({ topic, type }) => topic === 'fraud' && type === 'snapshot')
  const shown = (await list('?limit=2')).items.map(({ position: _, ...item }) => item)
  expect(snapshot.items).toEqual(shown)
  const alertId = await raised('live1')
  const told = await client.frame(({ items }) => items?.some((item) => item['alertId'] === alertId) === true)
  expect(told.items.find((item) => item['alertId'] === alertId)).toMatchObject({ verdict: null, orderId: 'live1' })
  await review(alertId, { verdict: 'honest', note: 'a gift' })
  const reviewed = await client.frame(
    ({ items }) => items?.some((item) => item['alertId'] === alertId && item['verdict'] === 'honest') === true,
  )
  expect(reviewed.items).toMatchObject([{ alertId, note: 'a gift', first: told.items[0]?.['first'] }])
  client.cut()
})

/** As the reactor of payments records it. */
async function captured(orderId: string): Promise<void> {
  const commandId = newId()
  await service.parts.executor.execute({
    decide: (read) => recordCapture({ orderId, attempt: 1, reference: 'ref-1', amount: null }, read),
    ...{ answer: () => null, key: null, commandId, correlationId: commandId, causationId: null },
  })
}
