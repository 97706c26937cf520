/**
 * How far the records of each partition were handled. It moves in the transaction that parks what could not be handled,
 * and by compare-and-set: of two processes that believe to have a partition, one moves it and the other learns of it.
 */
import type pg from 'pg'
import { withDeed } from '../letters/letter-table.ts'
import { byteaArray, int8Array, textArray } from '../../store/postgres/binary-array.ts'

export interface InboundPartition {
  readonly topic: string
  readonly partition: number
}

/** Names one record for good: a topic that is deleted and made again uses the same offsets for others. */
export interface RecordMark {
  readonly offset: number
  /** Milliseconds since 1970, as the record says. */
  readonly timestamp: number
  /** CRC-32 of key and value; null: of the last record of a batch that could not be unpacked. */
  readonly checksum: number | null
}

/** Where a process begins. */
export interface InboundPlace {
  /** The last record that was handled; null: none yet. */
  readonly last: RecordMark | null
  /** The process that had the partition before ended without a word: what it had in hand may have killed it. */
  readonly abandoned: boolean
}

/** A record that could not be handled, with why. */
export interface NewDeadLetter {
  readonly record: RecordMark
  /** Of a batch that is parked whole; null: it is one record. */
  readonly lastOffset: number | null
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** JSON of StoredHeaders. */
  readonly headers: Buffer
  readonly class: string
  readonly message: string
  /** The same for all letters of one cause. */
  readonly cause: string
}

/** Takes a partition over. `holder`: a uuid of this process. */
export async function claimPartition(
  pool: pg.Pool,
  { topic, partition }: InboundPartition,
  holder: string,
): Promise<InboundPlace> {
  const { rows } = await pool.query<[string | null, string | null, string | null, boolean]>({
    name: 'claim-inbound',
    text: `with before as (select holder from log.inbound_offsets where topic = $1 and partition = $2)
      insert into log.inbound_offsets as o (topic, partition, holder) values ($1, $2, $3)
      on conflict (topic, partition) do update set holder = excluded.holder,
        waits_for = case when o.holder = excluded.holder then o.waits_for end
      returning record_offset, record_timestamp, record_checksum,
        coalesce((select b.holder <> $3 from before b), false)`,
    values: [topic, partition, holder],
    rowMode: 'array',
  })
  const [offset = null, timestamp, checksum, abandoned = false] = rows[0] ?? []
  const crc = checksum === null || checksum === undefined ? null : Number(checksum)
  const last = offset === null ? null : { offset: Number(offset), timestamp: Number(timestamp), checksum: crc }
  return { last, abandoned }
}

/** Says that nothing is in hand any more. Of a partition that somebody else has taken since, nothing is said. */
export async function releasePartition(
  pool: pg.Pool,
  { topic, partition }: InboundPartition,
  holder: string,
): Promise<void> {
  await pool.query({
    name: 'release-inbound',
    text: `update log.inbound_offsets set holder = null, attempts = 0, waits_for = null
      where topic = $1 and partition = $2 and holder = $3`,
    values: [topic, partition, holder],
  })
}

/** Notes that the next record is about to be handled alone. How often that was said since the place last moved. */
export async function noteAttempt(pool: pg.Pool, { topic, partition }: InboundPartition): Promise<number> {
  const { rows } = await pool.query<[number]>({
    name: 'attempt-inbound',
    text: `update log.inbound_offsets set attempts = attempts + 1
      where topic = $1 and partition = $2 returning attempts`,
    values: [topic, partition],
    rowMode: 'array',
  })
  return rows[0]?.[0] ?? 1
}

/** Takes back that an attempt was noted: it ended in order, without saying anything of the record. */
export async function forgetAttempt(pool: pg.Pool, { topic, partition }: InboundPartition): Promise<void> {
  await pool.query({
    name: 'forget-inbound-attempt',
    text: `update log.inbound_offsets set attempts = greatest(0, attempts - 1) where topic = $1 and partition = $2`,
    values: [topic, partition],
  })
}

/** Says what the next record waits for, until the place moves. Of a partition that somebody else has, nothing is said. */
export async function noteWait(
  pool: pg.Pool,
  { topic, partition }: InboundPartition,
  { holder, waitsFor }: { readonly holder: string; readonly waitsFor: string },
): Promise<void> {
  await pool.query({
    name: 'note-inbound-wait',
    text: `update log.inbound_offsets
      set waits_for = $4, waits_since = case when waits_for is null then clock_timestamp() else waits_since end
      where topic = $1 and partition = $2 and holder = $3`,
    values: [topic, partition, holder, waitsFor],
  })
}

