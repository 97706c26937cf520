/**
 * What the views answer, on real Postgres.
 * Longer than 300 lines because its cases share a log, and what lists ask of indexes stands in one table.
 */
import { describe, expect, test } from 'vitest'
import {
  customerRegistered,
  eur,
  NOON,
  orderLine,
  orderPlaced,
  orderRejected,
  paymentCaptured,
  paymentHeld,
  paymentRefunded,
  paymentReleased,
  paymentRequested,
  refundRequested,
} from '../../domain/test-events.ts'
import { fraudAlertsPage } from '../../projections/insights/fraud-alerts.ts'
import { activityPage } from '../../projections/views/activity.ts'
import { alertsPage } from '../../projections/views/alerts.ts'
import { customersPage } from '../../projections/views/customers.ts'
import { deliveriesPage } from '../../projections/views/deliveries.ts'
import { notificationsPage } from '../../projections/views/notifications.ts'
import { ordersPage, ordersTable } from '../../projections/views/orders.ts'
import { paymentsPage } from '../../projections/views/payments.ts'
import { productsPage } from '../../projections/views/products.ts'
import { periodOf } from '../../projections/views/sales-breakdowns.ts'
import { parseCursor } from '../../projections/queries/shown.ts'
import { viewStatement, type ViewQuery } from '../../projections/queries/view-reader.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { databaseTime } from '../../store/postgres/database-clock.ts'
import { appendEvents } from '../support/append-events.ts'
import { ofOrder, openProjecting, sold, type Projecting } from './projecting.ts'

