/** User events that were not taken. They come from anybody's browser: only the newest are kept, apart from all other letters. */
import type { Pool } from '../../store/postgres/database.ts'

export interface NewLetter {
  /** Null: it came over HTTP. */
  readonly partition: number | null
  readonly offset: number | null
  readonly code: string
  readonly message: string
  /** Without the four keys. */
  readonly value: Buffer
}

export interface UserEventLetter extends NewLetter {
  readonly id: number
  /** Of the whole value, in bytes. */
  readonly size: number
  readonly parkedAt: number
}

export const MOST_LETTERS = 10_000
const LETTER_DAYS = 7
/** Of one value. */
const MOST_BYTES = 4_096

/** What is kept of its value. */
export function shownBytes({ value }: Pick<NewLetter, 'value'>): Buffer {
  return value.subarray(0, MOST_BYTES)
}

/** Of more than are kept, only the newest are written; those that they take the place of go, whether anybody prunes or not. */
export async function parkLetters(pool: Pool, letters: readonly NewLetter[]): Promise<void> {
  const kept = letters.slice(-MOST_LETTERS)
  if (kept.length === 0) return
  await pool.query({
    name: 'park-user-events',
    text: `with gone as (
        delete from behaviour.letters where id in (
          select id from behaviour.letters where id <= (select max(id) from behaviour.letters) - ${String(MOST_LETTERS)}
          order by id limit ${String(2 * MOST_LETTERS)} for update skip locked)
      )
      insert into behaviour.letters (partition, record_offset, code, message, size, value, parked_at)
      select *, clock_timestamp()
      from unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::bytea[])`,
    values: [
      kept.map(({ partition }) => partition),
      kept.map(({ offset }) => offset),
      kept.map(({ code }) => code),
      kept.map(({ message }) => message),
      kept.map(({ value }) => value.length),
      kept.map(shownBytes),
    ],
  })
}

/** Deletes what is not kept any longer. */
export async function dropLetters(pool: Pool): Promise<void> {
  await pool.query(
    `delete from behaviour.letters where parked_at < clock_timestamp() - interval '${String(LETTER_DAYS)} days'
      or id <= (select max(id) from behaviour.letters) - ${String(MOST_LETTERS)}`,
  )
}

/** Newest first: those before the id `before`. */
export async function readLetters(
  pool: Pool,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<readonly UserEventLetter[]> {
  const { rows } = await pool.query<{
    id: string
    partition: number | null
    record_offset: string | null
    code: string
    message: string
    size: number
    value: Buffer
    parked_at: Date
  }>(
    `select * from behaviour.letters
    where ($1::bigint is null or id < $1) and id > (select max(id) from behaviour.letters) - ${String(MOST_LETTERS)}
    order by id desc limit $2`,
    [before, limit],
  )
  return rows.map(({ id, partition, record_offset, code, message, size, value, parked_at }) => ({
    ...{ id: Number(id), partition, offset: record_offset === null ? null : Number(record_offset) },
    ...{ code, message, size, value, parkedAt: parked_at.getTime() },
  }))
}
