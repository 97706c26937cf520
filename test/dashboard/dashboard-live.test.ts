/**
 * The pages of the dashboard follow what happens, in a real browser: at once, without loss, and without disturbing readers.
 * Longer than 300 lines because all of it shares one shop and one browser.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Analytics, EventPage } from '../../dashboard/api-shapes.ts'
import { eventually } from '../support/eventually.ts'
import { openPage } from './dashboard-page.ts'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 60, env: { EFFECTS: 'on', PAYMENT_GATEWAY_URL: 'simulator' } })

let made = 0

async function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(new URL(path, shop.service.url), { method: 'POST', headers, body: JSON.stringify(body) })
}

async function place(quantity = 1, customerId = 'customer-00001'): Promise<string> {
  const orderId = `live-${String(++made)}`
  const lines = [{ sku: 'IPHONE-17', quantity }]
  expect((await post('/orders', { orderId, customerId, lines })).status).toBe(201)
  return orderId
}

/** Orders of this file that the page shows, newest first. */
async function placedHere(page: Page): Promise<readonly string[]> {
  const rows = await page.getByRole('rowheader').allInnerTexts()
  return rows.filter((id) => id.startsWith('live-'))
}

const setHidden = (page: Page, value: boolean) =>
  page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${String(value)}, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))`)

/** From here on: how often rows of orders came into the page. */
const countSteps = (page: Page) =>
  page.evaluate(`globalThis.steps = 0
    let known = document.querySelector('tbody th')?.innerText
    new MutationObserver(() => {
      const first = document.querySelector('tbody th')?.innerText
      if (first !== known && first?.startsWith('live-')) steps += 1
      known = first
    }).observe(document.body, { childList: true, subtree: true, characterData: true })`)

const steps = (page: Page) => page.evaluate<number>('steps')

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
    const { page } = shop
    await shop.go('orders')
    await page.getByRole('rowheader').first().waitFor()
    const session = await page.context().newCDPSession(page)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    const ids = [await place(), await place(), await place()]
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await row(page, ids[2] ?? '').waitFor()
    expect((await placedHere(page)).slice(0, 3)).toEqual(ids.toReversed())
  })

  test('paints at most once in a tenth of a second, however many frames come', async () => {
    const { page } = shop
    const frames: string[] = []
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => void frames.push(String(payload))))
    await shop.go('orders')
    await page.clock.install()
    await page.reload()
    await page.getByRole('rowheader').first().waitFor()
    await page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 1_000)
    await countSteps(page)
    const ids: string[] = []
    for (let again = 0; again < 3; again++) {
      const id = await place()
      ids.push(id)
      await eventually(() => frames.some((frame) => frame.includes('"type":"change"') && frame.includes(`"${id}"`)))
    }
    // Read by the page, and not painted while its clock stands.
    expect(await steps(page)).toBe(0)
    await page.clock.runFor(100)
    await row(page, ids[2] ?? '').waitFor()
    expect([await steps(page), (await placedHere(page)).slice(0, 3)]).toEqual([1, ids.toReversed()])
  })

  test('takes what came while nobody looked as one step', async () => {
    const { page } = shop
    await shop.go('orders')
    await page.getByRole('rowheader').first().waitFor()
    await setHidden(page, true)
    const ids = [await place(), await place()]
    await setHidden(page, false)
    for (const id of ids) await row(page, id).waitFor()
  })

  test('leaves its event stream to others while it is hidden, and goes on from what it has when it is seen', async () => {
    const context = await shop.page.context().browser()?.newContext({ locale: 'en-GB' })
    const page = await context?.newPage()
    if (page === undefined) throw new Error('no browser')
    await page.routeWebSocket(/\/live$/, (socket) => socket.close({ code: 1011 }))
    const streams: string[] = []
    const ended: string[] = []
    const isStream = (request: { url(): string }) => /\/live\?/.test(request.url())
    page.on('request', (request) => void (isStream(request) && streams.push(request.url())))
    page.on('requestfailed', (request) => void (isStream(request) && ended.push(request.url())))
    await page.goto(`${shop.service.url}/dashboard/#/orders`)
    await page.getByRole('rowheader').first().waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await setHidden(page, true)
    await eventually(() => ended.includes(streams.at(-1) ?? ''))
    const before = streams.length
    await countSteps(page)
    const ids = [await place(), await place(), await place()]
    expect([streams.length, await steps(page)]).toEqual([before, 0])
    await setHidden(page, false)
    await row(page, ids[2] ?? '').waitFor()
    expect((await placedHere(page)).slice(0, 3)).toEqual(ids.toReversed())
    expect(await steps(page)).toBe(1)
    expect(new URL(streams[before] ?? '').searchParams.get('after')).toMatch(/orders:/)
    await context?.close()
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
    const refused: string[] = []
    let unchanged = 0
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(response.url())
      if (response.status() === 304 && /\/orders\?/.test(response.url())) unchanged += 1
    })
    await page.goto(`${shop.service.url}/dashboard/#/orders`)
    await page.getByText('No connection: asking once a second', { exact: true }).first().waitFor()
    const id = await place()
    await row(page, id).waitFor()
    // What has not changed is not sent again.
    await eventually(() => unchanged > 1)
    await page.goto(`${shop.service.url}/dashboard/#/projections`)
    const reactor = page.getByRole('row', { name: /expire-orders/ })
    await reactor.waitFor()
    await post('/reactors/expire-orders/pause', {})
    await reactor
      .getByText(/Paused$/)
      .first()
      .waitFor()
    await post('/reactors/expire-orders/resume', {})
    await page.goto(`${shop.service.url}/dashboard/#/events`)
    await page.getByRole('rowheader').first().waitFor()
    expect(refused).toEqual([])
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
    ['the focus is in it', async () => shop.page.getByRole('row').nth(6).getByRole('link').first().focus()],
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

  test('gives money back from its form and from the page of an order, and says why it does not', async () => {
    await post('/customers', { customerId: 'vip-1', name: 'Somebody', region: 'north', tier: 'vip' })
    const id = await place(1, 'vip-1')
    expect((await post('/payments', { orderId: id, method: 'on-account' })).status).toBe(201)
    const { page } = shop
    await shop.go('payments')
    const form = page.getByRole('form', { name: 'Refund a payment' })
    const give = async (amount: string) => {
      await form.getByLabel('Order id').fill(id)
      await form.getByLabel('Amount in EUR').fill(amount)
      await form.getByLabel('Reason').fill('late')
      await form.getByRole('button', { name: 'Refund' }).click()
    }
    await give('1.234')
    await page.getByText('Write the amount with at most 2 digits behind the point.').waitFor()
    await give('1000000')
    await page
      .getByRole('alert')
      .getByText(/only [0-9]+ minor units of EUR are left/)
      .waitFor()
    await give('5')
    await page.getByText(`Refund of ${id} requested.`).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByRole('region', { name: 'Refunds' }).getByRole('listitem').filter({ hasText: id }).first().waitFor()
    await shop.go(`orders/${id}`)
    const question = page.getByRole('dialog', { name: `Refund order ${id}` })
    await page.getByRole('button', { name: 'Refund', exact: true }).click()
    await question.getByText('€5.00 of it refunded or under way').waitFor()
    await question.getByLabel('Amount in EUR').fill('none')
    await question.getByLabel('Reason').fill('very late')
    await question.getByRole('button', { name: 'Refund', exact: true }).click()
    await question.getByText('Write the amount with at most 2 digits behind the point.').waitFor()
    await question.getByLabel('Amount in EUR').fill('')
    await question.getByRole('button', { name: 'Refund', exact: true }).click()
    await question.waitFor({ state: 'detached' })
    await page.getByRole('table', { name: 'Refunds' }).getByText('No. 2').waitFor()
    await page.getByRole('button', { name: 'Refund', exact: true }).waitFor({ state: 'detached' })
    // What was refused on purpose.
    expect(shop.opened.errors.filter((error) => !error.includes('422'))).toEqual([])
  })

  test('finds the effect of an event, and its cause, far away in the log', async () => {
    const { page } = shop
    const id = await place()
    await post('/reactors/payments/pause', {})
    expect((await post('/payments', { orderId: id, method: 'card' })).status).toBe(202)
    for (let burst = 0; burst < 3; burst++) await post('/simulation/orders', { count: 50 })
    await post('/reactors/payments/resume', {})
    const positions = await eventually(async () => {
      const answer = await fetch(`${shop.service.url}/events?stream=payment-${id}`)
      const { items } = (await answer.json()) as EventPage
      return items.length > 1 ? items.map(({ position }) => position) : null
    })
    const [asked = 0, outcome = 0] = positions
    expect(outcome - asked).toBeGreaterThan(200)
    await shop.go(`events/${String(asked)}`)
    const effects = page.getByRole('table', { name: 'Effects' })
    await effects.getByRole('row', { name: /Payment (captured|declined)/ }).waitFor()
    await page.getByText(/^Looked for up to position [0-9,]+\./).waitFor()
    await effects.getByRole('rowheader').getByRole('link').first().click()
    await page
      .getByRole('table', { name: 'Cause' })
      .getByRole('row', { name: /Payment requested/ })
      .waitFor()
    await page.getByRole('definition').getByRole('link', { name: id, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: id }).waitFor()
    await page.getByRole('link', { name: `position ${asked.toLocaleString('en-GB')}` }).waitFor()
    await page.getByRole('definition').getByRole('link', { name: 'customer-00001' }).click()
    await page.getByRole('heading', { level: 1, name: 'customer-00001' }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('shows the revenue of the last hour as what was captured less what was refunded', async () => {
    // All that this shop has taken, it took within the hour.
    const revenue = async () => {
      const { revenue: sum } = (await (await fetch(`${shop.service.url}/analytics`)).json()) as Analytics
      return `€${(Number(sum.amount) / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })} in 60 min`
    }
    await shop.go('dashboard')
    const card = shop.page
      .getByRole('listitem')
      .filter({ has: shop.page.getByRole('heading', { name: 'Revenue', exact: true }) })
    await eventually(async () => (await card.innerText()).includes(await revenue()))
    await card.getByText('nothing in the hour before').waitFor()
  })

  test('pays an order, shows its badge, and sounds once asked to', async () => {
    await shop.page.addInitScript(`globalThis.tones = 0
      const create = AudioContext.prototype.createOscillator
      AudioContext.prototype.createOscillator = function () { tones += 1; return create.call(this) }`)
    await shop.go('payments')
    await shop.page.reload()
    const ids = [await place(), await place()]
    const paying = shop.page.getByRole('region', { name: 'Pay an order' })
    const pay = async (id: string) => {
      await paying.getByLabel('Order id').fill(id)
      await paying.getByRole('button', { name: 'Pay', exact: true }).click()
      await shop.page.getByText(`Payment of ${id} requested.`).waitFor()
      await row(shop.page, id).waitFor()
    }
    await pay(ids[0] ?? '')
    await paying.getByLabel('Amount in EUR').fill('1.234')
    await paying.getByRole('button', { name: 'Pay', exact: true }).click()
    await paying.getByText('Write the amount with at most 2 digits behind the point.').waitFor()
    await paying.getByLabel('Amount in EUR').fill('')
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
