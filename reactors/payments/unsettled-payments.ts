/** Which attempts and refunds a log leaves without an outcome. In a log made from a dump their keys are only read. */
import { WRONG_AMOUNT } from '../../domain/payments/payment.ts'
import { readBack } from '../read-back.ts'
import { AT_ONCE } from '../reactor.ts'
import { chargeKey, refundKey } from './gateway-keys.ts'
import { endsHold } from './held-payments.ts'
import { askedOf, type AskingEvent } from './payments.ts'

/** Declined without the gateway having said so: it may have taken the money even so. */
const NOT_THE_GATEWAYS: readonly string[] = ['no-answer', 'replaced', WRONG_AMOUNT]

/** Attempts and refunds whose outcome is not recorded. */
export const unsettledPayments = readBack({
  handles: [
    ...(['PaymentRequested', 'PaymentHeld', 'PaymentReleased', 'PaymentCaptured', 'PaymentDeclined'] as const),
    ...(['RefundRequested', 'PaymentRefunded', 'RefundFailed'] as const),
  ],
  meaning(event) {
    const { orderId } = event
    switch (event.type) {
      case 'PaymentRequested':
      case 'PaymentReleased':
        return onlyRead(event, chargeKey(orderId, event.attempt))
      case 'RefundRequested':
        return onlyRead(event, refundKey(orderId, event.refund))
      case 'PaymentHeld':
        // It stays on hold, and is charged when it is released here: only its key knows what was asked for before.
        return { name: chargeKey(orderId, event.attempt), due: { due: AT_ONCE, detail: { ...askedOf(event) } } }
      case 'PaymentDeclined':
        if (endsHold(event)) return onlyRead(event, chargeKey(orderId, event.attempt))
        return NOT_THE_GATEWAYS.includes(event.reason) ? null : { name: chargeKey(orderId, event.attempt), due: null }
      case 'PaymentCaptured':
        return { name: chargeKey(orderId, event.attempt), due: null }
      case 'PaymentRefunded':
      case 'RefundFailed':
        return { name: refundKey(orderId, event.refund), due: null }
    }
  },
})

function onlyRead(event: AskingEvent, name: string) {
  const asked = askedOf(event)
  return asked === null ? null : { name, due: { due: AT_ONCE, detail: { ...asked, onlyRead: true } } }
}
