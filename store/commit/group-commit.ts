/**
 * Group commit: many commands, one commit. The log's position is the version of everything: this process holds folded
 * states that are current to a position it knows (`known`), and appends only if the head is where it knows it.
 *
 * The committer does one batch at a time. A batch:
 *
 *   deciding ──> appending at the head ──> answered            nobody else wrote: one round trip, one fsync
 *      │                 │ moved
 *      │                 v
 *      └──> appending behind the lock ──> answered             another process wrote: lock the head, fold what it wrote,
 *                        ^                                     decide again if that touched what the batch read; this
 *                        │                                     cannot lose. So until a tail comes back empty.
 *   from any state, on an error (verdictOf):
 *     nothing-written ──> back off, again, until the commands' deadline ──> `store-unavailable`
 *     unknown ──> in doubt: behind the lock, look for the batch's first event. Found: answered with its positions.
 *                 Not found: decided again under that same lock; an orphaned backend that runs later finds the head
 *                 moved. Past the deadline ──> `outcome-unknown`
 *     refused ──> split in two, each half decided again from committed state, until one command stands alone
 *     defect ──> the batch fails
 *   keys known already ──> those commands get the stored answers, the others are decided again
 *
 * Longer than 300 lines because these states are one machine and are read together.
 */
import type pg from 'pg'
import {
  append,
  type Appended,
  appendStatement,
  beginBehindLock,
  findAppended,
  readAnswers,
  readHead,
  readTail,
  type Tail,
} from '../log/append.ts'
import {
  type Command,
  type Execution,
  type Executor,
  type KeyReused,
  type Known,
  type Position,
  StoreFailure,
} from './command.ts'
import { decideBatch, type DecidedCommand, type DecidedBatch, type UnreadableStream } from './decide-batch.ts'
import { foldEvent } from './fold-event.ts'
import { loadStreams } from './load-streams.ts'
import type { SnapshotWriter } from './snapshots.ts'
import { verdictOf } from '../postgres/sqlstate.ts'
import type { StreamCache, StreamState } from './stream-cache.ts'
import type { WriterConnection } from './writer-connection.ts'

/** Moments at which a fault test ends the process. */
export type AppendPoint = 'append.before' | 'append.sent' | 'append.after'

export interface GroupCommitParts {
  readonly connection: WriterConnection
  readonly cache: StreamCache
  readonly snapshots: SnapshotWriter
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  readonly newEventId: () => Buffer
  readonly limits?: Partial<GroupCommitLimits>
  readonly onBatch?: (batch: BatchReport) => void
  readonly onError?: (error: unknown) => void
  readonly reach?: (point: AppendPoint) => void
}

export interface GroupCommitLimits {
  /** Commands in one batch. */
  readonly batch: number
  /** Commands that wait; one more is refused with `overloaded`. */
  readonly queue: number
  /** Milliseconds from `execute` until a command that could not be written fails. */
  readonly patience: number
  /** Events written by others that are folded; further behind, the cache is dropped instead. */
  readonly tail: number
}

const LIMITS: GroupCommitLimits = { batch: 500, queue: 10_000, patience: 5_000, tail: 5_000 }

export interface BatchReport {
  readonly commands: number
  readonly events: ReadonlyMap<string, number>
  /** From the first decision to the commit. */
  readonly milliseconds: number
  readonly behindLock: boolean
}

interface Job {
  readonly command: Command
  readonly deadline: number
  lookUpCreated: boolean
  settled: boolean
  resolve(execution: Execution): void
  reject(error: unknown): void
}

/** A batch that is decided: `jobs[i]` belongs to `decided[i]`. */
interface Batch extends DecidedBatch {
  readonly jobs: readonly Job[]
}

/** What one round of committing carries across its attempts. */
interface Flight {
  /** Sent, and not answered yet. */
  sending: Batch | null
  /** Sent, the connection lost: perhaps appended. At most one of them was, since all expected the same head. */
  readonly doubts: Batch[]
}

