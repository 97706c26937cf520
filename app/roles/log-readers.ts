/** Who reads the log and how far each got, from the database alone: true whichever process asks. */
import type { LogReader } from '../../kafka/lag/lag-report.ts'
import { relayReader } from '../../kafka/relay/relay-target.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { readProjectionStates, type ProjectionState } from '../../projections/live/projection-states.ts'
import type { Progress } from '../../projections/live/progress.ts'
import { reactorNames } from '../../reactors/list.ts'
import { openReactors, type ReactorState } from '../../reactors/reactor-states.ts'
import type { Pool } from '../../store/postgres/database.ts'

const PROJECTOR_LEASE = 'projector'

/** The projections, the reactors, and the relay where there is Kafka and it is known which cluster that is. */
export function logReaders(pool: Pool, progress: Progress, kafka: KafkaSettings | null) {
  return async (clusterId: string | null): Promise<readonly LogReader[]> => {
    const [states, served, acting] = await Promise.all([
      readProjectionStates(pool, progress),
      isLeased(pool, PROJECTOR_LEASE),
      openReactors(pool, reactorNames).states(),
    ])
    const relay =
      kafka === null || clusterId === null ? [] : [await readRelay(pool, relayReader(clusterId, kafka.prefix))]
    return [...relay, ...states.map((state) => projectionReader(state, served)), ...acting.map(reactorReader)]
  }
}

function projectionReader(projection: ProjectionState, leased: boolean): LogReader {
  const { name, state, position, head, lagSeconds, lastError } = projection
  const detail = lastError?.message ?? (state === 'live' ? (leased ? null : 'no projector is running') : state)
  const served = leased && state === 'live'
  return { name, kind: 'projection', position, head, secondsBehind: lagSeconds, served, detail }
}

function reactorReader({ name, state, position, head, lagSeconds, lastError }: ReactorState): LogReader {
  const detail = state === 'unserved' ? 'no reactor is running' : (lastError?.message ?? null)
  return { name, kind: 'reactor', position, head, secondsBehind: lagSeconds, served: state === 'live', detail }
}

/** `reader`: of its checkpoint and its lease. One that never ran has done nothing. */
async function readRelay(pool: Pool, reader: string): Promise<LogReader> {
  const { rows } = await pool.query<{ position: string; head: string; age: number; leased: boolean }>({
    name: 'relay-lag',
    text: `select c.position, greatest(h.position, c.position) as head,
        greatest(0, round(extract(epoch from clock_timestamp() - e.recorded_at), 3))::float8 as age,
        exists (select from log.leases where name = $1 and expires_at > clock_timestamp()) as leased
      from log.log_head h
      cross join (select coalesce((select position from log.checkpoints where reader = $1), 0) as position) c
      left join log.events e on e.position = c.position + 1`,
    values: [reader],
  })
  const { position = 0, head = 0, age = 0, leased = false } = rows[0] ?? {}
  return {
    name: 'relay',
    kind: 'relay',
    position: Number(position),
    head: Number(head),
    secondsBehind: age ?? 0,
    served: leased,
    detail: leased ? null : 'no relay is running',
  }
}

async function isLeased(pool: Pool, lease: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from log.leases where name = $1 and expires_at > clock_timestamp()', [
    lease,
  ])
  return rowCount === 1
}
