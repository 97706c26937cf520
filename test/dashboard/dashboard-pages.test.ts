/** Every page of the dashboard in a real browser: light and dark, narrow and wide. */
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openPage } from './dashboard-page.ts'
import { refuseReplay } from '../projections/refused-replay.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

const HOSTILE = `<img src=x onerror="alert(1)"></td><script>alert(2)</script>&quot;`

const browser: Browser | null = await openBrowser()
let service: ServiceHere
let refused = ''

beforeAll(async () => {
  if (browser === null) return
  service = await serviceHere({ env: { DEMO_ORDERS: '80' } })
  await post('/products', {
    sku: 'HOSTILE',
    name: HOSTILE,
    category: '"><b>bold',
    price: { amount: 100, currency: 'EUR' },
    stock: 50,
  })
  await post('/orders', {
    orderId: 'hostile',
    customerId: 'customer-00001',
    lines: [
      { sku: 'HOSTILE', quantity: 1 },
      { sku: 'IPHONE-17', quantity: 2 },
    ],
  })
  await post('/orders/hostile/cancel', { reason: HOSTILE })
  refused = await refuseReplay(service.url, service.databaseUrl, HOSTILE)
})

afterAll(async () => {
  if (browser === null) return
  await browser.close()
  await service.stop()
})

async function post(path: string, body: object): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(new URL(path, service.url), init)
  expect([200, 201]).toContain(response.status)
}

const PAGES = [
  { path: 'dashboard', shows: HOSTILE, canvases: 7 },
  { path: 'orders', shows: HOSTILE, canvases: 0 },
  { path: 'payments', shows: 'Pay an order', canvases: 1 },
  { path: 'deliveries', shows: 'In transit', canvases: 0 },
  { path: 'orders/hostile', shows: HOSTILE, canvases: 0 },
  { path: 'products', shows: HOSTILE, canvases: 0 },
  { path: 'analytics', shows: 'How far orders came', canvases: 1 },
  { path: 'products/HOSTILE', shows: HOSTILE, canvases: 0 },
  { path: 'customers', shows: 'c…@…', canvases: 0 },
  { path: 'customers/customer-00001', shows: 'customer-00001@example.com', canvases: 0 },
  { path: 'insights', shows: 'No attempt to pay has looked like fraud', canvases: 0 },
  { path: 'insights/stock', shows: 'not within 28 days', canvases: 0 },
  { path: 'insights/forecast', shows: 'Measured accuracy', canvases: 1 },
  { path: 'insights/recommendations?basket=HOSTILE', shows: 'IPHONE-17', canvases: 0 },
  { path: 'insights/business', shows: 'Customers who return', canvases: 1 },
  { path: 'insights/behaviour', shows: 'No user events yet', canvases: 0 },
  { path: 'mail', shows: 'No mail yet', canvases: 0 },
  { path: 'events', shows: 'order-hostile', canvases: 0 },
  { path: 'events/1', shows: 'Neighbours in the log', canvases: 0 },
  { path: 'projections', shows: 'Refused', canvases: 0 },
  { path: 'projections/refused', shows: HOSTILE, canvases: 0 },
  { path: 'failures', shows: 'No record from Kafka has failed', canvases: 0 },
  { path: 'schemas', shows: 'orderledger.OrderPlaced', canvases: 0 },
  { path: 'kafka', shows: 'This service runs without Kafka', canvases: 0 },
  { path: 'schemas/CustomerRegistered', shows: 'was added; older events are read with', canvases: 0 },
  { path: 'schemas/OrderPlaced', shows: 'JSON to bytes', canvases: 0 },
] as const

