/** What customers do, as a process takes it, reads it and shows it. */
import { openCatalogue } from '../../insights/behaviour/catalogue.ts'
import { BEHAVIOUR_CHANNEL, makeTables } from '../../insights/behaviour/chunk-table.ts'
import { openDoor, type BehaviourDoor } from '../../insights/behaviour/door.ts'
import { openReader, type BehaviourReader } from '../../insights/behaviour/reader.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { Notices } from '../../store/postgres/listener.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { newId, type Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { POOL_SIZES } from '../pool-sizes.ts'
import type { Releases } from '../start/releases.ts'

export interface OpenBehaviourOptions {
  readonly config: Pick<Config, 'roles' | 'behaviourMaxBytes'>
  readonly databaseUrl: string
  readonly notices: Notices
  /** The database's. */
  readonly clock: Clock
  readonly log: WorkerLog
  readonly releases: Pick<Releases, 'add'>
}

export interface Behaviour {
  readonly door: BehaviourDoor
  /** Null: a process of the role `reactor` reads. */
  readonly reader: BehaviourReader | null
}

/** Resolves when events can be taken. Where door and reader are one process, the answer to an event tells what became of it. */
export async function openBehaviour(options: OpenBehaviourOptions): Promise<Behaviour> {
  const { config, databaseUrl, notices, clock, log, releases } = options
  const pool = openPool(databaseUrl, { name: 'behaviour', max: POOL_SIZES.behaviour, settings: READER_SETTINGS })
  releases.add('behaviour pool', () => pool.end())
  await makeTables(pool)
  const monotonic = () => performance.now()
  const catalogue = openCatalogue(pool, monotonic)
  const reader = config.roles.includes('reactor') ? await startReader() : null
  return { door: openDoor({ pool, catalogue, reader }), reader }

  async function startReader(): Promise<BehaviourReader> {
    const appended = new LatchedSignal()
    await notices.hear(BEHAVIOUR_CHANNEL, () => appended.wake())
    const opened = openReader({
      ...{ pool, owner: newId(), catalogue, clock, monotonic, log, appended },
      mostBytes: config.behaviourMaxBytes,
    })
    releases.add('reader of user events', () => opened.stop())
    return opened
  }
}
