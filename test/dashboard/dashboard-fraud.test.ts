/** The page of fraud alerts, live, in a real browser on a real shop. */
import { randomUUID } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { FraudAlertList } from '../../dashboard/api-shapes.ts'
import type { Addressed } from '../../domain/decision.ts'
import { eur, fraudAlertRaised, paymentHeld, paymentReleased } from '../../domain/test-events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { appendEvents } from '../support/append-events.ts'
import type { Business } from '../../dashboard/api-shapes.ts'
import { eventually } from '../support/eventually.ts'
import { openPage } from './dashboard-page.ts'
import { dashboardShop } from './dashboard-shop.ts'
import { get, post } from './insights-shop.ts'

const shop = await dashboardShop({
  demoOrders: 10,
  env: { DELIVERY_SIMULATION: 'off', PAYMENT_GATEWAY_URL: 'http://127.0.0.1:9' },
})

const CARD = 'c0ffee0123456789'
const DEVICE = 'deadbeef01234567'
let made = 0

/** An order of that customer, and an alert for its first attempt: three customers paid with one card. Gives its id. */
async function suspect(customer: number): Promise<string> {
  const orderId = `suspect-${String(++made)}`
  const customerId = `customer-${String(customer).padStart(5, '0')}`
  await post(shop.service, '/orders', 201, { orderId, customerId, lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  const alert = fraudAlertRaised(orderId, 1, {
    alertId: randomUUID(),
    customerId,
    reasons: [
      {
        rule: 'accountsOnCard',
        points: 80,
        value: 3,
        text: '3 customers or more paid with this card within 5 minutes',
        regions: null,
      },
      { rule: 'cardRegion', points: 12, value: 1, text: 'two regions', regions: { card: 'FR', customer: 'DE' } },
      { rule: 'amount', points: 12, value: 94_900, text: '949.00 EUR', regions: null },
      { rule: 'of another table', points: 4, value: 1, text: 'a reason that this page does not know', regions: null },
    ],
    score: 108,
    amount: eur(94_900),
    keys: { card: CARD, device: DEVICE, address: null, network: null },
  })
  await append([{ stream: `fraud-${orderId}`, event: alert }])
  return orderId
}

async function append(events: readonly Addressed[]): Promise<void> {
  const pool = openPool(shop.service.databaseUrl, { name: 'test', max: 1 })
  await appendEvents(pool, events)
  await pool.end()
}

async function alertOf(orderId: string): Promise<string> {
  const { items } = await get<FraudAlertList>(shop.service, '/fraud-alerts')
  return items.find((alert) => alert.orderId === orderId)?.alertId ?? ''
}

/** As `suspect`, with an attempt that is on hold for that alert since a minute and a half. */
async function onHold(customer: number): Promise<string> {
  const orderId = await suspect(customer)
  await post(shop.service, '/payments', 202, { orderId, method: 'card' })
  await eventually(async () => (await alertOf(orderId)) !== '')
  const hold = { alertId: await alertOf(orderId), at: Date.now() - 90_000 }
  await append([{ stream: `payment-${orderId}`, event: paymentHeld(orderId, 1, 94_900, hold) }])
  return orderId
}

const row = (order: string) =>
  shop.page.getByRole('row').filter({ has: shop.page.getByRole('rowheader', { name: order }) })

const heldRow = (order: string) =>
  shop.page
    .getByRole('table', { name: 'Payments on hold' })
    .getByRole('row')
    .filter({ has: shop.page.getByRole('rowheader', { name: order }) })

async function statusOf(orderId: string): Promise<string> {
  return (await get<{ readonly status: string }>(shop.service, `/orders/${orderId}`)).status
}

describe.skipIf(shop.browser === null)('on the page of fraud', () => {
  test('an alert appears while one looks, with its reasons, leads to its case, and is reviewed', async () => {
    await shop.go('insights/fraud')
    await shop.page.getByText('No attempt to pay has looked like fraud.').waitFor()
    const third = await suspect(3)
    await row(third).getByText('3 customers or more paid with this card within 5 minutes').waitFor()
    await row(third).getByText('an amount of €949.00').waitFor()
    await row(third).getByText('a card of FR, a customer of DE').waitFor()
    await row(third).getByText('a reason that this page does not know').waitFor()

    await row(third).getByTitle(CARD).click()
    await shop.page.getByRole('heading', { name: 'One case' }).waitFor()
    await shop.page.getByText(/1 alert shown, 1 customer,/).waitFor()
    // A pointer on the list holds it still.
    await row(third).hover()
    const fourth = await suspect(4)
    await shop.page.getByRole('button', { name: '1 new', exact: true }).click()
    await row(fourth).waitFor()
    await shop.page.getByText(/2 alerts shown, 2 customers,/).waitFor()

    await row(third).getByRole('button', { name: 'Honest' }).click()
    await shop.page.getByLabel('Note').fill('a family')
    await shop.page.getByRole('button', { name: 'It was honest' }).click()
    await row(third).getByText('a family').waitFor()
    expect(await statusOf(third)).toBe('placed')

    await row(fourth).getByRole('button', { name: 'Fraud' }).click()
    await shop.page.getByRole('button', { name: 'It was fraud' }).click()
    await shop.page.getByText(`Fraud: order ${fourth} is cancelled.`).waitFor()
    await eventually(async () => (await statusOf(fourth)) === 'cancelled')

    await shop.page.getByRole('link', { name: 'Open', exact: true }).click()
    await shop.page.getByText('No alert of this kind.').waitFor()
    const fifth = await suspect(5)
    await row(fifth).waitFor()
    expect(await row(third).count()).toBe(0)
    expect(shop.opened.errors).toEqual([])
  })

  test('payments with one card raise an alert by themselves, and what was typed is nowhere on the page', async () => {
    await shop.go('insights/fraud')
    const card = 'a card that three customers pay with'
    const orders: string[] = []
    for (const customer of [11, 12, 13]) {
      const orderId = `paid-${String(customer)}`
      const customerId = `customer-${String(customer).padStart(5, '0')}`
      await post(shop.service, '/orders', 201, { orderId, customerId, lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
      await post(shop.service, '/payments', 202, { orderId, method: 'card', card })
      orders.push(orderId)
    }
    const third = row(orders[2] ?? '')
    await third.getByText('3 customers or more paid with this card within 5 minutes').waitFor()
    expect(await row(orders[0] ?? '').count()).toBe(0)
    expect(await shop.page.content()).not.toContain(card)
    const { items } = await get<FraudAlertList>(shop.service, '/fraud-alerts')
    await third.getByTitle(items.find(({ orderId }) => orderId === orders[2])?.keys.card ?? 'none').waitFor()
  })

  test('the business names the money of what was found to be fraud, and apart from it what is still open', async () => {
    const { fraud } = await get<Business>(shop.service, '/analytics/business')
    expect(fraud.reviewed.count).toBeGreaterThan(0)
    await shop.go('insights/business')
    const card = (title: string) => shop.page.getByRole('listitem').filter({ hasText: title })
    const euros = (amount: string | number) =>
      `€${(Number(amount) / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`
    await card('Found to be fraud').getByText(euros(fraud.reviewed.amount.amount), { exact: true }).waitFor()
    await card('Alerts to review').getByText(String(fraud.open.count), { exact: true }).waitFor()
    await card('Alerts to review')
      .getByText(`over ${euros(fraud.open.amount.amount)}: no money saved yet`)
      .waitFor()
  })

  test('what is on hold is seen while it is, with its reasons and for how long', async () => {
    await shop.go('insights/fraud')
    await shop.page.getByText('No payment is on hold.').waitFor()
    const [first, second, third] = [await onHold(21), await onHold(22), await onHold(23)]
    for (const order of [first, second, third]) {
      await heldRow(order).getByText('3 customers or more paid with this card within 5 minutes').waitFor()
      await heldRow(order)
        .getByText(/^[12] min \d+ s$/)
        .waitFor()
    }
    await heldRow(first).getByRole('button', { name: 'Honest' }).click()
    await shop.page.getByRole('dialog').getByText('The payment is charged.').waitFor()
    await shop.page.getByRole('button', { name: 'Not now' }).click()

    // A list that somebody reads keeps the row, and says what became of it.
    await heldRow(first).hover()
    await append([{ stream: `payment-${first}`, event: paymentReleased(first, 1, 94_900) }])
    await heldRow(first).getByText('on hold no longer').waitFor()
    expect(await heldRow(first).getByRole('button').count()).toBe(0)
    await shop.page.getByRole('heading', { name: 'On hold' }).click()
    await eventually(async () => (await heldRow(first).count()) === 0)
    expect(await heldRow(second).count()).toBe(1)

    await heldRow(third).getByRole('button', { name: 'Honest' }).click()
    await shop.page.getByRole('button', { name: 'It was honest' }).click()
    await shop.page.getByText(`Honest: the payment of order ${third} is charged.`).waitFor()
    await eventually(async () => {
      const payment = await get<{ readonly status: string }>(shop.service, `/payments/${third}`)
      return payment.status === 'pending'
    })

    await shop.go('payments?status=held')
    await shop.page.getByRole('row').filter({ hasText: second }).getByText('On hold').waitFor()
    expect(await shop.page.getByRole('row').filter({ hasText: first }).count()).toBe(0)
    expect(shop.opened.errors).toEqual([])
  })

  test('somebody who reviews what was reviewed meanwhile is told so', async () => {
    const order = await suspect(6)
    await shop.go('insights/fraud')
    await row(order).getByRole('button', { name: 'Fraud' }).click()
    const { items } = await get<{ items: { alertId: string; orderId: string }[] }>(shop.service, '/fraud-alerts')
    const alertId = items.find(({ orderId }) => orderId === order)?.alertId ?? ''
    await post(shop.service, `/fraud-alerts/${alertId}/review`, 200, { verdict: 'honest' })
    await shop.page.getByRole('button', { name: 'It was fraud' }).click()
    await shop.page.getByRole('dialog').getByRole('alert').waitFor()
    expect(await statusOf(order)).toBe('placed')
  })

  test.each([
    ['light', 360],
    ['dark', 1280],
  ] as const)('it is accessible in %s at %i px', async (colorScheme, width) => {
    const opened = await openPage(shop.browser as Browser, shop.service.url, {
      colorScheme,
      viewport: { width, height: 800 },
      path: 'insights/fraud',
    })
    await opened.page
      .getByText(/customers or more paid with this card/)
      .first()
      .waitFor()
    expect(await opened.violations()).toEqual([])
    expect(await opened.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(opened.errors).toEqual([])
    await opened.close()
  })
})
