/** What lists of alerts and of attempts on hold show alike. */
import type { FraudAlert } from '../api-shapes.ts'
import { shortId, signed } from '../parts/format.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import type { Verdict } from './review.tsx'
import { reasonText } from './words.ts'

/** An attempt to pay an order. */
export interface AttemptName {
  readonly orderId: string
  readonly attempt: number
}

export function OrderCell({ orderId, attempt }: AttemptName) {
  return (
    <>
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>{' '}
      <span class="dim">{t('fraud.attempt', { n: attempt })}</span>
    </>
  )
}

export function Reasons({ alert }: { readonly alert: FraudAlert }) {
  return (
    <ul class="reasons">
      {alert.reasons.map((reason) => (
        <li key={reason.rule}>
          {reasonText(reason, alert)} <span class="dim">{signed(reason.points)}</span>
        </li>
      ))}
    </ul>
  )
}

export function ReviewButtons({
  of: { orderId, attempt },
  onReview,
}: {
  readonly of: AttemptName
  readonly onReview: (verdict: Verdict) => void
}) {
  return (
    <span class="buttons">
      {(['fraud', 'honest'] as const).map((verdict) => (
        <button
          key={verdict}
          type="button"
          class="quiet"
          aria-label={t(`fraud.review.${verdict}.of`, { order: orderId, n: attempt })}
          onClick={() => onReview(verdict)}
        >
          {t(`fraud.verdict.${verdict}`)}
        </button>
      ))}
    </span>
  )
}
