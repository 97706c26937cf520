/** Records that could not be handled, grouped by cause; what is done with them; and which were published to their topic. */
import type pg from 'pg'
import type { RecordHeader } from '../client/record-headers.ts'

export const LETTER_STATES = ['parked', 'retried', 'discarded'] as const

export type LetterState = (typeof LETTER_STATES)[number]

export interface LetterGroup {
  readonly cause: string
  readonly class: string
  /** Of the newest letter. */
  readonly message: string
  readonly parked: number
  readonly retried: number
  readonly discarded: number
  /** Milliseconds since 1970. */
  readonly firstAt: number
  readonly lastAt: number
  /** The newest letter. */
  readonly sample: number
}

/** As lists show it: without its bytes. */
export interface LetterSummary {
  readonly id: number
  readonly topic: string
  readonly partition: number
  /** Of a batch that was parked whole: its first one. */
  readonly offset: number
  /** Of such a batch; null: it is one record. */
  readonly lastOffset: number | null
  /** Milliseconds since 1970, as the record says. */
  readonly timestamp: number
  readonly key: Buffer | null
  /** Of the value in bytes; null when it has none. */
  readonly size: number | null
  readonly class: string
  readonly message: string
  readonly cause: string
  readonly state: LetterState
  readonly parkedAt: number
  /** Null: it was not yet told to the topic of dead letters. */
  readonly publishedAt: number | null
}

export interface StoredLetter extends LetterSummary {
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
  readonly history: readonly LetterDeed[]
}

/** What somebody did with a letter, and what came of it. */
export interface LetterDeed {
  readonly at: string
  readonly act: 'retry' | 'discard'
  readonly by: string
  readonly detail: string
}

export type LetterSelection =
  { readonly kind: 'ids'; readonly ids: readonly number[] } | { readonly kind: 'cause'; readonly cause: string }

/** In the JSON of `headers`: a name, as bytes where it is not UTF-8, and the value in base64. */
export type StoredHeader = readonly [name: string | { readonly base64: string }, value: string | null]

export async function readGroups(pool: pg.Pool): Promise<readonly LetterGroup[]> {
  const { rows } = await pool.query<GroupRow>({
    name: 'letter-groups',
    text: `select cause, class, message, parked, retried, discarded, first_at, last_at, last_id as sample
      from log.letter_groups order by (parked > 0) desc, last_id desc limit 1000`,
  })
  return rows.map((row) => ({
    cause: row.cause,
    class: row.class,
    message: row.message,
    parked: Number(row.parked),
    retried: Number(row.retried),
    discarded: Number(row.discarded),
    firstAt: row.first_at.getTime(),
    lastAt: row.last_at.getTime(),
    sample: Number(row.sample),
  }))
}

export interface LetterQuery {
  readonly cause: string | null
  readonly state: LetterState | null
  /** Only letters with a smaller id. */
  readonly before: number | null
  readonly limit: number
}

/** Newest first. Each set of conditions is a statement of its own, so that the plan fits it. */
export async function readLetters(pool: pg.Pool, query: LetterQuery): Promise<readonly LetterSummary[]> {
  const { cause, state, before, limit } = query
  const given = Object.entries({ 'cause =': cause, 'state =': state, 'id <': before }).filter(([, one]) => one !== null)
  const conditions = given.map(([column], index) => `${column} $${String(index + 1)}`)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const { rows } = await pool.query<SummaryRow>({
    name: `letters ${where}`,
    text: `select ${SUMMARY} from log.dead_letters ${where} order by id desc limit $${String(given.length + 1)}`,
    values: [...given.map(([, value]) => value), limit],
  })
  return rows.map(summaryOf)
}

/** Null: no letter has this id. */
export async function readLetter(pool: pg.Pool, id: number): Promise<StoredLetter | null> {
  const { rows } = await pool.query<LetterRow>({ name: 'letter', text: `${WHOLE} where id = $1`, values: [id] })
  const row = rows[0]
  return row === undefined ? null : letterOf(row)
}

/** Parked letters in the order in which their records came, at most `limit`; and how many there are in all. */
export async function readParked(
  pool: pg.Pool,
  selection: LetterSelection,
  limit: number,
): Promise<{ readonly letters: readonly StoredLetter[]; readonly total: number }> {
  const [where, value] = selected(selection)
  const counted = await pool.query<[string]>({
    text: `select count(*) from log.dead_letters where ${where} and state = 'parked'`,
    values: [value],
    rowMode: 'array',
  })
  const { rows } = await pool.query<LetterRow>({
    text: `${WHOLE} where ${where} and state = 'parked' order by topic, partition, record_offset limit $2`,
    values: [value, limit],
  })
  return { letters: rows.map(letterOf), total: Number(counted.rows[0]?.[0] ?? 0) }
}

