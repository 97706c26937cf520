/** The chunks in Postgres: appended, read from an offset on, and dropped by the hour. */
import type { Pool } from '../../store/postgres/database.ts'
import { sqlState, UNDEFINED_TABLE } from '../../store/postgres/sqlstate.ts'
import { packChunk, unpackChunk, type KeptRecord } from './chunk.ts'
import { KNOWN_FOR_MS } from './known-ids.ts'

/** Told on it: something was appended. */
export const BEHAVIOUR_CHANNEL = 'behaviour'

export interface Chunk {
  readonly partition: number
  readonly firstOffset: number
  readonly records: readonly KeptRecord[]
}

/** No table takes rows of this hour. */
const NO_TABLE = '23514'
const HOUR_MS = 3_600_000
/** Of one read, in chunks. */
const PAGE = 50

/** Resolves with the first offset of each when the disk has them: all or none. `records` by partition. */
export async function appendChunks(
  pool: Pool,
  byPartition: ReadonlyMap<number, readonly KeptRecord[]>,
): Promise<readonly Chunk[]> {
  const parts = [...byPartition].toSorted(([one], [other]) => one - other)
  const query = {
    name: 'append-behaviour',
    text: 'select behaviour.append($1::smallint[], $2::integer[], $3::bytea[]) as firsts',
    values: [
      parts.map(([partition]) => partition),
      parts.map(([, records]) => records.length),
      parts.map(([, records]) => packChunk(records)),
    ],
  }
  const { rows } = await atItsTable(pool, () => pool.query<{ firsts: readonly string[] }>(query))
  const firsts = rows[0]?.firsts ?? []
  return parts.map(([partition, records], index) => ({ partition, firstOffset: Number(firsts[index]), records }))
}

/** Appends; where no table takes rows of this hour yet, it is made first. */
export async function atItsTable<Answer>(pool: Pool, append: () => Promise<Answer>): Promise<Answer> {
  try {
    return await append()
  } catch (error) {
    if (sqlState(error) !== NO_TABLE) throw error
    await makeTables(pool)
    return append()
  }
}

/** Of each partition the offset behind its newest record: one query where there may be nothing to read. */
export async function readHeads(pool: Pool): Promise<ReadonlyMap<number, number>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>({
    name: 'behaviour-heads',
    text: 'select partition, next_offset from behaviour.partitions',
  })
  return new Map(rows.map(({ partition, next_offset }) => [partition, Number(next_offset)]))
}

/**
 * The next chunks of a partition, a page of them, in order, each unpacked when it is asked for. What was dropped is passed over:
 * the first may begin behind `offset`.
 */
export async function* readChunks(pool: Pool, partition: number, offset: number): AsyncGenerator<Chunk> {
  const { rows } = await pool.query<{ first_offset: string; data: Buffer }>({
    name: 'read-behaviour',
    text: `select first_offset, data from behaviour.chunks
      where partition = $1 and first_offset >= $2 order by first_offset limit ${String(PAGE)}`,
    values: [partition, offset],
  })
  for (const { first_offset, data } of rows) {
    yield { partition, firstOffset: Number(first_offset), records: unpackChunk(data) }
  }
}

/**
 * The chunks before `offset` whose ids a reader still has to know, the oldest first, a page at a time: those of the 10 minutes
 * before the newest of them, which may be long ago where nobody has read a topic meanwhile.
 */
export async function* readKnownChunks(pool: Pool, partition: number, offset: number): AsyncGenerator<Chunk> {
  for (let after = -1, full = true; full;) {
    const { rows } = await pool.query<{ first_offset: string; data: Buffer }>({
      name: 'read-known-behaviour',
      text: `select first_offset, data from behaviour.chunks
        where partition = $1 and first_offset > $4 and first_offset < $2 and stored_at > (
          select stored_at from behaviour.chunks where partition = $1 and first_offset < $2 order by first_offset desc limit 1
        ) - $3 * interval '1 millisecond'
        order by first_offset limit ${String(PAGE)}`,
      values: [partition, offset, KNOWN_FOR_MS, after],
    })
    for (const { first_offset, data } of rows) {
      after = Number(first_offset)
      yield { partition, firstOffset: after, records: unpackChunk(data) }
    }
    full = rows.length === PAGE
  }
}

