/** What is in order of a service and what is not, by what its topics tell. */
import type { Lag, Reactor } from '../api-shapes.ts'
import type { TextKey } from '../texts/table.ts'
import { t } from '../texts/text.ts'
import { duration } from '../parts/format.ts'

export type Part = 'service' | 'database' | 'readers' | 'kafka' | 'reactors'

export interface PartVerdict {
  readonly part: Part
  readonly state: 'fine' | 'trouble' | 'unknown' | 'without'
  readonly sentences: readonly string[]
}

const MOST_NAMES = 3

interface Seen {
  /** Whether the service answers; null: it was only just asked. */
  readonly isHere: boolean | null
  readonly lag: Lag | null
  readonly reactors: readonly Reactor[] | null
}

/** Behind a service that does not answer nothing is known. */
export function verdictOf({ isHere, lag, reactors }: Seen): readonly PartVerdict[] {
  const known = isHere === false ? { lag: null, reactors: null } : { lag, reactors }
  return [
    isHere === null ? unknown('service') : verdict('service', isHere ? [] : [t('frame.verdict.service.away')]),
    known.lag === null ? unknown('database') : databaseVerdict(known.lag),
    known.lag === null ? unknown('readers') : verdict('readers', readerSentences(known.lag)),
    known.lag === null ? unknown('kafka') : kafkaVerdict(known.lag),
    known.reactors === null ? unknown('reactors') : verdict('reactors', reactorSentences(known.reactors)),
  ]
}

function verdict(part: Part, sentences: readonly string[]): PartVerdict {
  return { part, state: sentences.length === 0 ? 'fine' : 'trouble', sentences }
}

function unknown(part: Part): PartVerdict {
  return { part, state: 'unknown', sentences: [] }
}

function databaseVerdict({ log: { state, detail } }: Lag): PartVerdict {
  if (state !== 'unreachable') return verdict('database', [])
  return verdict('database', [t('frame.verdict.database.away', { detail: detail ?? '' })])
}

function kafkaVerdict({ kafka: { state, detail } }: Lag): PartVerdict {
  if (state === 'not-configured') return { part: 'kafka', state: 'without', sentences: [] }
  return verdict('kafka', state === 'unreachable' ? [t('frame.verdict.kafka.away', { detail: detail ?? '' })] : [])
}

/** Of projections and the relay; reactors speak for themselves. */
function readerSentences({ readers }: Lag): readonly string[] {
  const troubled = readers.filter(({ kind, verdict: one }) => kind !== 'reactor' && one !== 'OK')
  if (troubled.length === 0) return []
  const age = Math.max(0, ...troubled.map(({ secondsBehind }) => secondsBehind ?? 0))
  return [t('frame.verdict.readers.behind', { names: named(troubled), age: duration(age) })]
}

function reactorSentences(reactors: readonly Reactor[]): readonly string[] {
  const waiting = reactors.filter(({ outage }) => outage !== null)
  const groups: readonly (readonly [TextKey, readonly Reactor[]])[] = [
    ['frame.verdict.reactors.failed', reactors.filter(({ state }) => state === 'failed')],
    ['frame.verdict.reactors.unserved', reactors.filter(({ state }) => state === 'unserved')],
    ['frame.verdict.reactors.paused', reactors.filter(({ state }) => state === 'paused')],
    ['frame.verdict.reactors.outage', waiting],
    ['frame.verdict.reactors.parked', reactors.filter(({ parkedCount }) => parkedCount > 0)],
  ]
  return groups
    .filter(([, those]) => those.length > 0)
    .map(([key, those]) => t(key, { names: named(those), detail: waiting[0]?.outage?.reason ?? '' }))
}

/** The first few: a strip has one line for each part. */
function named(those: readonly { readonly name: string }[]): string {
  const names = those.slice(0, MOST_NAMES).map(({ name }) => name)
  return `${names.join(', ')}${those.length > MOST_NAMES ? ', …' : ''}`
}
