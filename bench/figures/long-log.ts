import type { Browser } from 'playwright-core'
import pg from 'pg'
import { LatencyHistogram } from '../../cli/load/latency-histogram.ts'
import { openBrowser } from '../../test/support/browser.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { startService } from '../service/measured-service.ts'

const EVENTS = 10_000_000
const REQUESTS = 300

/** What the state of the projections costs when the log is long: counts are kept, so nothing is counted. */
export const longLog = figure({
  id: 'U5',
  title: 'the state of the projections over a log of 10,000,000 events',
  numbers: {
    answer: atMost('GET /projections, p99', 'ms', { must: 50 }),
    page: atMost('its page, from the click until its rows are shown', 'ms', { must: 50 }),
    middle: stated('GET /projections, p50', 'ms'),
  },
  async run(context) {
    const { scope, note } = context
    const filling = await startService(scope, { env: { DEMO_ORDERS: '200' } })
    await filling.log.caughtUp()
    const events = await lengthen(filling.databaseUrl)
    note(`${events} events in the log`)
    await filling.stop()
    const { url } = await startService(scope, { dataDir: filling.dataDir })
    const browser = await openBrowser()
    if (browser === null) throw new Error('this figure needs a browser')
    scope.add(() => browser.close())
    return inRounds(context, async () => {
      const latency = new LatencyHistogram()
      for (let request = 0; request < REQUESTS; request++) latency.record(await get(`${url}/projections`))
      const page = await openPage(browser, url)
      return { answer: latency.percentile(99), middle: latency.percentile(50), page }
    })
  },
})

/**
 * Adds events to the log that nobody reads: by one statement, with the head and all checkpoints moved behind them.
 * Resolves to how many there are then.
 */
async function lengthen(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`
      begin;
      insert into log.events
        select log_head.position + n, 'inventory-FILLED', n, type, schema_version, data, id, command_id, correlation_id, null, recorded_at
        from (select * from log.events where type = 'StockReceived' limit 1) event, log.log_head, generate_series(1, ${EVENTS}) n;
      update log.log_head set position = position + ${EVENTS};
      update views.checkpoints set position = position + ${EVENTS};
      commit`)
    const { rows } = await client.query<{ position: string }>('select position from log.log_head')
    return Number(rows[0]?.position)
  } finally {
    await client.end()
  }
}

/** Milliseconds until the whole answer is there. */
async function get(url: string): Promise<number> {
  const begin = performance.now()
  const response = await fetch(url)
  await response.text()
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`)
  return performance.now() - begin
}

/** Milliseconds by the browser's clock, from the click on the link of an open dashboard. */
async function openPage(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  try {
    await page.goto(`${url}/dashboard/#/dashboard`)
    await page.locator('.card .total').first().waitFor()
    return await page.evaluate<number>(`new Promise((resolve) => {
      const begin = performance.now()
      const shown = () => document.querySelector('main tbody tr') !== null
      new MutationObserver((_, observer) => {
        if (!shown()) return
        observer.disconnect()
        requestAnimationFrame(() => resolve(performance.now() - begin))
      }).observe(document.body, { childList: true, subtree: true })
      document.querySelector('nav a[href="#/projections"]').click()
    })`)
  } finally {
    await page.close()
  }
}
