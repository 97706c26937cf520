/** Retries parked records: a dry run first, then the question whether to go on. */
import { useSignal } from '@preact/signals'
import type { DeadLetterRetry } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { useSending } from './command.ts'
import { Dialog } from './dialog.tsx'
import { TroubleNote } from './notes.tsx'

interface RetryButtonProps {
  readonly path: string
  readonly selection: { readonly cause?: string }
  readonly count: number
}

export function RetryButton({ path, selection, count: parked }: RetryButtonProps) {
  const sending = useSending()
  const expected = useSignal<DeadLetterRetry | null>(null)
  const outcome = useSignal<DeadLetterRetry | null>(null)
  const busy = sending.busy.value
  const ask = (dryRun: boolean) =>
    sending.run<DeadLetterRetry>({ method: 'POST', path, body: { ...selection, dryRun } })

  async function look(): Promise<void> {
    outcome.value = null
    expected.value = await ask(true)
  }

  async function retry(): Promise<void> {
    const report = await ask(false)
    if (report === null) return
    outcome.value = report
    expected.value = null
  }

  return (
    <>
      <button type="button" class="primary" aria-disabled={busy} onClick={() => void look()}>
        {t(parked === 1 ? 'failures.retry.one' : 'failures.retry.all')}
      </button>
      {expected.value === null && <TroubleNote trouble={sending.trouble.value} />}
      <span role="status">{outcome.value !== null && told(outcome.value)}</span>
      {expected.value !== null && (
        <Dialog
          title={t('failures.retry.ask', { records: t('failures.records', { n: parked }) })}
          yes={t('failures.retry')}
          no={t('failures.not-now')}
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void retry()}
          onNo={() => (expected.value = null)}
        >
          <p>
            <strong>{told(expected.value)}</strong>
          </p>
          <p>{t('failures.retry.dry')}</p>
        </Dialog>
      )}
    </>
  )
}

/** `Would succeed: 212 of 230; 3 would be rejected, 15 would fail.` */
function told({ dryRun, total, succeeded, refused, failed, left }: DeadLetterRetry): string {
  const parts = [
    refused > 0 ? t(dryRun ? 'failures.retry.would-reject' : 'failures.retry.rejected', { n: refused }) : null,
    failed > 0 ? t(dryRun ? 'failures.retry.would-stay' : 'failures.retry.stay', { n: failed }) : null,
    left > 0 ? t('failures.retry.left', { n: left }) : null,
  ].filter((part) => part !== null)
  const first = t(dryRun ? 'failures.retry.would' : 'failures.retry.did', { n: succeeded, total })
  return parts.length === 0 ? `${first}.` : `${first}; ${parts.join(', ')}.`
}
