/** Follows one product through the log: whether more was ever promised than was there. */
import type { HttpClient } from '../client/http-client.ts'
import { field } from './delivery.ts'
import { requireSuccess } from '../client/service.ts'

export interface StockAudit {
  readonly onHand: number
  readonly reserved: number
  /** The most units by which reservations ever exceeded the stock on hand, over all versions; 0 is what must be. */
  readonly oversold: number
  /** Of the product's last event. */
  readonly version: number
}

interface StockEvent {
  readonly type: string
  readonly version: number
  readonly units: number
}

/** Folds the product's stream, read through GET /events, without any code of the domain: a second opinion. */
export async function auditStock(client: HttpClient, sku: string): Promise<StockAudit> {
  let audit: StockAudit = { onHand: 0, reserved: 0, oversold: 0, version: 0 }
  for await (const event of stockEvents(client, sku)) audit = fold(audit, event)
  return audit
}

export function fold({ onHand, reserved, oversold }: StockAudit, { type, version, units }: StockEvent): StockAudit {
  const shipped = type === 'StockShipped' ? units : 0
  const arrived = type === 'StockReceived' || type === 'StockAdjusted' ? units : 0
  const held = type === 'StockReserved' ? units : 0
  const freed = type === 'StockReleased' ? units : 0
  const next = { onHand: onHand + arrived - shipped, reserved: reserved + held - freed - shipped }
  return { ...next, oversold: Math.max(oversold, next.reserved - next.onHand), version }
}

async function* stockEvents(client: HttpClient, sku: string): AsyncGenerator<StockEvent, void, undefined> {
  let after: unknown = 0
  while (typeof after === 'number') {
    const path = `/events?stream=inventory-${sku}&after=${after}&limit=200`
    const reply = await client.get(path)
    requireSuccess(reply, `GET ${client.url}${path}`)
    const items = field(reply.body, 'items')
    for (const item of Array.isArray(items) ? items : []) yield stockEvent(item)
    after = field(reply.body, 'next')
  }
}

function stockEvent(item: unknown): StockEvent {
  const [type, version, data] = [field(item, 'type'), field(item, 'version'), field(item, 'data')]
  if (typeof type !== 'string' || typeof version !== 'number') throw new TypeError('an event has no type or no version')
  const units = field(data, 'quantity') ?? field(data, 'delta') ?? 0
  if (typeof units !== 'number') throw new TypeError(`event ${version} of the stock has no number of units`)
  return { type, version, units }
}
