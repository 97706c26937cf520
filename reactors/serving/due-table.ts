/** What reactors have still to act upon, and what they count: log.due and log.tallies, filled together with their checkpoints. */
import type { Timestamp } from '../../domain/values.ts'
import type { Position } from '../../store/commit/command.ts'
import type pg from 'pg'
import type { Pool } from '../../store/postgres/database.ts'
import type { Cause, Detail, DueCause, Settled, SkippedCause, Why } from '../reactor.ts'
import { readerName } from './reactor-table.ts'
import type { TallyRow } from './tallies.ts'

export interface DueRow extends Pick<DueCause, 'stream' | 'position' | 'part' | 'cause' | 'detail'> {
  readonly dueAt: Timestamp
}

/** What a stretch of the log says. */
export interface Stretch {
  readonly from: Position
  readonly to: Position
  readonly due: readonly DueRow[]
  /** Streams in which nothing is left to do of what came before. */
  readonly over: readonly string[]
}

/** A stretch with the sums that it changed. */
export interface WrittenStretch extends Stretch {
  readonly tallies: readonly TallyRow[]
  /** Sums of windows that began before are forgotten. */
  readonly talliesSince: Timestamp
}

/**
 * Writes what stretches say to several reactors, each together with its checkpoint, all or nothing for each. Returns the
 * reactors whose checkpoint was not at `from`: another process reads for them.
 */
export async function writeStretches(
  pool: Pick<Pool | pg.ClientBase, 'query'>,
  stretches: ReadonlyMap<string, WrittenStretch>,
): Promise<readonly string[]> {
  const moves = [...stretches]
  const over = moves.flatMap(([name, stretch]) => stretch.over.map((stream) => [name, stream] as const))
  const due = moves.flatMap(([name, stretch]) => stretch.due.map((row) => [name, row] as const))
  const sums = moves.flatMap(([name, { tallies }]) => tallies.map((row) => [name, row] as const))
  const counting = moves.filter(([, { tallies }]) => tallies.length > 0)
  const { rows } = await pool.query<{ name: string }>({
    name: 'write-due',
    text: `with wanted as (
        select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) as w (name, reader, past, next)
      ), moved as (
        update log.checkpoints c
        set position = w.next, recorded_at = (select recorded_at from log.events where position = w.next)
        from wanted w where c.reader = w.reader and c.position = w.past
        returning w.name
      ), gone as (
        delete from log.due d using unnest($5::text[], $6::text[]) as o (name, stream), moved m
        where m.name = o.name and d.reactor = o.name and d.stream = o.stream returning d.reactor
      ), made as (
        insert into log.due (reactor, stream, position, part, cause, due_at, detail)
        select d.name, d.stream, d.position, d.part, d.cause, to_timestamp(d.due_at / 1000.0), d.detail::jsonb
        from moved m
        join unnest($7::text[], $8::text[], $9::bigint[], $10::int[], $11::uuid[], $12::bigint[], $13::text[])
          as d (name, stream, position, part, cause, due_at, detail) on d.name = m.name
        returning reactor
      ), counted as (
        update log.reactors r set due = r.due
          + (select count(*) from made where reactor = r.name) - (select count(*) from gone where reactor = r.name)
        where r.name in (select reactor from made union select reactor from gone)
      ), tallied as (
        insert into log.tallies (reactor, window_at, name, times, units, passed)
        select t.reactor, to_timestamp(t.window_at / 1000.0), t.name, t.times, t.units, t.passed
        from moved m
        join unnest($14::text[], $15::bigint[], $16::text[], $17::bigint[], $18::bigint[], $19::boolean[])
          as t (reactor, window_at, name, times, units, passed) on t.reactor = m.name
        on conflict (reactor, window_at, name) do update
          set times = excluded.times, units = excluded.units, passed = excluded.passed
      ), forgotten as (
        delete from log.tallies t using unnest($20::text[], $21::bigint[]) as s (reactor, since), moved m
        where m.name = s.reactor and t.reactor = s.reactor and t.window_at < to_timestamp(s.since / 1000.0)
      )
      select name from moved`,
    values: [
      moves.map(([name]) => name),
      moves.map(([name]) => readerName(name)),
      moves.map(([, { from }]) => from),
      moves.map(([, { to }]) => to),
      over.map(([name]) => name),
      over.map(([, stream]) => stream),
      due.map(([name]) => name),
      due.map(([, { stream }]) => stream),
      due.map(([, { position }]) => position),
      due.map(([, { part }]) => part),
      due.map(([, { cause }]) => cause),
      due.map(([, { dueAt }]) => dueAt),
      due.map(([, { detail }]) => (detail === null ? null : JSON.stringify(detail))),
      sums.map(([name]) => name),
      sums.map(([, { windowAt }]) => windowAt),
      sums.map(([, { name }]) => name),
      sums.map(([, { times }]) => times),
      sums.map(([, { units }]) => units),
      sums.map(([, { passed }]) => passed),
      counting.map(([name]) => name),
      counting.map(([, { talliesSince }]) => talliesSince),
    ],
  })
  const moved = new Set(rows.map(({ name }) => name))
  return moves.flatMap(([name]) => (moved.has(name) ? [] : [name]))
}

export interface DueQuery {
  readonly at: Timestamp
  /** Rows at most that were never tried, and that were tried before. */
  readonly fresh: number
  readonly repeated: number
  /** Positions of those that are under way. */
  readonly except: readonly Position[]
  readonly holdsBack: 'stream' | 'cause'
}

/**
 * Those that are due at a moment, and by the database's clock too, the oldest first: none of a reactor that is paused.
 * Where a parked one holds back its stream, none that came after it there.
 */
