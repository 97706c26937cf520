/** What may be asked of alerts about fraud. */
import { Type } from 'typebox'
import { VERDICTS, type ReviewAlert } from '../domain/payments/fraud.ts'
import { request, type Wanted } from './request.ts'
import { named, oneOf, ref, text } from './shape.ts'
import type { ShopSettings } from './shop-settings.ts'

const ReviewFraudAlertShape = named(
  'ReviewFraudAlert',
  {
    verdict: oneOf(VERDICTS, { description: '`fraud` cancels the order too, if it still can be cancelled.' }),
    note: Type.Optional(text(1, 500, 'In the words of the person who reviews it. Customers never see it.')),
  },
  { description: 'A verdict on an alert.', examples: [{ verdict: 'honest', note: 'a gift, asked by phone' }] },
)

export const reviewFraudAlertRequest = request(ref(ReviewFraudAlertShape))

export function reviewFraudAlertCommand(
  alert: Pick<ReviewAlert, 'alertId' | 'orderId'>,
  wanted: Wanted<typeof reviewFraudAlertRequest>,
  { clock }: Pick<ShopSettings, 'clock'>,
): ReviewAlert {
  const { verdict, note = null } = wanted
  return { alertId: alert.alertId, orderId: alert.orderId, verdict, note, at: clock() }
}
