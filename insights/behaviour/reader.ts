/**
 * Reads the chunks of all partitions, in one process at a time, under a lease. What it has folded is saved with its offsets
 * about once a second; after a crash it reads again what lies behind the offset that it finds, which counts nothing twice.
 *
 *   load states and ids --> fold what is there --> close what is over, in slices --> wait: told, or a second, and a little
 *                ^              |  save, when something changed and the last save was long enough ago,
 *                |              |  and at once what has counted as much as one save takes
 *                +--- a save that fails ends the term: what was counted in memory is counted again from the database
 *
 * The door of the same process hands it what it has just appended, and learns what became of it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeAction } from '../../schemas/behaviour/user-event.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { explainFailure, underLease, type LeasedWorker, type WorkerLog } from '../../store/log/under-lease.ts'
import { pause, type LatchedSignal } from '../../store/waiting/pause.ts'
import type { Catalogue } from './catalogue.ts'
import { readChunks, readHeads, readKnownChunks, type Chunk } from './chunk-table.ts'
import type { Fold, NewestSession, PartitionState } from './partition-state.ts'
import { prune } from './prune.ts'
import { SESSION_GAP_MS } from '../sessions/session.ts'
import { loadPartitions, savePartitions, savingOf, type Saving } from './state-table.ts'

export const LEASE = 'behaviour'

const LOOK_MS = 1_000
/**
 * Between two looks at least. All readers hear of each append, the one that has been handed it too; and figures, which
 * are saved once a second, need nothing sooner of what other processes append.
 */
const LOOK_AGAIN_MS = 200
/** Without a record for so long, sessions are closed by the clock of the server. */
const SILENT_MS = 60_000
const SAVE_MS = 1_000
/** Saving takes at most this much of the time, except for what fills a save: with many open sessions it comes less often. */
const SAVE_SHARE = 1 / 20
const PRUNE_MS = 60_000

export interface ReaderParts {
  readonly pool: Pool
  /** Unique to this process. */
  readonly owner: string
  readonly catalogue: Catalogue
  /** The server's clock, milliseconds. */
  readonly clock: () => number
  readonly monotonic: () => number
  readonly log: WorkerLog
  /** Woken when something was appended. */
  readonly appended: LatchedSignal
  /** Of all chunks. */
  readonly mostBytes: number
  /** Partitions of a topic that are read to their end; null: there is no topic, and what is there is in the chunks. */
  readonly ended: (() => Promise<ReadonlySet<number>>) | null
}

interface Partition {
  readonly partition: number
  readonly state: PartitionState
  /** Offset of the next record. */
  next: number
  saves: number
  changed: boolean
  /** When the last record came, monotonic. */
  heardAt: number
}

/** Of sessions that go on, this many are packed a second, as long as what is shown is no older than this for it. */
const PACKED_A_SECOND = 1_000
const OLDEST_FOR_PACKING_MS = 10_000

/**
 * From the end of a save until the next may begin. Each packs and writes all sessions that go on, at 2,000 events a second as
 * much work as to take the events, if it came each second.
 */
export function saveAfter({ open, tookMs }: { readonly open: number; readonly tookMs: number }): number {
  const packing = Math.min((open / PACKED_A_SECOND) * 1_000, OLDEST_FOR_PACKING_MS)
  return Math.max(SAVE_MS, packing, tookMs / SAVE_SHARE)
}

/** Products, what was done last first. */
export type OpenSession = Pick<NewestSession, 'cart' | 'views'>

export interface WithState {
  readonly state: PartitionState
}

/** The products of a customer's newest session, if its last event is at most 30 minutes old; null: none. */
export function newestSession(partitions: readonly WithState[], customerId: string, now: number): OpenSession | null {
  const open = partitions.flatMap(({ state }) => state.newestOf(customerId) ?? [])
  const newest = open.reduce<NewestSession | null>(
    (best, one) => (best === null || one.to > best.to ? one : best),
    null,
  )
  if (newest === null || now - newest.to > SESSION_GAP_MS) return null
  const { cart, views } = newest
  return { cart, views }
}

