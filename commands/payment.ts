/** What may be asked of the payment of an order. */
import { Type } from 'typebox'
import { PAYMENT_METHODS } from '../domain/payments/payment.ts'
import type { RequestRefund } from '../domain/payments/refund.ts'
import type { RequestPayment } from '../domain/payments/request-payment.ts'
import { payerKeys, payerKeyShapes, withoutCardNumber } from './payer-keys.ts'
import { request, type Wanted } from './request.ts'
import { id, named, oneOf, ref, text, whole } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code; it must be that of the order.' })

const PaymentAmountShape = named(
  'PaymentAmount',
  { amount: whole(0, Number.MAX_SAFE_INTEGER, 'In minor units (cents for EUR).'), currency },
  { description: 'What an order costs.', examples: [{ amount: 99900, currency: 'EUR' }] },
)

const RequestPaymentShape = named(
  'RequestPayment',
  {
    orderId: id('The order to pay.'),
    method: oneOf(PAYMENT_METHODS, { description: 'How to pay it; on-account is for VIPs.' }),
    amount: Type.Optional(ref(PaymentAmountShape)),
    ...payerKeyShapes,
  },
  {
    description: 'A payment of a whole order. `amount`, where given, must be its total.',
    examples: [{ orderId: 'web-1001', method: 'card', amount: { amount: 99900, currency: 'EUR' } }],
  },
)

export const requestPaymentRequest = request(ref(RequestPaymentShape), withoutCardNumber)
export type WantedPayment = Wanted<typeof requestPaymentRequest>

export function requestPaymentCommand(
  wanted: WantedPayment,
  shop: Pick<ShopSettings, 'clock' | 'pseudonym'>,
): RequestPayment {
  const { orderId, method, amount = null } = wanted
  return { orderId, method, amount, keys: payerKeys(wanted, shop), at: shop.clock() }
}

const RefundAmountShape = named(
  'RefundAmount',
  { amount: whole(1, Number.MAX_SAFE_INTEGER, 'In minor units (cents for EUR), at most what is left.'), currency },
  { description: 'What goes back.', examples: [{ amount: 500, currency: 'EUR' }] },
)

const RequestRefundShape = named(
  'RequestRefund',
  {
    amount: Type.Optional(ref(RefundAmountShape)),
    reason: text(1, 200, 'In the words of the person who refunds.'),
  },
  {
    description: 'Money to give back as goodwill: all that is left if `amount` is absent. The order keeps its status.',
    examples: [{ amount: { amount: 500, currency: 'EUR' }, reason: 'late delivery' }],
  },
)

export const requestRefundRequest = request(ref(RequestRefundShape))
export type WantedRefund = Wanted<typeof requestRefundRequest>

export function requestRefundCommand(orderId: string, { amount, reason }: WantedRefund): RequestRefund {
  return { orderId, amount: amount ?? null, note: reason }
}
