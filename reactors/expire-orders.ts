/** Ends orders whose reservation has run out. */
import { idOf } from '../domain/decision.ts'
import { expireOrder } from '../domain/order.ts'
import { reactor } from './reactor.ts'

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
  command:
    ({ stream }, at) =>
    (read) =>
      expireOrder({ orderId: idOf(stream), at }, read),
  isTooEarly: ({ reason }) => reason === 'not-due',
})
