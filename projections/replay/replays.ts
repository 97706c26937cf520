/**
 * The register of replays, in the database, the same for all processes. Every step of a replay begins with a
 * look at its row, so what is written here is what happens.
 *
 *   running <──> paused            being built from the log
 *      │ dual-writing
 *      v
 *   comparing ──> switched | checked | refused
 *
 *   any of these ──> failed | cancelled
 */
import type { Position } from '../../store/commit/command.ts'
import type { Pool, PoolClient } from '../../store/postgres/database.ts'
import type { Failure } from '../generations.ts'
import { createTables } from '../physical-table.ts'
import type { Projection } from '../projection.ts'
import type { Differences } from './differences.ts'

/** The channel that notifies of a change of the register. */
export const REPLAYS_CHANNEL = 'replays'

export const REPLAY_STATES = [
  ...(['running', 'paused', 'comparing'] as const),
  ...(['switched', 'checked', 'refused', 'failed', 'cancelled'] as const),
] as const

export type ReplayState = (typeof REPLAY_STATES)[number]

export interface Replay {
  readonly replayId: string
  readonly projection: string
  readonly generation: number
  /** Of the projection that is built. */
  readonly version: number
  readonly state: ReplayState
  readonly check: boolean
  readonly acceptDifferences: boolean
  readonly ahead: boolean
  /** Events a second at most; null: as fast as it can beside orders. */
  readonly rate: number | null
  readonly position: Position
  /** Where it has to get to, as last seen. */
  readonly target: Position
  readonly rows: number
  readonly eventsPerSecond: number
  /** Null until they are compared. */
  readonly differences: Differences | null
  readonly failure: Failure | null
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly finishedAt: number | null
}

export interface ReplayRequest {
  readonly replayId: string
  readonly check?: boolean
  readonly acceptDifferences?: boolean
  readonly ahead?: boolean
  readonly rate?: number | null
}

/** An unfinished replay of the projection is in the way. */
export class ReplayUnfinished extends Error {
  readonly code = 'replay-unfinished'
  readonly retriable = false
  readonly replayId: string

  constructor(projection: string, replayId: string) {
    super(`${projection} already has a replay in progress (${replayId})`)
    this.name = 'ReplayUnfinished'
    this.replayId = replayId
  }
}

/** Registers a replay and makes its empty tables. Rejects with ReplayUnfinished; null: there is no such projection. */
export async function createReplay(pool: Pool, projection: Projection, request: ReplayRequest): Promise<Replay | null> {
  return inTransaction(pool, async (client) => {
    const { name, version } = projection
    const numbered = await client.query<{ last_generation: number }>(
      'update views.projections set last_generation = last_generation + 1 where name = $1 returning last_generation',
      [name],
    )
    const generation = numbered.rows[0]?.last_generation
    if (generation === undefined) return null
    // The row above is locked: one that was registered before is committed by now.
    const unfinished = await client.query<{ id: string }>(
      'select id from views.replays where projection = $1 and finished_at is null',
      [name],
    )
    if (unfinished.rows[0] !== undefined) throw new ReplayUnfinished(name, unfinished.rows[0].id)
    const { replayId, check = false, acceptDifferences = false, ahead = false, rate = null } = request
    await client.query(
      `insert into views.replays (id, projection, generation, version, state, check_only, accept_differences, ahead, rate, target)
      select $1, $2, $3, $4, 'running', $5, $6, $7, $8, position from log.log_head`,
      [replayId, name, generation, version, check, acceptDifferences, ahead, rate],
    )
    await createTables(client, projection, generation)
    await client.query(`select pg_notify('${REPLAYS_CHANNEL}', $1)`, [replayId])
    return readReplay(client, replayId)
  })
}

export async function readReplay(db: Pick<Pool, 'query'>, replayId: string): Promise<Replay | null> {
  const { rows } = await db.query<ReplayRow>(`${SELECT} where id = $1`, [replayId])
  return rows[0] === undefined ? null : replayOf(rows[0])
}

/** The newest first. */
export async function readNewestReplays(db: Pick<Pool, 'query'>, limit: number): Promise<readonly Replay[]> {
  const { rows } = await db.query<ReplayRow>(`${SELECT} order by started_at desc, id desc limit $1`, [limit])
  return rows.map(replayOf)
}

export async function readUnfinishedReplays(db: Pick<Pool, 'query'>): Promise<readonly Replay[]> {
  const { rows } = await db.query<ReplayRow>(`${SELECT} where finished_at is null order by started_at, id`)
  return rows.map(replayOf)
}

