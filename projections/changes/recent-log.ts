/** The newest stretch of the log, read once for all who follow it in this process. */
import type { Position } from '../../store/commit/command.ts'
import { LogGap, requireDense, type RecordedEvent } from '../../store/log/feed.ts'

/** Of one read. */
const PAGE = 1_000
/** More than anybody may resume from, and at most twice as many; an event takes half a kilobyte. */
const KEPT = 12_000

export type ReadRecorded = (after: Position, limit: number) => Promise<readonly RecordedEvent[]>

export class RecentLog {
  readonly #read: ReadRecorded
  /** Without a gap. */
  #events: RecordedEvent[] = []
  #reading: Promise<unknown> = Promise.resolve()

  constructor(read: ReadRecorded) {
    this.#read = read
  }

  /**
   * The events behind a position, up to another one. Rejects with LogGap when the log does not have them
   * all, and as the database does.
   */
  events(after: Position, upTo: Position): Promise<readonly RecordedEvent[]> {
    const events = this.#reading.then(() => this.#between(after, upTo))
    this.#reading = events.catch(() => undefined) // the one that asked gets the error
    return events
  }

  /** It is another log now, or nobody follows it. A read under way ends first: what it brings joins what was there. */
  forget(): void {
    this.#reading = this.#reading.then(() => (this.#events = []))
  }

  async #between(after: Position, upTo: Position): Promise<readonly RecordedEvent[]> {
    if (after >= upTo) return []
    const first = this.#events[0]?.position ?? after + 1
    const last = this.#events.at(-1)?.position ?? after
    if (upTo < first - 1) return this.#pages(after, upTo)
    if (after > last) {
      this.#events = await this.#pages(after, upTo)
      return this.#events.slice()
    }
    if (after < first - 1) {
      const older = await this.#pages(after, first - 1)
      this.#events = [...older, ...this.#events]
    }
    if (upTo > last) this.#events.push(...(await this.#pages(last, upTo)))
    const begin = (this.#events[0]?.position ?? after + 1) - 1
    const found = this.#events.slice(after - begin, upTo - begin)
    if (this.#events.length > 2 * KEPT) this.#events.splice(0, this.#events.length - KEPT)
    return found
  }

  async #pages(after: Position, upTo: Position): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = []
    let last = after
    while (last < upTo) {
      const page = await this.#read(last, Math.min(PAGE, upTo - last))
      requireDense(page, last)
      if (page.length === 0) throw new LogGap(last + 1, upTo)
      events.push(...page)
      last += page.length
    }
    return events
  }
}
