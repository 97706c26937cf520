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

interface ReviewDialogProps {
  readonly alert: FraudAlert
  readonly verdict: Verdict
  /** What became of the order, in words. */
  readonly onDone: (words: string) => void
  readonly onClose: () => void
}

export function ReviewDialog({ alert, verdict, onDone, onClose }: ReviewDialogProps) {
  const { alertId, orderId, attempt, amount } = alert
  const sending = useSending()
  const note = useSignal('')

  async function review(): Promise<void> {
    const text = note.value.trim()
    const body: ReviewFraudAlert = { verdict, ...(text !== '' && { note: text }) }
    const path = `/fraud-alerts/${encodeURIComponent(alertId)}/review`
    const reviewed = await sending.run<FraudAlert>({ method: 'POST', path, body })
    if (reviewed !== null) onDone(t(`fraud.reviewed.${reviewed.order ?? 'unchanged'}`, { order: orderId }))
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
        {t(`fraud.review.${verdict}.does`)}
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
