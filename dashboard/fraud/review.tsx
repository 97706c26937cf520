/** Somebody looked at an alert: what it was, and a note for those who look later. */
import { useSignal } from '@preact/signals'
import type { FraudAlert, ReviewFraudAlert } from '../api-shapes.ts'
import { useSending } from '../parts/command.ts'
import { Dialog } from '../parts/dialog.tsx'
import { money } from '../parts/format.ts'
import { t } from '../texts/text.ts'

export type Verdict = 'fraud' | 'honest'

/** As the service takes it. */
const LONGEST_NOTE = 500

/** What the dialog says of an alert. */
export type Reviewed = Pick<FraudAlert, 'alertId' | 'orderId' | 'attempt' | 'amount'>

interface ReviewDialogProps {
  readonly alert: Reviewed
  readonly verdict: Verdict
  /** Its attempt is not charged before this. */
  readonly isOnHold?: boolean
  /** What became of the order, in words. */
  readonly onDone: (words: string) => void
  readonly onClose: () => void
}

export function ReviewDialog({ alert, verdict, isOnHold = false, onDone, onClose }: ReviewDialogProps) {
  const { alertId, orderId, attempt, amount } = alert
  const sending = useSending()
  const note = useSignal('')

  async function review(): Promise<void> {
    const text = note.value.trim()
    const body: ReviewFraudAlert = { verdict, ...(text !== '' && { note: text }) }
    const path = `/fraud-alerts/${encodeURIComponent(alertId)}/review`
    const reviewed = await sending.run<FraudAlert>({ method: 'POST', path, body })
    if (reviewed === null) return
    const became = isOnHold && verdict === 'honest' ? 'released' : (reviewed.order ?? 'unchanged')
    onDone(t(`fraud.reviewed.${became}`, { order: orderId }))
  }

  return (
    <Dialog
      title={t(`fraud.review.${verdict}.title`)}
      yes={t(`fraud.review.${verdict}.yes`)}
      no={t('xray.not-now')}
      dangerous={verdict === 'fraud'}
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void review()}
      onNo={onClose}
    >
      <p>
        {t('fraud.review.what', { order: orderId, n: attempt, amount: money(amount) })}{' '}
        {t(isOnHold ? `fraud.review.${verdict}.does.held` : `fraud.review.${verdict}.does`)}
      </p>
      <label>
        {t('fraud.note')}
        <input
          type="text"
          maxLength={LONGEST_NOTE}
          autocomplete="off"
          value={note.value}
          onInput={({ currentTarget }) => (note.value = currentTarget.value)}
        />
      </label>
    </Dialog>
  )
}
