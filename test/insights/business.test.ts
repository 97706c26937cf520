/** The business by day: what was sold, how sessions ended, who comes back, from one shop over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Addressed } from '../../domain/decision.ts'
import {
  eur,
  fraudAlertRaised,
  orderCancelled,
  orderConfirmed,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentRefunded,
} from '../../domain/test-events.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { appendEvents } from '../support/append-events.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'

const headers = { host: 'localhost' }
const NOVEMBER_27 = Date.UTC(2025, 10, 27)
const NOON_MS = 12 * 3_600_000
const DAY_MS = 86_400_000
let database: TestDatabase
let service: ApiService
let pool: Pool
let head: number

/** Orders of c1 and c2 on two days: c1 has two that are paid, c2 one that is paid and cancelled. Records are of the 28th. */
beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.url, { name: 'test business', max: 2 })
  const lines = [orderLine('A1', 2)] // 2,000 cents
  const placed = (orderId: string, customerId: string, placedAt: number) =>
    ({ stream: `order-${orderId}`, event: orderPlaced(orderId, lines, { customerId, placedAt }) }) as const
  const confirmed = (orderId: string, customerId: string) =>
    ({ stream: `order-${orderId}`, event: { ...orderConfirmed(orderId, lines), customerId } }) as const
  head = await appendEvents(pool, [
    placed('o1', 'c1', NOVEMBER_27 + NOON_MS),
    placed('o2', 'c1', NOVEMBER_27 + DAY_MS - 1),
    placed('o3', 'c2', NOVEMBER_27 + DAY_MS),
    placed('o4', 'c3', NOVEMBER_27 + DAY_MS + NOON_MS),
    ...[confirmed('o1', 'c1'), confirmed('o2', 'c1'), confirmed('o3', 'c2')],
    { stream: 'order-o3', event: { ...orderCancelled('o3', lines, { from: 'confirmed' }), customerId: 'c2' } },
    { stream: 'order-o5', event: orderRejected('o5', { shortages: [{ sku: 'A1', wanted: 2, available: 1 }] }) },
    { stream: 'payment-o3', event: paymentRefunded('o3', 1, 2_000) },
    // Two attempts of o1 and one of o2 are fraud, one of o3 is honest, and nobody has looked at o4.
    ...[raised('o1', 1, 'fraud'), raised('o1', 2, 'fraud'), raised('o2', 1, 'fraud')].flat(),
    ...[raised('o3', 1, 'honest'), raised('o4', 1, null)].flat(),
  ])
  await pool.query('alter table log.events disable trigger events_are_immutable')
  await pool.query(`update log.events set recorded_at = '2025-11-28T23:59:59.999Z'`)
  service = await openApiService(database.url)
})

afterAll(async () => {
  await service.close()
  await pool.end()
  await database.drop()
})

function raised(orderId: string, attempt: number, verdict: 'fraud' | 'honest' | null): readonly Addressed[] {
  const stream = `fraud-${orderId}` as const
  const event = fraudAlertRaised(orderId, attempt, { amount: eur(2_000) })
  if (verdict === null) return [{ stream, event }]
  return [
    { stream, event },
    { stream, event: { type: 'FraudReviewed', alertId: event.alertId, orderId, verdict, note: null } },
  ]
}

async function get(url: string) {
  const { statusCode: status, body } = await service.app.inject({ url, headers })
  return { status, body: JSON.parse(body) as Record<string, unknown> }
}

const PERIOD = 'from=2025-11-27&to=2025-11-28'

test('each day has what was sold, kept, refused and given back on it, the newest first', async () => {
  const { status, body } = await get(`/analytics/business?${PERIOD}&after=${String(head)}`)
  expect(status).toBe(200)
  const value = { averageOrder: eur(2_000), gmv: eur(4_000), orders: 2 }
  expect(body).toMatchObject({
    items: [
      { day: '2025-11-28', ...value, net: eur(4_000), refused: 1, refunds: 1 },
      { day: '2025-11-27', ...value, net: eur(0), refused: 0, refunds: 0 },
    ],
    returning: { customers: 1, percent: 50 },
    fraud: { reviewed: { count: 3, amount: eur(4_000) }, open: { count: 1, amount: eur(2_000) } },
    conversion: { sessions: 0, percent: null },
    position: head,
    asOf: '2025-11-28T23:59:59.999Z',
  })
})

test('sessions count by the day on which they began', async () => {
  await pool.query(`insert into behaviour.funnel (day, name, sessions) values
    ('2025-11-27', 'sessions', 8), ('2025-11-28', 'sessions', 100),
    ('2025-11-27', 'product_view', 7), ('2025-11-27', 'order_completed', 1)`)
  const { body } = await get('/analytics/business?from=2025-11-27&to=2025-11-27')
  expect(body['conversion']).toEqual({
    sessions: 8,
    percent: 12.5,
    byStage: { product_view: 7, add_to_cart: 0, checkout: 0, payment_attempt: 0, order_completed: 1 },
  })
  expect(body['items']).toHaveLength(1)
  // The alerts were raised on the next day.
  const none = { count: 0, amount: eur(0) }
  expect(body['fraud']).toEqual({ reviewed: none, open: none })
})

test('without days it shows the newest thirty, and with one of them as many as may be', async () => {
  expect((await get('/analytics/business')).body).toMatchObject({ items: [], conversion: { sessions: 0 } })
  const until = await get('/analytics/business?to=2025-12-26')
  expect(until.body['items']).toMatchObject([{ day: '2025-11-28' }, { day: '2025-11-27' }])
  expect((await get('/analytics/business?to=2025-12-27')).body['items']).toMatchObject([{ day: '2025-11-28' }])
  expect((await get('/analytics/business?from=2025-08-29')).body['items']).toMatchObject([
    { day: '2025-11-28' },
    { day: '2025-11-27' },
  ])
})

test.each([
  'from=2025-11-27&to=2025-11-26',
  'from=2025-08-01&to=2025-11-01',
  'from=2025-02-30',
  'to=1969-12-31',
  'from=today',
  'days=7',
])('%s is refused', async (query) => {
  expect((await get(`/analytics/business?${query}`)).status).toBe(400)
})
