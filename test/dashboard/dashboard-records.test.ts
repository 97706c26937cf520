/** The pages of products, customers and events in a real browser, on a real shop. */
import { beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 40 })

let made = 0

async function post(path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  return (await fetch(new URL(path, shop.service.url), init)).status
}

async function place(customerId = 'customer-00001'): Promise<string> {
  const orderId = `order-${String(++made)}`
  const lines = [{ sku: 'PAN-IRON', quantity: 1 }]
  // A machine with much to do may answer 503.
  await eventually(async () => [200, 201].includes(await post('/orders', { orderId, customerId, lines })))
  return orderId
}

describe.skipIf(shop.browser === null)('on the dashboard', () => {
  beforeAll(async () => {
    // So often that somebody is advised to restock it.
    for (let order = 0; order < 12; order++) {
      const lines = [{ sku: 'VINYL-BOX', quantity: 100 }]
      await eventually(async () => (await post('/orders', { customerId: 'customer-00001', lines })) === 422)
    }
    await eventually(async () => {
      const { items } = (await (await fetch(`${shop.service.url}/alerts`)).json()) as {
        readonly items: readonly object[]
      }
      return items.length > 0
    })
  })

  test('a product that keeps selling out is named first, and its stock received, counted and told as a history', async () => {
    const { page } = shop
    await shop.go('products')
    await page
      .getByRole('table', { name: 'Restock alerts' })
      .getByText(/for VINYL-BOX .* restock it/)
      .waitFor()
    await page.getByRole('table', { name: 'Restock alerts' }).getByRole('link', { name: 'VINYL-BOX' }).click()
    await page.getByRole('heading', { level: 1, name: 'VINYL-BOX' }).waitFor()
    await page.getByRole('button', { name: 'Receive' }).click()
    await page.getByLabel('Units received').fill('7')
    await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('row', { name: /^Stock received 7 / }).waitFor()
    await page.getByRole('button', { name: 'Adjust' }).click()
    await page.getByLabel('Units found, or missing with a minus').fill('-3')
    await page.getByLabel('Reason').fill('<b>broken</b>')
    await page.getByRole('dialog').getByRole('button', { name: 'Adjust' }).click()
    await page.getByRole('row', { name: /^Stock adjusted -3 <b>broken<\/b>/ }).waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: 'On hand' })
      .getByText(/^[46]$/)
      .waitFor()
    await page.getByRole('link', { name: 'From the beginning' }).click()
    await page
      .getByRole('table', { name: 'Events of this product, oldest first' })
      .getByText('Product listed')
      .waitFor()
    expect(shop.opened.errors).toEqual([])
    expect(await shop.opened.violations()).toEqual([])
  })

  test('customers are masked until one is opened, which the service is asked for once, and again for a new order', async () => {
    const { page } = shop
    await shop.go('customers')
    const table = page.getByRole('table', { name: 'Customers, newest first' })
    await table.getByText('C…').first().waitFor()
    expect(await table.getByText('@example.com').count()).toBe(0)
    await page.getByRole('link', { name: 'VIP', exact: true }).click()
    await table.getByText('Standard').first().waitFor({ state: 'detached' })
    await table.getByText('VIP').first().waitFor()
    const looks: string[] = []
    const rounds: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/customers/customer-00001')) looks.push(request.url())
      if (request.url().includes('/orders?customer=customer-00001')) rounds.push(request.url())
    })
    await shop.go('customers/customer-00001')
    await page.getByRole('definition').getByText('customer-00001@example.com').waitFor()
    await eventually(() => rounds.length >= 4)
    expect(looks).toHaveLength(1)
    const orderId = await place()
    await page.getByRole('table', { name: 'Orders of this customer, newest first' }).getByText(orderId).waitFor()
    await eventually(() => looks.length === 2)
    expect(shop.opened.errors).toEqual([])
    expect(await shop.opened.violations()).toEqual([])
  })

  test('the log is followed, paused and resumed, and asked for what stands behind its last event', async () => {
    const { page } = shop
    await shop.go('events')
    const rowOf = (orderId: string) =>
      page
        .getByRole('row', { name: /Order placed/ })
        .filter({ has: page.getByRole('link', { name: `order-${orderId}`, exact: true }) })
    const first = await place()
    await rowOf(first).waitFor()
    const paths: string[] = []
    page.on('request', (request) => void (request.url().includes('/events?') && paths.push(request.url())))
    await page.getByRole('button', { name: 'Pause' }).click()
    const second = await place()
    await eventually(async () => (await fetch(`${shop.service.url}/orders/${second}`)).ok)
    expect(await rowOf(second).count()).toBe(0)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.mouse.move(0, 0)
    await rowOf(second).waitFor()
    const positions = paths.map((path) => Number(new URL(path).searchParams.get('after')))
    expect(positions).toEqual(positions.toSorted((one, other) => one - other))
    expect(shop.opened.errors).toEqual([])
  })

  test('an event shows its content, its neighbours, its cause and its effects', async () => {
    const { page } = shop
    await shop.go('events?type=RestockAdvised')
    await page.getByRole('rowheader').getByRole('link').first().click()
    await page.getByRole('heading', { level: 1, name: 'Restock advised' }).waitFor()
    await page.getByLabel('Content of RestockAdvised').getByText('VINYL-BOX').waitFor()
    await page.getByRole('region', { name: 'Neighbours in the log' }).getByRole('row').nth(3).waitFor()
    await page.getByRole('table', { name: 'Cause', exact: true }).getByRole('rowheader').getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: 'Order rejected' }).waitFor()
    await page.getByText('No event caused it: somebody asked for it.').waitFor()
    await page.getByRole('table', { name: 'Effects' }).getByText('Restock advised').waitFor()
    expect(shop.opened.errors).toEqual([])
    expect(await shop.opened.violations()).toEqual([])
  })

  test('the log is searched by stream, position, request and time', async () => {
    const { page } = shop
    const orderId = await place()
    await shop.go('events')
    await page.getByLabel('Stream', { exact: true }).fill(`order-${orderId}`)
    await page.getByLabel('After position').fill('0')
    await page.getByRole('button', { name: 'Show' }).click()
    const found = page.getByRole('table', { name: 'Events, oldest first' })
    await found.getByText('Order placed').waitFor()
    expect(await found.getByRole('rowheader').count()).toBe(1)
    await found.getByRole('rowheader').getByRole('link').click()
    await page
      .getByRole('definition')
      .filter({ hasText: /^[0-9a-f-]{36}$/ })
      .getByRole('link')
      .click()
    await found.getByText('Stock reserved').waitFor()
    expect(await found.getByRole('rowheader').count()).toBe(2)
    await shop.go('events?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')
    await page.getByText(/^Nothing found up to position/).waitFor()
    expect(shop.opened.errors).toEqual([])
  })
})
