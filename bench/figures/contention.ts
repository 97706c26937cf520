import { atLeast, figure, inRounds, stated } from '../figure.ts'
import { loadClosed } from '../load/closed-loop.ts'
import { startDurablePostgres } from '../service/durable-postgres.ts'
import { placeOrders, requireDurable, startShop, warmUp } from '../service/loaded-shop.ts'
import { type MeasuredService, startService } from '../service/measured-service.ts'
import { everyProduct, oneProduct, writeOrders } from '../service/shop.ts'

const CONNECTIONS = 64

/**
 * One product that everybody wants, and two processes that append to one log. One process alone has a database and
 * shop of its own, so that no second process follows its log while it is measured.
 */
export const contention = figure({
  id: 'P3',
  title: 'one hot product ÷ 1,000 products; two API processes together ÷ one',
  numbers: {
    hot: atLeast('one hot product ÷ 1,000 products, one process', 'x', { must: 0.9, goal: 1 }),
    twoSpread: atLeast('two processes ÷ one, 1,000 products', 'x', { must: 0.6, goal: 0.9 }),
    twoHot: atLeast('two processes ÷ one, one hot product', 'x', { must: 0.6, goal: 0.9 }),
    oneSpreadRate: stated('orders of one process, 1,000 products', '/s'),
    oneHotRate: stated('orders of one process, one hot product', '/s'),
    twoSpreadRate: stated('orders of two processes, 1,000 products', '/s'),
    twoHotRate: stated('orders of two processes, one hot product', '/s'),
  },
  async run(context) {
    const { scope, seconds } = context
    const spread = writeOrders(scope, everyProduct)
    const hot = writeOrders(scope, oneProduct)
    const alone = await startShop(scope, { env: { DATABASE_URL: await startDurablePostgres(scope) } })
    const shared = { env: { DATABASE_URL: await startDurablePostgres(scope) } }
    const pair = [await startShop(scope, shared), await startService(scope, shared)] as const
    await warmUp(alone, spread)
    for (const service of pair) await warmUp(service, spread)

    const one = (orders: string) => placeOrders(alone, { orders, connections: CONNECTIONS, seconds })
    const two = (orders: string) => placeTogether(pair, { orders, seconds })
    return inRounds(context, async () => {
      const oneSpreadRate = (await one(spread)).perSecond
      const twoSpreadRate = await two(spread)
      const oneHotRate = (await one(hot)).perSecond
      const twoHotRate = await two(hot)
      return {
        hot: oneHotRate / oneSpreadRate,
        twoSpread: twoSpreadRate / oneSpreadRate,
        twoHot: twoHotRate / oneHotRate,
        oneSpreadRate,
        oneHotRate,
        twoSpreadRate,
        twoHotRate,
      }
    })
  },
})

/** Each gets half of the connections at the same time; orders a second of both. */
async function placeTogether(
  pair: readonly [MeasuredService, MeasuredService],
  { orders, seconds }: { readonly orders: string; readonly seconds: number },
): Promise<number> {
  const { log } = pair[0]
  const before = await log.head()
  const reports = await Promise.all(
    pair.map(({ url }) => loadClosed({ url, orders, connections: CONNECTIONS / 2, seconds })),
  )
  await log.caughtUp()
  const answers = reports.reduce((sum, report) => sum + report.answers, 0)
  requireDurable(answers, (await log.head()) - before)
  return reports.reduce((sum, report) => sum + report.perSecond, 0)
}
