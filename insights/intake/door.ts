/** Takes user events without Kafka: what many requests bring at the same time is one chunk a partition and one commit. */
import { encodeUserEvent, type UserEvent } from '../../schemas/behaviour/user-event.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Catalogue } from '../behaviour/catalogue.ts'
import type { KeptRecord } from '../behaviour/chunk.ts'
import { appendChunks } from '../behaviour/chunk-table.ts'
import { parkLetters, type NewLetter } from '../behaviour/letters.ts'
import { PARTITIONS, type Fold } from '../behaviour/partition-state.ts'
import type { BehaviourReader } from '../behaviour/reader.ts'
import { gathering } from './gathering.ts'
import type { Room } from './room.ts'

/** Waiting for their commit: 1 s of the rate that this is made for, and 30 MB. */
const MOST_WAITING = 50_000
/** Of one commit. */
const MOST_AT_ONCE = 20_000

export interface TakenEvent {
  readonly event: UserEvent
  readonly moved: boolean
}

/** More wait than there is room for. */
export class BehaviourBusy extends Error {
  readonly code = 'behaviour-busy'
  readonly retriable = true

  constructor(waiting: number) {
    super(`${String(waiting)} user events wait to be stored`)
    this.name = 'BehaviourBusy'
  }
}

export interface BehaviourDoor {
  /**
   * Resolves, when the disk has them, with what became of each. Rejects with BehaviourBusy or BehaviourFull, as the database
   * does, or where they go over Kafka with a KafkaFailure.
   */
  take(events: readonly TakenEvent[], letters: readonly NewLetter[], receivedAt: number): Promise<readonly Fold[]>
}

interface Brought {
  readonly records: readonly KeptRecord[]
  readonly events: readonly UserEvent[]
  readonly letters: readonly NewLetter[]
}

/** `reader`: of this process; null: it has none, and what becomes of events is known elsewhere. */
export function openDoor({
  pool,
  room,
  catalogue,
  reader,
}: {
  readonly pool: Pool
  readonly room: Pick<Room, 'admit'>
  readonly catalogue: Catalogue
  readonly reader: Pick<BehaviourReader, 'alone' | 'foldHere'> | null
}): BehaviourDoor {
  const brought = gathering<Brought, readonly Fold[]>({
    sizeOf: ({ records }) => records.length,
    mostAtOnce: MOST_AT_ONCE,
    commit,
  })

  async function commit(batch: readonly Brought[]): Promise<readonly (readonly Fold[])[]> {
    const byPartition = new Map<number, KeptRecord[]>()
    const places = batch.map(({ records, events }) =>
      records.map((record, index) => {
        const partition = partitionOf(events[index]?.subject ?? '', PARTITIONS)
        let kept = byPartition.get(partition)
        if (kept === undefined) byPartition.set(partition, (kept = []))
        return { partition, index: kept.push(record) - 1 }
      }),
    )
    const folds = byPartition.size === 0 ? NOTHING : await append(byPartition, batch)
    // Behind the events: those of a request that is refused come again with it.
    await parkLetters(
      pool,
      batch.flatMap(({ letters }) => letters),
    )
    return places.map((of) => of.map(({ partition, index }) => folds.get(partition)?.[index] ?? 'accepted'))
  }

  async function append(
    byPartition: ReadonlyMap<number, readonly KeptRecord[]>,
    batch: readonly Brought[],
  ): Promise<ReadonlyMap<number, readonly Fold[] | null>> {
    await room.admit()
    if (reader === null) {
      await appendChunks(pool, byPartition)
      return NOTHING
    }
    await catalogue.learn(batch.flatMap(({ events }) => events.map(({ sku }) => sku)))
    return reader.alone(async () => {
      const chunks = await appendChunks(pool, byPartition)
      return new Map(chunks.map((chunk) => [chunk.partition, reader.foldHere(chunk)]))
    })
  }

  return {
    take(events, letters, receivedAt) {
      const waiting = brought.size()
      if (waiting + events.length > MOST_WAITING) return Promise.reject(new BehaviourBusy(waiting))
      return brought.add({
        records: events.map(({ event, moved }) => ({
          ...{ data: encodeUserEvent(event), receivedAt, moved, action: event },
        })),
        events: events.map(({ event }) => event),
        letters,
      })
    },
  }
}

const NOTHING: ReadonlyMap<number, null> = new Map()
