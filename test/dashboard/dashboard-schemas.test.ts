/** What people do on the pages of schemas, in a real browser on a real shop. */
import { describe, expect, test } from 'vitest'
import { decode } from '../../schemas/codec.ts'
import { dashboardShop } from './dashboard-shop.ts'
import { testDatabase } from '../support/database.ts'
import { makeDataDir, startService } from '../support/service.ts'

const HOSTILE = `<img src=x onerror="alert(1)"></td><script>alert(2)</script>&quot;`

const shop = await dashboardShop({ demoOrders: 200 })

describe.skipIf(shop.browser === null)('on the pages of schemas', () => {
  test('the list of schemas says which versions the log holds, and leads to each event', async () => {
    await shop.go('schemas')
    const row = shop.page.getByRole('row', { name: /^CustomerRegistered/ })
    await row.getByText('not in the log').waitFor()
    await row.getByText('500 events').waitFor()
    await shop.page.getByText(/^As of position [0-9,]+, received [0-9.]+ s ago$/).waitFor()
    await row.getByRole('link').click()
    await shop.page.getByRole('heading', { level: 1, name: 'CustomerRegistered' }).waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('two versions of a schema stand side by side, and the lines that differ are named', async () => {
    await shop.go('schemas/CustomerRegistered')
    const table = shop.page.getByRole('table', { name: 'Avro of v1 and v2, line by line' })
    await table.getByRole('cell', { name: 'added: "name": "language",' }).waitFor()
    expect(await table.getByRole('cell', { name: /^removed: / }).count()).toBe(0)
    await shop.page.getByLabel('Version on the left').selectOption('v2')
    await shop.page.getByRole('region', { name: 'Avro' }).getByLabel('Avro of v2', { exact: true }).waitFor()
    await shop.page.getByLabel('Version on the right').selectOption('v1')
    const reversed = shop.page.getByRole('table', { name: 'Avro of v2 and v1, line by line' })
    await reversed.getByRole('cell', { name: 'removed: "name": "language",' }).waitFor()
    await shop.page.reload()
    await reversed.waitFor()
    expect(shop.opened.errors).toEqual([])
  })

  test('JSON that is pasted becomes bytes, and what each version reads from them', async () => {
    await shop.go('schemas/CustomerRegistered')
    const json = shop.page.getByLabel('The event as JSON')
    const event = { customerId: 'c1', name: HOSTILE, region: 'north', tier: 'vip', language: 'pl' }
    await json.fill(JSON.stringify(event))
    await shop.page.getByRole('button', { name: 'Show the bytes' }).click()
    const hex = shop.page.getByLabel('The message in hex: header, then body')
    await hex.waitFor()
    const [header, body] = [await hex.locator('mark').textContent(), await hex.locator('.body').textContent()]
    expect(header).toMatch(/^00 00 00 00 [0-9a-f]{2}$/)
    const framed = Buffer.from(`${String(header)}${String(body)}`.replaceAll(' ', ''), 'hex')
    const registered = await fetch(`${shop.service.url}/registry/schemas/ids/${String(framed.readInt32BE(1))}`)
    expect(JSON.parse(((await registered.json()) as { schema: string }).schema)).toMatchObject({
      name: 'CustomerRegistered',
    })
    expect(decode('CustomerRegistered', 2, framed.subarray(5))).toMatchObject({ ...event, email: null, phone: null })
    await shop.page.getByText(`${String(framed.length)} bytes: a header of 5`).waitFor()
    const { language: _, ...older } = event
    const readBy = async (version: string) =>
      JSON.parse((await shop.page.getByLabel(`As ${version} reads it`).textContent()) ?? '')
    expect(await readBy('v1')).toEqual({ ...older, email: null, phone: null })
    expect(await readBy('v2')).toEqual({ ...event, email: null, phone: null })
    expect(await shop.opened.violations()).toEqual([])
    expect(shop.opened.errors).toEqual([])
  })

  test('JSON that is invalid, or does not match the schema, is reported with its place', async () => {
    await shop.go('schemas/OrderPlaced')
    const json = shop.page.getByLabel('The event as JSON')
    const show = shop.page.getByRole('button', { name: 'Show the bytes' })
    await json.fill('{\n  "orderId" 1\n}')
    await show.click()
    const alert = shop.page.getByRole('alert')
    await alert.getByText('This is not valid JSON. line 2, column 13: "1" is not allowed here').waitFor()
    await shop.page.getByRole('button', { name: 'Restore the sample' }).click()
    const sample = JSON.parse(await json.inputValue()) as { readonly lines: readonly object[] }
    const wrong = { ...sample, [HOSTILE]: 1, lines: [{ ...sample.lines[0], quantity: 1.5 }] }
    await json.fill(JSON.stringify(wrong))
    await show.click()
    await alert.getByText(HOSTILE.replaceAll('~', '~0').replaceAll('/', '~1')).waitFor()
    await json.fill(JSON.stringify({ ...wrong, [HOSTILE]: undefined }))
    await show.click()
    await alert.getByText('/lines/0/quantity 1.5 is not an int').waitFor()
    expect(await shop.page.locator('img, script[src=x]').count()).toBe(1)
    expect(await shop.opened.violations()).toEqual([])
    await shop.page.getByRole('button', { name: 'Restore the sample' }).click()
    await show.click()
    await shop.page.getByLabel('The message in hex: header, then body').waitFor()
    expect(await alert.count()).toBe(0)
    expect(shop.opened.errors.filter((error) => !error.includes('400'))).toEqual([])
  })

  test('an event that does not exist is reported as missing', async () => {
    await shop.go('schemas/Nothing')
    await shop.page.getByRole('alert').getByText('this release has no event Nothing').waitFor()
  })

  test('a registry that others share is named, without its password', async () => {
    const [otherDatabase, otherData] = [await testDatabase(), makeDataDir()]
    const shared = `${shop.service.url}/registry`
    const other = await startService({
      dataDir: otherData.path,
      env: {
        DATABASE_URL: otherDatabase.url,
        SCHEMA_REGISTRY_URL: shared.replace('//', '//reader:secret@'),
        // The reactor puts a table of fraud in force, and the log would not be empty.
        ROLES: 'api,projector',
      },
    })
    try {
      await shop.page.goto(`${other.url}/dashboard/#/schemas`)
      await shop.page.getByText(`shared, at ${shared}`).waitFor()
      await shop.page.getByText('The log is empty, so no version is in use yet.').waitFor()
      await shop.page.getByRole('link', { name: 'PriceChanged' }).click()
      await shop.page.getByRole('definition').getByText(`shared, at ${shared}`).waitFor()
      expect(await shop.page.content()).not.toContain('secret')
    } finally {
      await other.stop()
      otherData.remove()
      await otherDatabase.drop()
    }
  })
})
