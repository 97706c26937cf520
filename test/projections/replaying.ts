/** Replays as tests begin and follow them. */
import { newId } from '../../app/clock.ts'
import type { Replay, ReplayRequest } from '../../projections/replay/replays.ts'
import { eventually } from '../support/eventually.ts'
import { placed, type Projecting } from './projecting.ts'

export async function start(
  projecting: Projecting,
  name: string,
  request: Partial<ReplayRequest> = {},
): Promise<string> {
  const replay = await projecting.views.replays.start(name, { replayId: newId(), ...request })
  if (replay === null) throw new Error(`no projection ${name}`)
  return replay.replayId
}

export async function finished(projecting: Projecting, replayId: string): Promise<Replay> {
  let replay: Replay | null = null
  await eventually(async () => {
    replay = await projecting.views.replays.read(replayId)
    return replay?.finishedAt !== null
  })
  if (replay === null) throw new Error(`no replay ${replayId}`)
  return replay
}

/** The generations that have tables. */
export async function generationsOf({ pool }: Projecting, name: string): Promise<readonly number[]> {
  const { rows } = await pool.query<{ generation: number }>(
    `select distinct substring(tablename from '_g([0-9]+)$')::int as generation from pg_tables
    where schemaname = 'views' and tablename ~ ('^' || $1 || '.*_g[0-9]+$') order by 1`,
    [name.replaceAll('-', '_')],
  )
  return rows.map(({ generation }) => generation)
}

/** This many orders of one batch, each of one event. */
export const many = (batch: number, orders = 2_000) =>
  placed(...Array.from({ length: orders }, (_, index) => `o${String(batch)}-${String(index)}`))
