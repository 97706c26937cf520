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

/** The checkpoints of several readers, by reader. Those that are new begin before the first event. */
export async function openCheckpoints(
  db: Queryable,
  readers: readonly string[],
): Promise<ReadonlyMap<string, Position>> {
  const found: [string, Position][] = []
  for (const reader of readers) found.push([reader, await openCheckpoint(db, reader)])
  return new Map(found)
}

/** Readers that this log has not had begin behind its last event; the others keep their checkpoints. */
export async function beginAtHead(db: Queryable, readers: readonly string[]): Promise<void> {
  await db.query(
    `insert into log.checkpoints (reader, position)
    select reader, h.position from unnest($1::text[]) reader, log.log_head h on conflict (reader) do nothing`,
    [readers],
  )
}

export interface CheckpointMove {
  readonly reader: string
  readonly from: Position
  readonly to: Position
}

/** Moves several at once. False when one is not where the caller left it: somebody else reads in its place. */
export async function moveCheckpoints(db: Queryable, moves: readonly CheckpointMove[]): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'move-checkpoints',
    text: `update log.checkpoints c
      set position = m.after, refusal = null, recorded_at = (select recorded_at from log.events where position = m.after)
      from unnest($1::text[], $2::bigint[], $3::bigint[]) as m (reader, before, after)
      where c.reader = m.reader and c.position = m.before`,
    values: [moves.map(({ reader }) => reader), moves.map(({ from }) => from), moves.map(({ to }) => to)],
  })
  return rowCount === moves.length
}

/** Why a reader cannot go on; forgotten when it does. */
export async function noteRefusal(db: Queryable, reader: string, refusal: string): Promise<void> {
  await db.query('update log.checkpoints set refusal = $2 where reader = $1', [reader, refusal])
}

export interface ReaderLag {
  readonly reader: string
  readonly position: Position
  readonly head: Position
  /** Age of the oldest event behind the checkpoint, by the database's clock; 0: none. */
  readonly oldestSeconds: number
  readonly refusal: string | null
}

/** How far each of these readers is, the furthest behind first; those that never began have done nothing. */
export async function readLags(db: Queryable, readers: readonly string[]): Promise<readonly ReaderLag[]> {
  const { rows } = await db.query<{
    reader: string
    position: string
    head: string
    age: number
    refusal: string | null
  }>({
    name: 'read-lags',
    text: `select r.reader, coalesce(c.position, 0) as position, c.refusal,
        greatest(h.position, c.position) as head,
        greatest(coalesce(round(extract(epoch from clock_timestamp() - e.recorded_at), 3), 0), 0)::float8 as age
      from unnest($1::text[]) with ordinality as r (reader, place) cross join log.log_head h
      left join log.checkpoints c using (reader)
      left join log.events e on e.position = coalesce(c.position, 0) + 1
      order by coalesce(c.position, 0), c.refusal is null, r.place`,
    values: [readers],
  })
  return rows.map(({ reader, position, head, age, refusal }) => ({
    reader,
    position: Number(position),
    head: Number(head),
    oldestSeconds: age,
    refusal,
  }))
}
