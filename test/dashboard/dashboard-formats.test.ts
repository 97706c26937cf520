/** Sums, times and zones on the pages of the dashboard, in a real browser. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { customerRegistered, eur, orderLine, orderPlaced } from '../../domain/test-events.ts'
import { openPool } from '../../store/postgres/database.ts'
import { ofOrder } from '../projections/projecting.ts'
import { appendEvents } from '../support/append-events.ts'
import { openBrowser } from '../support/browser.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'
import { openPage } from './dashboard-page.ts'

/** Clocks of Berlin are put back at 01:00 UTC. */
const HOURS = ['2025-10-25T23:10:00Z', '2025-10-26T00:10:00Z', '2025-10-26T01:10:00Z', '2025-10-26T02:10:00Z']

const browser: Browser | null = await openBrowser()
let database: TestDatabase
let service: ServiceHere

beforeAll(async () => {
  if (browser === null) return
  database = await testDatabase()
  service = await serviceHere({ env: { DATABASE_URL: database.url, DEMO: 'off', RESERVATION_MINUTES: '0' } })
  const pool = openPool(database.url, { name: 'test', max: 1 })
  const line = orderLine('A1', 1, { unitPrice: eur(5e15) })
  await appendEvents(pool, [
    { stream: 'customer-c1', event: customerRegistered('c1') },
    ...HOURS.flatMap((at, index) =>
      ofOrder(`o${String(index)}`, orderPlaced(`o${String(index)}`, [line], { placedAt: Date.parse(at) })),
    ),
  ])
  await pool.end()
})

afterAll(async () => {
  if (browser === null) return
  await browser.close()
  await service.stop()
  await database.drop()
})

async function open(timezoneId: string, path: string) {
  return openPage(browser as Browser, service.url, { timezoneId, path })
}

describe.skipIf(browser === null)('the dashboard', () => {
  test('shows a sum past 2^53 to the cent', async () => {
    const { page, errors, close } = await open('UTC', 'dashboard')
    await page.getByRole('listitem').getByText('€200,000,000,000,000.00 ordered', { exact: true }).waitFor()
    for (const width of [1280, 800, 360]) {
      await page.setViewportSize({ width, height: 800 })
      const cut = await page.evaluate<string[]>(`[...document.querySelectorAll('.card p')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ textContent }) => textContent)`)
      expect([width, cut]).toEqual([width, []])
    }
    expect(errors).toEqual([])
    await close()
  })

  test.each([
    ['Europe/Berlin', ['01:00', '02:00 CEST', '02:00 CET', '03:00']],
    ['Asia/Kolkata', ['04:30', '05:30', '06:30', '07:30']],
  ])('names each hour once in %s', async (zone, hours) => {
    const { page, errors, close } = await open(zone, 'dashboard')
    await page.getByText('Orders per hour as a table').click()
    const table = page.getByRole('table', { name: 'Orders per hour' })
    await table.waitFor()
    const rows = await table.getByRole('row').allInnerTexts()
    const sold = rows.filter((row) => /\s1$/.test(row)).map((row) => row.split('\t')[0])
    expect(sold).toEqual(hours.map((hour) => `Sun 26 Oct, ${hour}`).toReversed())
    expect(errors).toEqual([])
    await close()
  })

  test.each([
    ['en-GB', 'An error stopped a part of this page: the table fell over', 'Load the page again'],
    ['fr-CA', 'Une erreur a arrêté une partie de cette page\u00a0: the table fell over', 'Rechargez la page'],
  ])('says in the language of the page (%s) what nobody caught', async (locale, what, next) => {
    const { page, close } = await openPage(browser as Browser, service.url, { locale, path: 'dashboard' })
    await page.locator('.card .total').first().waitFor()
    await page.evaluate(`setTimeout(() => { throw new Error('the table fell over') })`)
    await page.getByRole('alert').getByText(what).waitFor()
    await page.getByRole('alert').getByText(next).waitFor()
    await close()
  })

  test('leads to the page of the API, which opens on orders without an error', async () => {
    const { page, errors, close } = await open('UTC', 'dashboard')
    await page.getByRole('link', { name: 'API', exact: true }).click()
    await page.locator('.opblock-tag').first().waitFor()
    expect((await page.locator('.opblock-tag').first().innerText()).split('\n')[0]).toBe('orders')
    await page.getByRole('button', { name: 'POST /orders Place an order', exact: true }).first().click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Execute' }).waitFor()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.getByRole('heading', { name: 'Available authorizations' }).waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('tells the hour that comes twice apart in lists and on the page of an order', async () => {
    const { page, close } = await open('Europe/Berlin', 'orders')
    const times = page.locator('td time')
    await times.first().waitFor()
    expect(await times.allInnerTexts()).toEqual([
      '26 Oct 2025, 03:10:00',
      '26 Oct 2025, 02:10:00 CET',
      '26 Oct 2025, 02:10:00 CEST',
      '26 Oct 2025, 01:10:00',
    ])
    await page.getByRole('link', { name: 'o1', exact: true }).click()
    await page.locator('dd').getByText('26 Oct 2025, 02:10:00 CEST').waitFor()
    await close()
  })
})
