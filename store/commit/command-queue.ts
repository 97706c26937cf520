/** Commands that wait for their commit: each until its deadline, and those with one key as one. */
import { StoreFailure, type Command, type Execution, type Executor, type KeyReused, type Known } from './command.ts'

/** A command on its way to the commit. */
export interface Job {
  readonly command: Command
  /** By the monotonic clock. */
  readonly deadline: number
  /** See BatchCommand. */
  lookUpCreated: boolean
  settled: boolean
  resolve(execution: Execution): void
  reject(error: unknown): void
}

export interface CommandQueueParts {
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
  /** Commands that wait, for their commit or for another one with their key; one more is refused with `overloaded`. */
  readonly most: number
  /** Milliseconds from `execute` until the deadline. */
  readonly patience: number
  readonly onAdded: () => void
}

interface InFlight {
  readonly fingerprint: Buffer
  readonly execution: Promise<Execution>
}

/** Behind another command with its key. */
interface Waiting<Refusal> {
  readonly command: Command<Refusal>
  readonly fingerprint: Buffer
  /** By the monotonic clock. */
  readonly deadline: number
}

export class CommandQueue implements Executor {
  readonly #parts: CommandQueueParts
  /** By key: commands that wait or are being committed. */
  readonly #inFlight = new Map<string, InFlight>()
  #jobs: Job[] = []
  /** Those that yield to the others. */
  #yielding: Job[] = []
  /** Commands that wait until another one with their key has ended. */
  #behind = 0
  #closed = false

  constructor(parts: CommandQueueParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#jobs.length + this.#yielding.length
  }

  execute<Refusal>(command: Command<Refusal>): Promise<Execution<Refusal>> {
    return this.#execute(command, this.#parts.monotonic() + this.#parts.patience)
  }

  #execute<Refusal>(command: Command<Refusal>, deadline: number): Promise<Execution<Refusal>> {
    const { key } = command
    if (key === null) return this.#add(command, deadline)
    const name = `${key.source}\0${key.key}` // NUL: Postgres takes it in neither, so no two keys have one name
    const running = this.#inFlight.get(name)
    if (running?.fingerprint.equals(key.fingerprint) === true) return knownBy(running.execution)
    if (running !== undefined) return this.#executeAfter(running, { command, fingerprint: key.fingerprint, deadline })
    const execution = this.#add(command, deadline).finally(() => this.#inFlight.delete(name))
    this.#inFlight.set(name, { fingerprint: key.fingerprint, execution })
    return execution
  }

  /** The oldest ones, at most this many of each: behind those that somebody waits for, some of those that yield. */
  take(most: number, yielding: number): readonly Job[] {
    return [...this.#jobs.splice(0, most), ...this.#yielding.splice(0, yielding)]
  }

  /** Fails those past their deadline: none of them needs a try of its own to know. */
  expire(cause: unknown): void {
    const now = this.#parts.monotonic()
    for (const jobs of [this.#jobs, this.#yielding])
      for (const job of jobs) if (job.deadline <= now) fail(job, storeUnavailable(cause))
    this.#jobs = this.#jobs.filter((job) => !job.settled)
    this.#yielding = this.#yielding.filter((job) => !job.settled)
  }

  /** Refuses what comes later. */
  close(): void {
    this.#closed = true
  }

  /** Which of two questions a key belongs to is known once the first one has ended, and open where that one failed. */
  async #executeAfter<Refusal>(
    { fingerprint: first, execution }: InFlight,
    { command, fingerprint, deadline }: Waiting<Refusal>,
  ): Promise<Execution<Refusal>> {
    const overloaded = this.#overloaded()
    if (overloaded !== null) throw overloaded
    this.#behind += 1
    const ended = await execution.catch(() => null).finally(() => (this.#behind -= 1))
    const usedFor = ended?.outcome === 'key-reused' ? ended.usedFor : first
    if (ended !== null && !usedFor.equals(fingerprint)) return { outcome: 'key-reused', usedFor }
    if (this.#parts.monotonic() >= deadline) throw storeUnavailable('another command with its key was not settled')
    return this.#execute(command, deadline)
  }

  #overloaded(): StoreFailure | null {
    const waiting = this.size + this.#behind
    if (waiting < this.#parts.most) return null
    return new StoreFailure('overloaded', `${String(waiting)} commands are waiting already`)
  }

  #add<Refusal>(command: Command<Refusal>, deadline: number): Promise<Execution<Refusal>> {
    if (this.#closed) return Promise.reject(new StoreFailure('stopping', 'this process is shutting down'))
    const overloaded = this.#overloaded()
    if (overloaded !== null) return Promise.reject(overloaded)
    const execution = new Promise<Execution>((resolve, reject) => {
      const jobs = command.yields === true ? this.#yielding : this.#jobs
      jobs.push({ command: command as Command, deadline, lookUpCreated: false, settled: false, resolve, reject })
      this.#parts.onAdded()
    })
    // The queue does not care which refusals a command knows: it hands a command its own decision, and that back.
    return execution as Promise<Execution<Refusal>>
  }
}

export function settle(job: Job, execution: Execution): void {
  if (job.settled) return
  job.settled = true
  job.resolve(execution)
}

export function fail(job: Job, error: unknown): void {
  if (job.settled) return
  job.settled = true
  job.reject(error)
}

export function storeUnavailable(cause: unknown): StoreFailure {
  return new StoreFailure('store-unavailable', 'the store could not accept the command in time; nothing was done', {
    cause,
  })
}

/** What those get who ask the same meanwhile. */
async function knownBy(running: Promise<Execution>): Promise<Known | KeyReused> {
  const execution = await running
  if (execution.outcome === 'key-reused') return execution
  const { answer, position } = execution
  return { outcome: 'known', answer, position }
}
