/** Who reads the log and how far each got, from the database alone: true in every process. */
import type { LogLook, LogReader } from '../../kafka/lag/lag-report.ts'
import { readWaits } from '../../kafka/inbound/inbound-offsets.ts'
import { relayReader, topicReaders } from '../../kafka/relay/relay-target.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { readProjectionStates, type ProjectionState } from '../../projections/live/projection-states.ts'
import type { Progress } from '../../projections/live/progress.ts'
import { readLags } from '../../store/log/checkpoints.ts'
import { readReactorStates, type ReactorState } from '../../reactors/reactor-states.ts'
import type { Pool } from '../../store/postgres/database.ts'

const PROJECTOR_LEASE = 'projector'

export interface LogReadersOptions {
  readonly progress: Progress
  readonly kafka: KafkaSettings | null
  readonly reactors: readonly string[]
}

/** The projections, the named reactors, and the relay where there is Kafka and it is known which cluster that is. */
export function logReaders(pool: Pool, { progress, kafka, reactors }: LogReadersOptions) {
  return async (clusterId: string | null): Promise<LogLook> => {
    const [states, served, acting, waits] = await Promise.all([
      readProjectionStates(pool, progress),
      isLeased(pool, PROJECTOR_LEASE),
      readReactorStates(pool, reactors),
      kafka === null ? [] : readWaits(pool),
    ])
    const relay =
      kafka === null || clusterId === null ? [] : [await readRelay(pool, relayReader(clusterId, kafka.prefix))]
    const shown = states.map((state) => projectionReader(state, served))
    return { readers: [...relay, ...shown, ...acting.map(reactorReader)], waits }
  }
}

function projectionReader(projection: ProjectionState, leased: boolean): LogReader {
  const { name, state, position, head, lagSeconds, lastError } = projection
  const detail = lastError?.message ?? (state === 'live' ? (leased ? null : 'no projector is running') : state)
  const served = leased && state === 'live'
  return { name, kind: 'projection', position, head, secondsBehind: lagSeconds, served, detail }
}

function reactorReader({ name, state, position, head, lagSeconds, lastError }: ReactorState): LogReader {
  const detail =
    state === 'unserved' ? 'no reactor is running' : (lastError?.message ?? (state === 'live' ? null : state))
  return { name, kind: 'reactor', position, head, secondsBehind: lagSeconds, served: state === 'live', detail }
}

/** `relay`: of its lease. The topic that is furthest behind stands for all; one that never ran has done nothing. */
async function readRelay(pool: Pool, relay: string): Promise<LogReader> {
  const [lags, leased] = await Promise.all([readLags(pool, topicReaders(relay)), isLeased(pool, relay)])
  const [last] = lags
  const { position = 0, head = 0, oldestSeconds = 0 } = last ?? {}
  const refusals = lags.flatMap(({ reader, refusal }) =>
    refusal === null ? [] : [`refused by topic ${reader.slice(relay.length + 1)}: ${refusal}`],
  )
  const behind = last === undefined || position === head ? null : `topic ${last.reader.slice(relay.length + 1)}`
  const detail = leased ? (refusals.length > 0 ? refusals.join('; ') : behind) : 'no relay is running'
  return { name: 'relay', kind: 'relay', position, head, secondsBehind: oldestSeconds, served: leased, detail }
}

async function isLeased(pool: Pool, lease: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from log.leases where name = $1 and expires_at > clock_timestamp()', [
    lease,
  ])
  return rowCount === 1
}
