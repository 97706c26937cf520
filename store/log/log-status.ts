/** How far the log goes, and how large it is: short statements, however many events there are. */
import type pg from 'pg'
import type { Position } from '../commit/command.ts'

export interface LogStatus {
  /** Also the number of events: the log is dense. */
  readonly head: Position
  /** When the last event was recorded; null before the first. */
  readonly recordedAt: Date | null
  /** Of the events on disk, indexes included. */
  readonly logBytes: number
  readonly databaseBytes: number
}

/** The position of the newest event; 0 before the first. */
export async function readHead(pool: pg.Pool): Promise<Position> {
  const { rows } = await pool.query<{ head: string }>({
    name: 'head',
    text: 'select position as head from log.log_head',
  })
  return Number(rows[0]?.head ?? 0)
}

export async function readLogStatus(pool: pg.Pool): Promise<LogStatus> {
  const { rows } = await pool.query<{ head: string; recorded_at: Date | null; log: string; database: string }>(
    `select h.position as head, (select recorded_at from log.events where position = h.position) as recorded_at,
      pg_total_relation_size('log.events') as log, pg_database_size(current_database()) as database
    from log.log_head h`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the row of log.log_head is missing')
  const { head, recorded_at: recordedAt, log, database } = row
  return { head: Number(head), recordedAt, logBytes: Number(log), databaseBytes: Number(database) }
}