/** Sees to it that tables exist for this hour and the next. */
export async function makeTables(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ now: string }>(
    'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now',
  )
  const now = Number(rows[0]?.now)
  for (const hour of [now - (now % HOUR_MS), now - (now % HOUR_MS) + HOUR_MS]) {
    const [from, to] = [new Date(hour).toISOString(), new Date(hour + HOUR_MS).toISOString()]
    const name = `chunks_${from.slice(0, 13).replaceAll(/\D/g, '')}`
    // One message, so one transaction; the lock is for two processes that make the same table.
    await pool.query(
      `select pg_advisory_xact_lock(hashtext('behaviour.chunks'));
      create table if not exists behaviour.${name} partition of behaviour.chunks for values from ('${from}') to ('${to}')`,
    )
  }
}

export interface Keeping {
  /** Milliseconds. */
  readonly keptForMs: number
  readonly mostBytes: number
}

export interface Kept {
  /** Names of the tables that went. */
  readonly dropped: readonly string[]
  /** What is left takes this many. */
  readonly bytes: number
}

/**
 * Drops the tables whose hour is over for so long, read or not, then the oldest ones until the rest has room: of
 * these none that takes more, that holds ids which a reader has to know, or that somebody has yet to read.
 */
export async function dropTables(pool: Pool, { keptForMs, mostBytes }: Keeping): Promise<Kept> {
  const { rows } = await pool.query<{ name: string; bytes: string | null; old: boolean; over: boolean }>(
    `select name, bytes, ended < clock_timestamp() - $1 * interval '1 millisecond' as old,
      ended < clock_timestamp() - $2 * interval '1 millisecond' as over
    from (
      select c.relname as name, pg_total_relation_size(c.oid) as bytes,
        to_timestamp(right(c.relname, 10), 'YYYYMMDDHH24') + interval '1 hour' as ended
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'behaviour.chunks'::regclass) as tables
    order by name`,
    [keptForMs, KNOWN_FOR_MS],
  )
  let bytes = rows.reduce((sum, row) => sum + Number(row.bytes), 0)
  const dropped: string[] = []
  for (const row of rows) {
    const { name, old, over } = row
    if (!old && !(over && bytes > mostBytes)) break
    if (!(await dropTable(pool, name, old ? 'also unread' : 'if read'))) break
    bytes -= Number(row.bytes)
    dropped.push(name)
  }
  return { dropped, bytes }
}

/** A dump that goes on keeps its locks for long; who appends meanwhile would wait behind those that wait for them. */
const LOCK_TIMEOUT = '200ms'
const NO_LOCK = '55P03'

/** Whether it is gone; if not, it has to be tried again. */
async function dropTable(pool: Pool, name: string, what: 'also unread' | 'if read'): Promise<boolean> {
  const isRead = async (asked: Pick<Pool, 'query'>) => {
    const { rows } = await asked.query<{ unread: boolean }>(
      `select exists (select from behaviour.partitions p join behaviour.${name} c
        on c.partition = p.partition and c.first_offset >= p.folded_to) as unread`,
    )
    return rows[0]?.unread === false
  }
  const isFree = async (asked: Pick<Pool, 'query'>) => what === 'also unread' || isRead(asked)
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    // Nobody waits for a table that stays.
    if (!(await isFree(client))) return false
    await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`)
    // As appends and reads do, the parent first. What was appended to it and not committed before is seen behind the lock.
    await client.query('lock table only behaviour.chunks in access exclusive mode')
    const goes = await isFree(client)
    if (goes) await client.query(`drop table behaviour.${name}`)
    await client.query('commit')
    return goes
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    const state = sqlState(error)
    if (state === NO_LOCK) return false
    // Another process was there before.
    if (state === UNDEFINED_TABLE) return true
    throw error
  } finally {
    // One that failed in the middle is closed: its transaction goes with it.
    client.release(failed)
  }
}
