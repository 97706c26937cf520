/**
 * Runs the projector, the replayer or the relay in a thread of its own.
 *
 *   starting ──started──> running ──stop()──> stopped
 *                           │  ^
 *          the thread ended │  │ started again, a second later
 *                           v  │
 *                          broken
 */
import { Worker } from 'node:worker_threads'
import type { FeedHealth } from '../../kafka/feed/kafka-feed.ts'
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import type { Log } from '../log.ts'
import type { Figures } from './thread-health.ts'
import type { ThreadData, ThreadMessage } from './thread-host.ts'

export interface BackgroundThreadParts {
  readonly name: 'projector' | 'replayer' | 'relay'
  readonly data: ThreadData
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
  #health: Health = STOPPED
  #figures: Figures = {}
  #feed: FeedHealth | null = null

  constructor(parts: BackgroundThreadParts) {
    this.#parts = parts
  }

  /** Resolves when it has made what it needs and is at work. Rejects when the database does. */
  async start(): Promise<void> {
    const worker = launch(this.#parts)
    this.#worker = worker
    let failure: unknown = null
    worker.on('error', (error) => (failure = error))
    const started = new Promise<void>((resolve) => {
      worker.on('message', (message: ThreadMessage) => this.#hear(message, resolve))
    })
    const ended = new Promise<never>((_, reject) => {
      worker.on('exit', () => {
        this.#worker = null
        reject(failure instanceof Error ? failure : new Error(`the thread of the ${this.#parts.name} ended`))
      })
    })
    await Promise.race([started, ended])
    this.#health = { state: 'standby', reason: null }
    ended.catch((error: unknown) => this.#ended(error))
  }

  health(): Health {
    return this.#health
  }

  /** As they were a moment ago. */
  figures(): Figures {
    return this.#figures
  }

  /** As it was a moment ago; null: it reads no feed from Kafka. */
  feed(): FeedHealth | null {
    return this.#feed
  }

  /** Resolves when the step in hand is done and the thread is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    const worker = this.#worker
    if (worker === null) return
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage('stop')
    await exited
    this.#health = STOPPED
  }

  #hear(message: ThreadMessage, started: () => void): void {
    switch (message.kind) {
      case 'started':
        return started()
      case 'report':
        this.#health = message.health
        this.#figures = message.figures
        this.#feed = message.feed
        return
      case 'log':
        this.#parts.log[message.level](message.fields, message.message)
    }
  }

  #ended(error: unknown): void {
    if (this.#stopping) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#health = { state: 'broken', reason }
    this.#parts.log.error({ err: error, thread: this.#parts.name }, 'a thread ended: it is started again')
    this.#restart = setTimeout(() => void this.start().catch((again: unknown) => this.#ended(again)), RESTART_MS)
  }
}

function launch({ name, data }: BackgroundThreadParts): Worker {
  const source = import.meta.url.endsWith('.ts')
  const program = new URL(`./${name}-thread.${source ? 'ts' : 'js'}`, import.meta.url)
  return new Worker(source ? new URL('./source-thread.js', import.meta.url) : program, {
    workerData: { ...data, program: program.href },
    resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
  })
}
