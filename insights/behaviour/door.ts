/**
 * Takes user events without Kafka: what many requests bring at the same time is one chunk a partition and one commit. What
 * comes while a commit is under way waits for the next, as with orders.
 */
import { encodeUserEvent, type UserEvent } from '../../schemas/behaviour/user-event.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Catalogue } from './catalogue.ts'
import type { KeptRecord } from './chunk.ts'
import { appendChunks } from './chunk-table.ts'
import { parkLetters, type NewLetter } from './letters.ts'
import { PARTITIONS, type Fold } from './partition-state.ts'
import type { BehaviourReader } from './reader.ts'

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
}

export interface BehaviourDoor {
  /** Resolves, when the disk has them, with what became of each. Rejects with BehaviourBusy, or as the database does. */
  take(events: readonly TakenEvent[], letters: readonly NewLetter[], receivedAt: number): Promise<readonly Fold[]>
}

interface Waiting {
  readonly records: readonly KeptRecord[]
  readonly events: readonly UserEvent[]
  readonly letters: readonly NewLetter[]
  readonly done: (folds: readonly Fold[]) => void
  readonly failed: (error: unknown) => void
}

/** `reader`: of this process; null: it has none, and what becomes of events is known elsewhere. */
export function openDoor({
  pool,
  catalogue,
  reader,
}: {
  readonly pool: Pool
  readonly catalogue: Catalogue
  readonly reader: Pick<BehaviourReader, 'alone' | 'foldHere'> | null
}): BehaviourDoor {
  const waiting: Waiting[] = []
  let count = 0
  let busy = false

  async function work(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const batch = takeSome()
      try {
        await commit(batch)
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    busy = false
  }

  function takeSome(): readonly Waiting[] {
    let [taken, events] = [0, 0]
    for (const { records } of waiting) {
      if (taken > 0 && events + records.length > MOST_AT_ONCE) break
      taken += 1
      events += records.length
    }
    count -= events
    return waiting.splice(0, taken)
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const byPartition = new Map<number, KeptRecord[]>()
    const places = batch.map(({ records, events }) =>
      records.map((record, index) => {
        const partition = partitionOf(events[index]?.subject ?? '', PARTITIONS)
        let kept = byPartition.get(partition)
        if (kept === undefined) byPartition.set(partition, (kept = []))
        return { partition, index: kept.push(record) - 1 }
      }),
    )
    await parkLetters(
      pool,
      batch.flatMap(({ letters }) => letters),
    )
    const folds = byPartition.size === 0 ? NOTHING : await append(byPartition, batch)
    for (const [index, { done }] of batch.entries()) {
      done((places[index] ?? []).map((place) => folds.get(place.partition)?.[place.index] ?? 'accepted'))
    }
  }

  async function append(
    byPartition: ReadonlyMap<number, readonly KeptRecord[]>,
    batch: readonly Waiting[],
  ): Promise<ReadonlyMap<number, readonly Fold[] | null>> {
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
      if (count + events.length > MOST_WAITING) {
        return Promise.reject(new BehaviourBusy(`${String(count)} user events wait for their commit`))
      }
      count += events.length
      return new Promise((done, failed) => {
        const records = events.map(({ event, moved }) => ({ data: encodeUserEvent(event), receivedAt, moved }))
        waiting.push({ records, events: events.map(({ event }) => event), letters, done, failed })
        if (!busy) void work()
      })
    },
  }
}

const NOTHING: ReadonlyMap<number, null> = new Map()
