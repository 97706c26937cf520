/**
 * Brings projections to the end of a batch: together where they can be, else one by one. What cannot be folded or written as a whole is halved until the event
 * at fault stands alone: everything before it is shown, and its position and reason are told.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import { Fold, type Changes } from '../fold-batch.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import { foldEvent, type Batch, type LoggedEvent } from './read-batch.ts'
import { NotTogether, type BatchEnd } from './checkpoints.ts'
import { prepareBatch, DualWriteRefused, writeBatch, type ProjectionWrite, type WrittenBatch } from './write-batch.ts'

/** No retry helps: this release, with these tables, cannot show the event. */
export class EventNotShown extends Error {
  readonly code: string
  readonly retriable = false
  readonly position: Position

  constructor(position: Position, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'EventNotShown'
    this.code = codeOf(cause)
    this.position = position
  }
}

/** A projection on its way through the log. */
export interface Shower {
  readonly pool: Pool
  readonly projection: Projection
  /** As the database has it. */
  checkpoint: Checkpoint
  /** What was read for it, from its checkpoint on, and is not shown yet. */
  read: Batch | null
  /** Its last batch was written to two generations. */
  dualWritten: boolean
  /** Called inside each transaction, before its commit. */
  readonly beforeCommit: () => void
  /** Called after each commit. */
  readonly committed: (checkpoint: Checkpoint) => void
  /** Ends the replay whose generation was dual-written: dual-writing is over when this resolves. */
  readonly dualWriteRefused: (refused: DualWriteRefused, end: BatchEnd) => Promise<void>
}

/**
 * Shows what was read for them, up to one end, in one transaction, where nothing stands against it. Resolves with those
 * that have to be shown by themselves: a failing one stops alone. Rejects with CheckpointMoved, or with an error of the
 * database.
 */
export async function showTogether(showers: readonly Shower[]): Promise<readonly Shower[]> {
  const some = showers.filter(
    ({ dualWritten, projection, read }) =>
      !dualWritten && projection.writesAlone !== true && read?.folds.has(projection) === true,
  )
  const [first] = some
  if (!first?.read || some.length === 1) return showers
  const { pool, beforeCommit, read } = first
  try {
    const writes = some.map((shower) => writeOf(shower, () => foldOf(shower)?.changes() ?? NONE))
    const written = await writeBatch(pool, { writes, end: read.end, beforeCommit })
    some.forEach((shower, index) => moveOn(shower, written[index]))
    for (const shower of some) shower.read = null
    return showers.filter((shower) => !some.includes(shower))
  } catch (cause) {
    if (cause instanceof NotTogether) {
      const alone = (shower: Shower) => !some.includes(shower) || cause.projections.includes(shower.projection.name)
      const others = await showTogether(showers.filter((shower) => !alone(shower)))
      return [...showers.filter(alone), ...others]
    }
    if (cause instanceof NotPrepared || isAboutData(cause)) return showers
    throw cause
  }
}

/**
 * Shows what was read for one of them; its checkpoint moves with each commit. Rejects with EventNotShown, ProjectionPaused,
 * CheckpointMoved, or with an error of the database after which the checkpoint has to be read again.
 */
export async function showAlone(shower: Shower): Promise<void> {
  const { read } = shower
  if (read === null) return
  shower.read = null
  const fold = read.folds.get(shower.projection)
  if (fold !== undefined && (await show(shower, () => fold.changes(), read.end)) === null) return
  // It could not be shown as it was folded, or the projection has joined since it was.
  await showEvents(shower, await read.events())
}

/** Reads on: what a batch holds is shown with what was read before it. */
export function readOn(shower: Shower, batch: Batch): void {
  const { projection, read } = shower
  if (read === null) {
    shower.read = batch
    return
  }
  const fold = read.folds.get(projection)
  const later = batch.folds.get(projection)
  const whole = fold !== undefined && later !== undefined
  if (whole) fold.append(later)
  shower.read = {
    end: batch.end,
    folds: whole ? new Map([[projection, fold]]) : new Map(),
    events: async () => [...(await read.events()), ...(await batch.events())],
  }
}

function foldOf({ projection, read }: Shower): Fold | undefined {
  return read?.folds.get(projection)
}

/** Resolves with null when they are shown, else with why they cannot be shown together. */
async function show(shower: Shower, changes: () => Changes, end: BatchEnd): Promise<unknown> {
  const { pool, beforeCommit } = shower
  try {
    const [written] = await writeBatch(pool, { writes: [writeOf(shower, changes)], end, beforeCommit })
    moveOn(shower, written)
    return null
  } catch (cause) {
    if (cause instanceof DualWriteRefused) {
      await shower.dualWriteRefused(cause, end)
      return show(shower, changes, end)
    }
    if (cause instanceof NotPrepared) return cause.cause
    if (isAboutData(cause)) return cause
    throw cause
  }
}

/** The events cannot be folded, or a value does not fit its column. */
class NotPrepared extends Error {}

const NONE: Changes = new Map()

function writeOf({ projection, checkpoint }: Shower, changes: () => Changes): ProjectionWrite {
  const prepare = (generation: number) => prepareBatch(generation, changes())
  try {
    return { projection, checkpoint, prepared: prepare(checkpoint.generation), prepare }
  } catch (cause) {
    throw new NotPrepared('the changes cannot be prepared', { cause })
  }
}

function moveOn(shower: Shower, written: WrittenBatch | undefined): void {
  if (written === undefined) throw new Error(`what was written of ${shower.projection.name} is not known`)
  shower.checkpoint = written.checkpoint
  shower.dualWritten = written.dualWritten
  shower.committed(shower.checkpoint)
}

async function showEvents(shower: Shower, events: readonly LoggedEvent[]): Promise<void> {
  const [first] = events
  const last = events.at(-1)
  if (first === undefined || last === undefined) return
  const cause = await show(shower, () => fold(shower.projection, events), last)
  if (cause === null) return
  if (first === last) throw new EventNotShown(first.position, cause)
  await halve(shower, events)
}

async function halve(shower: Shower, events: readonly LoggedEvent[]): Promise<void> {
  const middle = Math.ceil(events.length / 2)
  await showEvents(shower, events.slice(0, middle))
  await showEvents(shower, events.slice(middle))
}

function fold(projection: Projection, events: readonly LoggedEvent[]): Changes {
  const changes = new Fold()
  for (const event of events) foldEvent(projection, changes, event)
  return changes.changes()
}

/** An answer of the server that the same statement would get again. */
function isAboutData(error: unknown): boolean {
  const verdict = verdictOf(error, 'reading')
  return sqlState(error) !== null && (verdict === 'refused' || verdict === 'defect')
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  return typeof code === 'string' ? code : 'not-shown'
}