describe('the queries', () => {
  test('an order is shown as it is now, with the version of its stream', async () => {
    await using projecting = await sold()
    const { orders } = projecting.views
    const { item, position, asOf } = await orders.get('o1')
    expect(item).toMatchObject({
      orderId: 'o1',
      status: 'placed',
      customerId: 'c1',
      total: { amount: 3_500, currency: 'EUR' },
      placedAt: '2025-11-28T12:00:00.000Z',
      reservedUntil: '2025-11-28T12:15:00.000Z',
      rejectedAt: null,
      shortages: [],
      version: 1,
    })
    expect(item?.lines).toHaveLength(3)
    expect(position).toBe(10)
    const { rows } = await projecting.pool.query<{ at: Date }>(
      'select recorded_at as at from log.events where position = 10',
    )
    expect(asOf).toBe(rows[0]?.at.toISOString())
    expect((await orders.get('o2')).item).toMatchObject({ status: 'cancelled', reason: 'too late', version: 2 })
    expect((await orders.get('o3')).item).toMatchObject({
      status: 'rejected',
      reason: 'out-of-stock',
      total: null,
      placedAt: null,
      rejectedAt: '2025-11-28T12:00:00.000Z',
      shortages: [{ sku: 'B2', wanted: 9, available: 1 }],
    })
    expect(await orders.get('o4')).toMatchObject({ item: null, position: 10 })
  })

  test('orders are listed newest first, page by page, by status and customer', async () => {
    await using projecting = await sold()
    const { orders } = projecting.views
    const every = { status: null, customerId: null, cursor: null, limit: 2 } as const
    const first = await orders.list(every)
    expect(first.items.map(({ orderId }) => orderId)).toEqual(['o3', 'o2'])
    const second = await orders.list({ ...every, cursor: parseCursor(first.next ?? '') })
    expect([second.items.map(({ orderId }) => orderId), second.next]).toEqual([['o1'], null])
    expect((await orders.list({ ...every, status: 'cancelled' })).items).toMatchObject([{ orderId: 'o2' }])
    expect((await orders.list({ ...every, customerId: 'c1' })).items).toHaveLength(2)
    expect((await orders.list({ ...every, customerId: 'c1', status: 'placed' })).items).toMatchObject([
      { orderId: 'o1' },
    ])
    expect((await orders.list({ ...every, customerId: 'c9' })).items).toEqual([])
    expect((await orders.counts()).counts).toEqual({
      placed: 1,
      confirmed: 0,
      rejected: 1,
      cancelled: 1,
      expired: 0,
      completed: 0,
    })
  })

  test('products show their stock, customers who they are and what they ordered', async () => {
    await using projecting = await sold()
    const { products, customers } = projecting.views
    expect(await products.get('A1')).toMatchObject({
      item: { sku: 'A1', onHand: 10, reserved: 3, available: 7, version: 3, price: { amount: 1_000, currency: 'EUR' } },
    })
    expect((await products.list({ limit: 9, cursor: null })).items.map(({ sku }) => sku)).toEqual(['B2', 'A1'])
    expect((await customers.get('c1')).item).toMatchObject({
      email: 'ada@example.test',
      orders: 2,
      version: 1,
      spent: eur(5_500),
    })
  })

  test('a customer shows only once their own stream has told who they are', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const buyer = { customerId: 'c7' }
    let head = await appendEvents(projecting.pool, ofOrder('o1', orderPlaced('o1', [orderLine('A1', 1)], buyer)))
    await projecting.shown(head)
    expect((await projecting.views.customers.get('c7')).item).toBeNull()
    head = await appendEvents(projecting.pool, [{ stream: 'customer-c7', event: customerRegistered('c7') }])
    await projecting.shown(head)
    expect((await projecting.views.customers.get('c7')).item).toMatchObject({ orders: 1, spent: eur(1_000) })
  })

  test('sales count what ever happened, an order once for each category it touches', async () => {
    await using projecting = await sold()
    const { sales } = projecting.views
    expect(await sales.totals()).toMatchObject({
      orders: { placed: 2, confirmed: 0, rejected: 1, cancelled: 1, expired: 0, completed: 0 },
      units: 8,
      gmv: eur(5_500),
      revenue: eur(0),
      averageOrder: eur(2_750),
      customers: 1,
      position: 10,
    })
    const figures = (orders: number, units: number, gmv: number) => ({ orders, units, gmv: eur(gmv), net: eur(0) })
    expect((await sales.categories()).items).toEqual([
      { category: 'phones', ...figures(1, 3, 3_000) },
      { category: 'cases', ...figures(2, 5, 2_500) },
    ])
    expect((await sales.products()).items).toEqual([
      { sku: 'A1', ...figures(1, 3, 3_000) },
      { sku: 'B2', ...figures(2, 5, 2_500) },
    ])
    expect((await sales.hours()).items).toEqual([
      { hour: '2025-11-28T12:00:00.000Z', ...figures(1, 4, 3_500), captured: 0, declined: 0 },
      { hour: '2025-11-28T13:00:00.000Z', ...figures(1, 4, 2_000), captured: 0, declined: 0 },
    ])
    expect((await sales.regions()).items).toEqual([
      { region: 'north', ...figures(1, 4, 3_500) },
      { region: 'south', ...figures(1, 4, 2_000) },
    ])
    expect((await sales.tiers()).items.map(({ tier }) => tier)).toEqual(['standard', 'vip'])
    expect((await sales.reasons()).items).toEqual([{ reason: 'out-of-stock', orders: 1 }])
    expect((await sales.methods()).items).toEqual([])
    expect((await sales.funnel()).items).toEqual([
      { stage: 'placed', orders: 2 },
      { stage: 'paid', orders: 0 },
      { stage: 'dispatched', orders: 0 },
      { stage: 'delivered', orders: 0 },
    ])
  })

  test('a period of sales begins with its first hour and ends before its last, without one of both too', async () => {
    await using projecting = await sold()
    const { sales } = projecting.views
    const one = NOON + 3_600_000
    const regions = async (from: number | null, to: number | null) =>
      (await sales.regions({ from, to })).items.map(({ region }) => region)
    expect(await regions(NOON, one)).toEqual(['north'])
    expect(await regions(one, one + 3_600_000)).toEqual(['south'])
    expect(await regions(NOON, one + 3_600_000)).toEqual(['north', 'south'])
    expect(await regions(one, null)).toEqual(['south'])
    expect(await regions(null, one)).toEqual(['north'])
    expect(await regions(null, NOON)).toEqual([])
    expect((await sales.regions({ from: one, to: null })).items).toEqual((await sales.regions()).items.slice(1))
    const hours = async (from: number | null, to: number | null) => (await sales.hours({ from, to })).items.length
    expect([await hours(NOON, one), await hours(one, null), await hours(null, NOON)]).toEqual([1, 1, 0])
    // Recorded now, whenever it was placed.
    expect((await sales.funnel({ from: NOON, to: one })).items[0]).toEqual({ stage: 'placed', orders: 0 })
    expect((await sales.funnel({ from: one, to: null })).items[0]).toEqual({ stage: 'placed', orders: 2 })
    expect((await sales.reasons({ from: NOON, to: one })).items).toEqual([])
  })

  test('a period of sales reads the hours in it, not the table', async () => {
    await using projecting = await sold()
    const { pool } = projecting
    await pool.query(
      `insert into views.sales_hourly_g1 (by_hour_value)
      select 'region:' || to_char(to_timestamp(n * 3600) at time zone 'UTC', 'YYYY-MM-DD"T"HH24') || ':r'
      from generate_series(1, 20000) n`,
    )
    await pool.query('analyze')
    const values = ['region:1970-02-01T00', 'region:1970-02-02T00']
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      const plan = await planOf(pool, { mode, text: viewStatement('sales', 1, periodOf('region')), values })
      expect(plan).not.toMatch(/Seq Scan on sales_hourly_g1/)
    }
  })

  test('the live rate counts the orders of the last minute by the clock of the database', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const at = (id: string, placedAt: number) => ofOrder(id, orderPlaced(id, [orderLine('A1', 1)], { placedAt }))
    const now = Math.floor(await databaseTime(projecting.pool))
    const head = await appendEvents(projecting.pool, [
      ...at('o1', now),
      ...at('o2', now - 20_000),
      ...at('o3', now - 120_000),
      // Of a clock that was ahead: its minute has not come.
      ...at('o4', now + 120_000),
    ])
    await projecting.shown(head)
    const live = await projecting.views.sales.live()
    expect(live).toMatchObject({ ordersPerMinute: 2, paymentsPerMinute: 0, gmv: eur(4_000), position: 4 })
    expect(live.lastUpdated).toBe(live.asOf)
  })

  test('the last minute and the last two hours go on after the last order, and stop where events wait to be shown', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const { pool, views } = projecting
    const minutesAgo = async (minutes: number) => (await databaseTime(pool)) - minutes * 60_000
    const placedAt = Math.floor(await minutesAgo(10))
    const head = await appendEvents(pool, ofOrder('o1', orderPlaced('o1', [orderLine('A1', 1)], { placedAt })))
    await projecting.shown(head)
    // As if it had been recorded then.
    await pool.query(`update views.checkpoints set recorded_at = to_timestamp($1 / 1000.0)`, [placedAt])
    const minuteOf = (millis: number) => Math.floor(millis / 60_000) * 60_000
    const newest = async () => Date.parse((await views.sales.minutes()).items.at(-1)?.minute ?? '')
    const before = minuteOf(await minutesAgo(0))
    expect(await views.sales.live()).toMatchObject({ ordersPerMinute: 0, position: head })
    expect(await newest()).toBeGreaterThanOrEqual(before)
    expect((await views.sales.minutes()).items.map(({ orders }) => orders).filter((orders) => orders > 0)).toEqual([1])
    await views.setPaused('sales', true)
    await appendEvents(pool, ofOrder('o2', orderPlaced('o2', [orderLine('A1', 1)])))
    expect(await views.sales.live()).toMatchObject({ ordersPerMinute: 1, position: head })
    expect(await newest()).toBe(minuteOf(placedAt))
  })

  test('the last two hours are shown minute by minute, quiet ones too', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const now = Math.floor(await databaseTime(projecting.pool))
    const at = (id: string, placedAt: number) => ofOrder(id, orderPlaced(id, [orderLine('A1', 2)], { placedAt }))
    const head = await appendEvents(projecting.pool, [
      ...at('too-old', now - 121 * 60_000),
      ...at('o1', now - 10 * 60_000),
      ...at('o2', now - 10 * 60_000),
      ...ofOrder('o3', orderRejected('o3', { rejectedAt: now - 10 * 60_000 })),
      ...at('o4', now),
      // Of a clock that was ahead: its minute has not come.
      ...at('o5', now + 10 * 60_000),
    ])
    await projecting.shown(head)
    const before = await databaseTime(projecting.pool)
    const { items, position } = await projecting.views.sales.minutes()
    expect(position).toBe(head)
    expect(items).toHaveLength(120)
    const starts = items.map(({ minute }) => Date.parse(minute))
    expect(starts.at(-1)).toBeGreaterThanOrEqual(Math.floor(before / 60_000) * 60_000)
    expect(starts.at(-1)).toBeLessThanOrEqual(await databaseTime(projecting.pool))
    expect(starts.every((start, index) => index === 0 || start - (starts[index - 1] ?? 0) === 60_000)).toBe(true)
    expect(items.filter(({ orders, rejected }) => orders + rejected > 0)).toEqual([
      expect.objectContaining({ orders: 2, units: 4, gmv: eur(4_000), rejected: 1 }),
      expect.objectContaining({ orders: 1, units: 2, gmv: eur(2_000), rejected: 0 }),
    ])
  })

  test('the revenue of a minute is what was captured in it less what was refunded', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const ofPayment = (...events: readonly DomainEvent[]) =>
      events.map((event) => ({ stream: 'payment-o1' as const, event }))
    const sums = async () => {
      const { items } = await projecting.views.sales.minutes()
      return items.flatMap(({ revenue, payments, refunds }) => (payments + refunds === 0 ? [] : [revenue.amount]))
    }
    const refunded = [refundRequested('o1', 1, 500), paymentRefunded('o1', 1, 500)]
    await projecting.shown(await appendEvents(projecting.pool, ofPayment(paymentCaptured('o1', 1, 3_000))))
    expect(await sums()).toEqual([3_000])
    await projecting.shown(await appendEvents(projecting.pool, ofPayment(...refunded)))
    // The clock may have come to the next minute.
    expect((await sums()).reduce<number>((sum, amount) => sum + Number(amount), 0)).toBe(2_500)
  })

  test('an attempt on hold says since when and why, until it is released', async () => {
    await using projecting = await openProjecting()
    await projecting.project()
    const { payments, orders } = projecting.views
    const placed = { stream: 'order-o1', event: orderPlaced('o1', [orderLine('A1', 3)]) } as const
    const ofPayment = (event: DomainEvent) => appendEvents(projecting.pool, [{ stream: 'payment-o1', event }])
    await appendEvents(projecting.pool, [placed])
    await ofPayment(paymentRequested('o1', 1, 3_000))
    const since = Math.floor(await databaseTime(projecting.pool)) - 90_000
    await projecting.shown(await ofPayment(paymentHeld('o1', 1, 3_000, { alertId: 'a1', at: since })))
    const page = { method: null, orderId: null, limit: 5, cursor: null } as const
    const hold = { alertId: 'a1', since: new Date(since).toISOString() }
    expect((await payments.list({ ...page, status: 'held' })).items).toMatchObject([{ paymentId: 'o1/1', hold }])
    expect((await payments.list({ ...page, status: 'pending' })).items).toEqual([])
    expect(await payments.get('o1')).toMatchObject({ item: { status: 'held', attempts: [{ status: 'held', hold }] } })
    expect(await orders.get('o1')).toMatchObject({ item: { payment: { status: 'held' } }, versions: [1, 2, 0] })
    const figures = await payments.figures()
    expect(figures).toMatchObject({ open: 1, onHold: 1 })
    expect(figures.oldestHoldSeconds).toBeGreaterThanOrEqual(90)

    await projecting.shown(await ofPayment(paymentReleased('o1', 1, 3_000)))
    expect((await payments.list({ ...page, status: 'held' })).items).toEqual([])
    expect(await payments.get('o1')).toMatchObject({
      item: { status: 'pending', attempts: [{ status: 'pending', hold: null }] },
    })
    expect(await orders.get('o1')).toMatchObject({ item: { payment: { status: 'pending' } } })
    expect(await payments.figures()).toMatchObject({ open: 1, onHold: 0, oldestHoldSeconds: 0 })
    await projecting.shown(await ofPayment(paymentCaptured('o1', 1, 3_000)))
    expect(await payments.figures()).toMatchObject({ open: 0, onHold: 0 })
  })

  test('before the first event every view is empty and says so', async () => {
    await using projecting = await openProjecting()
    const { views } = projecting
    await expect(views.orders.get('o1')).rejects.toMatchObject({ code: 'view-not-ready', retriable: true })
    await projecting.project()
    const empty = { position: 0, asOf: null }
    expect(await views.orders.get('o1')).toEqual({ item: null, versions: null, ...empty })
    expect(await views.activity.list({ kind: null, limit: 5, cursor: null })).toEqual({
      items: [],
      next: null,
      ...empty,
    })
    expect(await views.sales.totals()).toMatchObject({ gmv: eur(0), averageOrder: eur(0), customers: 0, ...empty })
    expect(await views.sales.live()).toMatchObject({ ordersPerMinute: 0, lastUpdated: null, ...empty })
    expect(await views.sales.hours()).toEqual({ items: [], ...empty })
  })

  test('activity tells the newest things of all kinds without personal data and free text', async () => {
    await using projecting = await sold()
    const { items } = await projecting.views.activity.list({ kind: null, limit: 200, cursor: null })
    expect(items.map(({ type }) => type)).toEqual([
      'OrderRejected',
      'OrderCancelled',
      'OrderPlaced',
      'OrderPlaced',
      'StockReceived',
      'ProductListed',
      'StockReceived',
      'ProductListed',
      'CustomerRegistered',
    ])
    expect(items[3]).toMatchObject({
      position: 6,
      kind: 'order',
      id: 'o1',
      title: 'Product A1',
      units: 4,
      amount: eur(3_500),
    })
    const page = await projecting.views.activity.list({ kind: null, limit: 3, cursor: items[2]?.position ?? null })
    expect(page.items.map(({ position }) => position)).toEqual([6, 5, 4])
    const told = JSON.stringify(items)
    const ofOrders = await projecting.views.activity.list({ kind: 'order', limit: 3, cursor: null })
    expect([ofOrders.items.map(({ position }) => position), ofOrders.next]).toMatchObject([
      [10, 9, 8],
      expect.any(String),
    ])
    for (const personal of ['Ada', '@', 'too late']) expect(told).not.toContain(personal)
  })

  test('lists read an index, not the table, whatever they filter by', async () => {
    await using projecting = await sold()
    const { pool } = projecting
    const table = `views.${ordersTable.name}_g1`
    await pool.query(
      `insert into ${table} (order_id, status, customer_id, lines, first_position)
      select 'x' || n, case when n % 50 = 0 then 'placed' else 'completed' end, 'c' || (n % 500), '[]', 100 + n
      from generate_series(1, 20000) n`,
    )
    await pool.query(
      `insert into views.products_g1 (sku, first_position) select 'x' || n, 100 + n from generate_series(1, 20000) n`,
    )
    await pool.query(
      `insert into views.payments_g1 (payment_id, status, method, order_id, first_position)
      select 'x' || n || '/1', case when n % 50 = 0 then 'pending' else 'captured' end,
        case when n % 50 = 1 then 'paypal' else 'card' end, 'x' || n, 100 + n
      from generate_series(1, 20000) n`,
    )
    await pool.query(
      `insert into views.deliveries_g1 (order_id, status, first_position)
      select 'x' || n, case when n % 50 = 0 then 'failed' else 'delivered' end, 100 + n
      from generate_series(1, 20000) n`,
    )
    await pool.query(`insert into views.activity_g1 (position, at) select 100 + n, 0 from generate_series(1, 1000) n`)
    await pool.query(`insert into views.alerts_g1 (position, at) select 100 + n, 0 from generate_series(1, 20000) n`)
    await pool.query(
      `insert into views.notifications_g1 (notification_id, channel, status, customer_id, position)
      select 'x' || n, case when n % 50 = 0 then 'sms' else 'email' end,
        case when n % 50 = 1 then 'failed' else 'sent' end, 'c' || (n % 500), 100 + n
      from generate_series(1, 20000) n`,
    )
    await pool.query(
      `insert into views.customers_g1 (customer_id, tier, first_position)
      select 'x' || n, case when n % 50 = 0 then 'vip' else 'standard' end, 100 + n from generate_series(1, 20000) n`,
    )
    await pool.query(
      `insert into views.fraud_alerts_g1 (alert_id, verdict, customer_id, card, device, address, network, first_position)
      select 'x' || n, case when n % 50 = 0 then null when n % 50 = 1 then 'fraud' else 'honest' end, 'c' || (n % 500),
        'k' || (n % 500), 'd' || (n % 500), 'a' || (n % 500), 'n' || (n % 500), 100 + n
      from generate_series(1, 20000) n`,
    )
    await pool.query('analyze')
    const pages: readonly (readonly [string, ViewQuery, readonly string[]])[] = [
      ['orders', ordersPage({ status: false, customer: false }), []],
      ['orders', ordersPage({ status: true, customer: false }), ['placed']],
      ['orders', ordersPage({ status: false, customer: true }), ['c7']],
      ['orders', ordersPage({ status: true, customer: true }), ['placed', 'c7']],
      ['products', productsPage, []],
      ['activity', activityPage({ kind: false }), []],
      ['payments', paymentsPage({ status: false, method: false, order: false }), []],
      ['payments', paymentsPage({ status: true, method: false, order: false }), ['pending']],
      ['payments', paymentsPage({ status: true, method: false, order: false }), ['held']],
      ['payments', paymentsPage({ status: false, method: true, order: false }), ['paypal']],
      ['payments', paymentsPage({ status: true, method: true, order: true }), ['captured', 'card', 'x7']],
      ['customers', customersPage({ tier: false }), []],
      ['customers', customersPage({ tier: true }), ['vip']],
      ['deliveries', deliveriesPage({ status: false }), []],
      ['deliveries', deliveriesPage({ status: true }), ['failed']],
      ['alerts', alertsPage, []],
      ['notifications', notificationsPage({ channel: false, status: false, customer: false }), []],
      ['notifications', notificationsPage({ channel: true, status: false, customer: false }), ['sms']],
      ['notifications', notificationsPage({ channel: false, status: true, customer: false }), ['failed']],
      ['notifications', notificationsPage({ channel: false, status: false, customer: true }), ['c7']],
      ['notifications', notificationsPage({ channel: true, status: true, customer: true }), ['sms', 'failed', 'c7']],
      ['fraud-alerts', fraudAlertsPage({ verdict: null, columns: [] }), []],
      ['fraud-alerts', fraudAlertsPage({ verdict: 'open', columns: [] }), []],
      ['fraud-alerts', fraudAlertsPage({ verdict: 'reviewed', columns: ['device'] }), ['fraud', 'd7']],
      ...(['customer_id', 'card', 'device', 'address', 'network'] as const).map(
        (column, at) =>
          ['fraud-alerts', fraudAlertsPage({ verdict: null, columns: [column] }), [`${'ckdan'[at] ?? ''}7`]] as const,
      ),
    ]
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      for (const [projection, query, filters] of pages) {
        const values = [String(Number.MAX_SAFE_INTEGER), '51', ...filters]
        expect(await planOf(pool, { mode, text: viewStatement(projection, 1, query), values })).not.toMatch(
          /Seq Scan on (orders|products|customers|activity|payments|deliveries|alerts|notifications|fraud_alerts)_g1/,
        )
      }
    }
  })
})

interface Explained {
  readonly mode: string
  readonly text: string
  readonly values: readonly string[]
}

async function planOf(pool: Projecting['pool'], { mode, text, values }: Explained): Promise<string> {
  const client = await pool.connect()
  try {
    await client.query(`begin; set local plan_cache_mode = ${mode}; prepare page as ${text}`)
    const given = values.map((value) => `'${value}'`).join(', ')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute page(${given})`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query('rollback; deallocate all')
    client.release()
  }
}
