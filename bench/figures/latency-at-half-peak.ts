import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { placeOrders, startShop, warmUp } from '../service/loaded-shop.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'
import { median } from '../verdict.ts'

/** How long an order takes when the service is as busy as it should ever be kept. */
export const latencyAtHalfPeak = figure({
  id: 'P4',
  title: 'p99 of POST /orders at half of the measured peak, evenly spaced, counted from the moment an order was due',
  numbers: {
    p99: atMost('p99 at half of peak', 'ms', { must: 50, goal: 15 }),
    p50: stated('p50 at half of peak', 'ms'),
    peak: stated('peak (64 connections, closed loop)', '/s'),
    rate: stated('half of it, as answered', '/s'),
  },
  async run(context) {
    const { scope, seconds, rounds, note } = context
    const orders = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    await warmUp(service, orders)
    const peaks: number[] = []
    for (let round = 0; round < rounds; round++) {
      peaks.push((await placeOrders(service, { orders, connections: 64, seconds })).perSecond)
    }
    const peak = median(peaks)
    note(`peak ${Math.round(peak)} orders a second`)
    return inRounds(context, async () => {
      const { url } = service
      const rate = Math.round(peak / 2)
      const report = await loadOpen({ url, method: 'POST', lines: orders, connections: 256, rate, seconds })
      await service.log.caughtUp()
      return { p99: report.p99, p50: report.p50, peak, rate: report.perSecond }
    })
  },
})
