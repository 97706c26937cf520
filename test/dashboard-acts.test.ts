/** What people do on the dashboard, in a real browser on a real shop. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { decode } from '../schemas/codec.ts'
import { openBrowser } from './browser.ts'
import { openPage, type DashboardPage } from './dashboard-page.ts'
import { testDatabase, type TestDatabase } from './database.ts'
import { refuseReplay } from './refused-replay.ts'
import { makeDataDir, startService, type Service } from './service.ts'

const HOSTILE = `<img src=x onerror="alert(1)"></td><script>alert(2)</script>&quot;`

const browser: Browser | null = await openBrowser()
let database: TestDatabase
let data: ReturnType<typeof makeDataDir>
let service: Service
let opened: DashboardPage
let page: Page

beforeAll(async () => {
  if (browser === null) return
  database = await testDatabase()
  data = makeDataDir()
  // So many that a rate can hold a replay back.
  service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url, DEMO_ORDERS: '4000' } })
})

afterAll(async () => {
  if (browser === null) return
  await browser.close()
  await service.stop()
  data.remove()
  await database.drop()
})

beforeEach(async () => {
  if (browser === null) return
  opened = await openPage(browser, service.url)
  page = opened.page
})

afterEach(async () => {
  if (browser === null) return
  await opened.close()
})

async function go(path: string): Promise<void> {
  await page.goto(`${service.url}/dashboard/#/${path}`)
}

let made = 0

async function place(): Promise<string> {
  const orderId = `order-${String(++made)}`
  const body = JSON.stringify({ orderId, customerId: 'customer-00001', lines: [{ sku: 'IPHONE-17', quantity: 1 }] })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(new URL('/orders', service.url), { method: 'POST', headers, body })
  expect(response.status).toBe(201)
  return orderId
}

/** Tabs until something with this name has the focus, as somebody without a mouse does. */
async function tabTo(name: string): Promise<void> {
  for (let tabs = 0; tabs < 200; tabs++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
    )
    if (focused.trim() === name) return
  }
  throw new Error(`nothing named ${name} can be reached by Tab`)
}