/** Ends a parked letter. False: it was not parked any more, and nothing was written. */
export async function settleLetter(
  pool: pg.Pool,
  id: number,
  settled: { readonly state: LetterState; readonly deed: LetterDeed },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'settle-letter',
    text: `update log.dead_letters set state = $2, history = ${withDeed('$3')} where id = $1 and state = 'parked'`,
    values: [id, settled.state, JSON.stringify([settled.deed])],
  })
  return rowCount === 1
}

/** Discards parked letters; how many. Some at a time: a cause may have more than one statement can change. */
export async function discardParked(pool: pg.Pool, selection: LetterSelection, deed: LetterDeed): Promise<number> {
  const [where, value] = selected(selection)
  for (let discarded = 0; ;) {
    const { rowCount } = await pool.query({
      text: `update log.dead_letters set state = 'discarded', history = ${withDeed('$2')}
        where state = 'parked' and id in (
          select id from log.dead_letters where ${where} and state = 'parked' order by id limit ${String(AT_ONCE)})`,
      values: [value, JSON.stringify([deed])],
    })
    discarded += rowCount ?? 0
    if ((rowCount ?? 0) < AT_ONCE) return discarded
  }
}

/** The oldest letters that were not yet told to the topic of dead letters, but not those of some ids. */
export async function readUnpublished(
  pool: pg.Pool,
  limit: number,
  except: readonly number[],
): Promise<readonly StoredLetter[]> {
  const { rows } = await pool.query<LetterRow>({
    name: 'unpublished-letters',
    text: `${WHOLE} where published_at is null and id <> all($2::bigint[]) order by id limit $1`,
    values: [limit, except],
  })
  return rows.map(letterOf)
}

export async function markPublished(pool: pg.Pool, ids: readonly number[]): Promise<void> {
  await pool.query({
    name: 'mark-published',
    text: 'update log.dead_letters set published_at = clock_timestamp() where id = any($1::bigint[])',
    values: [ids],
  })
}

/** A letter that is retried over and over keeps its newest deeds. */
export function withDeed(deed: string): string {
  return `case when jsonb_array_length(history) < ${String(MOST_DEEDS)} then history else history - 0 end || ${deed}::jsonb`
}

const MOST_DEEDS = 100
const AT_ONCE = 5_000

const SUMMARY = `id, topic, partition, record_offset, last_offset, record_timestamp, key, octet_length(value) as size, class, message,
  cause, state, parked_at, published_at`
const WHOLE = `select ${SUMMARY}, value, headers, history from log.dead_letters`

interface GroupRow {
  readonly cause: string
  readonly class: string
  readonly message: string
  readonly parked: string
  readonly retried: string
  readonly discarded: string
  readonly first_at: Date
  readonly last_at: Date
  readonly sample: string
}

interface SummaryRow {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly record_offset: string
  readonly last_offset: string | null
  readonly record_timestamp: string
  readonly key: Buffer | null
  readonly size: number | null
  readonly class: string
  readonly message: string
  readonly cause: string
  readonly state: LetterState
  readonly parked_at: Date
  readonly published_at: Date | null
}

interface LetterRow extends SummaryRow {
  readonly value: Buffer | null
  readonly headers: Buffer
  readonly history: readonly LetterDeed[]
}

function selected(selection: LetterSelection): readonly [where: string, value: unknown] {
  return selection.kind === 'ids' ? ['id = any($1::bigint[])', selection.ids] : ['cause = $1', selection.cause]
}

function summaryOf(row: SummaryRow): LetterSummary {
  const { topic, partition, key, size, class: name, message, cause, state } = row
  return {
    ...{ topic, partition, key, size, class: name, message, cause, state },
    id: Number(row.id),
    offset: Number(row.record_offset),
    lastOffset: row.last_offset === null ? null : Number(row.last_offset),
    timestamp: Number(row.record_timestamp),
    parkedAt: row.parked_at.getTime(),
    publishedAt: row.published_at?.getTime() ?? null,
  }
}

function letterOf(row: LetterRow): StoredLetter {
  const headers = JSON.parse(row.headers.toString()) as readonly StoredHeader[]
  return {
    ...summaryOf(row),
    value: row.value,
    headers: headers.map(([name, base64]) => [
      typeof name === 'string' ? Buffer.from(name) : Buffer.from(name.base64, 'base64'),
      base64 === null ? null : Buffer.from(base64, 'base64'),
    ]),
    history: row.history,
  }
}
