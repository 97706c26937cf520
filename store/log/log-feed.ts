/** The feed on the table. */
import type pg from 'pg'
import type { Position } from '../commit/command.ts'
import type { Feed, RecordedEvent } from './feed.ts'
import { HeadWatch } from './head-watch.ts'
import { readRecorded } from './read-log.ts'

export class LogFeed implements Feed {
  readonly #pool: pg.Pool
  readonly #watch = new HeadWatch()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** A hint that the log has grown to `head`. */
  headMoved(head: Position): void {
    this.#watch.headMoved(head)
  }

  next(after: Position, limit: number, signal: AbortSignal): Promise<readonly RecordedEvent[]> {
    return this.#watch.next(() => readRecorded(this.#pool, after, limit), after, signal)
  }
}