/** Of each projection, the last replay that compared its rows. */
export async function readLastComparisons(db: Pick<Pool, 'query'>): Promise<ReadonlyMap<string, Replay>> {
  const { rows } = await db.query<ReplayRow>(
    `select distinct on (projection) * from (${SELECT} where finished_at is not null and differences is not null) compared
    order by projection, finished_at desc`,
  )
  return new Map(rows.map((row) => [row.projection, replayOf(row)]))
}

/** Pauses or resumes one that is being built; one that is not is left as it is. Null: there is no such replay. */
export function setReplayPaused(pool: Pool, replayId: string, paused: boolean): Promise<Replay | null> {
  return change(pool, replayId, `update views.replays set state = $2 where id = $1 and state = $3`, [
    paused ? 'paused' : 'running',
    paused ? 'running' : 'paused',
  ])
}

/** Ends one that is unfinished; its tables are dropped soon after. Null: there is no such replay. */
export function cancelReplay(pool: Pool, replayId: string): Promise<Replay | null> {
  return change(pool, replayId, finishText(`'cancelled'`), [])
}

/** Ends an unfinished replay with a failure. Nothing it did is seen by anybody. */
export async function failReplay(pool: Pool, replayId: string, failure: Failure): Promise<void> {
  await change(pool, replayId, finishText(`'failed', failure = $2`), [JSON.stringify(failure)])
}

/** The same for a caller that knows only the generation that was dual-written. */
export async function failDualWriting(
  pool: Pool,
  projection: string,
  generation: number,
  failure: Failure,
): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from views.replays where projection = $1 and generation = $2 and finished_at is null',
    [projection, generation],
  )
  if (rows[0] !== undefined) await failReplay(pool, rows[0].id, failure)
}

/** The end of a comparison that changes nothing. */
export async function finishReplay(pool: Pool, replayId: string, state: 'checked' | 'refused'): Promise<void> {
  await change(pool, replayId, finishText(`'${state}'`), [])
}

export async function recordDifferences(pool: Pool, replayId: string, differences: Differences): Promise<void> {
  await pool.query('update views.replays set differences = $2 where id = $1', [replayId, JSON.stringify(differences)])
}

/** A release that knows this version has come: the replay may switch. */
export async function takeOver(pool: Pool, replayId: string): Promise<void> {
  await change(pool, replayId, 'update views.replays set ahead = false where id = $1 and finished_at is null', [])
}

/** Ends dual-writing: the projector has written its last batch of this generation. */
function finishText(state: string): string {
  return `with finished as (
      update views.replays set state = ${state}, finished_at = clock_timestamp()
      where id = $1 and finished_at is null
      returning projection, generation)
    update views.projections p set riding_generation = null
    from finished f where p.name = f.projection and p.riding_generation = f.generation`
}

async function change(pool: Pool, replayId: string, text: string, values: readonly unknown[]): Promise<Replay | null> {
  return inTransaction(pool, async (client) => {
    await client.query(text, [replayId, ...values])
    await client.query(`select pg_notify('${REPLAYS_CHANNEL}', $1)`, [replayId])
    return readReplay(client, replayId)
  })
}

/** Waits for the holder of the rows, but not for long: the projector holds them for a batch at most. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  try {
    await client.query(`begin; set local lock_timeout = '2s'; set local idle_in_transaction_session_timeout = '5s'`)
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    // The transaction may be open, or its outcome unknown: the connection is not used again.
    client.release(true)
    throw error
  }
}

const SELECT = `select id, projection, generation, version, state, check_only, accept_differences, ahead, rate, position, target,
  rows, events_per_second, differences, failure, (extract(epoch from started_at) * 1000)::bigint as started,
  (extract(epoch from finished_at) * 1000)::bigint as finished, finished_at, started_at
  from views.replays`

interface ReplayRow {
  readonly id: string
  readonly projection: string
  readonly generation: number
  readonly version: number
  readonly state: ReplayState
  readonly check_only: boolean
  readonly accept_differences: boolean
  readonly ahead: boolean
  readonly rate: number | null
  readonly position: string
  readonly target: string
  readonly rows: string
  readonly events_per_second: number
  readonly differences: Differences | null
  readonly failure: Failure | null
  readonly started: string
  readonly finished: string | null
}

function replayOf(row: ReplayRow): Replay {
  return {
    replayId: row.id,
    projection: row.projection,
    generation: row.generation,
    version: row.version,
    state: row.state,
    check: row.check_only,
    acceptDifferences: row.accept_differences,
    ahead: row.ahead,
    rate: row.rate,
    position: Number(row.position),
    target: Number(row.target),
    rows: Number(row.rows),
    eventsPerSecond: row.events_per_second,
    differences: row.differences,
    failure: row.failure,
    startedAt: Number(row.started),
    finishedAt: row.finished === null ? null : Number(row.finished),
  }
}
