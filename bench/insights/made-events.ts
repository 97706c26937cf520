/** User events for figures: those of `generate events`, so that they end now, and a shop whose products they look at. */
import { randomBytes } from 'node:crypto'
import { eur, productListed } from '../../domain/test-events.ts'
import type { UserEvent } from '../../schemas/behaviour/user-event.ts'
import { generateVisits } from '../../simulation/visits/generate-visits.ts'
import type { Cleanup } from '../cleanup.ts'
import { fillLog } from '../service/filled-log.ts'

export interface MadeEvent {
  readonly event: UserEvent
  /** As POST /user-events takes it. */
  readonly json: object
}

const PRODUCTS = 1_000
/** So that half a million are hours of a large shop. */
const PER_DAY = 5_000_000
export const madeSkus = Array.from({ length: PRODUCTS }, (_, index) => `SKU-${String(index)}`)

let seed = 0

/** Each time others. */
export function* madeEvents(count: number): Generator<MadeEvent, void, undefined> {
  seed += 1
  const plan = { seed, count, perDay: PER_DAY, from: 0, skus: madeSkus }
  let end = 0
  for (const { at } of generateVisits(plan)) end = at
  const shift = Date.now() - end
  for (const { event } of generateVisits(plan)) {
    const at = event.at + shift
    yield {
      json: { ...event, at: new Date(at).toISOString() },
      event: plainEvent({
        ...{ eventId: Buffer.from(event.eventId.replaceAll('-', ''), 'hex'), type: event.type, at },
        ...{ subject: event.subject, customerId: event.customerId ?? null, sku: event.sku ?? null },
        ...{ quantity: event.quantity ?? 0, channel: event.channel },
      }),
    }
  }
}

/** Without what it does not say; its id is drawn unless it says one. */
export function plainEvent(change: Partial<UserEvent>): UserEvent {
  return {
    ...{ type: 'page_view', at: 0, subject: 'visitor', customerId: null, sku: null, quantity: 0, amount: 0 },
    ...{ currency: '', orderId: null, channel: 'web', region: '', device: null, card: null, address: null },
    ...{ network: null, cardRegion: '', reason: null, eventId: change.eventId ?? randomBytes(16) },
    ...change,
  }
}

/** The URL of a database whose log lists the products. */
export function listedProducts(scope: Cleanup): Promise<string> {
  return fillLog(scope, madeSkus.length, (index) => {
    const sku = madeSkus[index] ?? ''
    return { stream: `inventory-${sku}`, event: productListed(sku, { price: eur(100) }) }
  })
}
