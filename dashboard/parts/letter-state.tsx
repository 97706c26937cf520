/** What became of a record that could not be handled. */
import type { DeadLetterSummary } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { Chip } from './notes.tsx'

const KINDS = { parked: 'waiting', retried: 'good', discarded: 'quiet' } as const

export function LetterState({ state }: { readonly state: DeadLetterSummary['state'] }) {
  return <Chip kind={KINDS[state]}>{t(`failures.state.${state}`)}</Chip>
}
