import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { placeOrders, startShop } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** Different orders that are read: more than any page or plan could keep at hand by luck. */
const ORDERS_READ = 10_000

/** How long looking at an order takes. */
export const readLatency = figure({
  id: 'F2',
  title: 'GET /orders/{id} at 1,000 a second, evenly spaced',
  numbers: {
    p99: atMost('p99 of GET /orders/{id} at 1,000 a second', 'ms', { must: 20 }),
    p50: stated('p50 of GET /orders/{id} at 1,000 a second', 'ms'),
    max: stated('slowest GET /orders/{id} at 1,000 a second', 'ms'),
    answered: stated('GET /orders/{id} answered while 1,000 a second were due', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const service = await startShop(scope)
    await placeOrders(service, { orders: writeOrders(scope, everyProduct), connections: 64, seconds })
    const ids = await service.log.orderIds(ORDERS_READ)
    const lines = join(scope.folder(), 'paths')
    writeFileSync(lines, ids.map((id) => `/orders/${id}`).join('\n'))
    return inRounds(context, async () => {
      const { url } = service
      const { p99, p50, max, perSecond } = await loadOpen({
        url,
        method: 'GET',
        lines,
        connections: 64,
        rate: 1_000,
        seconds,
      })
      return { p99, p50, max, answered: perSecond }
    })
  },
})