/** Of a partition whose next command waits. */
export interface InboundWait extends InboundPartition {
  readonly waitsFor: string
  /** RFC 3339. */
  readonly since: string
}

export async function readWaits(pool: pg.Pool): Promise<readonly InboundWait[]> {
  const { rows } = await pool.query<{ topic: string; partition: number; waits_for: string; waits_since: Date }>(
    `select topic, partition, waits_for, waits_since from log.inbound_offsets where waits_for is not null`,
  )
  return rows.map((row) => ({
    ...{ topic: row.topic, partition: row.partition },
    ...{ waitsFor: row.waits_for, since: row.waits_since.toISOString() },
  }))
}

/**
 * Moves the place from one record to a later one and parks what could not be handled on the way: both or neither.
 * `to` null: back to before the first record. False: somebody else has moved it, and nothing was written.
 */
export async function advancePartition(
  pool: pg.Pool,
  { topic, partition }: InboundPartition,
  move: {
    readonly from: RecordMark | null
    readonly to: RecordMark | null
    readonly letters: readonly NewDeadLetter[]
  },
): Promise<boolean> {
  const { from, to, letters } = move
  const { rowCount } = await pool.query({
    name: 'advance-inbound',
    text: `with moved as (
        update log.inbound_offsets
        set record_offset = $3, record_timestamp = $4, record_checksum = $5, attempts = 0, waits_for = null
        where topic = $1 and partition = $2
          and (record_offset, record_timestamp, record_checksum) is not distinct from ($6::bigint, $7::bigint, $8::bigint)
        returning 1
      ), parked as (
        ${insertLetters('moved', 9)}
      )
      select from moved`,
    values: [
      topic,
      partition,
      to?.offset ?? null,
      to?.timestamp ?? null,
      to?.checksum ?? null,
      from?.offset ?? null,
      from?.timestamp ?? null,
      from?.checksum ?? null,
      ...letterArrays(letters),
    ],
  })
  return rowCount === 1
}

/**
 * Settles the letter of a batch that could be opened after all, and parks what could not be handled of its records: both
 * or neither. False: it was not parked any more, and nothing was written.
 */
export async function settleBatch(
  pool: pg.Pool,
  { topic, partition }: InboundPartition,
  settled: { readonly id: number; readonly deed: object; readonly letters: readonly NewDeadLetter[] },
): Promise<boolean> {
  const { id, deed, letters } = settled
  const { rowCount } = await pool.query({
    name: 'settle-batch',
    text: `with settled as (
        update log.dead_letters set state = 'retried', history = ${withDeed('$4')}
        where id = $3 and state = 'parked' returning 1
      ), parked as (
        ${insertLetters('settled', 5)}
      )
      select from settled`,
    values: [topic, partition, id, JSON.stringify([deed]), ...letterArrays(letters)],
  })
  return rowCount === 1
}

/** Of the partition in $1 and $2, if `condition` has a row; their arrays begin at the parameter `first`. */
function insertLetters(condition: string, first: number): string {
  const types = ['bigint', 'bigint', 'bigint', 'bytea', 'bytea', 'bytea', 'text', 'text', 'text']
  const columns = 'record_offset, last_offset, record_timestamp, key, value, headers, class, message, cause'
  return `insert into log.dead_letters (topic, partition, ${columns}, parked_at)
    select $1, $2, ${columns}, date_trunc('milliseconds', clock_timestamp())
    from unnest(${types.map((type, index) => `$${String(first + index)}::${type}[]`).join(', ')})
      with ordinality as l(${columns}, index)
    where exists (select from ${condition})
    order by l.index
    on conflict (topic, partition, record_offset, record_timestamp) do nothing`
}

function letterArrays(letters: readonly NewDeadLetter[]): readonly Buffer[] {
  return [
    int8Array(letters.map(({ record }) => record.offset)),
    int8Array(letters.map(({ lastOffset }) => lastOffset)),
    int8Array(letters.map(({ record }) => record.timestamp)),
    byteaArray(letters.map(({ key }) => key)),
    byteaArray(letters.map(({ value }) => value)),
    byteaArray(letters.map(({ headers }) => headers)),
    textArray(letters.map((letter) => letter.class)),
    textArray(letters.map(({ message }) => message)),
    textArray(letters.map(({ cause }) => cause)),
  ]
}
