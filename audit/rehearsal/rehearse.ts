/**
 * Tries schemas out on the log before they are published: every stored event is read as today and, where a proposal
 * touches it, as proposed; both readings are folded into the states of their streams and projected into rows, and what
 * comes out differently is reported. Nothing is written to the database: rows that may differ are made in memory, and a
 * rehearsal that is killed leaves nothing behind.
 *
 * A projection never reads a row, and a state depends on its stream alone. That saves most of the work: events that no
 * proposal touches are decoded once, a state is kept once while both readings agree, and rows are made only where some
 * event made other calls. Memory holds at most 50,000 states and 200,000 rows: events of streams that found
 * no room are spilled by their stream and folded at the end, and rows that found none are counted as not compared.
 */
import { setImmediate } from 'node:timers/promises'
import { parseSchema } from '../../contract/compatibility/parse-schema.ts'
import { eventSchemas, type DomainEvent } from '../../schemas/events.ts'
import { compareSchemas } from '../../contract/diff/compare-schemas.ts'
import type { Proposal } from './proposal.ts'
import type { Position } from '../../store/commit/command.ts'
import { requireDense, type RecordedEvent } from '../../store/log/feed.ts'
import type { LogSource } from '../../store/log/log-source.ts'
import type { Projected, Projection } from '../../projections/projection.ts'
import { TwiceReader, type Twice } from './read-twice.ts'
import { RowsInDoubt, type TableDifferences } from './rows-in-doubt.ts'
import type { Spill } from '../spill/spill-file.ts'
import { SpilledEvents } from '../spill/spilled-events.ts'
import { StreamStates, type StatesSeen } from './stream-states.ts'
import type { Place, VersionReport } from './version-tally.ts'

export interface RehearseOptions {
  readonly source: LogSource
  readonly proposals: readonly Proposal[]
  readonly projections: readonly Projection[]
  /** Only this many events from the beginning; null: all. */
  readonly limit: number | null
  /** Ends the rehearsal after the page under way, with what was seen until then. */
  readonly signal: AbortSignal
  readonly spill: Spill
  /** States in memory before others are spilled. */
  readonly streamsInMemory?: number
  /** Told after each page; `of` null: the end is not known. Of the step `fold`, events that were spilled are counted. */
  readonly onProgress?: (step: RehearsalStep, position: Position, of: Position | null) => void
}

/** `read` decodes, folds and projects; `fold` does so with streams that found no room; `rows` reads the log again for those in doubt. */
export type RehearsalStep = 'read' | 'fold' | 'rows'

/** A change that no value shows: the same bytes are then taken for something else. */
export interface ChangedMeaning {
  readonly event: string
  readonly path: string
  readonly message: string
}

export interface Rehearsal {
  /** Nothing failed, nothing changed, and the rehearsal came to its end. */
  readonly ok: boolean
  /** The log was read up to here. */
  readonly position: Position
  /** False when it was ended early. */
  readonly complete: boolean
  /** By event and version: those that a proposal touches. */
  readonly versions: readonly VersionReport[]
  readonly meaning: readonly ChangedMeaning[]
  /** Events that no proposal touches, and that can be read. */
  readonly others: number
  /** Not readable today either. */
  readonly unreadable: { readonly count: number; readonly first: (Place & { readonly message: string }) | null }
  readonly streams: StatesSeen
  /** Tables in which rows were in doubt. */
  readonly tables: readonly TableDifferences[]
}

const STREAMS_IN_MEMORY = 50_000

