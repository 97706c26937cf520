/** What browsers and their users do to a page: several tabs, paper, going back, a wrong clock, a sound that nobody sees. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openPage } from './dashboard-page.ts'
import { dashboardShop } from './dashboard-shop.ts'

const shop = await dashboardShop({ demoOrders: 30, env: { DELIVERY_SIMULATION: 'off' } })

let made = 0

async function post(path: string, content: object): Promise<void> {
  const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify(content)]
  const response = await fetch(new URL(path, shop.service.url), { method: 'POST', headers, body })
  expect([path, response.status < 300]).toEqual([path, true])
}

async function place(customerId = 'customer-00001'): Promise<string> {
  const orderId = `tab-${String(++made)}`
  await post('/orders', { orderId, customerId, lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  return orderId
}

const row = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByTitle(id, { exact: true }) })
const rowsOf = async (page: Page) =>
  (await page.getByRole('row').allInnerTexts()).filter((text) => text.startsWith('tab-'))

describe.skipIf(shop.browser === null)('a page', () => {
  test('is like all others that are open, and each goes its own way', async () => {
    const { page: one } = shop
    const sockets: string[] = []
    const other = await one.context().newPage()
    other.on('websocket', (socket) => void sockets.push(socket.url()))
    await shop.go('orders')
    await other.goto(one.url())
    for (const page of [one, other]) await page.getByRole('rowheader').first().waitFor()
    const ids = [await place(), await place(), await place()]
    await post(`/orders/${ids[1] ?? ''}/cancel`, {})
    for (const page of [one, other])
      await row(page, ids[1] ?? '')
        .getByText('Cancelled')
        .waitFor()
    expect(await rowsOf(other)).toEqual(await rowsOf(one))
    expect(await rowsOf(one)).toHaveLength(3)
    // Nothing is shared: the other one follows by a line of its own, and goes on when this one is closed.
    expect(sockets).toHaveLength(1)
    await one.close()
    const next = await place()
    await row(other, next).waitFor()
    await other.close()
  })

  test('is legible on paper, whatever its theme: the width is its own, and nothing is there to be pressed', async () => {
    const { page } = shop
    await page.setViewportSize({ width: 1_120, height: 790 })
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const path of ['dashboard', 'orders', 'payments', 'products', 'analytics', 'insights/business']) {
      await shop.go(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('main table, main .feed li, main .card').first().waitFor()
      await page.emulateMedia({ media: 'print' })
      const seen = await page.evaluate<object>(`({
        background: getComputedStyle(document.body).backgroundColor,
        fills: document.querySelector('main').getBoundingClientRect().width > innerWidth - 40,
        fits: document.documentElement.scrollWidth <= innerWidth,
        pressed: [...document.querySelectorAll('nav, button, form')].filter((one) => one.checkVisibility()).map((one) => one.outerHTML),
      })`)
      const paper = { background: 'rgb(255, 255, 255)', fills: true, fits: true, pressed: [] }
      expect({ path, ...seen }).toEqual({ path, ...paper })
      await page.emulateMedia({ media: null })
    }
    // A theme that was chosen is for screens too.
    await page.emulateMedia({ colorScheme: 'light' })
    await page.getByRole('button', { name: 'Dark theme' }).click()
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(shop.opened.errors).toEqual([])
  })

  test.each([-3, 3])(
    'whose clock is off by %i days is live, tells the times of the service, and sounds of no age',
    async (days) => {
      const { page, errors, close } = await openPage(shop.browser as never, shop.service.url, { path: 'dashboard' })
      await page.addInitScript(`const offset = ${String(days * 86_400_000)}
      const RealDate = Date
      globalThis.Date = class extends RealDate {
        constructor(...some) { if (some.length === 0) super(RealDate.now() + offset); else super(...some) }
        static now() { return RealDate.now() + offset }
      }`)
      await page.goto(`${shop.service.url}/dashboard/#/orders`)
      await page.reload()
      await page.getByText('Live', { exact: true }).waitFor()
      const id = await place()
      await row(page, id).waitFor()
      const today = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date())
      expect(await row(page, id).innerText()).toContain(today)
      const seen = page
        .locator('.event')
        .filter({ hasText: 'Order cancelled' })
        .locator('.hops div')
        .filter({ hasText: 'seen here' })
        .locator('dd')
      const isSeen = async () => (await seen.allInnerTexts()).some((text) => / ms$/.test(text))
      // What was there before the page looked was not seen here: then another order is.
      await eventually(
        async () => {
          const orderId = await place()
          await page.goto(`${shop.service.url}/dashboard/#/orders/${orderId}`)
          await page.getByRole('heading', { level: 1, name: orderId }).waitFor()
          await page.locator('.event').filter({ hasText: 'Order placed' }).first().waitFor()
          await post(`/orders/${orderId}/cancel`, {})
          return eventually(isSeen, { timeout: 5_000 }).catch(() => false)
        },
        { timeout: 90_000 },
      )
      expect(Number((await seen.innerText()).replace(/[^0-9.]/g, ''))).toBeLessThan(60_000)
      await page.goto(`${shop.service.url}/dashboard/#/dashboard`)
      await page.getByText('Live', { exact: true }).waitFor()
      await page
        .getByText(/^As of position [0-9,]+, .*[0-9.]+ s behind$/)
        .first()
        .waitFor()
      expect(errors).toEqual([])
      await close()
    },
  )

  test('that comes out of the cache of its browser is right at once, by what it has and a new line', async () => {
    // Browsers that are driven keep no page, so that it is left and shown again as one that is kept: stopped meanwhile.
    const { page } = shop
    const sockets: { readonly sent: string[]; isClosed: boolean }[] = []
    page.on('websocket', (socket) => {
      const line = { sent: [] as string[], isClosed: false }
      sockets.push(line)
      socket.on('framesent', ({ payload }) => void line.sent.push(String(payload)))
      socket.on('close', () => (line.isClosed = true))
    })
    await shop.go('orders')
    await page.reload()
    await page.getByRole('rowheader').first().waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    const transition = (event: string) =>
      page.evaluate(`dispatchEvent(new PageTransitionEvent('${event}', { persisted: true }))`)
    const session = await page.context().newCDPSession(page)
    await transition('pagehide')
    // No browser keeps a page that has a line.
    await eventually(() => sockets.length === 1 && sockets[0]?.isClosed === true)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    const ids = [await place(), await place()]
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await transition('pageshow')
    for (const id of ids) await row(page, id).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(sockets.flatMap(({ sent }) => sent.slice(0, 1)).at(-1)).toMatch(/"orders":\{[^}]*"after":\d+/)
    await row(page, await place()).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('has no drawing that is smaller than 120 x 60, however narrow the screen', async () => {
    const { page } = shop
    await page.setViewportSize({ width: 320, height: 700 })
    for (const path of ['dashboard', 'payments', 'analytics', 'insights/forecast', 'insights/business']) {
      await shop.go(path)
      await page.locator('canvas').first().waitFor()
      const sizes = await page.evaluate<readonly (readonly [number, number])[]>(
        `[...document.querySelectorAll('main canvas, main svg[role=img]')].map((one) => {
          const { width, height } = one.getBoundingClientRect()
          return [width, height]
        })`,
      )
      expect([path, sizes.length > 0]).toEqual([path, true])
      expect([path, sizes.filter(([width, height]) => width < 120 || height < 60)]).toEqual([path, []])
    }
  })

  test('shows of the activity one kind, if wanted', async () => {
    await post('/products', {
      sku: 'KIND',
      name: 'A kind',
      category: 'x',
      price: { amount: 1, currency: 'EUR' },
      stock: 5,
    })
    const id = await place()
    const feed = shop.page.getByRole('region', { name: 'Activity' })
    await feed.getByText(id, { exact: true }).waitFor()
    await feed.getByLabel('Kind').selectOption('Stock')
    await feed.getByText('KIND', { exact: true }).first().waitFor()
    expect(await feed.getByText(id, { exact: true }).count()).toBe(0)
    const next = await place()
    await feed.getByLabel('Kind').selectOption('Orders')
    await feed.getByText(next, { exact: true }).waitFor()
    expect(await feed.getByText('KIND', { exact: true }).count()).toBe(0)
  })

  test('sounds differently of success and failure, remembers that it was asked to, and is silent where nobody sees it', async () => {
    await post('/customers', { customerId: 'vip-tabs', name: 'Somebody', region: 'north', tier: 'vip' })
    const { page } = shop
    await page.addInitScript(`globalThis.tones = []
      const create = AudioContext.prototype.createOscillator
      AudioContext.prototype.createOscillator = function () {
        const tone = create.call(this)
        setTimeout(() => tones.push(tone.frequency.value))
        return tone
      }
      globalThis.heard = []
      globalThis.WebSocket = class extends WebSocket {
        constructor(...some) {
          super(...some)
          // Once the page has heard it too.
          this.addEventListener('message', ({ data }) => setTimeout(() => heard.push(data)))
        }
      }`)
    await shop.go('payments')
    await page.reload()
    await page.getByRole('button', { name: 'Sound' }).click()
    await eventually(async () => (await page.evaluate<number[]>('tones')).length === 2)
    await page.reload()
    await page.getByRole('button', { name: 'Sound', pressed: true }).waitFor()
    const pay = async () => {
      const id = await place('vip-tabs')
      await post('/payments', { orderId: id, method: 'on-account' })
      await row(page, id).getByText('Success').waitFor()
    }
    await pay()
    await eventually(async () => (await page.evaluate<number[]>('tones')).length === 2)
    expect(await page.evaluate<number[]>('tones')).toEqual([660, 880])
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`)
    const unseen = await place('vip-tabs')
    await post('/payments', { orderId: unseen, method: 'on-account' })
    await eventually(() =>
      page.evaluate<boolean>(`heard.some((text) => text.includes('"${unseen}"') && text.includes('"captured"'))`),
    )
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: false, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
    await row(page, unseen).getByText('Success').waitFor()
    expect(await page.evaluate<number[]>('tones')).toEqual([660, 880])
    await page.getByRole('button', { name: 'Sound', pressed: true }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Sound', pressed: false }).waitFor()
  })
})
