/** How each reactor is, in log.reactors: where it stands, why it stopped or is paused, what outside is away. */
import { openCheckpoint } from '../../store/log/checkpoints.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Reactor, Why } from '../reactor.ts'

/** Of its checkpoint. */
export function readerName(reactor: string): string {
  return `reactor ${reactor}`
}

/** Why a reactor stopped, and where. */
export interface Failure extends Why {
  readonly position: Position
}

/** Since when something is so, in milliseconds since 1970 by the database's clock, and why. */
export interface Since {
  readonly since: number
  readonly reason: string
}

export function whyOf(error: unknown): Why {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'defect'
  return { code, message: error instanceof Error ? error.message : String(error) }
}

/** Why a reactor that acts outside does nothing in a process that may not. */
const NO_EFFECTS = 'EFFECTS is off: nothing is charged, refunded or sent'

/**
 * Where the reactor has read to. It is tried again: what stopped it may have been mended, by a newer release perhaps. One
 * that acts outside begins paused in a log that was made from a dump, and in another one than it ran with last; that
 * effects were off pauses it only while they are.
 */
export async function openReactor(pool: Pool, { name, actsOutside }: Reactor): Promise<Position> {
  await pool.query(
    `insert into log.reactors as r (name, ran_in, paused)
    select $1, i.id, case when $2 and i.restored_at is not null then ${because('$3')} end from log.identity i
    on conflict (name) do update set failure = null, ran_in = excluded.ran_in,
      paused = coalesce(case when r.paused->>'reason' <> $5 then r.paused end,
        case when r.ran_in is null then excluded.paused end,
        case when $2 and r.ran_in <> excluded.ran_in then ${because('$4')} end)`,
    [
      name,
      actsOutside,
      'this log was made from a dump: what it asks for may have been done before',
      'it ran with another log before: what this one asks for may have been done there',
      NO_EFFECTS,
    ],
  )
  return openCheckpoint(pool, readerName(name))
}

/** Since now, for this reason. */
function because(reason: string): string {
  return `jsonb_build_object('reason', ${reason}::text, 'since', extract(epoch from clock_timestamp())::float8 * 1000)`
}

export async function recordFailure(pool: Pool, name: string, failure: Failure): Promise<void> {
  await pool.query('update log.reactors set failure = $2 where name = $1', [name, failure])
}

/** Of these, the ones that have stopped and were not retried. */
export async function stoppedOf(pool: Pool, names: readonly string[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from log.reactors where name = any($1::text[]) and failure is not null',
    [names],
  )
  return rows.map(({ name }) => name)
}

/** Says since when what it needs outside is away; null: it is there. */
export async function recordOutage(pool: Pool, name: string, reason: string | null): Promise<void> {
  await pool.query(
    reason === null
      ? 'update log.reactors set outage = null where name = $1'
      : `update log.reactors set outage = jsonb_build_object('reason', $2::text, 'since',
          coalesce((outage->>'since')::float8, extract(epoch from clock_timestamp())::float8 * 1000)) where name = $1`,
    reason === null ? [name] : [name, reason],
  )
}

/** It begins nothing until it is resumed. Paused again it keeps its first reason. */
export async function pauseReactor(pool: Pool, name: string, reason: string): Promise<void> {
  await pool.query(
    `insert into log.reactors as r (name, paused)
    values ($1, ${because('$2')})
    on conflict (name) do update set paused = coalesce(r.paused, excluded.paused)`,
    [name, reason],
  )
}

/** It may do nothing outside, resumed by hand or not. */
export async function holdReactor(pool: Pool, name: string): Promise<void> {
  await pool.query({
    name: 'hold-reactor',
    text: `update log.reactors set paused = ${because('$2')} where name = $1 and paused is null`,
    values: [name, NO_EFFECTS],
  })
}

export async function resumeReactor(pool: Pool, name: string): Promise<void> {
  await pool.query('update log.reactors set paused = null where name = $1', [name])
}

/** Has the reactor try again what stopped it, and what it parked. */
export async function retryReactor(pool: Pool, name: string): Promise<void> {
  await pool.query({
    text: `with freed as (
        update log.due set failure = null, parked_at = null, retried = true where reactor = $1 and failure is not null
      )
      update log.reactors set failure = null where name = $1 and failure is not null`,
    values: [name],
  })
}
