/** What people do on the pages about schemas, in a real browser on a real shop. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decode } from '../schemas/codec.ts'
import { openBrowser } from './browser.ts'
import { openPage, type DashboardPage } from './dashboard-page.ts'
import { testDatabase, type TestDatabase } from './database.ts'
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
  service = await startService({ dataDir: data.path, env: { DATABASE_URL: database.url, DEMO_ORDERS: '20' } })
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
  opened = await openPage(browser, service.url, { path: 'schemas' })
  page = opened.page
})

afterEach(async () => {
  if (browser !== null) await opened.close()
})

async function go(path: string): Promise<void> {
  await page.goto(`${service.url}/dashboard/#/${path}`)
}

describe.skipIf(browser === null)('on the pages about schemas', () => {
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
