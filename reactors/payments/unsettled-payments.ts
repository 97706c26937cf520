/** Which attempts and refunds a log leaves without an outcome. In a log made from a dump their keys are only read. */
import { WRONG_AMOUNT } from '../../domain/payments/payment.ts'
import { readBack } from '../read-back.ts'
import { AT_ONCE } from '../reactor.ts'
import { chargeKey, refundKey } from './gateway-keys.ts'
import { askedOf } from './payments.ts'

/** Declined without the gateway having said so: it may have taken the money even so. */
const NOT_THE_GATEWAYS: readonly string[] = ['no-answer', 'replaced', WRONG_AMOUNT]

/** Attempts and refunds whose outcome is not recorded. */
export const unsettledPayments = readBack({
  handles: [
    ...(['PaymentRequested', 'PaymentCaptured', 'PaymentDeclined'] as const),
    ...(['RefundRequested', 'PaymentRefunded', 'RefundFailed'] as const),
  ],
  meaning(event) {
    const { orderId } = event
    switch (event.type) {
      case 'PaymentRequested':
      case 'RefundRequested': {
        const asked = askedOf(event)
        if (asked === null) return null
        const name = 'refund' in asked ? refundKey(orderId, asked.refund) : chargeKey(orderId, asked.attempt)
        return { name, due: { due: AT_ONCE, detail: { ...asked, onlyRead: true } } }
      }
      case 'PaymentDeclined':
        return NOT_THE_GATEWAYS.includes(event.reason) ? null : { name: chargeKey(orderId, event.attempt), due: null }
      case 'PaymentCaptured':
        return { name: chargeKey(orderId, event.attempt), due: null }
      case 'PaymentRefunded':
      case 'RefundFailed':
        return { name: refundKey(orderId, event.refund), due: null }
    }
  },
})
