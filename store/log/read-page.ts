/** Reads the log for who wants events of a few types: the others are passed over inside the database. */
import type pg from 'pg'
import type { Position } from '../commit/command.ts'
import { requireDense } from './feed.ts'
import { memoizedMillis, readRecorded } from './read-log.ts'

/** An event with as much of where it came from as a command that answers it repeats. */
export interface PageEvent {
  readonly position: Position
  readonly stream: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: Buffer
  readonly id: string
  /** Milliseconds since 1970, by the database's clock. */
  readonly recordedAt: number
}

export interface LogPage {
  /** Of the last event that was looked at; where the page began when the log ends there. */
  readonly end: Position
  readonly events: readonly PageEvent[]
  /** There may be more behind it. */
  readonly full: boolean
}

export interface PageQuery {
  readonly after: Position
  readonly limit: number
  /** Types of events that nobody wants. What is of a type that this release does not know is read. */
  readonly passed: readonly string[]
}

/** The events of a page stand beside what is said of it; a page without any is one row without one. */
type Row = [string, string | null, string | null, string, string, number, Buffer, string, string]

/** The next events of the log, at most `limit`, in its order. Rejects with LogGap when the log is not dense (law 1). */
export async function readPage(db: Pick<pg.ClientBase, 'query'>, query: PageQuery): Promise<LogPage> {
  const { after, limit, passed } = query
  const { rows } = await db.query<Row>({
    name: 'read-page',
    text: `with page as (
        select position, stream, type, schema_version, data, id, recorded_at from log.events
        where position > $1 order by position limit $2
      ), size as (
        select count(*) as count, max(position) as last from page
      )
      select count, last, page.position, stream, type, schema_version, data, id, recorded_at::text
      from size left join page on type <> all($3::text[]) order by page.position`,
    values: [after, limit, passed],
    rowMode: 'array',
  })
  const count = Number(rows[0]?.[0] ?? 0)
  const end = Number(rows[0]?.[1] ?? after)
  // Where the gap is, is worth a second look.
  if (end !== after + count) requireDense(await readRecorded(db, after, limit), after)
  const millis = memoizedMillis()
  const events = rows.flatMap(([, , position, stream, type, schemaVersion, data, id, time]) =>
    position === null
      ? []
      : [{ position: Number(position), stream, type, schemaVersion, data, id, recordedAt: millis(time) }],
  )
  return { end, events, full: count === limit }
}
