/**
 * Runs work (app/roles/background-work.ts) in a thread of its own.
 *
 *   starting ──started──> running ──stop()──> stopped
 *                           │  ^
 *          the thread ended │  │ started again, a second later
 *                           v  │
 *                          broken
 */
import { Worker } from 'node:worker_threads'
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import type { Log } from '../log.ts'
import type { OpenedWork, WorkData, WorkReports } from './open-work.ts'
import type { HostMessage, ThreadMessage } from './thread-host.ts'

export interface BackgroundThreadParts {
  readonly data: WorkData
  readonly log: Log
}

const RESTART_MS = 1_000
/** As much as `npm start` gives the main thread: what requests or batches under way hold is not copied about. */
const NURSERY_MB = 64

export class BackgroundThread {
  readonly #parts: BackgroundThreadParts
  #worker: Worker | null = null
  #restart: NodeJS.Timeout | null = null
  #stopping = false
  #reports: WorkReports = {}

  constructor(parts: BackgroundThreadParts) {
    this.#parts = parts
  }

  /** Resolves when it has made what it needs and is at work. Rejects when the database does. */
  async start(): Promise<OpenedWork> {
    const worker = launch(this.#parts)
    this.#worker = worker
    let failure: unknown = null
    worker.on('error', (error) => (failure = error))
    const started = new Promise<string>((resolve) => {
      worker.on('message', (message: ThreadMessage) => this.#hear(message, resolve))
    })
    const ended = new Promise<never>((_, reject) => {
      worker.on('exit', () => {
        this.#worker = null
        reject(failure instanceof Error ? failure : new Error(`the thread of the ${this.#parts.data.name} ended`))
      })
    })
    const detail = await Promise.race([started, ended])
    this.#is({ state: 'standby', reason: null })
    ended.catch((error: unknown) => this.#ended(error))
    return { detail, reports: () => this.#reports }
  }

  /** A notification for it; lost while it is not there, as any may be. */
  tell(channel: string, payload: string): void {
    this.#post({ channel, payload })
  }

  /** Resolves when the step in hand is done and the thread is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    const worker = this.#worker
    if (worker === null) return
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    this.#post('stop')
    await exited
    this.#is(STOPPED)
  }

  #post(message: HostMessage): void {
    this.#worker?.postMessage(message)
  }

  /** The thread itself is like this, whatever its parts last told. */
  #is(health: Health): void {
    const { name } = this.#parts.data
    this.#reports = { [name]: { figures: {}, feed: null, ...this.#reports[name], health } }
  }

  #hear(message: ThreadMessage, started: (detail: string) => void): void {
    switch (message.kind) {
      case 'started':
        return started(message.detail)
      case 'reports':
        this.#reports = message.reports
        return
      case 'log':
        this.#parts.log[message.level](message.fields, message.message)
    }
  }

  #ended(error: unknown): void {
    if (this.#stopping) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#is({ state: 'broken', reason })
    this.#parts.log.error({ err: error, thread: this.#parts.data.name }, 'a thread ended; restarting it')
    this.#restart = setTimeout(() => void this.start().catch((again: unknown) => this.#ended(again)), RESTART_MS)
  }
}

function launch({ data }: BackgroundThreadParts): Worker {
  const program = import.meta.url.endsWith('.ts') ? './source-thread.js' : './thread-program.js'
  return new Worker(new URL(program, import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
  })
}
