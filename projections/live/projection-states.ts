/** How each projection is: for operators, health checks and metrics. */
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { readLiveGenerations, type Failure, type LiveGeneration } from '../generations.ts'
import type { Progress } from './progress.ts'
import { readLastComparisons, readUnfinishedReplays, type Replay } from '../replay/replays.ts'

export const PROJECTION_STATES = ['live', 'replaying', 'paused', 'failed'] as const

export interface ProjectionState {
  readonly name: string
  readonly version: number
  readonly generation: number
  readonly state: (typeof PROJECTION_STATES)[number]
  readonly position: Position
  readonly head: Position
  readonly lagEvents: number
  /** Age of the oldest event that is not shown yet; 0 when all are. */
  readonly lagSeconds: number
  /** Over the last 10 s, as far as this process heard. */
  readonly eventsPerSecond: number
  readonly lastError: Failure | null
  readonly rows: number
  /** Of the replay that is under way. */
  readonly replayId: string | null
  /** The last replay that compared the rows with the log. */
  readonly lastCheck: LastCheck | null
}

export interface LastCheck {
  readonly replayId: string
  /** Milliseconds since 1970. */
  readonly checkedAt: number
  readonly position: Position
  readonly differences: number
}

/** Ordered by name. The lag is measured by the database's clock, which is the one that recorded the events. */
export async function readProjectionStates(pool: Pool, progress: Progress): Promise<readonly ProjectionState[]> {
  const generations = [...(await readLiveGenerations(pool)).values()]
  const lag = await readLag(pool, [...new Set(generations.map(({ position }) => position))])
  const replays = new Map((await readUnfinishedReplays(pool)).map((replay) => [replay.projection, replay]))
  const checks = await readLastComparisons(pool)
  return generations
    .map((generation) => ({
      name: generation.name,
      version: generation.version,
      generation: generation.generation,
      state: stateOf(generation, replays.get(generation.name)),
      position: generation.position,
      head: lag.head,
      lagEvents: lag.head - generation.position,
      lagSeconds: lag.seconds.get(generation.position) ?? 0,
      eventsPerSecond: progress.rate(generation.name, generation.generation),
      lastError: generation.failure,
      rows: Object.values(generation.rowCounts).reduce((sum, count) => sum + count, 0),
      replayId: replays.get(generation.name)?.replayId ?? null,
      lastCheck: lastCheckOf(checks.get(generation.name)),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** `replaying`: nobody writes the live rows, because they are of an older version than the one that is being built. */
function stateOf({ paused, failure, version }: LiveGeneration, replay: Replay | undefined): ProjectionState['state'] {
  if (replay !== undefined && !replay.ahead && replay.version > version) return 'replaying'
  if (paused) return 'paused'
  return failure === null ? 'live' : 'failed'
}

function lastCheckOf(replay: Replay | undefined): LastCheck | null {
  if (replay === undefined) return null
  const { replayId, finishedAt, position, differences } = replay
  return { replayId, checkedAt: finishedAt ?? 0, position, differences: differences?.count ?? 0 }
}

interface Lag {
  readonly head: Position
  /** By position: the age of the event behind it, where there is one. */
  readonly seconds: ReadonlyMap<Position, number>
}

async function readLag(pool: Pool, positions: readonly Position[]): Promise<Lag> {
  const { rows } = await pool.query<{ head: string; position: string | null; seconds: number | null }>({
    name: 'projection-lag',
    text: `select h.position as head, e.position,
        greatest(0, round(extract(epoch from clock_timestamp() - e.recorded_at), 3))::float8 as seconds
      from log.log_head h
      left join log.events e on e.position = any($1::bigint[])`,
    values: [positions.map((position) => position + 1)],
  })
  const seconds = rows.map(({ position, seconds: age }) => [Number(position ?? 0) - 1, age ?? 0] as const)
  return { head: Number(rows[0]?.head ?? 0), seconds: new Map(seconds) }
}
