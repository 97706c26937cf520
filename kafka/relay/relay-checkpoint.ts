/** How far some topics are published, as the one that takes over knows it. */
import { moveCheckpoints } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { TopicName } from '../topics/topics.ts'

export interface RelayCheckpointParts {
  readonly pool: Pool
  /** Where each topic stands, for the whole of a term: moved here. */
  readonly places: Map<TopicName, Position>
  /** Of the checkpoint of a topic. */
  readonly reader: (topic: TopicName) => string
  readonly publication: { settled(): ReadonlyMap<TopicName, Position> }
}

export class RelayCheckpoint {
  readonly #parts: RelayCheckpointParts

  constructor(parts: RelayCheckpointParts) {
    this.#parts = parts
  }

  /** Whether some topic is further than is known. */
  isBehind(): boolean {
    return this.#moves().length > 0
  }

  /** Each topic to the last event before which everything is acknowledged. False: another one has moved it. */
  async move(): Promise<boolean> {
    const { pool, places, reader } = this.#parts
    const moves = this.#moves()
    if (moves.length === 0) return true
    const named = moves.map(({ topic, from, to }) => ({ reader: reader(topic), from, to }))
    if (!(await moveCheckpoints(pool, named))) return false
    for (const { topic, to } of moves) places.set(topic, to)
    return true
  }

  #moves() {
    const { places, publication } = this.#parts
    return [...publication.settled()].flatMap(([topic, to]) => {
      const from = places.get(topic) ?? 0
      return to > from ? [{ topic, from, to }] : []
    })
  }
}
