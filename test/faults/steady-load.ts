/** Orders at a fixed rate, whatever becomes of those before: as customers come. */
import { type AskedOrder, OrderingClient } from './ordering-client.ts'
import { ordersFor, type ShopPlan } from './shop.ts'

export interface SteadyLoadOptions {
  /** Unique for each load of a shop. */
  readonly label: string
  readonly plan: ShopPlan
  readonly perSecond: number
  readonly url: (attempt: number) => string
}

export interface SteadyLoad {
  readonly client: OrderingClient
  /** Resolves when this many more orders were placed that began after the call. */
  placed(more: number): Promise<void>
  /** Begins no more; resolves when all are answered, rejects when one never was. */
  stop(): Promise<void>
}

/** Orders that begin at one time. */
const BURST_MS = 20
const BATCH = 100

export function startLoad({ label, plan, perSecond, url }: SteadyLoadOptions): SteadyLoad {
  const client = new OrderingClient({ url })
  const under = new Set<Promise<unknown>>()
  const queue: AskedOrder[] = []
  let begun = 0
  let failure: unknown = null
  const startedAt = performance.now()

  const begin = (): Promise<unknown> => {
    if (queue.length === 0) queue.push(...ordersFor(`${label}-${String(begun)}`, BATCH, plan))
    const order = queue.shift()
    if (order === undefined) throw new Error('no order was made')
    begun += 1
    const placing = client.place(order)
    const settled = placing.catch((error: unknown) => (failure ??= error)).finally(() => under.delete(settled))
    under.add(settled)
    return placing
  }
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond
    while (begun < due) void begin()
  }, BURST_MS)

  return {
    client,

    async placed(more) {
      for (let left = more; left > 0; left--) await begin()
    },

    async stop() {
      clearInterval(timer)
      while (under.size > 0) await Promise.all(under)
      await client.close()
      if (failure !== null) throw new Error('an order was not answered', { cause: failure })
    },
  }
}
