/** How far the relay has published, as it is known to whoever takes over. */
import { moveCheckpoint } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'

export interface RelayCheckpointParts {
  readonly pool: Pool
  readonly reader: string
  /** Where it stands. */
  readonly position: Position
  readonly publication: { settled(): Position }
  /** By how many events. */
  readonly moved: (events: number) => void
}

export class RelayCheckpoint {
  readonly #parts: RelayCheckpointParts
  #position: Position

  constructor(parts: RelayCheckpointParts) {
    this.#parts = parts
    this.#position = parts.position
  }

  get position(): Position {
    return this.#position
  }

  /** To the last event before which everything is acknowledged. False: another one has moved it. */
  async move(): Promise<boolean> {
    const { pool, reader, publication, moved } = this.#parts
    const from = this.#position
    const to = publication.settled()
    if (to === from) return true
    if (!(await moveCheckpoint(pool, reader, { from, to }))) return false
    this.#position = to
    moved(to - from)
    return true
  }
}
