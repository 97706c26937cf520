import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../test/support/browser.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { ROOT } from '../service/child.ts'
import { startService } from '../service/measured-service.ts'

const PAINTED = { must: 300, goal: 200 }

/** A browser that has seen nothing yet opens each page of the dashboard, in a shop with its demo orders. */
export const firstPaint = figure({
  id: 'U3',
  title: 'The dashboard opened cold',
  numbers: {
    now: atMost('first paint of Dashboard', 'ms', PAINTED),
    orders: atMost('first paint of Orders', 'ms', PAINTED),
    products: atMost('first paint of Products', 'ms', PAINTED),
    projections: atMost('first paint of Projections', 'ms', PAINTED),
    schemas: atMost('first paint of Schemas', 'ms', PAINTED),
    script: atMost('all script of the pages, gzipped', 'B', { must: 120_000, goal: 90_000 }),
    numbersShown: stated('until Dashboard shows its numbers', 'ms'),
  },
  async run(context) {
    const { url } = await startService(context.scope, { env: { DEMO_ORDERS: '200' } })
    const browser = await openBrowser()
    if (browser === null) throw new Error('this figure needs a browser')
    context.scope.add(() => browser.close())
    return inRounds(context, async () => {
      const now = await open(browser, `${url}/dashboard/#/dashboard`, '.card .total')
      return {
        now: now.painted,
        orders: (await open(browser, `${url}/dashboard/#/orders`, 'h1')).painted,
        products: (await open(browser, `${url}/dashboard/#/products`, 'h1')).painted,
        projections: (await open(browser, `${url}/dashboard/#/projections`, 'h1')).painted,
        schemas: (await open(browser, `${url}/dashboard/#/schemas`, 'h1')).painted,
        script: scriptBytes(),
        numbersShown: now.shown,
      }
    })
  },
})

/** Of the build that the service serves. */
function scriptBytes(): number {
  const folder = join(ROOT, 'dist/dashboard')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  return files.reduce((bytes, file) => bytes + gzipSync(readFileSync(join(folder, file))).length, 0)
}

/** Milliseconds from the navigation until the first content was painted, and until `awaited` was there. */
async function open(browser: Browser, url: string, awaited: string) {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  try {
    const begin = performance.now()
    await page.goto(url)
    await page.locator(awaited).first().waitFor()
    const shown = performance.now() - begin
    const painted = await page.evaluate<number>(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
        .observe({ type: 'paint', buffered: true }))`)
    return { painted, shown }
  } finally {
    await page.close()
  }
}
