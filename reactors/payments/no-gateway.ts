/** Where no gateway is configured: nothing is charged, and anyone who looks at the reactor sees why. */
import { GatewayFailure, type PaymentGateway } from './gateway.ts'

export const NO_GATEWAY: PaymentGateway = {
  charge: unreachable,
  outcomeOf: unreachable,
  refund: unreachable,
  outcomeOfRefund: unreachable,
}

function unreachable(): Promise<never> {
  return Promise.reject(
    new GatewayFailure('gateway-unreachable', 'no payment gateway is configured: set PAYMENT_GATEWAY_URL'),
  )
}
