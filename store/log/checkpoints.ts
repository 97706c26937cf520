/** How far a reader of the log is, where that is kept beside the log: moved by compare-and-set only. */
import type pg from 'pg'
import type { Position } from '../commit/command.ts'

type Queryable = Pick<pg.ClientBase, 'query'>

/** The checkpoint of a reader. One that is new begins before the first event. */
export async function openCheckpoint(db: Queryable, reader: string): Promise<Position> {
  const { rows } = await db.query<{ position: string }>(
    `with made as (
      insert into log.checkpoints (reader, position) values ($1, 0) on conflict (reader) do nothing returning position
    )
    select position from made union all select position from log.checkpoints where reader = $1 limit 1`,
    [reader],
  )
  // Nothing is seen of a row that another session made at this very moment.
  return rows[0] === undefined ? openCheckpoint(db, reader) : Number(rows[0].position)
}

/** False when the checkpoint is not where the caller left it: somebody else reads in its place. */
export async function moveCheckpoint(
  db: Queryable,
  reader: string,
  { from, to }: { readonly from: Position; readonly to: Position },
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'move-checkpoint',
    text: `update log.checkpoints set position = $3, recorded_at = (select recorded_at from log.events where position = $3)
      where reader = $1 and position = $2`,
    values: [reader, from, to],
  })
  return rowCount === 1
}

export interface ReaderLag {
  readonly reader: string
  readonly position: Position
  readonly head: Position
  /** Age of the oldest event behind the checkpoint, by the database's clock; 0: there is none. */
  readonly oldestSeconds: number
}

/** Every reader whose name begins like this, by name; those that never began are not there. */
export async function readLags(db: Queryable, prefix: string): Promise<readonly ReaderLag[]> {
  const { rows } = await db.query<{ reader: string; position: string; head: string; age: number }>({
    name: 'read-lags',
    text: `select reader, c.position, greatest(h.position, c.position) as head,
        greatest(coalesce(extract(epoch from clock_timestamp() - e.recorded_at), 0), 0)::float8 as age
      from log.checkpoints c cross join log.log_head h left join log.events e on e.position = c.position + 1
      where starts_with(reader, $1) order by reader`,
    values: [prefix],
  })
  return rows.map(({ reader, position, head, age }) => ({
    reader,
    position: Number(position),
    head: Number(head),
    oldestSeconds: age,
  }))
}