export interface BehaviourReader extends LeasedWorker {
  /**
   * Folds what has just been appended, and says of each record what became of it; null: another process reads, or others
   * appended before it, and it is read later. Its products have been learnt.
   */
  foldHere(chunk: Chunk): readonly Fold[] | null
  /** As newestSession, of what is being read; `elsewhere`: another process reads. */
  sessionOf(customerId: string): OpenSession | null | 'elsewhere'
  /** While it runs nothing is read from the database: what is being appended is not read before it is handed over. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export function openReader(parts: ReaderParts): BehaviourReader {
  const { pool, owner, catalogue, clock, monotonic, log, appended, mostBytes, ended } = parts
  let reading: ReadonlyMap<number, Partition> | null = null
  let turn: Promise<unknown> = Promise.resolve()

  function alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  function fold(partition: Partition, { firstOffset, records }: Chunk): readonly Fold[] {
    partition.next = firstOffset + records.length
    partition.changed = true
    partition.heardAt = monotonic()
    return records.map(({ data, receivedAt, moved, action = decodeAction(data) }) => {
      // Field by field: a copy of what was decoded takes as long as to decode it.
      const { eventId, type, at, subject, customerId, sku } = action
      const product = catalogue.product(sku)
      return partition.state.fold({ eventId, type, at, subject, customerId, sku: product, receivedAt, moved })
    })
  }

  async function load(): Promise<ReadonlyMap<number, Partition>> {
    const saved = await loadPartitions(pool)
    const partitions = saved.map(({ partition, foldedTo, saves, state }): [number, Partition] => [
      partition,
      {
        ...{ partition, state, next: foldedTo, saves },
        ...{ changed: false, heardAt: monotonic() },
      },
    ])
    for (const [partition, { state, next }] of partitions) {
      for await (const { records } of readKnownChunks(pool, partition, next)) {
        for (const { data, receivedAt } of records) state.know(decodeAction(data).eventId, receivedAt)
        await nextTurn()
      }
    }
    return new Map(partitions)
  }

  /** What is there up to `head`, a page of it; true: there was something. */
  async function readOn(partition: Partition, head: number): Promise<boolean> {
    if (partition.next >= head) return false
    let found = false
    for await (const chunk of readChunks(pool, partition.partition, partition.next)) {
      found = true
      if (chunk.firstOffset > partition.next) {
        const { partition: number, next } = partition
        log.warn({ partition: number, from: next, to: chunk.firstOffset }, 'events were dropped before they were read')
      }
      await catalogue.learn(chunk.records.map(({ data }) => decodeAction(data).sku))
      fold(partition, chunk)
      // A page may be hundreds of thousands of events.
      await nextTurn()
    }
    if (!found) {
      const { partition: number, next } = partition
      log.warn({ partition: number, from: next, to: head }, 'events were dropped before they were read')
      partition.next = head
      partition.changed = true
    }
    return found
  }

  async function save(partitions: Iterable<Partition>): Promise<void> {
    const changed = [...partitions].filter((one) => one.changed)
    if (changed.length === 0) return
    const saving: Saving[] = []
    for (const { partition, next, saves, state } of changed) {
      saving.push(await savingOf({ partition, foldedTo: next, saves, state }))
    }
    await savePartitions(pool, saving)
    for (const one of changed) {
      one.changed = false
      one.saves += 1
    }
  }

  /** Nothing came for a minute though there was nothing left to read: sessions are over by the clock of the server. */
  async function silentOnes(partitions: Iterable<Partition>, now: number): Promise<ReadonlySet<Partition>> {
    const silent = [...partitions].filter((one) => isSilent(one) && one.state.hasSilent(now))
    if (silent.length === 0 || ended === null) return new Set(silent)
    const ends = await ended()
    return new Set(silent.filter(({ partition }) => ends.has(partition)))
  }

  function isSilent({ heardAt }: Partition): boolean {
    return monotonic() - heardAt >= SILENT_MS
  }

  /** Of each partition at most what one save takes. Whether there is more. */
  async function closeOver(partitions: readonly Partition[]): Promise<boolean> {
    const now = clock()
    const silent = await silentOnes(partitions, now)
    let more = false
    for (const one of partitions) {
      const { state } = one
      for (let goesOn = true; goesOn;) {
        const before = state.open
        // Between two slices something may have come.
        more = state.closeSome(silent.has(one) && isSilent(one) ? now : null) || more
        one.changed ||= state.open < before
        goesOn = state.open < before && !state.isFull
        if (goesOn) await nextTurn()
      }
    }
    return more
  }

  /** It is tried again in a minute: reading must not hang on what is only too much. */
  async function pruneSums(): Promise<void> {
    await prune(pool, mostBytes).catch((error: unknown) => {
      log.warn({ err: error }, 'could not delete old sums of user events; will retry')
    })
  }

  const worker = underLease({
    ...{ pool, owner, log, lease: () => LEASE, who: 'the reader of user events', explain: explainFailure },
    async term({ end, begun }) {
      const partitions = await load()
      let [savedAt, saveTook, prunedAt] = [-Infinity, 0, -Infinity]
      try {
        while (!end.aborted) {
          const { count } = appended
          if (monotonic() - prunedAt >= PRUNE_MS) {
            await pruneSums()
            prunedAt = monotonic()
          }
          const found = await alone(async () => {
            const heads = await readHeads(pool)
            const some = []
            for (const one of partitions.values()) some.push(await readOn(one, heads.get(one.partition) ?? 0))
            const more = some.includes(true)
            // Read to its end: from here on what is appended here is handed over.
            if (!more) reading = partitions
            return more
          })
          begun()
          const all = [...partitions.values()]
          const more = await closeOver(all)
          const full = all.filter(({ state }) => state.isFull)
          if (full.length > 0) await alone(() => save(full))
          const now = monotonic()
          const open = all.reduce((sum, { state }) => sum + state.open, 0)
          if (now - savedAt >= saveAfter({ open, tookMs: saveTook })) {
            await alone(() => save(all))
            savedAt = monotonic()
            saveTook = savedAt - now
          }
          if (found || more) continue
          await appended.wait(LOOK_MS, { count, signal: end })
          await pause(LOOK_AGAIN_MS, end)
        }
        // In order: the next one reads nothing again.
        await alone(() => save(partitions.values()))
        return null
      } finally {
        reading = null
      }
    },
  })

  return {
    ...worker,
    alone,
    sessionOf(customerId) {
      if (reading === null) return 'elsewhere'
      return newestSession([...reading.values()], customerId, clock())
    },
    foldHere(chunk) {
      const partition = reading?.get(chunk.partition)
      return partition === undefined || partition.next !== chunk.firstOffset ? null : fold(partition, chunk)
    },
  }
}
