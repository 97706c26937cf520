/** A shop with demo orders and a fresh page of its dashboard for each test, in a real browser. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openPage, type DashboardPage } from './dashboard-page.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

export interface DashboardShop {
  /** Null: there is no browser here, and the tests are skipped. */
  readonly browser: Browser | null
  /** Of the test under way. */
  readonly opened: DashboardPage
  readonly page: Page
  readonly service: ServiceHere
  /** Opens a page of the dashboard. */
  go(path: string): Promise<void>
}

interface ShopOptions {
  readonly demoOrders: number
  readonly env?: Readonly<Record<string, string>>
}

/** To be called once at the top of a test file. */
export async function dashboardShop({ demoOrders, env = {} }: ShopOptions): Promise<DashboardShop> {
  const browser = await openBrowser()
  const closing: (() => Promise<unknown>)[] = []
  let service: ServiceHere | null = null
  let opened: DashboardPage | null = null
  const present = <T>(value: T | null): T => {
    if (value === null) throw new Error('only within a test')
    return value
  }
  if (browser !== null) {
    closing.push(() => browser.close())
    beforeAll(async () => {
      const started = await serviceHere({ env: { ...env, DEMO_ORDERS: String(demoOrders) } })
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
    async go(path) {
      await present(opened).page.goto(`${present(service).url}/dashboard/#/${path}`)
    },
  }
}
