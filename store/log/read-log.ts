/** Reads stored events from the table: by position for readers, by stream or type for people. */
import type pg from 'pg'
import type { Timestamp } from '../../domain/values.ts'
import type { Position } from '../commit/command.ts'
import type { RecordedEvent, StoredEvent } from './feed.ts'

export const COLUMNS = `position, stream, version, type, schema_version, data, id, command_id, correlation_id, causation_id, recorded_at::text`

export type Row = [string, string, number, string, number, Buffer, string, string, string, string | null, string]

type RecordedRow = [string, string, number, string, number, Buffer, string]

export type Queryable = Pick<pg.ClientBase, 'query'>

/** As readEvents, for folds: without the ids, which are a third of what it takes to read an event. */
export async function readRecorded(db: Queryable, after: Position, limit: number): Promise<readonly RecordedEvent[]> {
  const { rows } = await db.query<RecordedRow>({
    name: 'read-recorded',
    text: `select position, stream, version, type, schema_version, data, recorded_at::text
      from log.events where position > $1 order by position limit $2`,
    values: [after, limit],
    rowMode: 'array',
  })
  return recordedEvents(rows)
}

/** The events of one stream up to a position, all of them. */
export async function readStreamUpTo(
  db: Queryable,
  stream: string,
  position: Position,
): Promise<readonly RecordedEvent[]> {
  const { rows } = await db.query<RecordedRow>({
    text: `select position, stream, version, type, schema_version, data, recorded_at::text
      from log.events where stream = $1 and position <= $2 order by version`,
    values: [stream, position],
    rowMode: 'array',
  })
  return recordedEvents(rows)
}

function recordedEvents(rows: readonly RecordedRow[]): readonly RecordedEvent[] {
  const millis = memoizedMillis()
  return rows.map(([position, stream, version, type, schemaVersion, data, time]) => ({
    position: Number(position),
    stream,
    version,
    type,
    schemaVersion,
    data,
    recordedAt: millis(time),
  }))
}

/** The events behind a position, at most `limit`, in log order. */
export async function readEvents(db: Queryable, after: Position, limit: number): Promise<readonly StoredEvent[]> {
  const { rows } = await db.query<Row>({
    name: 'read-events',
    text: `select ${COLUMNS} from log.events where position > $1 order by position limit $2`,
    values: [after, limit],
    rowMode: 'array',
  })
  return storedEvents(rows)
}

/**
 * The last position up to `head` that was recorded before a moment; 0: none was. It is searched for in halves, so among
 * events whose times are not in the order of their positions it may be any of them.
 */
export async function lastBefore(db: Queryable, at: Timestamp, head: Position): Promise<Position> {
  const { rows } = await db.query<[string]>({
    name: 'last-before',
    text: `with recursive search (low, high) as (
        select 0::bigint, $2::bigint
        union all
        select case when before then position else low end, case when before then high else position - 1 end
        from search
        join log.events on position = (low + high + 1) / 2
        cross join lateral (select recorded_at < to_timestamp($1::bigint / 1000.0) as before) as found
        where low < high
      )
      select max(low) from search`,
    values: [at, head],
    rowMode: 'array',
  })
  return Number(rows[0]?.[0] ?? 0)
}

export interface LogQuery {
  readonly after: Position
  readonly limit: number
  readonly stream?: string
  readonly type?: string
}

export interface LogPage {
  readonly events: readonly StoredEvent[]
  /** Where to go on (`after`); null when the log, or the stream, ends here. */
  readonly next: Position | null
}

/** Positions a search by type looks at before it hands back a page, however few it found: no index serves it. */
const SCAN = 10_000

/** A page of the log, of one stream, or of one type. */
export async function readLog(db: Queryable, query: LogQuery): Promise<LogPage> {
  if (query.stream !== undefined) return readStream(db, { ...query, stream: query.stream })
  if (query.type !== undefined) return scanType(db, { ...query, type: query.type })
  const events = await readEvents(db, query.after, query.limit)
  return { events, next: events.length < query.limit ? null : lastPosition(events) }
}

/**
 * Versions of a stream ascend with their positions, so where to begin is searched for in halves: without it the first
 * page of a stream with 300,000 events took 220 ms instead of 3 (2 cores, 2026-11). `low` is the last version known to
 * stand at or before the position, `high` the last one that may.
 */
async function readStream(db: Queryable, query: LogQuery & { readonly stream: string }): Promise<LogPage> {
  const { rows } = await db.query<Row>({
    name: 'read-stream',
    text: `with recursive search (low, high) as (
        select 0, coalesce((select max(version) from log.events where stream = $1), 0)
        union all
        select case when position <= $2 then version else low end, case when position <= $2 then high else version - 1 end
        from search
        join log.events on stream = $1 and version = (low + high + 1) / 2
        where low < high
      )
      select ${COLUMNS} from log.events
      where stream = $1 and version > (select max(low) from search)
        and ($3::text is null or type = $3)
      order by version limit $4`,
    values: [query.stream, query.after, query.type ?? null, query.limit],
    rowMode: 'array',
  })
  const events = storedEvents(rows)
  return { events, next: events.length < query.limit ? null : lastPosition(events) }
}

async function scanType(db: Queryable, query: LogQuery & { readonly type: string }): Promise<LogPage> {
  const { rows: heads } = await db.query<[string]>({ text: 'select position from log.log_head', rowMode: 'array' })
  const end = Math.min(query.after + SCAN, Number(heads[0]?.[0] ?? 0))
  const { rows } = await db.query<Row>({
    name: 'scan-type',
    text: `select ${COLUMNS} from log.events
      where position > $1 and position <= $2 and type = $3 order by position limit $4`,
    values: [query.after, end, query.type, query.limit],
    rowMode: 'array',
  })
  const events = storedEvents(rows)
  if (events.length === query.limit) return { events, next: lastPosition(events) }
  return { events, next: end - query.after === SCAN ? end : null }
}

function lastPosition(events: readonly StoredEvent[]): Position | null {
  return events.at(-1)?.position ?? null
}

export function storedEvents(rows: readonly Row[]): readonly StoredEvent[] {
  const millis = memoizedMillis()
  return rows.map(
    ([position, stream, version, type, schemaVersion, data, id, commandId, correlationId, causationId, time]) => ({
      position: Number(position),
      stream,
      version,
      type,
      schemaVersion,
      data,
      id,
      commandId,
      correlationId,
      causationId,
      recordedAt: millis(time),
    }),
  )
}

/** All events of a batch share one time: parsing it once saves a fifth of the read. */
export function memoizedMillis(): (time: string) => number {
  let text = ''
  let millis = 0
  return (time) => {
    if (time !== text) {
      text = time
      millis = Date.parse(`${time.replace(' ', 'T')}:00`)
    }
    return millis
  }
}
