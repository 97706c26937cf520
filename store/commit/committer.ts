/**
 * Commits one batch at a time, and follows the log between them:
 *
 *     following
 *     │   ^ news
 *     v   │   commands                                appended: one round trip, one fsync
 *     ready ────────> connecting ──> deciding ──> appending ───────────────────────────────> settling ──> ready
 *                         │                           │ moved: another process wrote             ^
 *                         │ others write; in doubt    v                                          │
 *                         └───────────────────────> locking ──> redeciding ──> appending-locked ──> committing
 *                                                     │  └── what was decided stands ──^
 *                                                     └── a doubt was appended ──> ready, or connecting for what is left
 *
 *   locking: lock the head, fold what others wrote; decide again if that touched what the batch read. This cannot lose,
 *     and goes on so until others have written nothing. In doubt: look for the first event of the batch. Found: answered
 *     with its positions. Not found: decided again under that same lock; an orphaned backend that runs later finds the
 *     head moved.
 *   appending, appending-locked ── keys known already ──> answering: those commands get the stored answers; then the
 *     others begin again.
 *   from every state but the first two, on an error ──> recovering, by its verdict (verdictOf):
 *     nothing-written: back off and begin again, until the commands' deadline ──> `store-unavailable`
 *     unknown: the same, in doubt; past the deadline ──> `outcome-unknown`
 *     refused: split in two, each half decided again from committed state, until one command stands alone
 *     defect: the batch fails
 *   What is left of a batch begins again at connecting; ready when nothing is.
 */
import { setTimeout as after } from 'node:timers/promises'
import type pg from 'pg'
import { append, type Appended, appendStatement, findAppended, readAnswers } from '../log/append.ts'
import { verdictOf } from '../postgres/sqlstate.ts'
import { backOff } from '../waiting/pause.ts'
import { fail, settle, storeUnavailable, type Job } from './command-queue.ts'
import { StoreFailure, type Position } from './command.ts'
import type { KnownLog } from './known-log.ts'
import { answer, divided, isInDoubt, unsettled, writesNothing, type Batch, type Round } from './round.ts'
import type { WriterConnection } from './writer-connection.ts'

/** Moments at which a fault test ends the process. */
export type AppendPoint = 'append.before' | 'append.sent' | 'append.after'

export interface CommitterParts {
  readonly connection: WriterConnection
  readonly log: KnownLog
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** The commands of a batch have waited so long that others, too, may have waited too long. */
  readonly onWaited: (cause: unknown) => void
  readonly onBatch: ((batch: BatchReport) => void) | undefined
  readonly onError: ((error: unknown) => void) | undefined
  readonly reach: ((point: AppendPoint) => void) | undefined
}

export interface BatchReport {
  readonly commands: number
  readonly events: ReadonlyMap<string, number>
  /** The events stand behind the one position, up to the other. */
  readonly after: Position
  readonly to: Position
  /** From the first decision to the commit. */
  readonly milliseconds: number
  /** From the last decision, the one that was appended, to the commit. */
  readonly sinceDecided: number
  readonly behindLock: boolean
}

/** With the batch from when it is sent until the server has answered. */
type State =
  | { readonly name: 'appending' | 'appending-locked' | 'committing'; readonly sent: Batch }
  | {
      readonly name:
        | ('ready' | 'following' | 'connecting' | 'deciding' | 'locking' | 'redeciding')
        | ('answering' | 'settling' | 'recovering')
    }

/** The drawing above. */
const NEXT: Readonly<Record<State['name'], readonly State['name'][]>> = {
  ready: ['following', 'connecting'],
  following: ['ready'],
  connecting: ['deciding', 'locking', 'recovering'],
  deciding: ['appending', 'recovering'],
  appending: ['settling', 'locking', 'answering', 'recovering'],
  locking: ['redeciding', 'appending-locked', 'connecting', 'ready', 'recovering'],
  redeciding: ['appending-locked', 'recovering'],
  'appending-locked': ['committing', 'answering', 'recovering'],
  committing: ['settling', 'recovering'],
  settling: ['connecting', 'ready', 'recovering'],
  answering: ['connecting', 'ready', 'recovering'],
  recovering: ['connecting', 'ready'],
}

export class Committer {
  readonly #parts: CommitterParts
  #state: State = { name: 'ready' }
  /** Another process writes too: the lock first. */
  #contended = false

  constructor(parts: CommitterParts) {
    this.#parts = parts
  }

  /** Brings what is known of the log near its head. */
  async follow(): Promise<void> {
    const { log, connection, onError } = this.#parts
    this.#enter({ name: 'following' })
    try {
      await log.follow(await connection.open())
    } catch (error) {
      log.giveUpFollowing()
      connection.discard()
      onError?.(error)
    }
    this.#enter({ name: 'ready' })
  }

