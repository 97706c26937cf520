/** One replay at work: how far its generation is written, and what is folded beyond. */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { takeLease, type Tenure } from '../../store/log/under-lease.ts'
import { Fold } from '../fold-batch.ts'
import { type Checkpoint, readCheckpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import type { BatchEnd } from '../live/checkpoints.ts'
import { Pace } from './pace.ts'
import type { Replay } from './replays.ts'

interface RebuildParts {
  readonly replay: Replay
  readonly projection: Projection
  readonly checkpoint: Checkpoint
  /** Of its lease. */
  readonly tenure: Tenure
  readonly monotonic: () => number
}

export type OpenRebuild = Omit<RebuildParts, 'checkpoint' | 'tenure'> & { readonly pool: Pool; readonly owner: string }

/**
 * Null: another process works on the replay, or it is gone. It takes the lease itself, without `underLease`: that runs one
 * work for as long as the process lives, while replays end, and one round works on all that we hold, so that those at
 * the same position read the log once.
 */
export async function openRebuild({ pool, owner, ...parts }: OpenRebuild): Promise<Rebuild | null> {
  const { replay } = parts
  const tenure = await takeLease({ pool, name: `replay ${replay.replayId}`, owner })
  if (tenure === null) return null
  const checkpoint = await readCheckpoint(pool, replay).catch(async (error: unknown) => {
    await tenure.giveBack()
    throw error
  })
  if (checkpoint !== null) return new Rebuild({ ...parts, checkpoint, tenure })
  await tenure.giveBack()
  return null
}

export class Rebuild {
  readonly projection: Projection
  readonly tenure: Tenure
  readonly pace: Pace
  /** As last read from the register. */
  replay: Replay
  /** As written. */
  checkpoint: Checkpoint
  fold = new Fold()
  /** The end of what is folded; null: nothing beyond what is written or on its way. */
  folded: BatchEnd | null = null
  /** The write on its way: what is read meanwhile is folded beside it. */
  writing: Promise<void> | null = null
  #taken: BatchEnd | null = null
  /** It is no longer ours, or it is finished: its work ends at the next step. */
  gone = false
  indexed = false
  #writtenAt: number

  constructor({ replay, projection, checkpoint, tenure, monotonic }: RebuildParts) {
    this.replay = replay
    this.projection = projection
    this.tenure = tenure
    this.checkpoint = checkpoint
    this.#writtenAt = monotonic()
    this.pace = new Pace(monotonic, checkpoint.position)
  }

  /** Up to where events are read. */
  get position(): Position {
    return (this.folded ?? this.#taken ?? this.checkpoint).position
  }

  /** Milliseconds since the last write. */
  unwrittenFor(now: number): number {
    return now - this.#writtenAt
  }

  /** Hands over what is folded, to be written; null: nothing is. */
  take(): { readonly fold: Fold; readonly end: BatchEnd } | null {
    const { fold, folded } = this
    if (folded === null) return null
    this.fold = new Fold()
    this.folded = null
    this.#taken = folded
    return { fold, end: folded }
  }

  /** What was taken is written. */
  written(checkpoint: Checkpoint, now: number): void {
    this.checkpoint = checkpoint
    this.#taken = null
    this.#writtenAt = now
  }
}