/** Rejects when the log cannot be read or is not dense; throws SchemaRuleError for a schema that cannot be read with. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const { proposals, projections, spill, streamsInMemory = STREAMS_IN_MEMORY } = options
  const reader = new TwiceReader(proposals)
  const spilled = new SpilledEvents(spill)
  const states = new StreamStates(streamsInMemory, reader.symbols, spilled)
  const rows = new RowsInDoubt(projections)
  const isFolded = foldedTypes(proposals)
  let others = 0
  let unreadable: Rehearsal['unreadable'] = { count: 0, first: null }

  function see(stored: RecordedEvent): void {
    const tally = reader.touches(stored.type) ? reader.tally(stored) : null
    const twice = reader.read(stored, tally)
    if (twice.outcome === 'untouched') others++
    if (twice.outcome === 'unreadable') {
      const { position, stream } = stored
      const first = unreadable.first ?? { position, stream, message: twice.message }
      unreadable = { count: unreadable.count + 1, first }
    }
    const unfoldable = foldState(stored, twice)
    if (unfoldable !== null) tally?.failed(stored, 'fold', '', unfoldable)
    if (twice.outcome !== 'differs') return
    const unprojectable = rows.see(projected(stored, twice.today), projected(stored, twice.proposed))
    if (unprojectable !== null) tally?.failed(stored, 'project', '', unprojectable)
  }

  function foldState(stored: RecordedEvent, twice: Twice): string | null {
    if (!isFolded(stored.type) || !states.takes(stored)) return null
    if (twice.outcome === 'unreadable' || twice.outcome === 'failed') states.leave(stored.stream)
    else return states.fold(stored, twice.today, twice.outcome === 'differs' ? twice.proposed : twice.today)
    return null
  }

  function seeAgain(stored: RecordedEvent): void {
    const tally = reader.touches(stored.type) ? reader.tally(stored) : null
    const why = foldState(stored, reader.read(stored, null))
    if (why !== null) tally?.failed(stored, 'fold', '', why)
  }

  const first = await pass(options, { step: 'read', after: 0, see })
  let complete = first.complete && (await refold(options, spilled, states, seeAgain))
  if (rows.any && complete) {
    const made = await pass(options, { step: 'rows', after: 0, see: (stored) => foldRows(rows, reader, stored) })
    complete = made.complete
  }
  const versions = reader.tallies.map((tally) => tally.report()).sort(byEvent)
  const found = {
    position: first.position,
    complete,
    versions,
    meaning: proposals.filter(({ event }) => versions.some((one) => one.event === event)).flatMap(changedMeaning),
    others,
    unreadable,
    streams: states.seen(),
    tables: complete ? rows.differences() : [],
  }
  return { ok: isFine(found), ...found }
}

interface Pass {
  readonly step: RehearsalStep
  readonly after: Position
  readonly see: (stored: RecordedEvent) => void
}

async function pass(
  { source, limit, signal, onProgress }: RehearseOptions,
  { step, after, see }: Pass,
): Promise<{ readonly position: Position; readonly complete: boolean }> {
  const end = Math.min(source.head ?? Infinity, limit ?? Infinity)
  let position = after
  for await (const events of source.pages(after)) {
    if (signal.aborted) return { position, complete: false }
    requireDense(events, position)
    for (const stored of events) {
      if (stored.position > end) break
      see(stored)
      position = stored.position
    }
    onProgress?.(step, position, Number.isFinite(end) ? end : null)
    if (position >= end) break
  }
  return { position, complete: true }
}

/** Part by part; the loop gets a turn between them. False when it was ended early. */
async function refold(
  { signal, onProgress }: RehearseOptions,
  spilled: SpilledEvents,
  states: StreamStates,
  see: (stored: RecordedEvent) => void,
): Promise<boolean> {
  const { count } = spilled
  let done = 0
  for (const events of spilled.parts()) {
    await setImmediate()
    if (signal.aborted) return false
    states.refold()
    for (const stored of events) {
      see(stored)
      done++
    }
    onProgress?.('fold', done, count)
  }
  return true
}

function foldRows(rows: RowsInDoubt, reader: TwiceReader, stored: RecordedEvent): void {
  const twice = reader.read(stored, null)
  if (twice.outcome === 'unreadable' || twice.outcome === 'failed') return
  const today = projected(stored, twice.today)
  rows.fold(today, twice.outcome === 'differs' ? projected(stored, twice.proposed) : today)
}

function projected(
  { position, stream, version, recordedAt }: RecordedEvent,
  events: readonly DomainEvent[],
): readonly Projected[] {
  return events.map((event) => ({ event, position, stream, version, recordedAt }))
}

/** Only the streams that hold events of a proposal can come to another state. */
function foldedTypes(proposals: readonly Proposal[]): (type: string) => boolean {
  const kinds = new Set(proposals.map(({ today }) => today.stream))
  const types = Object.entries(eventSchemas).flatMap(([type, { stream }]) => (kinds.has(stream) ? [type] : []))
  const folded = new Set(types)
  return (type) => folded.has(type)
}

function changedMeaning({ event, schema, today }: Proposal): readonly ChangedMeaning[] {
  const changes = compareSchemas(parseSchema(JSON.stringify(today)), parseSchema(JSON.stringify(schema)))
  return changes.filter(({ meaning }) => meaning).map(({ path, message }) => ({ event, path, message }))
}

function isFine({ complete, versions, meaning, unreadable, streams, tables }: Omit<Rehearsal, 'ok'>): boolean {
  return (
    complete &&
    versions.every(({ changed, failure }) => changed === 0 && failure === null) &&
    meaning.length === 0 &&
    unreadable.count === 0 &&
    streams.different === 0 &&
    tables.every(({ differences, notCompared }) => differences.count === 0 && notCompared === 0)
  )
}

function byEvent(one: VersionReport, other: VersionReport): number {
  return one.event < other.event ? -1 : one.event > other.event ? 1 : one.version - other.version
}