export class GroupCommit implements Executor {
  readonly #parts: GroupCommitParts
  readonly #limits: GroupCommitLimits
  readonly #inFlight = new Map<string, { readonly fingerprint: Buffer; readonly execution: Promise<Execution> }>()
  #queue: Job[] = []
  #known: Position = 0
  #head: Position = 0
  #contended = false
  #stopping = false
  #running: Promise<void> | null = null
  #wake: () => void = () => undefined

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
    this.#limits = { ...LIMITS, ...parts.limits }
  }

  /** Reads where the log stands. Rejects when Postgres cannot be reached. */
  async start(): Promise<void> {
    this.#known = this.#head = await readHead(await this.#parts.connection.open())
    this.#running = this.#run()
  }

  /** Finishes what is queued, refuses what comes later. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake()
    await this.#running
    await this.#parts.snapshots.flush()
    await this.#parts.connection.close().catch(() => undefined)
  }

  get queued(): number {
    return this.#queue.length
  }

  get known(): Position {
    return this.#known
  }

  /** A hint that the log has grown; an idle process then follows, so that its states stay near the head. */
  headMoved(head: Position): void {
    if (head <= this.#head) return
    this.#head = head
    this.#wake()
  }

  execute<Refusal>(command: Command<Refusal>): Promise<Execution<Refusal>> {
    const { key } = command
    if (key === null) return this.#enqueue(command)
    const name = `${key.source}\0${key.key}` // NUL: Postgres takes it in neither, so no two keys have one name
    const running = this.#inFlight.get(name)
    if (running?.fingerprint.equals(key.fingerprint) === true) return joined(running.execution)
    // Which of two questions the key belongs to is not decided before the first one is settled.
    if (running !== undefined) return this.#executeAfter(running.execution, command)
    const execution = this.#enqueue(command).finally(() => this.#inFlight.delete(name))
    this.#inFlight.set(name, { fingerprint: key.fingerprint, execution })
    return execution
  }

  async #executeAfter<Refusal>(running: Promise<unknown>, command: Command<Refusal>): Promise<Execution<Refusal>> {
    await running.catch(() => undefined)
    return this.execute(command)
  }

  #enqueue<Refusal>(command: Command<Refusal>): Promise<Execution<Refusal>> {
    if (this.#stopping) return Promise.reject(new StoreFailure('stopping', 'this process is shutting down'))
    if (this.#queue.length >= this.#limits.queue) {
      return Promise.reject(
        new StoreFailure('overloaded', `${String(this.#queue.length)} commands are waiting already`),
      )
    }
    const execution = new Promise<Execution>((resolve, reject) => {
      const deadline = this.#parts.monotonic() + this.#limits.patience
      this.#queue.push({ command: command as Command, deadline, lookUpCreated: false, settled: false, resolve, reject })
      this.#wake()
    })
    // The queue does not care which refusals a command knows: it hands a command its own decision, and that back.
    return execution as Promise<Execution<Refusal>>
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#queue.length > 0) await this.#commit(this.#queue.splice(0, this.#limits.batch), [])
      else if (this.#stopping) return
      else if (this.#head > this.#known) await this.#follow()
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Settles every job. */
  async #commit(jobs: readonly Job[], doubts: readonly Batch[]): Promise<void> {
    const flight: Flight = { sending: null, doubts: [...doubts] }
    let left: readonly Job[] = jobs.filter((job) => !job.settled)
    for (let attempt = 0; left.length > 0; attempt++) {
      try {
        const client = await this.#parts.connection.open()
        const behindLock = this.#contended || flight.doubts.length > 0
        left = await (behindLock
          ? this.#appendBehindLock(client, left, flight)
          : this.#appendAtHead(client, left, flight))
      } catch (error) {
        left = await this.#recover(error, left, { flight, attempt })
      }
    }
  }

  /** Returns the jobs that are still to be done. */
  async #appendAtHead(client: pg.Client, jobs: readonly Job[], flight: Flight): Promise<readonly Job[]> {
    const startedAt = this.#parts.monotonic()
    const batch = await this.#decide(client, jobs)
    this.#parts.reach?.('append.before')
    const result = await this.#send(client, batch, flight)
    switch (result.outcome) {
      case 'appended':
        this.#parts.reach?.('append.after')
        this.#settle(batch, { startedAt, behindLock: false })
        return []
      case 'moved':
        this.#contended = true
        return this.#appendBehindLock(client, jobs, flight, batch)
      case 'keys-known':
        return this.#answerKnown(client, batch, result.indexes)
    }
  }

  async #appendBehindLock(
    client: pg.Client,
    jobs: readonly Job[],
    flight: Flight,
    decided?: Batch,
  ): Promise<readonly Job[]> {
    const startedAt = this.#parts.monotonic()
    const tail = await beginBehindLock(client, this.#known, this.#limits.tail)
    const touched = this.#fold(tail)
    if (tail.events?.length === 0) this.#contended = false
    for (const doubt of flight.doubts) {
      const [first] = doubt.events
      const position = first === undefined ? null : await findAppended(client, first)
      if (position === null) continue
      await client.query('rollback')
      this.#answer(doubt, position - 1)
      return jobs.filter((job) => !job.settled)
    }
    const stands = decided !== undefined && touched !== null && !touched.some((stream) => decided.streams.has(stream))
    const batch = stands ? decided : await this.#decide(client, jobs)
    this.#parts.reach?.('append.before')
    const result = await this.#send(client, batch, flight)
    if (result.outcome === 'moved') throw new Error('the head moved although its lock was held')
    if (result.outcome === 'keys-known') {
      await client.query('rollback')
      return this.#answerKnown(client, batch, result.indexes)
    }
    flight.sending = batch
    await client.query('commit')
    flight.sending = null
    this.#parts.reach?.('append.after')
    this.#settle(batch, { startedAt, behindLock: true })
    return []
  }

  async #send(client: pg.Client, batch: Batch, flight: Flight): Promise<Appended> {
    const statement = appendStatement(this.#known, batch)
    flight.sending = batch
    const answer = append(client, statement)
    this.#parts.reach?.('append.sent')
    const result = await answer
    flight.sending = null
    return result
  }

  /** Decides the batch, loading what it turns out to need. Loaded streams are kept for this batch whatever the cache drops. */
  async #decide(client: pg.Client, jobs: readonly Job[]): Promise<Batch> {
    const loaded = new Map<string, StreamState | UnreadableStream>()
    const base = (stream: string) => loaded.get(stream) ?? this.#parts.cache.get(stream)
    for (;;) {
      const result = decideBatch({ commands: jobs, base, newEventId: this.#parts.newEventId })
      if (!('missing' in result)) return { ...result, jobs }
      for (const { name, stream, folded } of await loadStreams(client, [...result.missing])) {
        loaded.set(name, stream)
        if ('failure' in stream) continue
        this.#parts.cache.set(name, stream)
        this.#parts.snapshots.note(name, stream.version - folded, stream)
      }
    }
  }

  /** Commands whose keys were answered before get that answer; returns the others. */
  async #answerKnown(client: pg.Client, batch: Batch, indexes: readonly number[]): Promise<readonly Job[]> {
    const known = indexes.flatMap((index) => batch.keyed[index] ?? [])
    const answers = await readAnswers(
      client,
      known.map(({ key }) => key),
    )
    known.forEach(({ index: place, key }, index) => {
      const stored = answers[index]
      const job = batch.jobs[place]
      // Not there: purged this very moment, so that it is a new command again.
      if (stored === undefined || stored === null || job === undefined) return
      const { fingerprint, answer, position } = stored
      settle(job, fingerprint.equals(key.fingerprint) ? { outcome: 'known', answer, position } : KEY_REUSED)
    })
    return batch.jobs.filter((job) => !job.settled)
  }

  #settle(batch: Batch, { startedAt, behindLock }: { startedAt: number; behindLock: boolean }): void {
    for (const [name, before] of batch.changed) {
      const stream = batch.streams.get(name)
      if (stream === undefined) continue
      // Most streams that begin are orders, and few orders are decided on again: those are loaded, two events each. Kept,
      // they were 200,000 states for the garbage collector to walk, which stopped every request for 90 ms.
      if (before === 0) this.#parts.cache.delete(name)
      else this.#parts.cache.set(name, stream)
      this.#parts.snapshots.note(name, before, stream)
    }
    const base = this.#known
    this.#known += batch.events.length
    this.#head = Math.max(this.#head, this.#known)
    this.#answer(batch, base)
    if (this.#parts.onBatch === undefined) return
    const events = new Map<string, number>()
    for (const { type } of batch.events) events.set(type, (events.get(type) ?? 0) + 1)
    const milliseconds = this.#parts.monotonic() - startedAt
    this.#parts.onBatch({ commands: batch.jobs.length, events, milliseconds, behindLock })
  }

  #answer(batch: Batch, base: Position): void {
    batch.jobs.forEach((job, index) => {
      const decided = batch.decided[index]
      if (decided === undefined || decided.outcome === 'failed') fail(job, decided?.error)
      else settle(job, executionOf(decided, base + decided.offset))
    })
  }

  async #recover(
    error: unknown,
    jobs: readonly Job[],
    { flight, attempt }: { flight: Flight; attempt: number },
  ): Promise<readonly Job[]> {
    const { sending, doubts } = flight
    const verdict = verdictOf(error, sending === null ? 'reading' : 'appending')
    flight.sending = null
    this.#parts.connection.discard()
    this.#parts.onError?.(error)
    switch (verdict) {
      case 'defect':
        for (const job of jobs) fail(job, isInDoubt(job, doubts) ? outcomeUnknown(error) : error)
        return []
      case 'refused':
        // A state that was wrong in the cache would be refused for ever.
        for (const stream of sending?.streams.keys() ?? []) this.#parts.cache.delete(stream)
        return this.#divide(error, jobs, doubts)
      case 'unknown':
        if (sending !== null && sending.events.length + sending.keyed.length > 0) doubts.push(sending)
        for (const stream of sending?.changed.keys() ?? []) this.#parts.cache.delete(stream)
        this.#contended = true
        break
      case 'nothing-written':
        break
    }
    const now = this.#parts.monotonic()
    for (const job of jobs) if (job.deadline <= now) fail(job, expired(job, doubts, error))
    // Those that wait behind this batch have waited as long: none of them needs a failure of its own to know.
    for (const job of this.#queue) if (job.deadline <= now) fail(job, expired(job, [], error))
    this.#queue = this.#queue.filter((job) => !job.settled)
    const left = jobs.filter((job) => !job.settled)
    if (left.length > 0) await backOff(attempt)
    return left
  }

  async #divide(error: unknown, jobs: readonly Job[], doubts: readonly Batch[]): Promise<readonly Job[]> {
    const [only] = jobs
    if (jobs.length === 1 && only !== undefined) {
      if (only.lookUpCreated) fail(only, error)
      only.lookUpCreated = true
      return only.settled ? [] : jobs
    }
    const middle = Math.ceil(jobs.length / 2)
    await this.#commit(jobs.slice(0, middle), doubts)
    await this.#commit(jobs.slice(middle), doubts)
    return []
  }

  async #follow(): Promise<void> {
    try {
      const client = await this.#parts.connection.open()
      this.#fold(await readTail(client, this.#known, this.#limits.tail))
      this.#head = this.#known
    } catch (error) {
      // Only a hint was lost: the next append finds the head moved.
      this.#head = this.#known
      this.#parts.connection.discard()
      this.#parts.onError?.(error)
    }
  }

  /** Brings the cache to the tail's head. Returns the streams written by others, or null when there were too many. */
  #fold(tail: Tail): readonly string[] | null {
    this.#known = tail.head
    if (tail.events === null) {
      this.#parts.cache.clear()
      return null
    }
    for (const event of tail.events) {
      const cached = this.#parts.cache.peek(event.stream)
      // A stream may have been loaded meanwhile: what it has already is skipped.
      if (cached === undefined || event.version <= cached.version) continue
      try {
        this.#parts.cache.set(event.stream, foldEvent(event.stream, cached, event))
      } catch {
        // Unreadable here, or a hole in what we hold: whoever needs the stream loads it and is told.
        this.#parts.cache.delete(event.stream)
      }
    }
    return tail.events.map((event) => event.stream)
  }
}