describe.skipIf(browser === null)('the dashboard', () => {
  // No colour depends on the width, and no width on the colours.
  test.each([
    ['light', 360],
    ['dark', 1280],
  ] as const)('shows every page in %s at %i px, accessibly and without an error', async (colorScheme, width) => {
    for (const { path, shows, canvases } of PAGES) {
      const opened = await openPage(browser as Browser, service.url, {
        colorScheme,
        viewport: { width, height: 800 },
        path: path.replace('refused', refused),
      })
      const { page, errors } = opened
      await page.getByText(shows).first().waitFor()
      expect([path, await opened.violations()]).toEqual([path, []])
      if (canvases > 0)
        await page
          .locator('canvas')
          .nth(canvases - 1)
          .waitFor()
      const colours = await opened.coloursOfCanvases()
      expect([path, colours.length]).toEqual([path, canvases])
      for (const count of colours) expect(count).toBeGreaterThan(2)
      expect(await page.locator('img, script[src=x]').count()).toBe(1)
      expect([path, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([path, true])
      expect([path, errors]).toEqual([path, []])
      await opened.close()
    }
  })

  test('runs under Trusted Types: no text becomes markup, and no policy may let it', async () => {
    const { page, errors, close } = await openPage(browser as Browser, service.url)
    const refused = await page.evaluate<string[]>(`[
      () => (document.createElement('p').innerHTML = '<b>x</b>'),
      () => (document.createElement('script').src = '/dashboard/dashboard.js'),
      () => trustedTypes.createPolicy('any', {}),
    ].map((act) => { try { act(); return 'done' } catch ({ name }) { return name } })`)
    expect(refused).toEqual(['TypeError', 'TypeError', 'TypeError'])
    // Each refusal is a line of the console; none came from the dashboard itself.
    expect(errors.filter((line) => !/TrustedHTML|TrustedScriptURL|trusted-types|Trusted Type/i.test(line))).toEqual([])
    await close()
  })

  test('says of its numbers which position they show and how far that is behind', async () => {
    const { page, close } = await openPage(browser as Browser, service.url)
    await page
      .getByText(/^As of position [0-9,]+, .*(up to date|[0-9.]+ s behind)$/)
      .first()
      .waitFor()
    await close()
  })

  test('has the numbers of its charts in tables', async () => {
    const { page, close } = await openPage(browser as Browser, service.url)
    await page.getByText('The last 60 minutes as a table').click()
    await expect(rowsOf(page.getByRole('table', { name: 'The last 60 minutes' }))).resolves.toBe(60)
    await page.getByText('Orders per hour as a table').click()
    await expect(rowsOf(page.getByRole('table', { name: 'Orders per hour' }))).resolves.toBeGreaterThanOrEqual(12)
    expect(await page.getByRole('img', { name: /^Orders, minute by minute/ }).count()).toBe(1)
    await close()
  })

  test.each([
    [
      'whose language no script can read, and which refuses storage',
      `Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix', configurable: true })
       Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })`,
      /^As of position [0-9,]+, /,
    ],
    [
      'that has lost its time zone',
      `{ const real = Intl.DateTimeFormat
         Intl.DateTimeFormat = function (locale, options) {
           if (options?.timeZone === undefined) throw new RangeError('Unsupported time zone specified undefined')
           return new real(locale, options)
         } }`,
      /^As of position [0-9,]+, /,
    ],
    [
      'without data of any language',
      `for (const part of ['NumberFormat', 'DateTimeFormat', 'PluralRules'])
         Intl[part] = function () { throw new RangeError('Internal error. Icu error.') }`,
      /^As of position [0-9]+, /,
    ],
    [
      'without Intl',
      `Object.defineProperty(window, 'Intl', { value: undefined, writable: true })`,
      /^As of position [0-9]+, /,
    ],
  ])('shows its numbers in a browser %s', async (_, script, shown) => {
    const context = await (browser as Browser).newContext({ viewport: { width: 1280, height: 800 } })
    await context.addInitScript(script)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`${service.url}/dashboard/#/dashboard`)
    await page.getByText(shown).first().waitFor()
    await page.getByRole('img', { name: /^Orders, minute by minute/ }).waitFor()
    expect(errors).toEqual([])
    expect(await page.getByRole('alert').count()).toBe(0)
    await context.close()
  })

  test.each([
    ['at load', `matchMedia = function () { throw new Error('this browser lacks a part') }`, ''],
    ['later', `setTimeout(() => { throw new Error('this browser lacks a part') }, 1)`, ''],
    ['in a promise', `void (() => { Promise.reject(new Error('this browser lacks a part')) })()`, ''],
    [
      'of an answer, with its request',
      `void (() => { const trouble = { requestId: 'req-1' }
         Promise.reject(Object.assign(new Error('this browser lacks a part'), { trouble })) })()`,
      ' (request req-1)',
    ],
  ])('an error that nothing catches, %s, is said on the page', async (when, script, request) => {
    const context = await (browser as Browser).newContext()
    if (when === 'at load') await context.addInitScript(script)
    const page = await context.newPage()
    await page.goto(`${service.url}/dashboard/#/dashboard`)
    if (when !== 'at load') await page.evaluate(script).catch(() => undefined)
    await page.getByRole('alert').getByText(`this browser lacks a part${request}`, { exact: false }).waitFor()
    await context.close()
  })

  test('remembers the theme that somebody chose', async () => {
    const { page, close } = await openPage(browser as Browser, service.url, { colorScheme: 'light' })
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await background()
    await page.getByRole('button', { name: 'Dark theme' }).click()
    expect(await background()).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: 'Dark theme', pressed: true }).waitFor()
    expect(await background()).not.toBe(light)
    await close()
  })
})

async function rowsOf(table: Locator): Promise<number> {
  await table.waitFor()
  return (await table.getByRole('row').count()) - 1
}
