/**
 * Group commit: many commands, one commit. The log's position is the version of everything: this process holds folded
 * states that are current to a position it knows (KnownLog), and appends only if the head is where it knows it
 * (Committer). Commands that come while a batch is under way are the next one: no timer, so that one command alone waits
 * for nothing, and a busy process makes big batches.
 */
import { CommandQueue } from './command-queue.ts'
import type { Command, Execution, Executor, Position } from './command.ts'
import { Committer, type AppendPoint, type BatchReport } from './committer.ts'
import { KnownLog, type KnownLogParts } from './known-log.ts'
import type { WriterConnection } from './writer-connection.ts'

export interface GroupCommitParts extends Omit<KnownLogParts, 'tail'> {
  readonly connection: WriterConnection
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  readonly limits?: Partial<GroupCommitLimits>
  readonly onBatch?: (batch: BatchReport) => void
  readonly onError?: (error: unknown) => void
  readonly reach?: (point: AppendPoint) => void
}

export interface GroupCommitLimits {
  /** Commands in one batch that somebody waits for. */
  readonly batch: number
  /** Commands in one batch that yield: as long as they take, a command waits that comes meanwhile. */
  readonly yielding: number
  /** Commands that wait; one more is refused with `overloaded`. */
  readonly queue: number
  /** Milliseconds from `execute` until a command that could not be written fails. */
  readonly patience: number
  /** Events written by others that are folded; further behind, the cache is dropped instead. */
  readonly tail: number
}

const LIMITS: GroupCommitLimits = { batch: 500, yielding: 100, queue: 10_000, patience: 5_000, tail: 5_000 }

export class GroupCommit implements Executor {
  readonly #parts: GroupCommitParts
  readonly #queue: CommandQueue
  readonly #log: KnownLog
  readonly #committer: Committer
  /** Of a batch. */
  readonly #most: Pick<GroupCommitLimits, 'batch' | 'yielding'>
  #stopping = false
  #running: Promise<void> | null = null
  #wake: () => void = () => undefined

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
    const { connection, monotonic, onBatch, onError, reach } = parts
    const { batch, yielding, queue, patience, tail } = { ...LIMITS, ...parts.limits }
    this.#most = { batch, yielding }
    this.#queue = new CommandQueue({ monotonic, most: queue, patience, onAdded: () => this.#wake() })
    this.#log = new KnownLog({ ...parts, tail })
    const onWaited = (cause: unknown) => this.#queue.expire(cause)
    this.#committer = new Committer({ connection, log: this.#log, monotonic, onWaited, onBatch, onError, reach })
  }

  /** Reads where the log stands. Rejects when Postgres cannot be reached. */
  async start(): Promise<void> {
    await this.#log.start(await this.#parts.connection.open())
    this.#running = this.#run()
  }

  /** Finishes what is queued, refuses what comes later. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#queue.close()
    this.#wake()
    await this.#running
    await this.#parts.snapshots.flush()
    await this.#parts.connection.close().catch(() => undefined)
  }

  get known(): Position {
    return this.#log.position
  }

  /** A hint that the log has grown; an idle process then follows, so that its states stay near the head. */
  headMoved(head: Position): void {
    if (this.#log.headMoved(head)) this.#wake()
  }

  execute<Refusal>(command: Command<Refusal>): Promise<Execution<Refusal>> {
    return this.#queue.execute(command)
  }

  async #run(): Promise<void> {
    for (;;) {
      const { batch, yielding } = this.#most
      if (this.#queue.size > 0) await this.#committer.commit(this.#queue.take(batch, yielding))
      else if (this.#stopping) return
      else if (this.#log.isBehind) await this.#committer.follow()
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
