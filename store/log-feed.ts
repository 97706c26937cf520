/** The feed on the table. NOTIFY is only ever a hint; polling is the truth. */
import type pg from 'pg'
import type { Position } from './command.ts'
import { type Feed, type RecordedEvent, requireDense } from './feed.ts'
import { readRecorded } from './read-log.ts'

/** How long a reader waits at most for a hint before it looks by itself. */
const POLL_MS = 250

export class LogFeed implements Feed {
  readonly #pool: pg.Pool
  readonly #waiting = new Set<() => void>()
  #head: Position = 0

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** A hint that the log has grown to `head`. */
  headMoved(head: Position): void {
    if (head <= this.#head) return
    this.#head = head
    for (const wake of [...this.#waiting]) wake()
  }

  async next(after: Position, limit: number, signal: AbortSignal): Promise<readonly RecordedEvent[]> {
    while (!signal.aborted) {
      const events = await readRecorded(this.#pool, after, limit)
      requireDense(events, after)
      if (events.length > 0) return events
      if (this.#head <= after) await this.#grown(signal)
      else this.#head = after // the hint was of another log, before a restore: wait as usual
    }
    return []
  }

  #grown(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve() // while the log was read: nobody would wake us
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, POLL_MS)
      signal.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
  }
}
