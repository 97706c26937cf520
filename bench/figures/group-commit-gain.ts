import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { startOneTransactionService } from '../service/measured-service.ts'
import { everyProduct, fillShop, writeOrders } from '../service/shop.ts'

/** What group commit is worth: the same service beside one that commits each command by itself. */
export const groupCommitGain = figure({
  id: 'P2',
  title: 'durable one-line orders over HTTP ÷ the same with one transaction per request',
  numbers: {
    ratio64: atLeast('group commit ÷ single commits, 64 connections', 'x', { must: 8, goal: 15 }),
    ratio256: atLeast('group commit ÷ single commits, 256 connections', 'x', { must: 8, goal: 15 }),
    single64: stated('orders, one transaction each, 64 connections', '/s'),
    single256: stated('orders, one transaction each, 256 connections', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const orders = writeOrders(scope, everyProduct)
    const grouped = await startShop(scope)
    const single = await startOneTransactionService(scope)
    await fillShop(single.url)
    await warmUp(grouped, orders)
    await warmUp(single, orders)
    return inRounds(context, async () => {
      const grouped64 = await placeOrders(grouped, { orders, connections: 64, seconds })
      const single64 = await placeOrders(single, { orders, connections: 64, seconds })
      const grouped256 = await placeOrders(grouped, { orders, connections: 256, seconds })
      const single256 = await placeOrders(single, { orders, connections: 256, seconds })
      return {
        ratio64: grouped64.perSecond / single64.perSecond,
        ratio256: grouped256.perSecond / single256.perSecond,
        single64: single64.perSecond,
        single256: single256.perSecond,
      }
    })
  },
})
