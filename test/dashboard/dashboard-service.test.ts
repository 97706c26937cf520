/** The dashboard and its service: restarts, tokens, and the files themselves. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ApiServer } from '../../api/api-server.ts'
import { openApiService, type ApiService } from '../support/api-service.ts'
import { openBrowser } from '../support/browser.ts'
import { openPage } from './dashboard-page.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

const browser: Browser | null = await openBrowser()
let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await browser?.close()
  await database.drop()
})

describe.skipIf(browser === null)('the dashboard', () => {
  const releases: (() => Promise<unknown> | void)[] = []

  afterEach(async () => {
    for (const release of releases.splice(0).reverse()) await release()
  })

  async function started(env: Readonly<Record<string, string>>): Promise<Service> {
    const data = makeDataDir()
    releases.push(() => data.remove())
    const service = await startService({
      dataDir: data.path,
      env: { DATABASE_URL: database.url, DEMO_ORDERS: '20', ...env },
    })
    releases.push(() => service.stop())
    return service
  }

  test('stays usable while the service is away and goes on without a reload', async () => {
    const first = await started({})
    const { page, close } = await openPage(browser as Browser, first.url, { path: 'orders' })
    releases.push(close)
    await page.getByRole('rowheader').first().waitFor()
    await page.evaluate('globalThis.sameLoad = true')
    await first.kill()
    await page.getByText(/^Reconnecting, data \d+ s old$/).waitFor()
    expect(await page.getByRole('rowheader').count()).toBeGreaterThan(10)
    // The page says that what one does meanwhile was not done.
    await page.getByRole('button', { name: 'Random order' }).click()
    await page.getByRole('alert').getByText('The service is not responding').first().waitFor()
    await page.getByRole('link', { name: 'Dashboard' }).click()
    await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
    await page.getByRole('link', { name: 'Orders' }).click()
    await page.getByRole('rowheader').first().waitFor()

    const second = await started({ PORT: new URL(first.url).port })
    const missed = await simulateOrder(second.url)
    await page.getByText(/^Live$/).waitFor()
    await page.getByTitle(missed, { exact: true }).waitFor()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Random order' }).click()
    await page.getByText(/was (placed|rejected)/).waitFor()
    expect(await page.evaluate('globalThis.sameLoad')).toBe(true)
  })

  test('asks for a token once, keeps it nowhere, and says which role is missing', async () => {
    const { url } = await started({ API_TOKENS: 'viewer:read:secret-of-viewer' })
    const { page, close } = await openPage(browser as Browser, url, { path: 'orders' })
    releases.push(close)
    const question = page.getByRole('dialog', { name: 'This service requires a token' })
    await question.getByLabel('Token').fill('wrong')
    await page.keyboard.press('Enter')
    await question.getByText('The service does not know this token. Enter one from its API_TOKENS.').waitFor()
    await question.getByLabel('Token').fill('secret-of-viewer')
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    await page.getByRole('rowheader').first().waitFor()
    await page.getByRole('link', { name: 'Products' }).click()
    await page.getByText('IPHONE-17', { exact: true }).waitFor()
    expect(await question.count()).toBe(0)

    await page.getByRole('link', { name: 'Orders' }).click()
    await page.getByRole('button', { name: 'Random order' }).click()
    await page.getByRole('alert').getByText('this request needs the role operate').waitFor()
    await page.getByRole('link', { name: 'Mail', exact: true }).click()
    await page.getByText('this page needs the role operate').waitFor()
    await page.getByRole('alert').getByText('this request needs the role operate').waitFor()
    await page.getByText('Reload the page to enter a token that has the role operate.').waitFor()
    const kept = '[document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join()'
    expect(await page.evaluate(kept)).not.toContain('secret')
    await page.reload()
    await question.waitFor()
  })
})

/** Gives its id. */
async function simulateOrder(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/simulation/orders`, { method: 'POST', headers, body: '{"count":1}' })
  const { items } = (await response.json()) as { readonly items: readonly { readonly orderId: string }[] }
  return items[0]?.orderId ?? ''
}

describe('the files of the dashboard', () => {
  let service: ApiService
  let folder: string
  let app: ApiServer

  beforeAll(async () => {
    service = await openApiService(database.url)
    folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
    writeFileSync(join(folder, 'index.html'), '<!doctype html>')
    writeFileSync(join(folder, 'dashboard.js'), 'export {}')
    const tokens = [{ name: 'viewer', role: 'read', secret: 'secret-of-viewer' }] as const
    app = service.another({ dashboard: folder }, { tokens })
  })

  afterAll(async () => {
    await service.close()
    rmSync(folder, { recursive: true })
  })

  const get = (url: string, headers: Readonly<Record<string, string>> = {}, server = app) =>
    server.inject({ url, headers: { host: 'localhost', ...headers } })

  test('need no token, are asked for anew each time, and run nothing that is not theirs', async () => {
    for (const [url, type] of [
      ['/dashboard/', 'text/html; charset=utf-8'],
      ['/dashboard/dashboard.js', 'application/javascript; charset=utf-8'],
    ] as const) {
      const { statusCode, headers } = await get(url)
      expect([url, statusCode, headers['content-type'], headers['cache-control']]).toEqual([url, 200, type, 'no-cache'])
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      const again = await get(url, { 'if-none-match': String(headers.etag) })
      expect([again.statusCode, again.body]).toEqual([304, ''])
    }
    expect((await get('/orders')).statusCode).toBe(401)
  })

  test('are other files when their content is another one', async () => {
    const { headers } = await get('/dashboard/dashboard.js')
    writeFileSync(join(folder, 'dashboard.js'), 'export{} ')
    utimesSync(join(folder, 'dashboard.js'), new Date(), new Date(Date.now() + 5_000))
    const again = await get('/dashboard/dashboard.js', { 'if-none-match': String(headers.etag) })
    expect([again.statusCode, again.body]).toEqual([200, 'export{} '])
  })

  test('are where / and /dashboard lead', async () => {
    for (const url of ['/', '/dashboard']) {
      const { statusCode, headers } = await get(url)
      expect([url, statusCode, headers.location]).toEqual([url, 302, '/dashboard/'])
    }
    const { headers } = await get('/', {}, service.app)
    expect(headers.location).toBe('/docs/')
  })

  test('are all there is: anything else is a problem document', async () => {
    for (const url of ['/dashboard/no-such.js', '/dashboard/../package.json', '/dashboard/%2e%2e/package.json']) {
      const { statusCode, headers } = await get(url)
      expect([url, statusCode, headers['content-type']]).toEqual([url, 404, 'application/problem+json; charset=utf-8'])
    }
    const wrong = await app.inject({ method: 'POST', url: '/dashboard/', headers: { host: 'localhost' } })
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  test('are served to this machine alone where there are no tokens', async () => {
    const open = service.another({ dashboard: folder })
    expect((await get('/dashboard/', {}, open)).statusCode).toBe(200)
    expect((await get('/dashboard/', { host: 'shop.example' }, open)).json()).toMatchObject({
      code: 'host-not-allowed',
    })
  })
})
