/** Asks whether letters are given up, and gives them up. */
import { useSignal } from '@preact/signals'
import type { DeadLetterDiscard } from '../api-shapes.ts'
import { useSending } from './command.ts'
import { Dialog } from './dialog.tsx'
import { t } from '../texts/text.ts'

interface DiscardLettersProps {
  /** Which ones: where it is asked for, and with what. */
  readonly path: string
  readonly body: object
  readonly letters: number
  /** What the button says, and what is said before. */
  readonly label: string
  readonly warning: string
}

export function DiscardLetters({ path, body, letters, label, warning }: DiscardLettersProps) {
  const sending = useSending()
  const asking = useSignal(false)

  async function discard(): Promise<void> {
    const done = await sending.run<DeadLetterDiscard>({ method: 'POST', path, body })
    if (done !== null) asking.value = false
  }

  const records = t('failures.records', { n: letters })
  return (
    <>
      <button type="button" class="dangerous" onClick={() => (asking.value = true)}>
        {label}
      </button>
      {asking.value && (
        <Dialog
          title={t('failures.discard.ask', { records })}
          yes={t('failures.discard.yes', { records })}
          no={t('failures.not-now')}
          dangerous
          busy={sending.busy.value}
          trouble={sending.trouble.value}
          onYes={() => void discard()}
          onNo={() => (asking.value = false)}
        >
          <p>{warning}</p>
        </Dialog>
      )}
    </>
  )
}
