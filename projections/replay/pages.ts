/** The log page by page: the next page is read while this one is folded. */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { LogGap, type RecordedEvent, requireDense } from '../../store/log/feed.ts'
import { readRecorded } from '../../store/log/read-log.ts'

/** Events read at a time. */
export const PAGE = 5_000

export class Pages {
  readonly #pool: Pool
  #next: { readonly after: Position; readonly events: Promise<readonly RecordedEvent[]> } | null = null

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** The events behind `after` up to `end`, at most a page apart. Rejects with LogGap when one is missing. */
  async read(after: Position, end: Position): Promise<readonly RecordedEvent[]> {
    const next = this.#next
    this.#next = null
    const read = next?.after === after ? await next.events : await readRecorded(this.#pool, after, end - after)
    // Read ahead while the log was shorter: the rest is asked for again.
    const events =
      read.length < end - after ? await readRecorded(this.#pool, after, end - after) : read.slice(0, end - after)
    requireDense(events, after)
    if (events.length < end - after) throw new LogGap(after + events.length + 1, end)
    if (events.length === PAGE) {
      const ahead = readRecorded(this.#pool, end, PAGE)
      ahead.catch(() => undefined) // the one that asks for it gets the error
      this.#next = { after: end, events: ahead }
    }
    return events
  }

  /** What was read ahead may have failed. */
  forget(): void {
    this.#next = null
  }
}