  /** Settles every job. */
  async commit(jobs: readonly Job[]): Promise<void> {
    const rounds: Round[] = [{ jobs, doubts: [], attempt: 0 }]
    for (let round = rounds.pop(); round !== undefined; round = rounds.pop()) {
      const left = unsettled(round.jobs)
      if (left.length > 0) rounds.push(...(await this.#attempt({ ...round, jobs: left })))
    }
    this.#enter({ name: 'ready' })
  }

  /** Returns what is still to be done, the last one first. */
  async #attempt(round: Round): Promise<readonly Round[]> {
    try {
      this.#enter({ name: 'connecting' })
      const client = await this.#parts.connection.open()
      if (this.#contended || round.doubts.length > 0) await this.#appendBehindLock(client, round)
      else await this.#appendAtHead(client, round)
      return [{ ...round, attempt: round.attempt + 1 }]
    } catch (error) {
      return this.#recover(error, round)
    }
  }

  async #appendAtHead(client: pg.Client, round: Round): Promise<void> {
    const startedAt = this.#parts.monotonic()
    this.#enter({ name: 'deciding' })
    const batch = await this.#decide(client, round)
    const result = await this.#send(client, 'appending', batch)
    switch (result.outcome) {
      case 'appended':
        return this.#settle(batch, { startedAt, behindLock: false })
      case 'moved':
        this.#contended = true
        return this.#appendBehindLock(client, round, batch)
      case 'keys-known':
        this.#enter({ name: 'answering' })
        return this.#answerKnown(client, batch, result.indexes)
    }
  }

  async #appendBehindLock(client: pg.Client, round: Round, decided?: Batch): Promise<void> {
    const startedAt = this.#parts.monotonic()
    this.#enter({ name: 'locking' })
    const { wasAtHead, stands } = await this.#parts.log.catchUpBehindLock(client)
    if (wasAtHead) this.#contended = false
    for (const doubt of round.doubts) {
      const [first] = doubt.events
      const position = first === undefined ? null : await findAppended(client, first)
      if (position === null) continue
      await client.query('rollback')
      return answer(doubt, position - 1)
    }
    const batch = decided !== undefined && stands(decided) ? decided : await this.#redecide(client, round)
    const result = await this.#send(client, 'appending-locked', batch)
    if (result.outcome === 'moved') throw new Error('the head moved although its lock was held')
    if (result.outcome === 'keys-known') {
      this.#enter({ name: 'answering' })
      await client.query('rollback')
      return this.#answerKnown(client, batch, result.indexes)
    }
    this.#enter({ name: 'committing', sent: batch })
    await client.query('commit')
    this.#settle(batch, { startedAt, behindLock: true })
  }

  #redecide(client: pg.Client, round: Round): Promise<Batch> {
    this.#enter({ name: 'redeciding' })
    return this.#decide(client, round)
  }

  async #decide(client: pg.Client, { jobs }: Round): Promise<Batch> {
    return { ...(await this.#parts.log.decide(client, jobs)), jobs, decidedAt: this.#parts.monotonic() }
  }

  async #send(client: pg.Client, name: 'appending' | 'appending-locked', sent: Batch): Promise<Appended> {
    this.#parts.reach?.('append.before')
    const statement = appendStatement(this.#parts.log.position, sent)
    this.#enter({ name, sent })
    const result = append(client, statement)
    this.#parts.reach?.('append.sent')
    return result
  }

  #settle(batch: Batch, { startedAt, behindLock }: { startedAt: number; behindLock: boolean }): void {
    this.#enter({ name: 'settling' })
    this.#parts.reach?.('append.after')
    const base = this.#parts.log.position
    this.#parts.log.extend(batch)
    answer(batch, base)
    if (this.#parts.onBatch === undefined) return
    const events = new Map<string, number>()
    for (const { type } of batch.events) events.set(type, (events.get(type) ?? 0) + 1)
    const now = this.#parts.monotonic()
    this.#parts.onBatch({
      ...{ commands: batch.jobs.length, events, after: base, to: base + batch.events.length, behindLock },
      ...{ milliseconds: now - startedAt, sinceDecided: now - batch.decidedAt },
    })
  }

  /** Commands whose keys were answered before get that answer. */
  async #answerKnown(client: pg.Client, batch: Batch, indexes: readonly number[]): Promise<void> {
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
      const isSame = fingerprint.equals(key.fingerprint)
      settle(job, isSame ? { outcome: 'known', answer, position } : { outcome: 'key-reused', usedFor: fingerprint })
    })
  }

  /** As `#attempt`. */
  async #recover(error: unknown, round: Round): Promise<readonly Round[]> {
    const sent = 'sent' in this.#state ? this.#state.sent : null
    this.#enter({ name: 'recovering' })
    this.#parts.connection.discard()
    this.#parts.onError?.(error)
    switch (verdictOf(error, sent === null ? 'reading' : 'appending')) {
      case 'defect':
        for (const job of round.jobs) fail(job, isInDoubt(job, round) ? outcomeUnknown(error) : error)
        return []
      case 'refused':
        // A state that was wrong in the cache would be refused for good.
        this.#parts.log.forget(sent?.streams.keys() ?? [])
        return divided(round, error)
      case 'unknown':
        this.#parts.log.forget(sent?.changed.keys() ?? [])
        this.#contended = true
        return this.#retry(
          error,
          sent === null || writesNothing(sent) ? round : { ...round, doubts: [...round.doubts, sent] },
        )
      case 'nothing-written':
        return this.#retry(error, round)
    }
  }

  /** Those that wait behind this batch have waited as long: they expire with it. */
  async #retry(cause: unknown, round: Round): Promise<readonly Round[]> {
    const now = this.#parts.monotonic()
    for (const job of round.jobs) {
      if (job.deadline <= now) fail(job, isInDoubt(job, round) ? outcomeUnknown(cause) : storeUnavailable(cause))
    }
    this.#parts.onWaited(cause)
    if (unsettled(round.jobs).length === 0) return []
    await after(backOff(round.attempt, BACK_OFF_MS))
    return [{ ...round, attempt: round.attempt + 1 }]
  }

  #enter(state: State): void {
    const { name } = this.#state
    if (!NEXT[name].includes(state.name)) throw new Error(`the committer went from ${name} to ${state.name}`)
    this.#state = state
  }
}

const BACK_OFF_MS = { first: 20, most: 500 } as const

function outcomeUnknown(cause: unknown): StoreFailure {
  return new StoreFailure('outcome-unknown', 'the connection was lost while the command was written', { cause })
}
