/** Waits for the log to grow. NOTIFY is only ever a hint; polling is the truth. */
import type { Position } from '../commit/command.ts'
import { type RecordedEvent, requireDense } from './feed.ts'
import { LatchedSignal } from '../waiting/pause.ts'

/** How long a reader waits at most for a hint before it looks by itself. */
const POLL_MS = 250

export class HeadWatch {
  readonly #wakes = new LatchedSignal()
  #head: Position = 0

  /** A hint that the log has grown to `head`. */
  headMoved(head: Position): void {
    if (head <= this.#head) return
    this.#head = head
    this.#wakes.wake()
  }

  /**
   * What `read` finds after a position, in log order and without a gap (law 1); asks again until there is something.
   * Resolves with none when `signal` aborts. Rejects with LogGap when the log is not dense, and as `read` does.
   */
  async next<Event extends RecordedEvent>(
    read: () => Promise<readonly Event[]>,
    after: Position,
    signal: AbortSignal,
  ): Promise<readonly Event[]> {
    // The last hint was of just here: a look would find nothing.
    if (this.#head === after) await this.#wait(signal)
    while (!signal.aborted) {
      const events = await read()
      requireDense(events, after)
      if (events.length > 0) return events
      if (this.#head <= after) await this.#wait(signal)
      else this.#head = after // the hint was of another log, before a restore: wait as usual
    }
    return []
  }

  #wait(signal: AbortSignal): Promise<void> {
    return this.#wakes.wait(POLL_MS, { count: this.#wakes.count, signal })
  }
}
