/** What reactors have still to act upon, and how far each has read the log: log.due, log.reactors, log.checkpoints. */
import type { Timestamp } from '../domain/values.ts'
import { openCheckpoint } from '../store/log/checkpoints.ts'
import type { Position } from '../store/commit/command.ts'
import type { Pool } from '../store/postgres/database.ts'
import type { Cause } from './reactor.ts'

/** Of its checkpoint and of its lease. */
export function readerName(reactor: string): string {
  return `reactor ${reactor}`
}

export interface DueRow extends Cause {
  /** The id of the event. */
  readonly cause: string
}

/** Why something could not be done. */
export interface Why {
  readonly code: string
  readonly message: string
}

/** Why a reactor stands still, and where. */
export interface Failure extends Why {
  readonly position: Position
}

export function whyOf(error: unknown): Why {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'defect'
  return { code, message: error instanceof Error ? error.message : String(error) }
}

/** Where the reactor has read to. It is tried again: what stopped it may have been mended, by a newer release perhaps. */
export async function openReactor(pool: Pool, name: string): Promise<Position> {
  await pool.query('insert into log.reactors (name) values ($1) on conflict (name) do update set failure = null', [
    name,
  ])
  return openCheckpoint(pool, readerName(name))
}

/** What a stretch of the log says. */
export interface Stretch {
  readonly from: Position
  readonly to: Position
  readonly due: readonly (DueRow & { readonly dueAt: Timestamp })[]
  /** Streams in which nothing is left to do of what came before. */
  readonly over: readonly string[]
}

/** Writes it with the checkpoint, all or nothing. False when the checkpoint is not at `from`: somebody else reads. */
export async function writeStretch(pool: Pool, name: string, { from, to, due, over }: Stretch): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'write-due',
    text: `with moved as (
        update log.checkpoints
        set position = $4, recorded_at = (select recorded_at from log.events where position = $4)
        where reader = $2 and position = $3
        returning reader
      ), gone as (
        delete from log.due using moved where reactor = $1 and stream = any($5::text[]) returning stream
      ), made as (
        insert into log.due (reactor, stream, position, cause, due_at)
        select $1, d.stream, d.position, d.cause, to_timestamp(d.due_at / 1000.0)
        from moved, unnest($6::text[], $7::bigint[], $8::uuid[], $9::bigint[]) as d (stream, position, cause, due_at)
        returning stream
      ), counted as (
        update log.reactors set due = due + (select count(*) from made) - (select count(*) from gone)
        where name = $1 and (exists (select from made) or exists (select from gone))
      )
      select from moved`,
    values: [
      name,
      readerName(name),
      from,
      to,
      over,
      due.map(({ stream }) => stream),
      due.map(({ position }) => position),
      due.map(({ cause }) => cause),
      due.map(({ dueAt }) => dueAt),
    ],
  })
  return rowCount === 1
}

/**
 * Those that are due at a moment, and by the database's clock too, the oldest first. One that is parked holds back what
 * came after it in its stream.
 */
export async function readDue(
  pool: Pool,
  name: string,
  { at, limit }: { readonly at: Timestamp; readonly limit: number },
): Promise<readonly DueRow[]> {
  const { rows } = await pool.query<[string, string, string]>({
    name: 'read-due',
    text: `select stream, position, cause from log.due d
      where reactor = $1 and failure is null
        and due_at <= least(to_timestamp($2::bigint / 1000.0), statement_timestamp())
        and not exists (
          select from log.due p
          where p.reactor = d.reactor and p.stream = d.stream and p.position < d.position and p.failure is not null
        )
      order by due_at, position limit $3`,
    values: [name, at, limit],
    rowMode: 'array',
  })
  return rows.map(([stream, position, cause]) => ({ stream, position: Number(position), cause }))
}

/** What became of the commands of some rows. */
export interface Settlement {
  readonly settled: readonly Cause[]
  /** To be asked for again from `again` on. */
  readonly early: readonly Cause[]
  readonly again: Timestamp
  readonly parked: readonly (Cause & { readonly failure: Why })[]
}

export async function writeSettlement(pool: Pool, name: string, settlement: Settlement): Promise<void> {
  const { settled, early, again, parked } = settlement
  if (settled.length > 0) {
    await pool.query({
      name: 'settle-due',
      text: `with gone as (
          delete from log.due
          where reactor = $1 and (stream, position) in (select * from unnest($2::text[], $3::bigint[])) returning stream
        )
        update log.reactors set due = due - (select count(*) from gone) where name = $1`,
      values: [name, ...columnsOf(settled)],
    })
  }
  if (early.length > 0) {
    await pool.query(
      `update log.due set due_at = to_timestamp($4::bigint / 1000.0)
      where reactor = $1 and (stream, position) in (select * from unnest($2::text[], $3::bigint[]))`,
      [name, ...columnsOf(early), again],
    )
  }
  if (parked.length > 0) {
    await pool.query(
      `update log.due d set failure = p.failure::jsonb
      from unnest($2::text[], $3::bigint[], $4::text[]) as p (stream, position, failure)
      where d.reactor = $1 and d.stream = p.stream and d.position = p.position`,
      [name, ...columnsOf(parked), parked.map(({ failure }) => JSON.stringify(failure))],
    )
  }
}

function columnsOf(causes: readonly Cause[]): readonly [readonly string[], readonly Position[]] {
  return [causes.map(({ stream }) => stream), causes.map(({ position }) => position)]
}

export async function recordFailure(pool: Pool, name: string, failure: Failure): Promise<void> {
  await pool.query('update log.reactors set failure = $2 where name = $1', [name, failure])
}

export async function standsStill(pool: Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from log.reactors where name = $1 and failure is not null', [name])
  return rowCount === 1
}

/** Has the reactor try again what it stands still at, and what it parked. */
export async function retryReactor(pool: Pool, name: string): Promise<void> {
  await pool.query({
    text: `with freed as (update log.due set failure = null where reactor = $1 and failure is not null)
      update log.reactors set failure = null where name = $1 and failure is not null`,
    values: [name],
  })
}
