import { openBrowser } from '../../test/support/browser.ts'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { startShop, warmUp } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'
import { openClients } from './clients.ts'

/** Orders a second. */
const RATE = 200

/** When each row of an order was first painted, by the time of day: what is in the page before a frame is on the screen after it. */
const WATCH = `globalThis.painted = {}
  const note = () => {
    const links = [...document.querySelectorAll('tbody a[title^="live-"]')].filter(({ title }) => !(title in painted))
    if (links.length === 0) return
    for (const { title } of links) painted[title] = null
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        for (const { title } of links) painted[title] = performance.timeOrigin + performance.now()
      }
      port2.postMessage(null)
    })
  }
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(note).observe(document, { childList: true, subtree: true }))`

/** How soon somebody who looks at the page Orders sees an order. */
export const orderPainted = figure({
  id: 'P7B',
  title: `from the moment POST /orders was due until its row is painted in one Chromium on Orders, ${String(RATE)} orders a second`,
  numbers: {
    p50: atMost('p50 from POST to the paint', 'ms', { must: 250, goal: 100 }),
    p99: stated('p99 from POST to the paint', 'ms'),
    painted: stated('orders painted', ''),
  },
  async run(context) {
    const { scope, seconds } = context
    const lines = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    await warmUp(service, lines)
    const browser = await openBrowser()
    if (browser === null) throw new Error('this figure needs a browser')
    scope.add(() => browser.close())
    return inRounds(context, async () => {
      const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
      await page.addInitScript(WATCH)
      await page.goto(`${service.url}/dashboard/#/orders`)
      await page.getByRole('rowheader').first().waitFor()
      const placed = { lines, rate: RATE, seconds }
      const loader = await openClients(scope, { url: service.url, clients: 0, topics: [], placed })
      const { due } = await loader.report()
      const painted = await page.evaluate<Readonly<Record<string, number | null>>>('painted')
      await page.close()
      const delays = Object.entries(due).flatMap(([id, at]) => {
        const seen = painted[id] ?? null
        return seen === null ? [] : [seen - at]
      })
      const expected = RATE * seconds
      // Each is among the newest rows for longer than it takes to paint them.
      if (delays.length < expected)
        throw new Error(`${String(delays.length)} of ${String(expected)} orders were painted`)
      const sorted = delays.toSorted((one, other) => one - other)
      const percentile = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
      return { p50: percentile(0.5), p99: percentile(0.99), painted: delays.length }
    })
  },
})
