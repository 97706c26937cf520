/** The page Analytics, in a real browser on a real shop. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 60 })

async function post(path: string, body: object): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  expect((await fetch(new URL(path, shop.service.url), init)).status).toBe(201)
}

const panel = (name: string) => shop.page.getByRole('region', { name })
/** The cells of a row of a table, by the name that begins it. */
const row = (of: string, name: string) => panel(of).getByRole('row', { name: new RegExp(`^${name} `) })

describe.skipIf(shop.browser === null)('the page of figures', () => {
  test('moves by itself, with the numbers of each drawing in a table', async () => {
    await shop.go('analytics')
    for (const name of ['hour', 'region', 'category', 'tier', 'product']) {
      await panel(name === 'hour' ? 'Net revenue per hour' : `Net revenue by ${name}`)
        .getByRole('table')
        .waitFor()
    }
    expect(await shop.page.getByRole('img', { name: /^(Net revenue|How far orders came)/ }).count()).toBe(6)
    await row('How far orders came', 'Placed').waitFor()
    const sku = 'FIGURE-1'
    const price = { amount: 1_234_567, currency: 'EUR' }
    await post('/products', { sku, name: 'Figure', category: '=1+1', price, stock: 9 })
    await post('/orders', { orderId: 'figured', customerId: 'customer-00001', lines: [{ sku, quantity: 1 }] })
    await row('Net revenue by category', '=1\\+1').getByText('€12,345.67').waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('gives what it shows as a file, in which nothing is a formula', async () => {
    await shop.go('analytics')
    await row('Net revenue by category', '=1\\+1').waitFor()
    const [download] = await Promise.all([
      shop.page.waitForEvent('download'),
      shop.page.getByRole('button', { name: 'CSV of Net revenue by category' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('categories_all.csv')
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n')
    expect(lines[0]).toBe('\uFEFFCategory,Net revenue,GMV,Orders,Units,Currency')
    expect(lines).toContain("'=1+1,0.00,12345.67,1,1,EUR")
  })

  test('shows a period that is chosen, asked for again and again, and products of all time', async () => {
    await shop.go('analytics')
    await shop.page.getByRole('link', { name: 'Last 24 hours' }).click()
    const asked = () => shop.page.waitForRequest((request) => /\/analytics\/regions\?from=.*&to=/.test(request.url()))
    await asked()
    await asked()
    await row('Net revenue by category', '=1\\+1').getByText('€12,345.67').waitFor()
    await shop.page.getByText(/^From .* to /).waitFor()
    await shop.page.getByLabel('From').fill('2020-01-01T10:00')
    await shop.page.getByLabel('To (exclusive)').fill('2020-01-01T09:00')
    await shop.page.getByRole('button', { name: 'Show', exact: true }).click()
    await shop.page.getByRole('alert').getByText('must end later').waitFor()
    await shop.page.getByLabel('To (exclusive)').fill('2020-01-01T11:00')
    await shop.page.getByRole('button', { name: 'Show', exact: true }).click()
    await panel('Net revenue by region').getByText('Nothing in this period.').waitFor()
    await row('How far orders came', 'Placed').getByText('0', { exact: true }).waitFor()
    await panel('Net revenue by product').getByText('Of all time: ').waitFor()
    await panel('Net revenue by product')
      .getByRole('button', { name: /^Show all/ })
      .click()
    await row('Net revenue by product', 'FIGURE-1').waitFor()
    await shop.page.goBack()
    await row('Net revenue by category', '=1\\+1').waitFor()
    expect(shop.opened.errors).toEqual([])
  })
})
