import { atMost, figure, inRounds, stated } from '../figure.ts'
import { loadOpen } from '../load/open-loop.ts'
import { requireDurable, startShop, warmUp } from '../service/loaded-shop.ts'
import { processorShares, type ProcessorShares } from '../machine/processor-share.ts'
import { everyProduct, writeOrders } from '../service/shop.ts'

/** Orders a second: what a shop has on a good day, far below the point where batches form by themselves. */
const RATE = 200

/** What an order costs when it comes nearly alone: batches are small, and each has its round trips. */
export const loneOrder = figure({
  id: 'P13',
  title: `processor time of an order at ${String(RATE)} a second, all roles, until every projection shows it; idle load included`,
  numbers: {
    order: atMost('processor time of an order, service and Postgres', 'µs', { must: 3_000, goal: 2_000 }),
    mainThread: stated("of that the service's main thread", 'µs'),
    secondThread: stated('its busiest other thread, the projector', 'µs'),
    otherThreads: stated('its other threads', 'µs'),
    writer: stated('sessions of the writer', 'µs'),
    projector: stated('sessions of the projector', 'µs'),
    feed: stated('sessions that read the log for it', 'µs'),
    reactor: stated('sessions of the reactors', 'µs'),
    otherSessions: stated('the rest of Postgres', 'µs'),
    p99: stated('p99 of POST /orders meanwhile', 'ms'),
  },
  async run(context) {
    const { scope, seconds } = context
    const lines = writeOrders(scope, everyProduct)
    const service = await startShop(scope)
    await warmUp(service, lines)
    return inRounds(context, async () => {
      await service.log.caughtUp()
      const head = await service.log.head()
      const before = await processorShares(service)
      const load = { url: service.url, method: 'POST', lines, connections: 64, rate: RATE, seconds } as const
      const { answers, p99 } = await loadOpen(load)
      await service.log.caughtUp()
      requireDurable(answers, (await service.log.head()) - head)
      return { ...shares(before, await processorShares(service), answers), p99 }
    })
  },
})

function shares(before: ProcessorShares, after: ProcessorShares, orders: number) {
  const session = (name: string) => ((after.sessions.get(name) ?? 0) - (before.sessions.get(name) ?? 0)) / orders
  const total = (of: ProcessorShares) => of.otherThreads.reduce((sum, micros) => sum + micros, 0)
  const order = (after.all - before.all) / orders
  const mainThread = (after.mainThread - before.mainThread) / orders
  const threads = (total(after) - total(before)) / orders
  const secondThread = ((after.otherThreads[0] ?? 0) - (before.otherThreads[0] ?? 0)) / orders
  const named = {
    writer: session('writer'),
    projector: session('projector'),
    feed: session('feed'),
    reactor: session('reactor'),
  }
  const postgres = order - mainThread - threads
  return {
    ...{ order, mainThread, secondThread, otherThreads: threads - secondThread },
    ...named,
    otherSessions: postgres - Object.values(named).reduce((sum, micros) => sum + micros, 0),
  }
}
