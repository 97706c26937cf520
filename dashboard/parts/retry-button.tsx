/** Retries parked records: a dry run first, then the question whether to go on. */
import { useSignal } from '@preact/signals'
import type { DeadLetterRetry } from '../api-shapes.ts'
import { useSending } from './command.ts'
import { Dialog } from './dialog.tsx'
import { count, counted } from './format.ts'
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
        {parked === 1 ? 'Retry' : 'Retry all'}…
      </button>
      {expected.value === null && <TroubleNote trouble={sending.trouble.value} />}
      <span role="status">{outcome.value !== null && told(outcome.value)}</span>
      {expected.value !== null && (
        <Dialog
          title={`Retry ${counted(parked, 'record')}?`}
          yes="Retry"
          no="Not now"
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void retry()}
          onNo={() => (expected.value = null)}
        >
          <p>
            <strong>{told(expected.value)}</strong>
          </p>
          <p>
            This was a dry run on the current stock, in the order in which the records arrived. Nothing was written.
            Each record keeps its key, so it places one order however often you retry it.
          </p>
        </Dialog>
      )}
    </>
  )
}

/** `Would succeed: 212 of 230; 3 would be rejected, 15 would fail.` */
function told({ dryRun, total, succeeded, refused, failed, left }: DeadLetterRetry): string {
  const rejected = dryRun ? 'would be rejected' : 'were rejected'
  const parts = [
    refused > 0 ? `${count(refused)} ${rejected}` : null,
    failed > 0 ? `${count(failed)} ${dryRun ? 'would stay parked' : 'stay parked'}` : null,
    left > 0 ? `${count(left)} more were not checked` : null,
  ].filter((part) => part !== null)
  const first = `${dryRun ? 'Would succeed' : 'Succeeded'}: ${count(succeeded)} of ${count(total)}`
  return parts.length === 0 ? `${first}.` : `${first}; ${parts.join(', ')}.`
}
