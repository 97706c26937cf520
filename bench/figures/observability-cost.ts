import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** What production logging and metrics cost: the service as it ships beside one that says nothing. */
export const observabilityCost = figure({
  id: 'P9',
  title: 'orders over HTTP with production logging and metrics ÷ without',
  numbers: {
    ratio64: atLeast('on ÷ off, 64 connections', 'x', { must: 0.8, goal: 0.9 }),
    ratio256: atLeast('on ÷ off, 256 connections', 'x', { must: 0.8, goal: 0.9 }),
    silent64: stated('orders, neither logs nor metrics, 64 connections', '/s'),
    silent256: stated('orders, neither logs nor metrics, 256 connections', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const orders = writeOrders(scope, everyProduct)
    const observed = await startShop(scope)
    const silent = await startShop(scope, { env: { LOG_LEVEL: 'silent', METRICS: 'off' } })
    await warmUp(observed, orders)
    await warmUp(silent, orders)
    return inRounds(context, async () => {
      const observed64 = await placeOrders(observed, { orders, connections: 64, seconds })
      const silent64 = await placeOrders(silent, { orders, connections: 64, seconds })
      const observed256 = await placeOrders(observed, { orders, connections: 256, seconds })
      const silent256 = await placeOrders(silent, { orders, connections: 256, seconds })
      return {
        ratio64: observed64.perSecond / silent64.perSecond,
        ratio256: observed256.perSecond / silent256.perSecond,
        silent64: silent64.perSecond,
        silent256: silent256.perSecond,
      }
    })
  },
})
