/** The pages of the dashboard follow what happens, in a real browser: at once, without loss, and without disturbing readers. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openPage } from './dashboard-page.ts'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 60, env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: 'simulator' } })

let made = 0

async function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(new URL(path, shop.service.url), { method: 'POST', headers, body: JSON.stringify(body) })
}

async function place(quantity = 1): Promise<string> {
  const orderId = `live-${String(++made)}`
  const lines = [{ sku: 'IPHONE-17', quantity }]
  expect((await post('/orders', { orderId, customerId: 'customer-00001', lines })).status).toBe(201)
  return orderId
}

/** Orders of this file that the page shows, newest first. */
async function placedHere(page: Page): Promise<readonly string[]> {
  const rows = await page.getByRole('rowheader').allInnerTexts()
  return rows.filter((id) => id.startsWith('live-'))
}

const row = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByTitle(id, { exact: true }) })

describe.skipIf(shop.browser === null)('the dashboard', () => {
  test('shows an order that is placed elsewhere, and what becomes of it, without asking for the list', async () => {
    await shop.go('orders')
    await shop.page.getByRole('rowheader').first().waitFor()
    let asked = 0
    shop.page.on('request', (request) => (asked += /\/orders\?/.test(request.url()) ? 1 : 0))
    const id = await place()
    await row(shop.page, id).getByText('Placed').waitFor()
    expect((await post(`/orders/${id}/cancel`, {})).status).toBe(200)
    await row(shop.page, id).getByText('Cancelled').waitFor()
    expect(await row(shop.page, id).count()).toBe(1)
    expect(asked).toBe(0)
    expect(shop.opened.errors).toEqual([])
  })

  test('shows those of one status as they come to have it and cease to', async () => {
    await shop.go('orders?status=placed')
    const id = await place()
    await row(shop.page, id).waitFor()
    await post(`/orders/${id}/cancel`, {})
    await row(shop.page, id).waitFor({ state: 'detached' })
  })

  test('is right after it was frozen', async () => {
    await shop.go('orders')
    await shop.page.getByRole('rowheader').first().waitFor()
    const session = await shop.page.context().newCDPSession(shop.page)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    const ids = [await place(), await place(), await place()]
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await row(shop.page, ids[2] ?? '').waitFor()
    expect((await placedHere(shop.page)).slice(0, 3)).toEqual(ids.toReversed())
  })

  test('takes what came while nobody looked as one step', async () => {
    await shop.go('orders')
    await shop.page.getByRole('rowheader').first().waitFor()
    await shop.page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`)
    const ids = [await place(), await place()]
    await shop.page.evaluate(`Object.defineProperty(document, 'hidden', { value: false, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
    for (const id of ids) await row(shop.page, id).waitFor()
  })

  test('shows how old its rows are while the read model behind them is', async () => {
    await shop.go('orders')
    await shop.page.getByText('Live', { exact: true }).waitFor()
    await post('/projections/orders/pause', {})
    const id = await place()
    await shop.page.getByText(/^Live, data \d+ s old$/).waitFor()
    await post('/projections/orders/resume', {})
    await row(shop.page, id).waitFor()
    await shop.page.getByText('Live', { exact: true }).waitFor()
  })

  test('says in a sentence what of the service is not in order', async () => {
    await shop.page.getByText('Reactors fine').waitFor()
    await post('/reactors/expire-orders/pause', {})
    await shop.page.getByText('expire-orders: paused.').waitFor()
    await post('/reactors/expire-orders/resume', {})
    await shop.page.getByText('Reactors fine').waitFor()
  })

  test('asks once a second where no connection can be kept, and says so', async () => {
    const context = await shop.page.context().browser()?.newContext({ locale: 'en-GB' })
    const page = await context?.newPage()
    if (page === undefined) throw new Error('no browser')
    await page.routeWebSocket(/\/live$/, (socket) => socket.close({ code: 1011 }))
    await page.route(/\/live\?/, (route) => route.abort())
    await page.goto(`${shop.service.url}/dashboard/#/orders`)
    await page.getByText('No connection: asking once a second', { exact: true }).first().waitFor()
    const id = await place()
    await row(page, id).waitFor()
    await context?.close()
  })

  test('says that it is older than the service, and offers to load it again', async () => {
    const { page, close } = await openPage(shop.page.context().browser() as never, shop.service.url, { path: 'orders' })
    expect(await page.getByRole('button', { name: 'Reload' }).count()).toBe(0)
    const release = /"(\d+\.\d+\.\d+)"/
    await page.route('**/dashboard.js', async (route) => {
      const response = await route.fetch()
      // Under a tag of its own, or the browser would keep it.
      const headers = { ...response.headers(), etag: '"older"' }
      await route.fulfill({ response, headers, body: (await response.text()).replace(release, '"0.0.1"') })
    })
    await page.reload()
    await page.getByText('This page is of release 0.0.1, the service of release').waitFor()
    await page.unroute('**/dashboard.js')
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('rowheader').first().waitFor()
    expect(await page.getByRole('button', { name: 'Reload' }).count()).toBe(0)
    await close()
  })

  test('lets nobody hear more of its lists than one quiet line', async () => {
    await shop.go('orders')
    await shop.page.clock.install()
    await shop.page.reload()
    await shop.page.getByRole('rowheader').first().waitFor()
    expect(
      await shop.page.locator('[aria-live] table, [role=log], [role=status] table, [role=status] ol').count(),
    ).toBe(0)
    const line = shop.page.locator('.pulse [role=status]')
    const id = await place()
    await shop.page.clock.runFor(200)
    await row(shop.page, id).waitFor()
    expect(await line.innerText()).toBe('')
    await shop.page.clock.runFor(10_000)
    await eventually(async () => /changes? in .*orders/.test(await line.innerText()))
  })

  test.each([
    ['the pointer is over a list', async () => shop.page.getByRole('row').nth(6).hover()],
    ['the focus is in it', async () => shop.page.getByRole('row').nth(6).getByRole('link').focus()],
    ['its head is out of view', async () => shop.page.mouse.wheel(0, 600)],
  ])('while %s, new rows wait, and rows that are shown change in place', async (_, read) => {
    const shown = await place(2)
    await shop.go('orders')
    await row(shop.page, shown).waitFor()
    await read()
    const waiting = shop.page.getByRole('button', { name: /^\d+ new$/ })
    await eventually(async () => {
      // What is scrolled or pointed at is known a moment later.
      await place()
      return (await waiting.count()) === 1
    })
    const standing = await shop.page.getByRole('rowheader').allInnerTexts()
    const already = Number.parseInt(await waiting.innerText())
    const newest = await place()
    await eventually(async () => Number.parseInt(await waiting.innerText()) > already)
    await post(`/orders/${shown}/cancel`, {})
    await row(shop.page, shown).getByText('Cancelled').waitFor()
    expect(await shop.page.getByRole('rowheader').allInnerTexts()).toEqual(standing)
    await eventually(async () => {
      if ((await waiting.count()) === 1) await waiting.click()
      return (await row(shop.page, newest).count()) === 1
    })
    expect((await shop.page.getByRole('rowheader').first().innerText()).trim()).toBe(newest)
  })

  test('speaks French to a browser that asks for it, whose tag no script can read', async () => {
    const context = await shop.page.context().browser()?.newContext()
    await context?.addInitScript(`for (const [name, value] of [['language', 'fr_FR@posix'], ['languages', ['fr_FR@posix', 'en']]])
      Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true })`)
    const page = await context?.newPage()
    const errors: string[] = []
    page?.on('pageerror', (error) => errors.push(String(error)))
    await page?.goto(`${shop.service.url}/dashboard/#/orders`)
    await page?.getByRole('heading', { level: 1, name: 'Commandes' }).waitFor()
    await page?.getByRole('rowheader').first().waitFor()
    expect(await page?.evaluate('document.documentElement.lang')).toBe('fr')
    expect(await page?.title()).toBe('Commandes · OrderLedger')
    expect(errors).toEqual([])
    await context?.close()
  })

  test('pays an order, shows its badge, and sounds once asked to', async () => {
    await shop.page.addInitScript(`globalThis.tones = 0
      const create = AudioContext.prototype.createOscillator
      AudioContext.prototype.createOscillator = function () { tones += 1; return create.call(this) }`)
    await shop.go('payments')
    await shop.page.reload()
    const ids = [await place(), await place()]
    const pay = async (id: string) => {
      await shop.page.getByLabel('Order id').fill(id)
      await shop.page.getByRole('button', { name: 'Pay', exact: true }).click()
      await shop.page.getByText(`Payment of ${id} requested.`).waitFor()
      await row(shop.page, id).waitFor()
    }
    await pay(ids[0] ?? '')
    await shop.page.getByLabel('Amount in EUR').fill('1.234')
    await shop.page.getByRole('button', { name: 'Pay', exact: true }).click()
    await shop.page.getByText('Write the amount with at most 2 digits behind the point.').waitFor()
    await shop.page.getByLabel('Amount in EUR').fill('')
    expect(await shop.page.evaluate('tones')).toBe(0)
    await shop.page.getByRole('button', { name: 'Sound' }).click()
    await shop.page.getByRole('button', { name: 'Sound', pressed: true }).waitFor()
    const asked = await shop.page.evaluate<number>('tones')
    expect(asked).toBeGreaterThan(0)
    await pay(ids[1] ?? '')
    await row(shop.page, ids[1] ?? '')
      .getByText(/Success|Failure/)
      .waitFor()
    await eventually(async () => (await shop.page.evaluate<number>('tones')) > asked)
    expect(shop.opened.errors).toEqual([])
  })
})
