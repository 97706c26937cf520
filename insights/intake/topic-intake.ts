/**
 * Keeps what is read from a topic, and hands it to the reader of this process: what the partitions bring at the same time is
 * one commit.
 */
import type { Pool } from '../../store/postgres/database.ts'
import type { Catalogue } from '../behaviour/catalogue.ts'
import type { BehaviourReader } from '../behaviour/reader.ts'
import { gathering } from './gathering.ts'
import type { Room } from './room.ts'
import { appendRead, forgetPlace, noteEnds, readPlace, type ReadStretch, type RecordMark } from './topic-table.ts'

/** Of one commit, in events: they are folded in one turn of the event loop. */
const MOST_AT_ONCE = 10_000

export interface TopicIntake {
  /** The last record of the partition that was kept or parked; null: none yet. */
  place(partition: number): Promise<RecordMark | null>
  /** The topic was made again: nothing of it was read. False: somebody else has moved the place. */
  forget(partition: number, from: RecordMark): Promise<boolean>
  /** Resolves when the disk has it. False: somebody else has moved the place, and nothing was written. Rejects as Room does. */
  keep(stretch: ReadStretch, skus: readonly (string | null)[]): Promise<boolean>
  /** Nothing is left to read in these partitions: what is silent there is over by the server's clock. */
  noteEnds(partitions: readonly number[]): Promise<void>
}

export function openTopicIntake({
  pool,
  room,
  topic,
  catalogue,
  reader,
}: {
  readonly pool: Pool
  readonly room: Pick<Room, 'admit'>
  /** As it is called in the cluster. */
  readonly topic: string
  readonly catalogue: Catalogue
  readonly reader: Pick<BehaviourReader, 'alone' | 'foldHere'>
}): TopicIntake {
  const read = gathering<{ readonly stretch: ReadStretch; readonly skus: readonly (string | null)[] }, boolean>({
    sizeOf: ({ stretch }) => stretch.records.length,
    mostAtOnce: MOST_AT_ONCE,
    async commit(batch) {
      // What there is no room for stays in the topic.
      await room.admit()
      await catalogue.learn(batch.flatMap(({ skus }) => skus))
      const stretches = batch.map(({ stretch }) => stretch)
      return reader.alone(async () => {
        const kept = await appendRead(pool, topic, stretches)
        for (const chunk of kept.values()) if (chunk !== null && chunk !== 'elsewhere') reader.foldHere(chunk)
        return stretches.map((stretch) => kept.get(stretch) !== 'elsewhere')
      })
    },
  })

  return {
    place: (partition) => readPlace(pool, topic, partition),
    forget: (partition, from) => forgetPlace(pool, topic, partition, from),
    keep: (stretch, skus) => read.add({ stretch, skus }),
    noteEnds: (partitions) => noteEnds(pool, topic, partitions),
  }
}
