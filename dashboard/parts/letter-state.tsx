/** What became of a record that could not be handled. */
import type { DeadLetterSummary } from '../api-shapes.ts'
import { inWords } from './format.ts'
import { Chip } from './notes.tsx'

const KINDS = { parked: 'waiting', retried: 'good', discarded: 'quiet' } as const

export function LetterState({ state }: { readonly state: DeadLetterSummary['state'] }) {
  return <Chip kind={KINDS[state]}>{inWords(state)}</Chip>
}
