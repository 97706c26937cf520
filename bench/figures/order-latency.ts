import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { startShop } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** How long an order takes on an ordinary day. */
export const orderLatency = figure({
  id: 'F1',
  title: 'POST /orders at 500 a second, evenly spaced, all projections live',
  numbers: {
    p99: atMost('p99 of POST /orders at 500 a second', 'ms', { must: 100 }),
    p50: stated('p50 of POST /orders at 500 a second', 'ms'),
    max: stated('slowest POST /orders at 500 a second', 'ms'),
    answered: stated('POST /orders answered while 500 a second were due', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const lines = writeOrders(scope, everyProduct)
    const { url, log } = await startShop(scope)
    return inRounds(context, async () => {
      const { p99, p50, max, perSecond } = await loadOpen({
        url,
        method: 'POST',
        lines,
        connections: 64,
        rate: 500,
        seconds,
      })
      await log.caughtUp()
      return { p99, p50, max, answered: perSecond }
    })
  },
})
