import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { placeOrders, startShop } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'
import { median } from '../verdict.ts'

const RATES = { reads: 1_000, orders: 200 }
/** Different orders that are read: more than any page or plan could keep at hand by luck. */
const ORDERS_READ = 10_000
/** Orders that come alone, one after the other. */
const LONE_ORDERS = 100

/** How long a look at an order takes while others are placed, and how soon an order that comes alone is shown. */
export const readBesideOrders = figure({
  id: 'P14',
  title:
    'GET /orders/{id} at 1,000 a second beside 200 orders a second; an order on a quiet shop until its row is read',
  numbers: {
    p99: atMost('p99 of GET /orders/{id} beside 200 orders a second', 'ms', { must: 25, goal: 10 }),
    shown: atMost('p50 from sending POST /orders to its row, alone', 'ms', { must: 6, goal: 4 }),
    p50: stated('p50 of GET /orders/{id} beside 200 orders a second', 'ms'),
    placed: stated('p99 of POST /orders meanwhile', 'ms'),
  },
  async run(context) {
    const { scope, seconds } = context
    const orders = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    const { url, log } = service
    await placeOrders(service, { orders, connections: 64, seconds })
    const paths = join(scope.folder(), 'paths')
    writeFileSync(paths, (await log.orderIds(ORDERS_READ)).map((id) => `/orders/${id}`).join('\n'))
    const [body = ''] = readFileSync(orders, 'utf8').split('\n')
    return inRounds(context, async () => {
      const load = { url, connections: 64, seconds }
      const [reads, placed] = await Promise.all([
        loadOpen({ ...load, method: 'GET', lines: paths, rate: RATES.reads }),
        loadOpen({ ...load, method: 'POST', lines: orders, rate: RATES.orders }),
      ])
      await log.caughtUp()
      return { p99: reads.p99, p50: reads.p50, placed: placed.p99, shown: await shownAfter(url, body) }
    })
  },
})

/** Median, in milliseconds, from sending an order to the answer that has its row. */
async function shownAfter(url: string, body: string): Promise<number> {
  const waits: number[] = []
  for (let order = 0; order < LONE_ORDERS; order++) {
    const start = performance.now()
    const headers = { 'content-type': 'application/json' }
    const placed = await fetch(new URL('/orders', url), { method: 'POST', headers, body })
    const after = placed.headers.get('x-position')
    const location = placed.headers.get('location')
    await placed.text()
    if (placed.status !== 201 || location === null) throw new Error(`an order was answered ${String(placed.status)}`)
    const row = await fetch(new URL(`${location}?after=${String(after)}`, url))
    await row.text()
    if (row.status !== 200) throw new Error(`the row of an order was answered ${String(row.status)}`)
    waits.push(performance.now() - start)
  }
  return median(waits)
}
