/**
 * What was read from a topic, in Postgres: kept in the chunks in the transaction that moves the place of its partition, by
 * compare-and-set. Of two processes that believe to have a partition, one moves its place and the other learns of it.
 */
import type { Pool } from '../../store/postgres/database.ts'
import { packChunk, type KeptRecord } from '../behaviour/chunk.ts'
import { atItsTable, type Chunk } from '../behaviour/chunk-table.ts'
import { MOST_LETTERS, shownBytes, type NewLetter } from '../behaviour/letters.ts'
import { PARTITIONS } from '../behaviour/partition-state.ts'

/** Names one record for good: a topic that is deleted and made again uses the same offsets for others. */
export interface RecordMark {
  readonly offset: number
  readonly timestamp: number
  /** Null: of the last record of a batch that could not be unpacked. */
  readonly checksum: number | null
}

/** Of one partition of the topic: what stands between two records. */
export interface ReadStretch {
  readonly partition: number
  /** The last record before it; null: none. */
  readonly from: RecordMark | null
  readonly to: RecordMark
  readonly records: readonly KeptRecord[]
  readonly letters: readonly NewLetter[]
}

/** Where to go on; null: from the first record. */
export async function readPlace(pool: Pool, topic: string, partition: number): Promise<RecordMark | null> {
  const { rows } = await pool.query<{ offset: string | null; timestamp: string | null; checksum: string | null }>({
    name: 'behaviour-place',
    text: `select record_offset as offset, record_timestamp as timestamp, record_checksum as checksum
      from behaviour.places where topic = $1 and partition = $2`,
    values: [topic, partition],
  })
  const [row] = rows
  if (row === undefined || row.offset === null) return null
  const checksum = row.checksum === null ? null : Number(row.checksum)
  return { offset: Number(row.offset), timestamp: Number(row.timestamp), checksum }
}

/** Of a topic that was made again: nothing of it was read. False: somebody else has moved the place. */
export async function forgetPlace(pool: Pool, topic: string, partition: number, from: RecordMark): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update behaviour.places set record_offset = null, record_timestamp = null, record_checksum = null
    where topic = $1 and partition = $2 and record_offset = $3`,
    [topic, partition, from.offset],
  )
  return rowCount === 1
}

/**
 * Resolves when the disk has it. Of each stretch its chunk (null: it has no records), or `elsewhere`: somebody else has moved
 * the place, and nothing of this stretch was written. Of one partition there is one stretch at most.
 */
export async function appendRead(
  pool: Pool,
  topic: string,
  stretches: readonly ReadStretch[],
): Promise<ReadonlyMap<ReadStretch, Kept>> {
  const sorted = stretches.toSorted((one, other) => chunkPartition(one) - chunkPartition(other))
  const letters = sorted.flatMap((stretch) => stretch.letters).slice(-MOST_LETTERS)
  const marks = (of: (stretch: ReadStretch) => RecordMark | null) => [
    sorted.map((stretch) => of(stretch)?.offset ?? null),
    sorted.map((stretch) => of(stretch)?.timestamp ?? null),
    sorted.map((stretch) => of(stretch)?.checksum ?? null),
  ]
  const query = {
    name: 'append-behaviour-read',
    text: `select behaviour.append_read($1, $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[],
      $6::bigint[], $7::bigint[], $8::bigint[], $9::smallint[], $10::integer[], $11::bytea[],
      $12::integer[], $13::bigint[], $14::text[], $15::text[], $16::integer[], $17::bytea[]) as firsts`,
    values: [
      ...[topic, sorted.map(({ partition }) => partition)],
      ...marks(({ from }) => from),
      ...marks(({ to }) => to),
      sorted.map(chunkPartition),
      sorted.map(({ records }) => records.length),
      sorted.map(({ records }) => (records.length === 0 ? null : packChunk(records))),
      letters.map(({ partition }) => partition),
      letters.map(({ offset }) => offset),
      letters.map(({ code }) => code),
      letters.map(({ message }) => message),
      letters.map(({ value }) => value.length),
      letters.map(shownBytes),
    ],
  }
  const { rows } = await atItsTable(pool, () => pool.query<{ firsts: readonly (string | null)[] }>(query))
  const firsts = rows[0]?.firsts ?? []
  return new Map(sorted.map((stretch, index) => [stretch, keptOf(stretch, firsts[index] ?? null)]))
}

type Kept = Chunk | null | 'elsewhere'

function keptOf(stretch: ReadStretch, firstOffset: string | null): Kept {
  if (firstOffset === null) return 'elsewhere'
  const { records } = stretch
  return records.length === 0 ? null : { partition: chunkPartition(stretch), firstOffset: Number(firstOffset), records }
}

/** Anyone who made the topic may have given it more partitions than there are of chunks. */
function chunkPartition({ partition }: Pick<ReadStretch, 'partition'>): number {
  return partition % PARTITIONS
}

/** Says that nothing was left to read in these partitions of the topic. */
export async function noteEnds(pool: Pool, topic: string, partitions: readonly number[]): Promise<void> {
  await pool.query({
    name: 'behaviour-ends',
    text: `insert into behaviour.places (topic, partition, ended_at)
      select $1, partition, clock_timestamp() from unnest($2::integer[]) as partition order by partition
      on conflict (topic, partition) do update set ended_at = excluded.ended_at`,
    values: [topic, partitions],
  })
}

/** Partitions of chunks for which nothing was left to read in the topic, some milliseconds ago at most. */
export async function endedPartitions(pool: Pool, topic: string, withinMs: number): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ partition: number }>({
    name: 'behaviour-ended',
    text: `select partition % ${String(PARTITIONS)} as partition from behaviour.places where topic = $1
      group by 1 having bool_and(coalesce(ended_at > clock_timestamp() - $2 * interval '1 millisecond', false))`,
    values: [topic, withinMs],
  })
  return new Set(rows.map(({ partition }) => partition))
}
