/** Sends simulated orders and counts what became of them. */
import { randomUUID } from 'node:crypto'
import type { SimulatedOrder } from '../../simulation/orders.ts'
import type { HttpClient, Reply } from '../client/http-client.ts'
import { DeliveryTally, type DeliveryReport } from '../output/report.ts'
import { deliver, field, onward } from './delivery.ts'
import type { Restock } from './restock.ts'
import { sendAll } from './send-all.ts'

export interface SendingOrders {
  readonly client: HttpClient
  readonly count: number
  readonly nextOrder: () => SimulatedOrder
  readonly concurrency: number
  readonly signal: AbortSignal
  /** The moment of the n-th order, in milliseconds from the start; absent: as soon as one before it is answered. */
  readonly schedule?: (index: number) => number
  readonly advance: () => void
  /** Sees every answer. */
  readonly onReply?: (reply: Reply) => void
  /** Absent: what is sold out stays so. */
  readonly restock?: Restock
}

/** Every order is placed once, however often it has to be sent: each carries an Idempotency-Key of its own. */
export async function sendOrders(sending: SendingOrders): Promise<DeliveryReport> {
  const { client, count, nextOrder, advance, onReply, schedule, restock, ...bounds } = sending
  const run = randomUUID()
  const tally = new DeliveryTally()
  const start = performance.now()

  function* orders(): Generator<{ readonly order: SimulatedOrder; readonly key: string }, void, undefined> {
    for (let i = 0; i < count; i++) yield { order: nextOrder(), key: `${run}-${i}` }
  }

  await sendAll({
    source: orders(),
    ...bounds,
    ...(schedule === undefined ? {} : { schedule }),
    async send({ order, key }, dueAt) {
      const sentAfter = restock?.receipts ?? 0
      let shortages: unknown
      const delivery = await deliver(async () => {
        const reply = await client.post('/orders', JSON.stringify(order), key)
        onReply?.(reply)
        shortages = field(reply.body, 'shortages')
        return reply
      })
      tally.count(delivery, performance.now() - dueAt)
      advance()
      await restock?.answered(order, { sentAfter, delivery, shortages })
      return onward(delivery)
    },
  })
  return tally.report(performance.now() - start)
}
