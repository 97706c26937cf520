/** The pages Orders and Deliveries: many orders at once, and deliveries by how far they have come. */
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 30, env: { DELIVERY_SIMULATION: 'off' } })

async function post(path: string, content: object): Promise<void> {
  const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify(content)]
  const response = await fetch(new URL(path, shop.service.url), { method: 'POST', headers, body })
  expect([path, response.status < 300]).toEqual([path, true])
}

const row = (id: string) => shop.page.getByRole('row').filter({ has: shop.page.getByTitle(id, { exact: true }) })

/** How many orders there are, as the service says. */
async function ordersMade(): Promise<number> {
  const answer = await fetch(new URL('/analytics/statuses', shop.service.url))
  const { items } = (await answer.json()) as { readonly items: readonly { readonly orders: number }[] }
  return items.reduce((sum, { orders }) => sum + orders, 0)
}

describe.skipIf(shop.browser === null)('the page', () => {
  test('Orders makes a burst of as many as it is asked for, and says how far it is', async () => {
    const { page } = shop
    await shop.go('orders')
    const sizes: number[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/simulation/orders')) sizes.push((request.postDataJSON() as { count: number }).count)
    })
    const before = await ordersMade()
    await page.getByLabel('Orders in a burst').fill('230')
    await page.getByRole('button', { name: 'Burst' }).click()
    await page.getByText(/^\d+ of 230 …$/).waitFor()
    await page.getByText('; 230 orders made here').waitFor()
    expect(sizes).toEqual([100, 100, 30])
    await eventually(async () => (await ordersMade()) === before + 230)
    const last = await page.getByRole('status').getByRole('link').getAttribute('title')
    await page.getByRole('table').getByTitle(String(last)).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('Deliveries shows all or those of one state, as they come to it and leave it, with progress and times', async () => {
    const { page } = shop
    await post('/customers', { customerId: 'vip-list', name: 'Somebody', region: 'north', tier: 'vip' })
    const states = {
      pending: [],
      transit: ['dispatch'],
      delivered: ['dispatch', 'deliver'],
      failed: ['dispatch', 'fail'],
    }
    for (const [name, steps] of Object.entries(states)) {
      await post('/orders', { orderId: name, customerId: 'vip-list', lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
      await post('/payments', { orderId: name, method: 'on-account' })
      for (const step of steps)
        await post(`/deliveries/${name}/${step}`, step === 'fail' ? { reason: 'nobody in' } : {})
    }
    await shop.go('deliveries')
    const shown = async () => {
      const ids = await page.getByRole('rowheader').allInnerTexts()
      return ids.map((id) => id.trim()).filter((id) => id in states)
    }
    await row('failed').locator('.chip', { hasText: 'Failed' }).waitFor()
    expect(await shown()).toEqual(Object.keys(states).toReversed())
    for (const [name, word, percent, steps] of [
      ['pending', 'Pending', '10 %', ['paid']],
      ['transit', 'In transit', '50 %', ['paid', 'dispatched']],
      ['delivered', 'Delivered', '100 %', ['paid', 'dispatched', 'delivered']],
      ['failed', 'Failed', '50 %', ['paid', 'dispatched', 'failed']],
    ] as const) {
      await shop.go('deliveries')
      await page.getByRole('navigation', { name: 'Deliveries by status' }).getByRole('link', { name: word }).click()
      await eventually(async () => (await shown()).join() === name)
      await row(name).getByText(percent, { exact: true }).waitFor()
      const told = await row(name).locator('.steps li').allInnerTexts()
      expect(told.map((text) => text.split(' ')[0])).toEqual(steps)
      for (const text of told) expect(text).toMatch(/\d\d:\d\d:\d\d$/)
      // Its address is that of the list: it can be reloaded.
      await page.reload()
      await eventually(async () => (await shown()).join() === name)
    }
    await row('failed').getByText('nobody in').waitFor()
    await shop.go('deliveries?status=dispatched')
    await row('transit').waitFor()
    await post('/deliveries/pending/dispatch', {})
    await row('pending').waitFor()
    await post('/deliveries/transit/deliver', {})
    await row('transit').waitFor({ state: 'detached' })
    // Nothing of where they go is held, so nothing is shown.
    expect((await page.locator('main').innerText()).toLowerCase()).not.toMatch(/street|address|postcode/)
    expect(shop.opened.errors).toEqual([])
  })
})
