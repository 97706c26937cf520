/** Sends simulated orders to the topic `order-commands` and watches the log for what became of each. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { BatchSender } from '../../kafka/client/batch-sender.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { SimulatedOrder } from '../../simulation/orders.ts'
import type { HttpClient } from '../client/http-client.ts'
import { DeliveryTally, type DeliveryReport } from '../output/report.ts'
import { onward, type Delivery } from './delivery.ts'
import type { Answered, Restock } from './restock.ts'
import { sendAll } from './send-all.ts'

export interface FloodingTopic {
  /** Of the service that takes the orders: its log is watched. */
  readonly client: HttpClient
  readonly sender: Pick<BatchSender, 'add'>
  readonly target: { readonly name: string; readonly partitions: number }
  readonly count: number
  readonly nextOrder: () => SimulatedOrder
  /** Orders whose outcome is not known yet. */
  readonly concurrency: number
  readonly signal: AbortSignal
  /** The moment of the n-th order, in milliseconds from the start; absent: as soon as one before it is decided. */
  readonly schedule?: (index: number) => number
  /** Milliseconds without any news of our orders, after which those under way are given up. */
  readonly patience: number
  readonly advance: () => void
  /** Absent: what is sold out stays so. */
  readonly restock?: Restock
}

const PAGE = 200
const LOOK_MS = 10

interface LoggedEvent {
  readonly position: number
  readonly type: string
  readonly data: { readonly orderId?: string; readonly reason?: string; readonly shortages?: unknown }
}

type Settle = (delivery: Delivery, shortages?: unknown) => void
type Outcome = Pick<Answered, 'delivery' | 'shortages'>

/** Each order has an id of its own, so a record that is sent again after an error places nothing twice. */
export async function floodTopic(flooding: FloodingTopic): Promise<DeliveryReport> {
  const { client, sender, target, count, nextOrder, schedule, advance, patience, concurrency, signal, restock } =
    flooding
  const run = `flood-${randomUUID().slice(0, 8)}`
  const tally = new DeliveryTally()
  const outcomes = new Map<string, Settle>()
  const watching = new AbortController()
  const watched = watch(client, { outcomes, patience, after: await headOf(client), signal: watching.signal })
  const start = performance.now()

  async function send(order: SimulatedOrder, dueAt: number, orderId: string): Promise<Delivery> {
    const sentAfter = restock?.receipts ?? 0
    const decided = new Promise<Outcome>((resolve) => {
      outcomes.set(orderId, (found, lacking) => resolve({ delivery: found, shortages: lacking }))
    })
    const headers = { ce_id: orderId, ce_source: 'urn:orderledger:flood' }
    const { customerId } = order
    const value = JSON.stringify({ orderId, ...order })
    const room = sender.add(target.name, partitionOf(customerId, target.partitions), {
      key: customerId,
      value,
      headers,
    })
    if (room !== null) await room
    const { delivery, shortages } = await decided
    tally.count(delivery, performance.now() - dueAt)
    advance()
    await restock?.answered(order, { sentAfter, delivery, shortages })
    return delivery
  }

  let index = 0
  const sending = sendAll({
    source: take(count, nextOrder),
    concurrency,
    signal,
    ...(schedule === undefined ? {} : { schedule }),
    send: async (order, dueAt) => onward(await send(order, dueAt, `${run}-${index++}`)),
  }).finally(() => watching.abort())
  await Promise.all([sending, watched])
  return tally.report(performance.now() - start)
}

function* take(count: number, next: () => SimulatedOrder): Generator<SimulatedOrder, void, undefined> {
  for (let index = 0; index < count; index++) yield next()
}

async function headOf(client: HttpClient): Promise<number> {
  const { body } = await client.get('/analytics')
  return (body as { readonly position: number }).position
}

interface Watch {
  readonly outcomes: Map<string, Settle>
  readonly patience: number
  readonly after: number
  readonly signal: AbortSignal
}

/** Reads the log until the signal; gives up what is under way when nothing of it has come for too long. */
async function watch(client: HttpClient, { outcomes, patience, after, signal }: Watch): Promise<void> {
  let position = after
  let heard = performance.now()
  while (!signal.aborted) {
    const { body } = await client.get(`/events?after=${position}&limit=${PAGE}`)
    const { items } = body as { readonly items: readonly LoggedEvent[] }
    for (const event of items) {
      position = event.position
      const delivery = deliveryOf(event)
      const settle = delivery === null ? undefined : outcomes.get(event.data.orderId ?? '')
      if (delivery === null || settle === undefined) continue
      outcomes.delete(event.data.orderId ?? '')
      heard = performance.now()
      settle(delivery, event.data.shortages)
    }
    if (items.length > 0) continue
    if (outcomes.size === 0) heard = performance.now()
    if (performance.now() - heard > patience) {
      for (const settle of outcomes.values()) settle(NOT_HEARD)
      outcomes.clear()
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

const NOT_HEARD: Delivery = { outcome: 'failed', reason: 'not in the log, and no further outcome arrives', gone: true }

function deliveryOf({ type, data }: LoggedEvent): Delivery | null {
  if (type === 'OrderPlaced') return { outcome: 'accepted' }
  return type === 'OrderRejected' ? { outcome: 'refused', reason: data.reason ?? 'rejected' } : null
}
