/** One replay at work: how far its generation is written, and what is folded beyond. */
import type { Position } from '../../store/command.ts'
import { Fold } from '../fold-batch.ts'
import type { Checkpoint } from '../generations.ts'
import type { Projection } from '../projection.ts'
import type { BatchEnd } from '../write-batch.ts'
import { Pace } from './pace.ts'
import type { Replay } from './replays.ts'

export class Lane {
  readonly projection: Projection
  readonly pace: Pace
  /** As last read from the register. */
  replay: Replay
  /** As written. */
  checkpoint: Checkpoint
  fold = new Fold()
  /** The end of what is folded; null: nothing beyond the checkpoint. */
  folded: BatchEnd | null = null
  /** It is no longer ours, or it is finished: its work ends at the next step. */
  gone = false
  indexed = false
  #writtenAt: number

  constructor(replay: Replay, projection: Projection, checkpoint: Checkpoint, monotonic: () => number) {
    this.replay = replay
    this.projection = projection
    this.checkpoint = checkpoint
    this.#writtenAt = monotonic()
    this.pace = new Pace(monotonic, checkpoint.position)
  }

  /** Up to where events are read. */
  get position(): Position {
    return this.folded?.position ?? this.checkpoint.position
  }

  /** Milliseconds since the last write. */
  unwrittenFor(now: number): number {
    return now - this.#writtenAt
  }

  written(checkpoint: Checkpoint, now: number): void {
    this.checkpoint = checkpoint
    this.fold = new Fold()
    this.folded = null
    this.#writtenAt = now
  }
}
