/** The log to be read whole, wherever it is kept: in the database, or in a dump of it. */
import type { Position } from '../commit/command.ts'
import type { Pool } from '../postgres/database.ts'
import type { RecordedEvent } from './feed.ts'
import { readHead } from './log-status.ts'
import { readRecorded } from './read-log.ts'

export interface LogSource {
  /** How far it goes; null when that is known at its end only. */
  readonly head: Position | null
  /** From behind a position to the head, in log order. */
  pages(after: Position): AsyncIterable<readonly RecordedEvent[]>
}

const PAGE = 5_000

/** The log up to the head of this moment. Each page is a statement of its own: no snapshot is held longer. */
export async function storedLog(pool: Pool): Promise<LogSource> {
  const head = await readHead(pool)
  return { head, pages: (after) => pages(pool, after, head) }
}

/** The next page is on its way while one is looked at. */
async function* pages(pool: Pool, after: Position, head: Position): AsyncGenerator<readonly RecordedEvent[]> {
  const read = (behind: Position) => {
    const page = readRecorded(pool, behind, Math.min(PAGE, head - behind))
    page.catch(() => undefined) // it is awaited in the next round
    return page
  }
  let next = after < head ? read(after) : null
  while (next !== null) {
    const events = await next
    const last = events.at(-1)?.position ?? head
    next = last < head ? read(last) : null
    if (events.length > 0) yield events
  }
}
