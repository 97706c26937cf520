/** Ends orders whose reservation has run out. While a payment is open an order may not end: it is looked at again after. */
import { idOf } from '../domain/decision.ts'
import { expireOrder } from '../domain/end-order.ts'
import { AT_ONCE, reactor, SETTLED } from './reactor.ts'
import { readBack } from './read-back.ts'

/** The clock of a decision may stand a little behind that of the queue. */
const SOONEST_MS = 1_000

export const expireOrders = reactor({
  name: 'expire-orders',
  handles: ['OrderPlaced', 'OrderConfirmed', 'OrderCancelled', 'OrderExpired', 'OrderCompleted', 'PaymentDeclined'],
  meaning(event) {
    switch (event.type) {
      case 'OrderPlaced':
        return event.reservedUntil === null ? null : { due: event.reservedUntil }
      case 'PaymentDeclined':
        return { due: AT_ONCE }
      case 'OrderConfirmed':
      case 'OrderCancelled':
      case 'OrderExpired':
      case 'OrderCompleted':
        return 'over'
    }
  },
  async act({ stream }, { at, ask }) {
    const refusal = await ask((read) => expireOrder({ orderId: idOf(stream), at }, read))
    if (refusal?.reason !== 'not-due' || refusal.reservedUntil === null) return SETTLED
    return { outcome: 'again', inMs: Math.max(SOONEST_MS, refusal.reservedUntil - at) }
  },
  // As many at once as an order that comes meanwhile has to wait for.
  pace: { perSecond: 1_000, repeatsPerSecond: 1_000, atOnce: 50 },
  holdsBack: 'stream',
  gathers: true,
  actsOutside: false,
})

/** Orders that are placed and not over. Those with an open attempt are due again when that has ended. */
export const unsettledOrders = readBack({
  handles: ['OrderPlaced', 'OrderConfirmed', 'OrderCancelled', 'OrderExpired', 'OrderCompleted'],
  meaning(event) {
    const name = event.orderId
    if (event.type !== 'OrderPlaced') return { name, due: null }
    return event.reservedUntil === null ? null : { name, due: { due: event.reservedUntil } }
  },
})
