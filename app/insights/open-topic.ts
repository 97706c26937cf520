/** User events over Kafka: POST sends them to the topic, and each process of the role `reactor` reads its share of it. */
import { judgeThread } from '../../contract/judgement/judge-thread.ts'
import { messageReader } from '../../contract/registry/message-reader.ts'
import type { SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import {
  frameUserEvent,
  lookUpUserEvent,
  registerUserEvent,
  USER_EVENT_SUBJECT,
} from '../../contract/registry/user-event-schema.ts'
import type { Catalogue } from '../../insights/behaviour/catalogue.ts'
import { BehaviourBusy, type BehaviourDoor } from '../../insights/intake/door.ts'
import type { Room } from '../../insights/intake/room.ts'
import { openTopicIntake } from '../../insights/intake/topic-intake.ts'
import { parkLetters } from '../../insights/behaviour/letters.ts'
import type { BehaviourReader } from '../../insights/behaviour/reader.ts'
import { KafkaFailure } from '../../kafka/client/kafka-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { topicName, topics } from '../../kafka/topics/topics.ts'
import { MOVED, MOVED_HEADER } from '../../kafka/user-events/judge-records.ts'
import { behaviourGroup, UserEventReader } from '../../kafka/user-events/user-event-reader.ts'
import { TopicWatch } from '../../kafka/user-events/topic-watch.ts'
import { UserEventSender } from '../../kafka/user-events/user-event-sender.ts'
import { decodeUserEvent, userEventDecoder } from '../../schemas/behaviour/user-event.ts'
import { partitionOf } from '../../schemas/partition-of.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { WorkerLog } from '../../store/log/under-lease.ts'
import type { Clock } from '../clock.ts'
import { crashPoints, type CrashPlan } from '../crash-points.ts'
import type { Releases } from '../start/releases.ts'

export interface TopicOptions {
  readonly settings: KafkaSettings
  readonly registry: SchemaRegistry
  /** Others write to it too: what it lacks is for `schemas apply` to bring. */
  readonly isShared: boolean
  readonly pseudonym: (value: string) => string | null
  readonly crash: CrashPlan | null
}

interface Around {
  readonly pool: Pool
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly log: WorkerLog
  readonly releases: Pick<Releases, 'add'>
}

/** Waiting for the brokers: 1 s of the rate that this is made for. */
const MOST_WAITING = 50_000

/** As it is called in the cluster. */
export function userEventTopic({ prefix }: KafkaSettings): string {
  return topicName(prefix, 'user-events')
}

const partitions = topics.find(({ name }) => name === 'user-events')?.partitions ?? 1

/** The id of the schema of user events. Rejects while the registry is away; null: it has not got it. */
export function userEventSchemaId({ registry, isShared }: TopicOptions): Promise<number | null> {
  return isShared ? lookUpUserEvent(registry) : registerUserEvent(registry)
}

/** What becomes of an event is known where it is read: here each is accepted. */
export function openTopicDoor(
  options: TopicOptions,
  knownId: number | null,
  { pool, log, releases }: Around,
): BehaviourDoor {
  const sender = new UserEventSender(options.settings, userEventTopic(options.settings), {
    ...{ clientId: 'user-events sender', log, monotonic: () => performance.now() },
  })
  releases.add('sender of user events', () => sender.close())
  let id = knownId

  async function schemaId(): Promise<number> {
    id ??= await userEventSchemaId(options).catch(() => null)
    if (id !== null) return id
    throw new KafkaFailure(
      'kafka-failed',
      `the registry does not have ${USER_EVENT_SUBJECT}: orderledger schemas apply`,
    )
  }

  return {
    async take(events, letters, receivedAt) {
      if (sender.waiting + events.length > MOST_WAITING) throw new BehaviourBusy(sender.waiting)
      const schema = events.length === 0 ? 0 : await schemaId()
      const timestamp = String(receivedAt)
      await sender.send(
        events.map(({ event, moved }) => ({
          partition: partitionOf(event.subject, partitions),
          message: {
            key: event.subject,
            value: frameUserEvent(event, schema),
            timestamp,
            ...(moved && { headers: { [MOVED_HEADER]: MOVED } }),
          },
        })),
      )
      // Behind the events: those of a request that is refused come again with it.
      await parkLetters(pool, letters)
      return events.map(() => 'accepted')
    },
  }
}

/** Begins, whether Kafka is there or not. */
export function startTopicWatch(
  { settings }: TopicOptions,
  { log, releases }: Pick<Around, 'log' | 'releases'>,
): TopicWatch {
  const watch = new TopicWatch({ settings, clientId: 'user-events watch', log })
  watch.start()
  releases.add('watch over the topic of user events', () => watch.stop())
  return watch
}

/** Begins, whether Kafka is there or not. */
export function startTopicReader(
  options: TopicOptions,
  knownId: number | null,
  {
    pool,
    room,
    catalogue,
    clock,
    log,
    releases,
    reader,
  }: Around & { readonly reader: BehaviourReader; readonly room: Room },
): UserEventReader {
  const { settings, registry, pseudonym, crash } = options
  const topic = userEventTopic(settings)
  const monotonic = () => performance.now()
  const { judge, stop } = judgeThread()
  releases.add('reading of schemas of user events', stop)
  const userEvents = new UserEventReader({
    ...{ settings, topic, group: behaviourGroup(settings.prefix), clock, monotonic, log, pseudonym },
    intake: openTopicIntake({ pool, room, topic, catalogue, reader }),
    avro: messageReader(
      { name: 'UserEvent', decode: decodeUserEvent, decoderOf: userEventDecoder },
      { schemaId: knownId, registry, judge, monotonic },
    ),
    reachPoint: crashPoints({ crash }),
  })
  userEvents.start()
  releases.add('user events over Kafka', () => userEvents.stop())
  return userEvents
}
