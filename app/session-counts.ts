/**
 * Sessions of Postgres that a process holds at most, part by part; what it needs in all is their sum. The listener and
 * the committer have one each, pools open theirs as they are needed.
 */
import { READER_CONNECTIONS, REGISTRY_CONNECTIONS } from '../api/connection/budgets.ts'
import { reactorNames } from '../reactors/list.ts'
import { CONNECTIONS_BESIDE } from '../reactors/serving/serve-reactors.ts'
import type { Config } from './config/config.ts'
import { POOL_SIZES } from './pool-sizes.ts'

const ALL_POOLS = {
  ...POOL_SIZES,
  reader: READER_CONNECTIONS,
  /** Where the registry is in the database. */
  registry: REGISTRY_CONNECTIONS,
  reactor: reactorNames.length + CONNECTIONS_BESIDE,
} as const

const LISTENER = 1
const WRITER = 1

export interface SessionCount {
  /** What holds them, as it is called in `application_name`. */
  readonly name: string
  readonly sessions: number
}

/** Of one process of these roles. */
export function sessionCounts({ roles, kafka, schemaRegistryUrl, smtpUrl }: SessionSettings): readonly SessionCount[] {
  const has = (role: Config['roles'][number]) => roles.includes(role)
  const committers = has('api') || has('reactor') ? 1 : 0
  return [
    pool('reader', true),
    pool('heartbeat', true),
    pool('registry', schemaRegistryUrl === null),
    pool('live', has('api')),
    pool('inbound', has('api') && kafka !== null),
    pool('behaviour', has('api') || has('reactor')),
    pool('relay', has('relay') && kafka !== null),
    pool('feed', has('projector')),
    pool('projector', has('projector')),
    pool('replayer', has('projector')),
    pool('reactor', has('reactor')),
    pool('mail', has('reactor') && smtpUrl === null),
    { name: 'writer', sessions: WRITER * committers },
    { name: 'listener', sessions: LISTENER },
  ].filter(({ sessions }) => sessions > 0)
}

export type SessionSettings = Pick<Config, 'roles' | 'kafka' | 'schemaRegistryUrl' | 'smtpUrl'>

function pool(name: keyof typeof ALL_POOLS, opened: boolean): SessionCount {
  return { name, sessions: opened ? ALL_POOLS[name] : 0 }
}
