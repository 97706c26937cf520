import { expect, test } from 'vitest'
import { gatewayReason, OUR_DECLINES } from '../../domain/payments/decline-reasons.ts'
import { NOON, paymentDeclined } from '../../domain/test-events.ts'
import { factOf } from './payment-facts.ts'

const declinedFor = (reason: string) => factOf(paymentDeclined('o1', 1, 1_000, { reason }), NOON).kind

test.each(OUR_DECLINES)(
  'a decline for %s says nothing of the customer, unless it is the word of the gateway',
  (reason) => {
    expect(declinedFor(reason)).toBe('ended')
    expect(declinedFor(gatewayReason(reason))).toBe('declined')
  },
)
