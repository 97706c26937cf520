import { openBrowser } from '../../test/support/browser.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import { FULL_ORDERS } from '../options.ts'
import { startService } from '../service/measured-service.ts'
import { startWireServer } from './wire-server.ts'

/** Eight hours of 200 orders a second, with the default of --orders; a run with fewer is for trying it out. */
const HOURS = 8
const PER_HOUR = 200 * 3_600
/** Played. */
const RATE = 8_000
const MB = 1_048_576
/** Collections until nothing more is found: what was weakly held goes with the second one. */
const COLLECTIONS = 3

/** What a page keeps that is open for a working day. */
export const pageMemory = figure({
  id: 'U4',
  title: 'the page Dashboard after eight hours of 200 orders a second, played to it by a server of the bench',
  numbers: {
    growth: atMost('growth of the JS heap, after a collection before and after', 'MB', { must: 50, goal: 10 }),
    rate: atLeast('changes a second', '/s', { must: 5_000 }),
    changes: stated('changes', ''),
    heap: stated('JS heap after them', 'MB'),
  },
  async run(context) {
    const { scope, orders, note } = context
    const changes = Math.round((HOURS * PER_HOUR * orders) / FULL_ORDERS)
    const { url: service } = await startService(scope, { env: { DEMO_ORDERS: '200' } })
    const browser = await openBrowser()
    if (browser === null) throw new Error('this figure needs a browser')
    scope.add(() => browser.close())
    return inRounds(context, async () => {
      const server = await startWireServer(scope, service)
      const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
      const session = await page.context().newCDPSession(page)
      const collected = async () => {
        for (let again = 0; again < COLLECTIONS; again++) await session.send('HeapProfiler.collectGarbage')
        return (await session.send('Runtime.getHeapUsage')).usedSize / MB
      }
      await page.goto(`${server.url}/dashboard/#/dashboard`)
      await page.locator('.card .total').first().waitFor()
      const before = await collected()
      note(`playing ${String(changes)} changes`)
      const begin = performance.now()
      const { to } = await server.play({ changes, perSecond: RATE })
      // Shown, so that none waits for the page.
      await page
        .getByText(`As of position ${to.toLocaleString('en-GB')}`)
        .first()
        .waitFor({ timeout: 600_000 })
      const took = (performance.now() - begin) / 1_000
      const heap = await collected()
      await page.close()
      return { growth: heap - before, rate: changes / took, changes, heap }
    })
  },
})