const KEY_REUSED: KeyReused = { outcome: 'key-reused' }

async function joined(running: Promise<Execution>): Promise<Known | KeyReused> {
  const execution = await running
  if (execution.outcome === 'key-reused') return execution
  const { answer, position } = execution
  return { outcome: 'known', answer, position }
}

function executionOf({ decision, answer, streams }: DecidedCommand, position: Position): Execution {
  const events = decision.events.length
  return decision.outcome === 'accepted'
    ? { outcome: 'accepted', answer, position, streams, events }
    : { outcome: 'refused', refusal: decision.refusal, answer, position, streams, events }
}

function settle(job: Job, execution: Execution): void {
  if (job.settled) return
  job.settled = true
  job.resolve(execution)
}

function fail(job: Job, error: unknown): void {
  if (job.settled) return
  job.settled = true
  job.reject(error)
}

function expired(job: Job, doubts: readonly Batch[], cause: unknown): StoreFailure {
  return isInDoubt(job, doubts)
    ? outcomeUnknown(cause)
    : new StoreFailure('store-unavailable', 'the store could not take the command in time; nothing was done', { cause })
}

function isInDoubt(job: Job, doubts: readonly Batch[]): boolean {
  return doubts.some((doubt) => doubt.jobs.includes(job))
}

function outcomeUnknown(cause: unknown): StoreFailure {
  return new StoreFailure('outcome-unknown', 'the connection was lost while the command was written', { cause })
}

function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(20 * 2 ** attempt, 500)))
}