describe.skipIf(browser === null)('on the dashboard', () => {
  test('one button makes a random order and says what became of it', async () => {
    await go('orders')
    await page.getByRole('button', { name: 'Random order' }).click()
    const link = page.getByRole('status').getByRole('link')
    const id = await link.getAttribute('title')
    await page.getByRole('table').getByTitle(String(id)).waitFor()
    await link.click()
    await page.getByRole('heading', { level: 1, name: String(id) }).waitFor()
    expect(opened.errors).toEqual([])
  })

  test('another makes one every two seconds until it is stopped', async () => {
    await page.clock.install()
    await go('orders')
    let asked = 0
    page.on('request', (request) => (asked += request.url().endsWith('/simulation/orders') ? 1 : 0))
    await page.getByRole('button', { name: 'Auto: one per 2 s' }).click()
    for (let round = 1; round <= 3; round++) {
      await page.getByText(round === 1 ? /was (placed|rejected)/ : `; ${String(round)} orders made here`).waitFor()
      await page.clock.runFor(2_000)
    }
    await page.getByText('; 4 orders made here').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Auto: one per 2 s' }).waitFor()
    const before = asked
    await page.clock.runFor(20_000)
    expect(asked).toBe(before)
  })

  test('what is shown is asked for each second, every five while it is hidden, and answered 304 if it is the same', async () => {
    await go('products')
    await page.clock.install()
    await page.reload()
    const answers: number[] = []
    page.on('response', (response) => {
      if (response.url().includes('/products')) answers.push(response.status())
    })
    const asked = async (seconds: number) => {
      const before = answers.length
      for (let second = 0; second < seconds; second++) {
        await page.clock.runFor(1_000)
        // The page's own clock stands while the answer travels.
        await page.evaluate('fetch("../livez").then((response) => response.text())')
      }
      return answers.length - before
    }
    await page.getByText('VINYL-BOX').waitFor()
    expect(await asked(10)).toBeGreaterThanOrEqual(8)
    expect(new Set(answers.slice(2))).toEqual(new Set([304]))
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true })`)
    expect(await asked(20)).toBeLessThanOrEqual(6)
  })

  test('an order is cancelled once somebody says so, in a question that names it', async () => {
    const id = await place()
    await go(`orders/${id}`)
    const ask = page.getByRole('button', { name: 'Cancel this order' })
    const question = page.getByRole('dialog', { name: `Cancel the order ${id}?` })
    await ask.click()
    await question.waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    await page.getByRole('definition').getByText('Placed').waitFor()
    await ask.click()
    await question.getByRole('textbox').fill('<b>too late</b>')
    await question.getByRole('button', { name: 'Cancel the order' }).click()
    await question.waitFor({ state: 'detached' })
    await page.getByText('Order cancelled', { exact: true }).waitFor()
    await page.getByText('Reason: <b>too late</b>', { exact: false }).waitFor()
    await ask.waitFor({ state: 'detached' })
  })

  test('stock is received with the keyboard alone, and the focus comes back', async () => {
    await tabTo('Products')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Products' }).waitFor()
    await page.getByText('Live at the Harbour').waitFor()
    const name = 'Receive Live at the Harbour, Numbered Box, VINYL-BOX'
    await tabTo(name)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Receive Live at the Harbour, Numbered Box' }).waitFor()
    await page.keyboard.type('1000')
    // The list has the units before the dialog has its answer: it holds still for who is in the dialog too.
    await page.route('**/receipts', async (route) => {
      const response = await route.fetch()
      await page.getByRole('row', { name: /VINYL-BOX.*1,002/ }).waitFor()
      await route.fulfill({ response })
    })
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page
      .getByRole('row', { name: /VINYL-BOX/ })
      .getByText('1,002')
      .waitFor()
    expect(await page.evaluate(`document.activeElement.getAttribute('aria-label')`)).toBe(name)
    // It would stand further down now: not while somebody is there.
    await page.getByRole('button', { name: 'Sort again' }).waitFor()
  })

  test('a table that somebody reads holds still and says what waits', async () => {
    await go('orders')
    const first = page.getByRole('rowheader').first()
    const top = await first.innerText()
    await page.getByRole('row').nth(5).hover()
    const id = await place()
    await page.getByRole('button', { name: 'Show 1 new' }).waitFor()
    expect(await first.innerText()).toBe(top)
    await page.getByRole('button', { name: 'Show 1 new' }).click()
    await page.getByRole('rowheader', { name: id, exact: true }).waitFor()
    await page.getByRole('button', { name: 'Up to date' }).waitFor()
  })

  test('the activity can be paused and goes on without a gap', async () => {
    const feed = page.getByRole('region', { name: 'Activity' })
    await feed.getByRole('listitem').first().waitFor()
    await feed.getByRole('button', { name: 'Pause' }).click()
    const ids = [await place(), await place()]
    await feed.getByText('2 new').waitFor()
    expect(await feed.getByText(String(ids[1]), { exact: true }).count()).toBe(0)
    await feed.getByRole('button', { name: 'Pause', pressed: true }).click()
    for (const id of ids) await feed.getByText(id, { exact: true }).waitFor()
  })

  test('orders are found by id, by status and page by page, under addresses that can be reloaded', async () => {
    const id = await place()
    await go('orders')
    await page.getByRole('searchbox', { name: 'Id of an order' }).fill(id)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: id }).waitFor()
    await page.reload()
    await page.getByText('Order placed', { exact: true }).waitFor()

    await go('orders')
    await page.getByRole('link', { name: 'Older' }).click()
    await page.getByRole('link', { name: 'Newest' }).waitFor()
    const older = await page.getByRole('rowheader').first().innerText()
    await page.reload()
    await page.getByRole('rowheader', { name: older, exact: true }).waitFor()
    await page.getByRole('link', { name: /^Rejected \d/ }).click()
    await page
      .getByRole('cell', { name: /Rejected out of stock/ })
      .first()
      .waitFor()
    expect(await page.getByRole('cell', { name: 'Placed' }).count()).toBe(0)
  })

  test('what is not there is said with the id of the request', async () => {
    await go('orders/no-such-order')
    const alert = page.getByRole('alert')
    await alert.getByText('there is no order no-such-order').waitFor()
    expect(await alert.locator('code').innerText()).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a link leads to the heading of its page, for whoever goes on by keyboard', async () => {
    await tabTo('Orders')
    await page.keyboard.press('Enter')
    const heading = page.getByRole('heading', { level: 1, name: 'Orders' })
    await heading.and(page.locator(':focus')).waitFor()
    expect(await page.title()).toBe('Orders · OrderLedger')
  })

  test('a projection is paused, resumed, compared and replayed', async () => {
    await go('projections')
    const row = page.getByRole('row', { name: /^sales version/ })
    await row.getByRole('button', { name: 'Pause sales' }).click()
    await page.getByRole('dialog', { name: 'Pause sales?' }).getByRole('button', { name: 'Pause it' }).click()
    await row.getByRole('button', { name: 'Resume sales' }).click()
    await row.getByRole('button', { name: 'Pause sales' }).waitFor()
    await row.getByRole('button', { name: 'Compare sales' }).click()
    await page.getByRole('heading', { level: 1, name: 'Comparison of sales' }).waitFor()
    await page.getByText('Every row is equal.').waitFor()
    await go('projections')
    await row.getByRole('link', { name: /^equal at position/ }).waitFor()
    await row.getByRole('button', { name: 'Replay sales' }).click()
    await page.getByRole('heading', { level: 1, name: 'Replay of sales' }).waitFor()
    await page.getByRole('definition').getByText('Switched').waitFor()
    expect(opened.errors).toEqual([])
  })

  test('what a replay found is shown, and is accepted once somebody says so', async () => {
    await go(`projections/${await refuseReplay(service.url, database.url, 'nowhere')}`)
    await page.getByText('nowhere').waitFor()
    await page.getByRole('button', { name: 'Replay and accept the differences' }).click()
    const question = page.getByRole('dialog', { name: /^Accept [0-9]+ differences in sales\?$/ })
    await question.getByRole('button', { name: 'Replay and accept' }).click()
    await page.getByRole('definition').getByText('Switched').waitFor()
    expect(opened.errors).toEqual([])
  })

  test('a replay is paused, resumed and cancelled', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ rate: 1 })
    const response = await fetch(`${service.url}/projections/orders/replay`, { method: 'POST', headers, body })
    const { replayId } = (await response.json()) as { readonly replayId: string }
    await go(`projections/${replayId}`)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('definition').getByText('Paused').waitFor()
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel this replay' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the replay' }).click()
    await page.getByRole('definition').getByText('Cancelled').waitFor()
    expect(opened.errors).toEqual([])
  })

  test('the list of schemas says which versions the log holds, and leads to each event', async () => {
    await go('schemas')
    const row = page.getByRole('row', { name: /^CustomerRegistered/ })
    await row.getByText('not in the log').waitFor()
    await row.getByText('500 events').waitFor()
    await page.getByText(/^As of position [0-9,]+, received [0-9.]+ s ago$/).waitFor()
    await row.getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: 'CustomerRegistered' }).waitFor()
    expect(opened.errors).toEqual([])
  })

  test('two versions of a schema stand side by side, and the lines that differ are named', async () => {
    await go('schemas/CustomerRegistered')
    const table = page.getByRole('table', { name: 'Avro of v1 and v2, line by line' })
    await table.getByRole('cell', { name: 'added: "name": "language",' }).waitFor()
    expect(await table.getByRole('cell', { name: /^removed: / }).count()).toBe(0)
    await page.getByLabel('Version on the left').selectOption('v2')
    await page.getByRole('region', { name: 'Avro' }).getByLabel('Avro of v2', { exact: true }).waitFor()
    await page.getByLabel('Version on the right').selectOption('v1')
    const reversed = page.getByRole('table', { name: 'Avro of v2 and v1, line by line' })
    await reversed.getByRole('cell', { name: 'removed: "name": "language",' }).waitFor()
    await page.reload()
    await reversed.waitFor()
    expect(opened.errors).toEqual([])
  })

  test('JSON that is pasted becomes bytes, and what each version reads from them', async () => {
    await go('schemas/CustomerRegistered')
    const json = page.getByLabel('The event as JSON')
    const event = { customerId: 'c1', name: HOSTILE, region: 'north', tier: 'vip', language: 'pl' }
    await json.fill(JSON.stringify(event))
    await page.getByRole('button', { name: 'Show the bytes' }).click()
    const hex = page.getByLabel('The message in hex: header, then body')
    await hex.waitFor()
    const [header, body] = [await hex.locator('mark').textContent(), await hex.locator('.body').textContent()]
    expect(header).toMatch(/^00 00 00 00 [0-9a-f]{2}$/)
    const framed = Buffer.from(`${String(header)}${String(body)}`.replaceAll(' ', ''), 'hex')
    const registered = await fetch(`${service.url}/registry/schemas/ids/${String(framed.readInt32BE(1))}`)
    expect(JSON.parse(((await registered.json()) as { schema: string }).schema)).toMatchObject({
      name: 'CustomerRegistered',
    })
    expect(decode('CustomerRegistered', 2, framed.subarray(5))).toMatchObject({ ...event, email: null, phone: null })
    await page.getByText(`${String(framed.length)} bytes: the header of 5`).waitFor()
    const { language: _, ...older } = event
    const readBy = async (version: string) =>
      JSON.parse((await page.getByLabel(`As ${version} reads it`).textContent()) ?? '')
    expect(await readBy('v1')).toEqual({ ...older, email: null, phone: null })
    expect(await readBy('v2')).toEqual({ ...event, email: null, phone: null })
    expect(await opened.violations()).toEqual([])
    expect(opened.errors).toEqual([])
  })

  test('JSON that is none, or does not fit, is told with its place', async () => {
    await go('schemas/OrderPlaced')
    const json = page.getByLabel('The event as JSON')
    const show = page.getByRole('button', { name: 'Show the bytes' })
    await json.fill('{\n  "orderId" 1\n}')
    await show.click()
    const alert = page.getByRole('alert')
    await alert.getByText('This is no JSON. line 2, column 13: "1" cannot stand here').waitFor()
    await page.getByRole('button', { name: 'Back to the sample' }).click()
    const sample = JSON.parse(await json.inputValue()) as { readonly lines: readonly object[] }
    const wrong = { ...sample, [HOSTILE]: 1, lines: [{ ...sample.lines[0], quantity: 1.5 }] }
    await json.fill(JSON.stringify(wrong))
    await show.click()
    await alert.getByText(HOSTILE.replaceAll('~', '~0').replaceAll('/', '~1')).waitFor()
    await json.fill(JSON.stringify({ ...wrong, [HOSTILE]: undefined }))
    await show.click()
    await alert.getByText('/lines/0/quantity 1.5 is not an int').waitFor()
    expect(await page.locator('img, script[src=x]').count()).toBe(1)
    expect(await opened.violations()).toEqual([])
    await page.getByRole('button', { name: 'Back to the sample' }).click()
    await show.click()
    await page.getByLabel('The message in hex: header, then body').waitFor()
    expect(await alert.count()).toBe(0)
    expect(opened.errors.filter((error) => !error.includes('400'))).toEqual([])
  })

  test('an event that there is not is told as such', async () => {
    await go('schemas/Nothing')
    await page.getByRole('alert').getByText('this release has no event Nothing').waitFor()
  })

  test('a registry that others share is named, without its password', async () => {
    const [otherDatabase, otherData] = [await testDatabase(), makeDataDir()]
    const shared = `${service.url}/registry`
    const other = await startService({
      dataDir: otherData.path,
      env: { DATABASE_URL: otherDatabase.url, SCHEMA_REGISTRY_URL: shared.replace('//', '//reader:secret@') },
    })
    try {
      await page.goto(`${other.url}/dashboard/#/schemas`)
      await page.getByText(`shared, at ${shared}`).waitFor()
      await page.getByText('The log is empty: no version is in use yet.').waitFor()
      await page.getByRole('link', { name: 'PriceChanged' }).click()
      await page.getByRole('definition').getByText(`shared, at ${shared}`).waitFor()
      expect(await page.content()).not.toContain('secret')
    } finally {
      await other.stop()
      otherData.remove()
      await otherDatabase.drop()
    }
  })
})
