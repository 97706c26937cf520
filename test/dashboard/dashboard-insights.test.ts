/** The pages Insights, in a real browser on a real shop. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Business, Forecast, RunOutList } from '../../dashboard/api-shapes.ts'
import { openPage } from './dashboard-page.ts'
import { dashboardShop } from './dashboard-shop.ts'
import { BOTH, fillInsights, get, post } from './insights-shop.ts'

const shop = await dashboardShop({ demoOrders: 60 })

const row = (name: string) => shop.page.getByRole('row').filter({ has: shop.page.getByRole('rowheader', { name }) })
const region = (name: string) => shop.page.getByRole('region', { name })

describe.skipIf(shop.browser === null)('on the pages Insights', () => {
  beforeAll(async () => {
    await fillInsights(shop.service)
  })

  test('what runs out stands first, with days between which it does, and leads to the product', async () => {
    await shop.page.getByRole('link', { name: 'Insights', exact: true }).click()
    await shop.page.getByRole('link', { name: 'Run-out', exact: true }).click()
    await row('GONE').getByText('Sold out').waitFor()
    await row('NEVER').getByText('not within 28 days').waitFor()
    await row('NEVER').getByText('Too little demand to say').waitFor()
    const { items } = await get<RunOutList>(shop.service, '/stock/run-out?limit=200')
    const steady = items.find(({ sku }) => sku === 'STEADY')
    const dayOf = (day = '') => String(Number(day.slice(8)))
    expect(steady?.earliest).not.toBe(steady?.latest)
    const days = new RegExp(
      `between ${dayOf(steady?.earliest ?? '')} .*and ${dayOf(steady?.latest ?? '')} \\w+ \\(80 %\\)`,
    )
    await row('STEADY').getByText(days).waitFor()
    const order = await shop.page.getByRole('rowheader').allInnerTexts()
    expect(order.indexOf('GONE')).toBeLessThan(order.indexOf('STEADY'))
    expect(order.indexOf('STEADY')).toBeLessThan(order.indexOf('NEVER'))
    await row('STEADY').getByRole('link', { name: 'STEADY', exact: true }).click()
    await shop.page.getByRole('heading', { level: 1, name: 'The steady STEADY' }).waitFor()
    await shop.page.getByRole('link', { name: 'Forecast' }).click()
    await shop.page.getByRole('heading', { name: 'Forecast of STEADY' }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('what falls below its reorder point is among the alerts of products, while one looks, and its page says the point', async () => {
    const price = { amount: 100, currency: 'EUR' }
    const low = { sku: 'LOW', name: 'The low', category: 'kitchen', price, stock: 8, reorderPoint: 7 }
    await post(shop.service, '/products', 201, low)
    await shop.go('products')
    const alerts = region('Restock alerts')
    await alerts.waitFor()
    const order = { orderId: 'lowering', customerId: 'customer-00001', lines: [{ sku: 'LOW', quantity: 2 }] }
    await post(shop.service, '/orders', 201, order)
    await alerts.getByRole('link', { name: 'LOW', exact: true }).click()
    const card = shop.page.getByRole('listitem').filter({ hasText: 'Reorder point' })
    await card.getByText('7', { exact: true }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('a forecast says how far earlier ones were off, beside the last week repeated, and what it leaves out', async () => {
    const { accuracy, total } = await get<Forecast>(shop.service, '/products/STEADY/forecast?days=14')
    expect(accuracy.origins).toBe(4)
    await shop.go('insights/forecast?sku=STEADY&days=14')
    const card = (title: string) => shop.page.getByRole('listitem').filter({ hasText: title })
    await card('Wanted in 14 days')
      .getByText(`${String(Math.round(total.units))} units`, { exact: true })
      .waitFor()
    await card('Wanted in 14 days').getByText('Too few earlier forecasts to say between what.').waitFor()
    await card('Measured accuracy')
      .getByText(`${String(accuracy.percent?.toFixed(1))} %`, { exact: true })
      .waitFor()
    await card('Last week repeated')
      .getByText(`${String(accuracy.seasonalNaive?.toFixed(1))} %`, { exact: true })
      .waitFor()
    await shop.page.getByText(/^Single large orders are left out/).waitFor()
    await shop.page.getByRole('img', { name: /^Units that will be wanted, 14 days/ }).waitFor()
    await shop.page.getByText('Units by day as a table').click()
    await expect.poll(() => shop.page.getByRole('rowheader').count()).toBe(14)
    await shop.page.getByRole('link', { name: '7 days' }).click()
    await card('Wanted in 7 days').waitFor()
    await shop.page.getByLabel('Product (SKU)').fill('NEVER')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await shop.page.getByRole('heading', { name: 'Forecast of NEVER' }).waitFor()
    await shop.page.getByText('Too little demand to say').waitFor()
    await card('Measured accuracy').getByText('Not known').waitFor()
    await card('Chance alone').getByText('Not known').waitFor()
    await shop.page.getByRole('link', { name: 'The whole shop' }).click()
    await shop.page.getByRole('heading', { name: 'Forecast of the whole shop' }).waitFor()
    await card('Wanted in 7 days')
      .getByText(/^between \S+ and \S+ \(80 %\)$/)
      .waitFor()
    expect(shop.opened.errors).toEqual([])
    await shop.go('insights/forecast?sku=NOBODY')
    await shop.page.getByRole('alert').getByText('no product has the SKU NOBODY').waitFor()
  })

  test('what to offer beside a product, a basket or to a customer has its reason in numbers', async () => {
    const both = `Bought together: ${String(BOTH)} of the ${String(BOTH)} orders with STEADY hold both`
    await shop.go('insights/recommendations')
    await shop.page.getByText(/^Enter a product, a basket or a customer/).waitFor()
    await shop.page.getByLabel('Product (SKU)').fill('STEADY')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await row('PARTNER').getByText(both).waitFor()
    expect(await row('GONE').count()).toBe(0)
    await shop.page.getByLabel('Offer to').selectOption('who has a basket')
    await shop.page.getByLabel('SKUs with commas between').fill('NEVER, STEADY')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await row('PARTNER').getByText(both).waitFor()
    expect(new URL(shop.page.url()).hash).toBe('#/insights/recommendations?basket=NEVER%2CSTEADY')
    expect(await row('NEVER').count()).toBe(0)
    await shop.page.getByLabel('Offer to').selectOption('a customer')
    await shop.page.getByLabel('Customer', { exact: true }).fill('customer-00001')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await expect.poll(() => shop.page.getByRole('rowheader').count()).toBe(10)
    expect(shop.opened.errors).toEqual([])
    await shop.go('insights/recommendations?customer=nobody')
    await shop.page.getByRole('alert').getByText('no customer has the id nobody').waitFor()
  })

  test('sessions, how far they came by day with those in order, and what is viewed together', async () => {
    await shop.go('insights/behaviour')
    const card = (title: string) => region('Sessions').getByRole('listitem').filter({ hasText: title })
    await card('Sessions that are over').getByText('3', { exact: true }).waitFor()
    await card('Sessions that are over').getByText('3 still go on').waitFor()
    const funnel = region('How far sessions came, by day').getByRole('row').nth(1)
    await funnel.waitFor()
    const cells = await funnel.getByRole('cell').allInnerTexts()
    expect(cells).toEqual(['3', '3 (3)', '2 (1)', '2 (1)', '1 (1)', '1 (1)', '33.3 %'])
    const viewed = region('Viewed together').getByRole('row', { name: /^STEADY / })
    await viewed.getByText('(3 sessions)').waitFor()
    await region('Events by minute')
      .getByRole('img', { name: /^User events by minute, 60 minutes/ })
      .waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('the business stands by day, with how many who look also order and who comes back', async () => {
    const { items, conversion, returning } = await get<Business>(shop.service, '/analytics/business')
    expect([conversion.sessions, conversion.percent?.toFixed(1)]).toEqual([3, '33.3'])
    await shop.go('insights/business')
    const card = (title: string) => shop.page.getByRole('listitem').filter({ hasText: title })
    await card('Conversion').getByText('33.3 %').waitFor()
    await card('Customers who return')
      .getByText(new RegExp(`^${String(returning.customers)} customer`))
      .waitFor()
    const days = region('GMV and net revenue per day')
    await days.getByRole('img', { name: /^GMV and net revenue, / }).waitFor()
    const newest = days.getByRole('row').nth(1)
    await newest
      .getByText(`€${(Number(items[0]?.gmv.amount) / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`)
      .waitFor()
    await shop.page.getByLabel('From (UTC)').fill('2020-01-01')
    await shop.page.getByLabel('To (UTC)').fill('2020-01-31')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await shop.page.getByText('Nothing was sold yet.').waitFor()
    await shop.page.getByLabel('To (UTC)').fill('2021-01-31')
    await shop.page.getByRole('button', { name: 'Show' }).click()
    await shop.page.getByRole('alert').waitFor()
  })

  test.each([
    ['light', 360],
    ['dark', 1280],
  ] as const)('with something to show they are accessible in %s at %i px', async (colorScheme, width) => {
    for (const path of ['stock', 'forecast?sku=STEADY', 'recommendations?product=STEADY', 'behaviour', 'business']) {
      const opened = await openPage(shop.browser as Browser, shop.service.url, {
        colorScheme,
        viewport: { width, height: 800 },
        path: `insights/${path}`,
      })
      await opened.page
        .getByText(path === 'business' ? 'Customers who return' : 'STEADY')
        .first()
        .waitFor()
      expect([path, await opened.violations()]).toEqual([path, []])
      expect([path, await opened.page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([
        path,
        true,
      ])
      expect([path, opened.errors]).toEqual([path, []])
      await opened.close()
    }
  })

  test('they speak French', async () => {
    const opened = await openPage(shop.browser as Browser, shop.service.url, {
      locale: 'fr-FR',
      path: 'insights/stock',
    })
    await opened.page.getByRole('heading', { level: 1, name: 'Éclairages' }).waitFor()
    await opened.page
      .getByText(/^entre le .* et le .* \(80 %\)$/)
      .first()
      .waitFor()
    await opened.close()
  })
})