export async function readDue(pool: Pool, name: string, query: DueQuery): Promise<readonly DueCause[]> {
  const { at, fresh, repeated, except, holdsBack } = query
  // By the index due_next, in these words.
  const due = (again: 0 | 1, limit: string) => `(
      select stream, position, part, cause, detail, attempts, retried, due_at, xmin from log.due d
      where reactor = $1 and failure is null and least(attempts, 1) = ${String(again)}
        and due_at <= least(to_timestamp($2::bigint / 1000.0), statement_timestamp())
        and position <> all($5::bigint[])
        and not ($6 and exists (
          select from log.due p
          where p.reactor = d.reactor and p.stream = d.stream and p.position < d.position and p.failure is not null
        ))
        and not exists (select from log.reactors where name = $1 and paused is not null)
      order by due_at, position limit ${limit}
    )`
  const { rows } = await pool.query<[string, string, number, string, Detail, number, boolean, string, number]>({
    name: 'read-due',
    text: `select stream, position, part, cause, detail, attempts, retried, xmin::text,
        coalesce(extract(epoch from (select recorded_at from log.events e where e.position = due.position)), 0)::float8
          * 1000
      from (${due(0, '$3')} union all ${due(1, '$4')}) as due order by due_at, position, part`,
    values: [name, at, fresh, repeated, except, holdsBack === 'stream'],
    rowMode: 'array',
  })
  return rows.map(([stream, position, part, cause, detail, attempts, retriedByHand, version, recordedAt]) => ({
    ...{ stream, position: Number(position), part, cause, detail, attempts, retriedByHand, version, recordedAt },
  }))
}

export interface SettledCause {
  readonly cause: DueCause
  readonly settled: Settled
}

/**
 * Writes what became of some causes, by the database's clock. What somebody has changed since it was taken stays as they left
 * it, due: there is more to do than was known, or another process serves it.
 */
export async function writeSettled(pool: Pool, name: string, all: readonly SettledCause[]): Promise<void> {
  if (all.length === 0) return
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  await pool.query({
    name: 'settle-due',
    text: `with settled as (
        select * from unnest($2::text[], $3::bigint[], $4::int[], $5::text[], $6::float8[], $7::text[], $8::text[], $9::text[])
          as s (stream, position, part, outcome, in_ms, detail, failure, version)
      ), gone as (
        delete from log.due d using settled s
        where d.reactor = $1 and d.stream = s.stream and d.position = s.position and d.part = s.part
          and d.xmin::text = s.version and s.outcome = 'settled'
        returning d.stream
      ), kept as (
        update log.due d set
          due_at = case s.outcome when 'again' then clock_timestamp() + s.in_ms * interval '1 millisecond' else d.due_at end,
          attempts = d.attempts + 1,
          detail = coalesce(s.detail::jsonb, d.detail),
          failure = s.failure::jsonb,
          parked_at = case s.outcome when 'parked' then clock_timestamp() end
        from settled s
        where d.reactor = $1 and d.stream = s.stream and d.position = s.position and d.part = s.part
          and d.xmin::text = s.version and s.outcome <> 'settled'
      )
      update log.reactors set due = due - (select count(*) from gone)
      where name = $1 and exists (select from gone)`,
    values: [
      name,
      all.map(({ cause }) => cause.stream),
      all.map(({ cause }) => cause.position),
      all.map(({ cause }) => cause.part),
      all.map(({ settled }) => settled.outcome),
      all.map(({ settled }) => (settled.outcome === 'again' ? settled.inMs : null)),
      all.map(({ settled }) => (settled.outcome === 'settled' ? null : json(settled.detail))),
      all.map(({ settled }) => (settled.outcome === 'parked' ? json(settled.why) : null)),
      all.map(({ cause }) => cause.version),
    ],
  })
}

/** Of one event, parts from `from` up to `to`, exclusive. */
export interface ParkedOf {
  readonly position: Position
  readonly parts: { readonly from: number; readonly to: number }
}

/** A cause that is parked, for a person to look at. */
export interface ParkedRow extends SkippedCause {
  readonly why: Why
}

/** What is parked of one event, in these parts. */
export async function readParked(
  pool: Pool,
  name: string,
  { position, parts: { from, to } }: ParkedOf,
): Promise<readonly ParkedRow[]> {
  const { rows } = await pool.query<{ stream: string; part: number; cause: string; detail: Detail; failure: Why }>(
    `select stream, part, cause, detail, failure from log.due
    where reactor = $1 and position = $2 and part >= $3 and part < $4 and failure is not null order by part`,
    [name, position, from, to],
  )
  return rows.map(({ failure, ...row }) => ({ ...row, position, why: failure }))
}

/** Has what is parked of one event, in these parts, tried again. False: nothing of it is parked. */
export async function retryCause(
  pool: Pool,
  name: string,
  { position, parts: { from, to } }: ParkedOf,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update log.due set failure = null, parked_at = null, retried = true, due_at = clock_timestamp()
    where reactor = $1 and position = $2 and part >= $3 and part < $4 and failure is not null`,
    [name, position, from, to],
  )
  return (rowCount ?? 0) > 0
}

/** Forgets a parked cause. */
export async function dropCause(pool: Pool, name: string, { stream, position, part }: Cause): Promise<void> {
  await pool.query(
    `with gone as (
      delete from log.due where reactor = $1 and stream = $2 and position = $3 and part = $4 and failure is not null
      returning stream
    )
    update log.reactors set due = due - (select count(*) from gone) where name = $1`,
    [name, stream, position, part],
  )
}
