/**
 * How much is kept of dead letters. What was retried or discarded goes first, the oldest before the others; what nobody has
 * decided upon never goes: while that alone fills the room, no more records are read that may have to be parked.
 */
import type pg from 'pg'
import type { NewDeadLetter } from '../inbound/inbound-offsets.ts'

export interface LetterLimits {
  readonly most: number
  readonly mostBytes: number
}

export interface LetterRoom extends LetterLimits {
  readonly letters: number
  readonly bytes: number
  /** Undecided ones. */
  readonly parked: number
  readonly parkedBytes: number
}

export async function readRoom(pool: pg.Pool, limits: LetterLimits): Promise<LetterRoom> {
  const { rows } = await pool.query<Record<'letters' | 'bytes' | 'parked' | 'parked_bytes', string>>({
    name: 'letter-room',
    text: 'select letters, bytes, parked, parked_bytes from log.letter_totals',
  })
  const { letters = 0, bytes = 0, parked = 0, parked_bytes: parkedBytes = 0 } = rows[0] ?? {}
  return {
    ...limits,
    ...{ letters: Number(letters), bytes: Number(bytes), parked: Number(parked), parkedBytes: Number(parkedBytes) },
  }
}

/** Why there is no room, and what to do about it; null: there is. */
export function noRoom({ parked, parkedBytes, most, mostBytes }: LetterRoom): string | null {
  const reason =
    parked >= most
      ? `${String(parked)} dead letters are undecided, and DEAD_LETTERS_MAX is ${String(most)}`
      : parkedBytes >= mostBytes
        ? `undecided dead letters have ${String(parkedBytes)} bytes, and DEAD_LETTERS_MAX_BYTES is ${String(mostBytes)}`
        : null
  return reason === null ? null : `${reason}: no order is read from Kafka until letters are retried or discarded`
}

/** What letters take that are about to be parked. */
export function roomFor(letters: readonly NewDeadLetter[]): { readonly letters: number; readonly bytes: number } {
  const length = (bytes: Buffer | null) => bytes?.length ?? 0
  const sizes = letters.map(({ key, value, headers }) => length(key) + length(value) + headers.length)
  return { letters: letters.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Of one statement. */
const GO_AT_ONCE = 1_000

/** Lets settled letters go where those that come need their room. Gives how it is then. */
export async function makeRoom(
  pool: pg.Pool,
  limits: LetterLimits,
  coming: { readonly letters: number; readonly bytes: number },
): Promise<LetterRoom> {
  for (;;) {
    const room = await readRoom(pool, limits)
    const over = room.letters + coming.letters - limits.most
    const overBytes = room.bytes + coming.bytes - limits.mostBytes
    if (over <= 0 && overBytes <= 0) return room
    const { rowCount } = await pool.query({
      name: 'let-letters-go',
      text: `delete from log.dead_letters where id in (
          select id from (
            select id, row_number() over w as nth, sum(size) over w - size as before
            from (
              (select id, ${SIZE} from log.dead_letters where state = 'retried' order by id limit ${String(GO_AT_ONCE)})
              union all
              (select id, ${SIZE} from log.dead_letters where state = 'discarded' order by id limit ${String(GO_AT_ONCE)})
            ) settled
            window w as (order by id)
          ) oldest
          where nth <= ${String(GO_AT_ONCE)} and (nth <= $1 or before < $2)
        )`,
      values: [over, overBytes],
    })
    if (rowCount === 0) return readRoom(pool, limits)
  }
}

const SIZE = 'log.letter_bytes(key, value, headers) as size'
