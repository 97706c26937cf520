/** A shop with demo orders and a fresh page of its dashboard for each test, in a real browser. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openPage, type DashboardPage } from './dashboard-page.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'

export interface DashboardShop {
  /** Null: there is no browser here, and the tests are skipped. */
  readonly browser: Browser | null
  /** Of the test under way. */
  readonly opened: DashboardPage
  readonly page: Page
  readonly service: Service
  readonly database: TestDatabase
  /** Opens a page of the dashboard. */
  go(path: string): Promise<void>
}

/** To be called once at the top of a test file. */
export async function dashboardShop({ demoOrders }: { readonly demoOrders: number }): Promise<DashboardShop> {
  const browser = await openBrowser()
  const closing: (() => Promise<unknown>)[] = []
  let service: Service | null = null
  let database: TestDatabase | null = null
  let opened: DashboardPage | null = null
  const present = <T>(value: T | null): T => {
    if (value === null) throw new Error('only within a test')
    return value
  }
  if (browser !== null) {
    closing.push(() => browser.close())
    beforeAll(async () => {
      const own = await testDatabase()
      closing.unshift(() => own.drop())
      database = own
      const data = makeDataDir()
      closing.unshift(async () => data.remove())
      const env = { DATABASE_URL: own.url, DEMO_ORDERS: String(demoOrders) }
      const started = await startService({ dataDir: data.path, env })
      closing.unshift(() => started.stop())
      service = started
    })
    afterAll(async () => {
      for (const close of closing) await close()
    })
    beforeEach(async () => {
      opened = await openPage(browser, present(service).url)
    })
    afterEach(async () => {
      await opened?.close()
    })
  }
  return {
    browser,
    get opened() {
      return present(opened)
    },
    get page() {
      return present(opened).page
    },
    get service() {
      return present(service)
    },
    get database() {
      return present(database)
    },
    async go(path) {
      await present(opened).page.goto(`${present(service).url}/dashboard/#/${path}`)
    },
  }
}
