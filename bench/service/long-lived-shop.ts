/** A shop with very many orders, all of them with one hot product: made once a run, for the figures of a long life. */
import type { BenchContext } from '../figure.ts'
import type { Cleanup } from '../cleanup.ts'
import { loadClosed } from '../load/closed-loop.ts'
import { startService } from './measured-service.ts'
import { type Memory, memoryBelow, memoryOf } from '../machine/memory.ts'
import { fillShop, product, skuOf, writeOrders } from './shop.ts'

export const HOT = 'HOT'

export interface LongLivedShop {
  /** Stopped; its data stay until the end of the run. */
  readonly dataDir: string
  readonly orders: number
  readonly ordersPerSecond: number
  /** Of the service's process, when the last order was placed and shown. */
  readonly memory: Memory
  /** Of the Postgres below it. */
  readonly postgresMb: number
}

const SLICE_SECONDS = 10
const made = new WeakMap<Cleanup, Promise<LongLivedShop>>()

/** The shop of this run. Every order has two lines: the hot product, and one of 1,000 others. */
export function longLivedShop(context: BenchContext): Promise<LongLivedShop> {
  const { wholeRun } = context
  const present = made.get(wholeRun) ?? make(context)
  made.set(wholeRun, present)
  return present
}

async function make({ wholeRun, orders: wanted, note }: BenchContext): Promise<LongLivedShop> {
  const service = await startService(wholeRun)
  await fillShop(service.url, [product(HOT, 0)])
  const bodies = writeOrders(wholeRun, (index) => [HOT, skuOf(index)])
  let orders = 0
  let seconds = 0
  while (orders < wanted) {
    const report = await loadClosed({ url: service.url, orders: bodies, connections: 64, seconds: SLICE_SECONDS })
    orders += report.answers
    seconds += report.answers / report.perSecond
    note(`${orders} of ${wanted} orders, resident ${memoryOf(service.pid).residentMb.toFixed(0)} MB`)
  }
  await service.log.caughtUp()
  const shop = {
    dataDir: service.dataDir,
    orders,
    ordersPerSecond: orders / seconds,
    memory: memoryOf(service.pid),
    postgresMb: memoryBelow(service.pid),
  }
  await service.stop()
  return shop
}
