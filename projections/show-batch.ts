/**
 * Brings one projection to the end of a batch. What cannot be folded or written as a whole is halved until the event
 * at fault stands alone: everything before it is shown, and its position and reason are told.
 */
import type { Position } from '../store/command.ts'
import type { Pool } from '../store/database.ts'
import { sqlState, verdictOf } from '../store/sqlstate.ts'
import { Fold, type Changes } from './fold-batch.ts'
import type { Checkpoint } from './generations.ts'
import type { Projection } from './projection.ts'
import { foldEvent, type Batch, type LoggedEvent } from './read-batch.ts'
import { prepareBatch, writeBatch, type PreparedBatch } from './write-batch.ts'

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
  /** Called inside each transaction, before its commit. */
  readonly beforeCommit: () => void
  /** Called after each commit. */
  readonly committed: (checkpoint: Checkpoint) => void
}

/**
 * Moves the shower's checkpoint with each commit. Rejects with EventNotShown, ProjectionPaused, CheckpointMoved, or with an error of
 * the database after which the checkpoint has to be read again.
 */
export async function showBatch(shower: Shower, batch: Batch): Promise<void> {
  const folded = batch.folds.get(shower.projection)
  if (folded === undefined) await halve(shower, batch.events, null)
  else await show(shower, batch.events, () => folded.changes())
}

async function showEvents(shower: Shower, events: readonly LoggedEvent[]): Promise<void> {
  await show(shower, events, () => {
    const fold = new Fold()
    for (const event of events) foldEvent(shower.projection, fold, event)
    return fold.changes()
  })
}

async function show(shower: Shower, events: readonly LoggedEvent[], changes: () => Changes): Promise<void> {
  const { pool, projection, checkpoint, beforeCommit } = shower
  const end = events.at(-1)
  if (end === undefined) return
  let prepared: PreparedBatch
  try {
    prepared = prepareBatch(checkpoint.generation, changes())
  } catch (cause) {
    await halve(shower, events, cause)
    return
  }
  try {
    shower.checkpoint = await writeBatch(pool, { projection, checkpoint, prepared, end, beforeCommit })
  } catch (cause) {
    if (!isAboutData(cause)) throw cause
    await halve(shower, events, cause)
    return
  }
  shower.committed(shower.checkpoint)
}

/** `cause`: why they cannot be shown together; null when that is not known yet. */
async function halve(shower: Shower, events: readonly LoggedEvent[], cause: unknown): Promise<void> {
  const [first] = events
  if (events.length === 1 && first !== undefined && cause !== null) throw new EventNotShown(first.position, cause)
  const middle = Math.ceil(events.length / 2)
  await showEvents(shower, events.slice(0, middle))
  await showEvents(shower, events.slice(middle))
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
