/** Ends orders whose reservation has run out. */
import { idOf } from '../domain/decision.ts'
import { expireOrder } from '../domain/end-order.ts'
import { reactor, SETTLED } from './reactor.ts'

/** The clock of a decision may stand a little behind that of the queue. */
const SOONEST_MS = 1_000
/** An order that is being paid may not expire; its payment is over within minutes. */
const PAYING_MS = 10_000

export const expireOrders = reactor({
  name: 'expire-orders',
  handles: ['OrderPlaced', 'OrderConfirmed', 'OrderCancelled', 'OrderExpired', 'OrderCompleted'],
  meaning(event) {
    switch (event.type) {
      case 'OrderPlaced':
        return event.reservedUntil === null ? null : { due: event.reservedUntil }
      case 'OrderConfirmed':
      case 'OrderCancelled':
      case 'OrderExpired':
      case 'OrderCompleted':
        return 'over'
    }
  },
  async act({ stream }, { at, ask }) {
    const refusal = await ask((read) => expireOrder({ orderId: idOf(stream), at }, read))
    if (refusal?.reason === 'payment-open') return { outcome: 'again', inMs: PAYING_MS }
    if (refusal?.reason !== 'not-due' || refusal.reservedUntil === null) return SETTLED
    return { outcome: 'again', inMs: Math.max(SOONEST_MS, refusal.reservedUntil - at) }
  },
  // As many at once as an order that comes meanwhile has to wait for.
  pace: { perSecond: 1_000, repeatsPerSecond: 1_000, atOnce: 50 },
  holdsBack: 'stream',
  gathers: true,
})
