/**
 * Runs work (app/roles/background-work.ts) in a thread of its own.
 *
 *   starting ──started──> running ──stop()──> stopped
 *                           │  ^
 *          the thread ended │  │ started again, a second later
 *                           v  │
 *                          broken
 */
import { type Health, STOPPED } from '../../store/waiting/health.ts'
import type { Log } from '../log.ts'
import { launchThread, type LaunchedThread } from '../programs/launch-thread.ts'
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
  #thread: LaunchedThread<HostMessage> | null = null
  #restart: NodeJS.Timeout | null = null
  #stopping = false
  #reports: WorkReports = {}

  constructor(parts: BackgroundThreadParts) {
    this.#parts = parts
  }

  /** Resolves when it has made what it needs and is at work. Rejects when the database does. */
  async start(): Promise<OpenedWork> {
    const { data, log } = this.#parts
    let heard: (detail: string) => void = () => undefined
    const started = new Promise<string>((resolve) => (heard = resolve))
    const thread = launchThread<HostMessage, ThreadMessage>({
      ...{ program: 'app/roles/thread-program', data, log },
      limits: { maxYoungGenerationSizeMb: NURSERY_MB },
      hear: (message) => this.#hear(message, heard),
    })
    this.#thread = thread
    const ended = thread.ended.then((failure): never => {
      this.#thread = null
      throw failure instanceof Error ? failure : new Error(`the thread of the ${data.name} ended`)
    })
    const detail = await Promise.race([started, ended])
    this.#is({ state: 'standby', reason: null })
    ended.catch((error: unknown) => this.#ended(error))
    return { detail, reports: () => this.#reports }
  }

  /** A notification for it; lost while it is not there, as any may be. */
  tell(channel: string, payload: string): void {
    this.#thread?.post({ channel, payload })
  }

  /** Resolves when the step in hand is done and the thread is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    const thread = this.#thread
    if (thread === null) return
    thread.post('stop')
    await thread.ended
    this.#is(STOPPED)
  }

  /** The thread itself is like this, whatever its parts last said. */
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
