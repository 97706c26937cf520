import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

export const MOST_MESSAGES = 100
export const DEFAULT_MESSAGES = 20

const rate = (description: string) => Type.Number({ minimum: 0, description })
const amount = (description: string) => Type.Integer({ minimum: 0, description })

function reached(detail: string) {
  return closed({
    state: oneOf(['connected', 'unreachable', 'not-configured'], { description: 'When it was last asked.' }),
    ageSeconds: nullable(rate('Age of the data; null: it never answered.')),
    detail: nullable(Type.String({ description: detail })),
  })
}

const reach = {
  kafka: reached('Why the cluster cannot be reached, or what this user may not see.'),
}

const progress = {
  behind: nullable(amount('Messages or events that are not processed yet; null: unknown.')),
  secondsBehind: nullable(rate('Age of the oldest of them; 0 if all are processed, null if unknown.')),
  inRate: rate('Incoming per second, over at most the last minute.'),
  outRate: rate('Processed per second.'),
  trend: oneOf(['falling', 'steady', 'rising'], { description: 'Of `behind`.' }),
  etaSeconds: nullable(rate('Seconds until it has caught up, at these rates; null: never, or unknown yet.')),
  verdict: oneOf(['OK', 'WARN', 'UNKNOWN', 'STALLED', 'STOPPED'], {
    description:
      '`WARN`: moves, but falls behind; `UNKNOWN`: could not be looked at, or not in the last 10 s; `STALLED`: runs, but does not move; `STOPPED`: does not run although something is unread.',
  }),
  settled: Type.Boolean({ description: 'False: it was not watched long enough for a verdict other than OK.' }),
  ageSeconds: nullable(rate('How old this is; null: it was never seen.')),
  detail: nullable(Type.String({ description: 'Why, if more is known than the verdict says.' })),
}

export const GroupLag = named(
  'GroupLag',
  {
    group: Type.String({ description: 'The consumer group.' }),
    kind: nullable(
      Type.String({
        description:
          '`classic`; `consumer`: of the consumer protocol (KIP-848); `share`: a share group, whose offsets are those of its oldest unfinished records; `streams`: of Kafka Streams; null: unknown. A kind that is not described has a detail that says so.',
      }),
    ),
    state: Type.String({ description: 'State in Kafka: Stable, Empty, PreparingRebalance.' }),
    members: Type.Array(
      closed({
        client: Type.String(),
        host: Type.String(),
        partitions: amount('Partitions that the member has.'),
      }),
    ),
    ...progress,
    partitions: Type.Array(
      closed({
        topic: Type.String(),
        partition: amount('Of the topic.'),
        offset: nullable(amount('Next offset to read; null: unknown.')),
        end: nullable(amount('Offset after the newest message; null: unknown.')),
        ...progress,
      }),
    ),
  },
  { description: 'How far a consumer group is behind, in total and by partition.' },
)

export const ReaderLag = named(
  'ReaderLag',
  {
    name: Type.String({ description: 'Of the reader.' }),
    kind: oneOf(['relay', 'projection', 'reactor'], { description: 'Kind of the reader.' }),
    position: nullable(amount('Position of the last processed event; null: unknown.')),
    head: nullable(amount('Position of the newest event in the log; null: unknown.')),
    ...progress,
  },
  { description: 'How far a reader of the log is behind.' },
)

export const Lag = named(
  'Lag',
  {
    verdict: progress.verdict,
    settled: progress.settled,
    ...reach,
    log: reached('Why the database cannot be reached.'),
    groups: Type.Array(ref(GroupLag), { description: 'Those of this service always, then all that read its topics.' }),
    readers: Type.Array(ref(ReaderLag)),
  },
  { description: 'How far all readers are behind; the verdict is the worst of all.' },
)

export const Topic = named(
  'Topic',
  {
    name: Type.String({ description: 'Its name in the cluster.' }),
    use: nullable(
      oneOf(['log', 'copy', 'in', 'out'], {
        description:
          '`log`: read by the projector; `copy`: a copy for other readers; `in`: input from other systems; `out`: output for other systems.',
      }),
    ),
    partitions: Type.Array(
      closed({
        partition: amount('From 0.'),
        leader: nullable(count('Leader broker; null: the partition has no leader now.')),
        replicas: Type.Array(Type.Integer(), { description: 'Brokers that should have a replica.' }),
        inSync: Type.Array(Type.Integer(), { description: 'Brokers whose replica is in sync.' }),
        start: nullable(amount('The oldest offset; null: the partition has no leader now.')),
        end: nullable(amount('Offset after the newest message; null: the same.')),
        stable: nullable(amount('Offset of the first message of an open transaction; else the end.')),
        bytes: nullable(amount('Bytes on the disk of the leader; null: unknown.')),
      }),
    ),
    records: amount('Offsets from the oldest to the newest, of all partitions.'),
    bytes: nullable(amount('Bytes on the disks of the leaders; null: unknown.')),
    retentionMs: nullable(amount('Milliseconds for which records are kept; null: no limit, or unknown.')),
    inRate: rate('Incoming records per second.'),
    health: oneOf(['healthy', 'under-replicated', 'offline'], {
      description: '`under-replicated`: some replica is behind; `offline`: some partition has no leader.',
    }),
  },
  { description: 'A topic and its health.' },
)

export const TopicList = named(
  'TopicList',
  {
    ...reach,
    clusterId: nullable(Type.String()),
    controller: nullable(count('The broker that is the controller.')),
    brokers: Type.Array(
      closed({
        id: count('Of the broker.'),
        host: Type.String(),
        port: count('Where it listens.'),
      }),
    ),
    items: Type.Array(ref(Topic), { description: 'By name.' }),
  },
  { description: 'The brokers and the topics.' },
)

export const TopicMessage = named(
  'TopicMessage',
  {
    partition: amount('Of the topic.'),
    offset: amount('In the partition.'),
    at: time('When it was written, according to its writer.'),
    key: nullable(Type.String({ description: 'As text, or in hex if it is not text.' })),
    headers: Type.Array(closed({ name: Type.String(), value: Type.String({ description: 'As text, or in hex.' }) })),
    format: oneOf(['avro', 'json', 'text', 'hex', 'empty', 'unreadable'], { description: 'Format of the value.' }),
    type: nullable(Type.String({ description: 'Of the event (`avro`).' })),
    data: nullable(
      Type.Object({}, { additionalProperties: true, description: 'The fields of the value, if it is an object.' }),
    ),
    text: nullable(
      Type.String({ description: 'Any other value as JSON, text or hex (at most 4 KiB), or why it is missing.' }),
    ),
    bytes: amount('Of the value.'),
    fault: nullable(Type.String({ description: 'Why a framed event could not be decoded.' })),
  },
  { description: 'A message of a topic, decoded if possible.' },
)

export const TopicMessages = named(
  'TopicMessages',
  {
    items: Type.Array(ref(TopicMessage), { description: 'The oldest first.' }),
    next: nullable(
      Type.Integer({ description: '`from` of the next page in the requested partition; null at its end.' }),
    ),
  },
  { description: 'Messages of a topic.' },
)
