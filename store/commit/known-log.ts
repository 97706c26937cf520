/**
 * What this process knows of the log: the position up to which it knows it, and folded states of streams that are
 * current to there. It follows the log, or is brought to its head under the lock; far behind, it drops its states instead.
 */
import type pg from 'pg'
import { beginBehindLock, readHead, readTail, type Tail } from '../log/append.ts'
import type { Position } from './command.ts'
import { decideAndLoad } from './decide-and-load.ts'
import type { BatchCommand, DecidedBatch } from './decide-batch.ts'
import { foldEvent } from './fold-event.ts'
import type { LoadedStream } from './load-streams.ts'
import type { SnapshotWriter } from './snapshots.ts'
import type { StreamCache, StreamState } from './stream-cache.ts'

export interface KnownLogParts {
  readonly cache: StreamCache
  readonly snapshots: SnapshotWriter
  readonly newEventId: () => Buffer
  /** Events written by others that are folded; further behind, the cache is dropped instead. */
  readonly tail: number
}

/** What others had written when the lock was taken. */
export interface CaughtUp {
  /** True when that was nothing. */
  readonly wasAtHead: boolean
  /** Whether the decisions of a batch still rest on what is (law 2). */
  readonly stands: (batch: DecidedBatch) => boolean
}

export class KnownLog {
  readonly #parts: KnownLogParts
  readonly #cached: (stream: string) => StreamState | undefined
  readonly #onLoaded: (loaded: LoadedStream) => void
  #position: Position = 0
  #head: Position = 0

  constructor(parts: KnownLogParts) {
    this.#parts = parts
    const { cache, snapshots } = parts
    this.#cached = (stream) => cache.get(stream)
    this.#onLoaded = ({ name, stream, folded }) => {
      if ('failure' in stream) return
      cache.set(name, stream)
      snapshots.note(name, stream.version - folded, stream)
    }
  }

  get position(): Position {
    return this.#position
  }

  /** True when others are known to have written more. */
  get isBehind(): boolean {
    return this.#head > this.#position
  }

  async start(client: pg.ClientBase): Promise<void> {
    this.#position = this.#head = await readHead(client)
  }

  /** A hint that the log has grown; false when that is no news. */
  headMoved(head: Position): boolean {
    if (head <= this.#head) return false
    this.#head = head
    return true
  }

  /** Reads and folds what others have written. */
  async follow(client: pg.ClientBase): Promise<void> {
    this.#fold(await readTail(client, this.#position, this.#parts.tail))
    this.#head = this.#position
  }

  /** Only a hint was lost: the next append finds the head moved. */
  giveUpFollowing(): void {
    this.#head = this.#position
  }

  /** Begins a transaction that holds the head's lock, and folds what others have written. */
  async catchUpBehindLock(client: pg.ClientBase): Promise<CaughtUp> {
    const tail = await beginBehindLock(client, this.#position, this.#parts.tail)
    this.#fold(tail)
    const { events } = tail
    return {
      wasAtHead: events?.length === 0,
      stands: ({ streams }) => events !== null && !events.some(({ stream }) => streams.has(stream)),
    }
  }

  decide(client: pg.ClientBase, commands: readonly BatchCommand[]): Promise<DecidedBatch> {
    return decideAndLoad(client, commands, {
      cached: this.#cached,
      newEventId: this.#parts.newEventId,
      onLoaded: this.#onLoaded,
    })
  }

  /** Takes over a batch that was appended behind the position. */
  extend(batch: DecidedBatch): void {
    const { cache, snapshots } = this.#parts
    for (const [name, before] of batch.changed) {
      const stream = batch.streams.get(name)
      if (stream === undefined) continue
      // Most streams that begin are orders, and few orders are decided on again: those are loaded, two events each. Kept,
      // they were 200,000 states for the garbage collector to walk, which stopped every request for 90 ms.
      if (before === 0) cache.delete(name)
      else cache.set(name, stream)
      snapshots.note(name, before, stream)
    }
    this.#position += batch.events.length
    this.#head = Math.max(this.#head, this.#position)
  }

  /** Streams whose states may be wrong: they are loaded when they are needed. */
  forget(streams: Iterable<string>): void {
    for (const stream of streams) this.#parts.cache.delete(stream)
  }

  #fold({ head, events }: Tail): void {
    const { cache } = this.#parts
    this.#position = head
    if (events === null) {
      cache.clear()
      return
    }
    for (const event of events) {
      const cached = cache.peek(event.stream)
      // A stream may have been loaded meanwhile: what it has already is skipped.
      if (cached === undefined || event.version <= cached.version) continue
      try {
        cache.set(event.stream, foldEvent(event.stream, cached, event))
      } catch {
        // Unreadable here, or a hole in what we hold: the one that needs the stream loads it and gets the error.
        cache.delete(event.stream)
      }
    }
  }
}
