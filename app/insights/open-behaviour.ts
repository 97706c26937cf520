/** What customers do, as a process takes it, reads it and shows it. */
import { openCatalogue } from '../../insights/behaviour/catalogue.ts'
import { BEHAVIOUR_CHANNEL, makeTables } from '../../insights/behaviour/chunk-table.ts'
import { endedPartitions } from '../../insights/intake/topic-table.ts'
import { openDoor, type BehaviourDoor } from '../../insights/intake/door.ts'
import { openRoom, type Room } from '../../insights/intake/room.ts'
import { openReader, type BehaviourReader } from '../../insights/behaviour/reader.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { Notices } from '../../store/postgres/listener.ts'
import { LatchedSignal } from '../../store/waiting/pause.ts'
import { newId, type Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { POOL_SIZES } from '../pool-sizes.ts'
import type { Releases } from '../start/releases.ts'
import type { UserEventReader } from '../../kafka/user-events/user-event-reader.ts'
import {
  openTopicDoor,
  startTopicReader,
  startTopicWatch,
  userEventSchemaId,
  userEventTopic,
  type TopicOptions,
} from './open-topic.ts'

export interface OpenBehaviourOptions {
  readonly config: Pick<Config, 'roles' | 'behaviourMaxBytes'>
  readonly databaseUrl: string
  readonly notices: Notices
  /** The database's. */
  readonly clock: Clock
  readonly log: WorkerLog
  readonly releases: Pick<Releases, 'add'>
  /** Absent or null: there is no Kafka, and the chunks take the place of the topic. */
  readonly topic?: TopicOptions | null
  /** Milliseconds by a clock that never goes back; default: that of the process. */
  readonly monotonic?: () => number
}

export interface Behaviour {
  readonly door: BehaviourDoor
  readonly room: Room
  /** Null: a process of the role `reactor` reads. */
  readonly reader: BehaviourReader | null
  /** Null: there is no Kafka, or a process of the role `reactor` reads it. */
  readonly topicReader: UserEventReader | null
  /** Why nothing can be sent to the topic; null: it is there, or nobody sends to it from here. */
  readonly missingTopic: () => string | null
}

/** A look at where the topic ends is as fresh as that; it is taken every 15 s. */
const ENDED_WITHIN_MS = 45_000

/** Resolves when events can be taken. Where door and reader are one process, the answer to an event tells what became of it. */
export async function openBehaviour(options: OpenBehaviourOptions): Promise<Behaviour> {
  const { config, databaseUrl, notices, clock, log, releases, topic = null } = options
  const { monotonic = () => performance.now() } = options
  const pool = openPool(databaseUrl, { name: 'behaviour', max: POOL_SIZES.behaviour, settings: READER_SETTINGS })
  releases.add('behaviour pool', () => pool.end())
  await makeTables(pool)
  const room = openRoom({ pool, mostBytes: config.behaviourMaxBytes, monotonic, log })
  releases.add('room of user events', () => room.stop())
  const catalogue = openCatalogue(pool, monotonic)
  const reader = config.roles.includes('reactor') ? await startReader() : null
  if (topic === null) {
    const door = openDoor({ pool, room, catalogue, reader })
    return { door, room, reader, topicReader: null, missingTopic: () => null }
  }
  const around = { pool, room, catalogue, clock, log, releases }
  const schemaId = await userEventSchemaId(topic)
  if (schemaId === null) {
    log.warn(
      {},
      'the registry has no schema of user events, so POST /user-events answers 503; run orderledger schemas plan and apply',
    )
  }
  const watch = config.roles.includes('api') ? startTopicWatch(topic, around) : null
  return {
    door: openTopicDoor(topic, schemaId, around),
    ...{ room, reader },
    missingTopic: () => watch?.missing() ?? null,
    topicReader: reader === null ? null : startTopicReader(topic, schemaId, { ...around, reader }),
  }

  async function startReader(): Promise<BehaviourReader> {
    const appended = new LatchedSignal()
    await notices.hear(BEHAVIOUR_CHANNEL, () => appended.wake())
    const opened = openReader({
      ...{ pool, owner: newId(), catalogue, clock, monotonic, log, appended },
      mostBytes: config.behaviourMaxBytes,
      ended: topic === null ? null : () => endedPartitions(pool, userEventTopic(topic.settings), ENDED_WITHIN_MS),
    })
    releases.add('reader of user events', () => opened.stop())
    return opened
  }
}
