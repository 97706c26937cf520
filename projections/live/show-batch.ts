/**
 * Brings projections to the end of a batch: together where they can be, else one by one. What cannot be folded or written
 * as a whole is halved until the event at fault stands alone: everything before it is shown, and its position and reason
 * are reported.
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
export interface Follower {
  readonly pool: Pool
  readonly projection: Projection
  /** Whether it takes part in the rounds (following.ts). */
  state: 'live' | 'paused' | 'failed'
  /** When it last showed something, by the monotonic clock. */
  shownAt: number
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
export async function showTogether(followers: readonly Follower[]): Promise<readonly Follower[]> {
  const some = followers.filter(
    ({ dualWritten, projection, read }) =>
      !dualWritten && projection.writesAlone !== true && read?.folds.has(projection) === true,
  )
  const [first] = some
  if (!first?.read || some.length === 1) return followers
  const { pool, beforeCommit, read } = first
  try {
    const writes = some.map((follower) => writeOf(follower, () => foldOf(follower)?.changes() ?? NONE))
    const written = await writeBatch(pool, { writes, end: read.end, beforeCommit })
    some.forEach((follower, index) => moveOn(follower, written[index]))
    for (const follower of some) follower.read = null
    return followers.filter((follower) => !some.includes(follower))
  } catch (cause) {
    if (cause instanceof NotTogether) {
      const alone = (follower: Follower) =>
        !some.includes(follower) || cause.projections.includes(follower.projection.name)
      const others = await showTogether(followers.filter((follower) => !alone(follower)))
      return [...followers.filter(alone), ...others]
    }
    if (cause instanceof NotPrepared || isAboutData(cause)) return followers
    throw cause
  }
}

/**
 * Shows what was read for one of them; its checkpoint moves with each commit. Rejects with EventNotShown, ProjectionPaused,
 * CheckpointMoved, or with an error of the database after which the checkpoint has to be read again.
 */
export async function showAlone(follower: Follower): Promise<void> {
  const { read } = follower
  if (read === null) return
  follower.read = null
  const fold = read.folds.get(follower.projection)
  if (fold !== undefined && (await show(follower, () => fold.changes(), read.end)) === null) return
  // It could not be shown as it was folded, or the projection has joined since it was.
  await showEvents(follower, await read.events())
}

/** Reads on: what a batch holds is shown with what was read before it. */
export function readOn(follower: Follower, batch: Batch): void {
  const { projection, read } = follower
  if (read === null) {
    follower.read = batch
    return
  }
  const fold = read.folds.get(projection)
  const later = batch.folds.get(projection)
  const whole = fold !== undefined && later !== undefined
  if (whole) fold.append(later)
  follower.read = {
    end: batch.end,
    folds: whole ? new Map([[projection, fold]]) : new Map(),
    events: async () => [...(await read.events()), ...(await batch.events())],
  }
}

function foldOf({ projection, read }: Follower): Fold | undefined {
  return read?.folds.get(projection)
}

/** Resolves with null when they are shown, else with why they cannot be shown together. */
async function show(follower: Follower, changes: () => Changes, end: BatchEnd): Promise<unknown> {
  const { pool, beforeCommit } = follower
  try {
    const [written] = await writeBatch(pool, { writes: [writeOf(follower, changes)], end, beforeCommit })
    moveOn(follower, written)
    return null
  } catch (cause) {
    if (cause instanceof DualWriteRefused) {
      await follower.dualWriteRefused(cause, end)
      return show(follower, changes, end)
    }
    if (cause instanceof NotPrepared) return cause.cause
    if (isAboutData(cause)) return cause
    throw cause
  }
}

/** The events cannot be folded, or a value does not fit its column. */
class NotPrepared extends Error {}

const NONE: Changes = new Map()

function writeOf({ projection, checkpoint }: Follower, changes: () => Changes): ProjectionWrite {
  const prepare = (generation: number) => prepareBatch(generation, changes())
  try {
    return { projection, checkpoint, prepared: prepare(checkpoint.generation), prepare }
  } catch (cause) {
    throw new NotPrepared('the changes cannot be prepared', { cause })
  }
}

function moveOn(follower: Follower, written: WrittenBatch | undefined): void {
  if (written === undefined) throw new Error(`what was written of ${follower.projection.name} is not known`)
  follower.checkpoint = written.checkpoint
  follower.dualWritten = written.dualWritten
  follower.committed(follower.checkpoint)
}

async function showEvents(follower: Follower, events: readonly LoggedEvent[]): Promise<void> {
  const [first] = events
  const last = events.at(-1)
  if (first === undefined || last === undefined) return
  const cause = await show(follower, () => fold(follower.projection, events), last)
  if (cause === null) return
  if (first === last) throw new EventNotShown(first.position, cause)
  await halve(follower, events)
}

async function halve(follower: Follower, events: readonly LoggedEvent[]): Promise<void> {
  const middle = Math.ceil(events.length / 2)
  await showEvents(follower, events.slice(0, middle))
  await showEvents(follower, events.slice(middle))
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
