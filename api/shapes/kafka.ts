import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

export const MOST_MESSAGES = 100
export const DEFAULT_MESSAGES = 20

const rate = (description: string) => Type.Number({ minimum: 0, description })
const amount = (description: string) => Type.Integer({ minimum: 0, description })

const reach = {
  kafka: closed({
    state: oneOf(['connected', 'unreachable', 'not-configured'], { description: 'When it was last asked.' }),
    ageSeconds: nullable(rate('Age of what is told of it; null: it never answered.')),
    detail: nullable(Type.String({ description: 'Why it is not reached.' })),
  }),
}

const progress = {
  behind: amount('Messages, or events, that are there and not done yet.'),
  secondsBehind: nullable(rate('Age of the oldest of them; 0 when there is none, null when it cannot be told.')),
  inRate: rate('A second that come, over the last minute at most.'),
  outRate: rate('A second that are done.'),
  trend: oneOf(['falling', 'steady', 'rising'], { description: 'Of `behind`.' }),
  etaSeconds: nullable(rate('Until nothing is left, at these rates; null: never, or not known yet.')),
  verdict: oneOf(['OK', 'WARN', 'STALLED', 'STOPPED'], {
    description:
      '`WARN`: falls behind though it moves; `STALLED`: does not move though it is there; `STOPPED`: nobody is there and something is left.',
  }),
  settled: Type.Boolean({ description: 'False: it was not watched for long enough to say more than OK.' }),
}

export const GroupLag = named(
  'GroupLag',
  {
    group: Type.String({ description: 'The consumer group.' }),
    state: Type.String({ description: 'In the words of Kafka: Stable, Empty, PreparingRebalance.' }),
    members: Type.Array(
      closed({
        client: Type.String(),
        host: Type.String(),
        partitions: amount('That it has.'),
      }),
    ),
    ...progress,
    partitions: Type.Array(
      closed({
        topic: Type.String(),
        partition: amount('Of the topic.'),
        offset: amount('The next to be read.'),
        end: amount('Behind the newest.'),
        ...progress,
      }),
    ),
  },
  { description: 'How far a consumer group is behind, in all and by partition.' },
)

export const ReaderLag = named(
  'ReaderLag',
  {
    name: Type.String({ description: 'Of the reader.' }),
    kind: oneOf(['relay', 'projection'], { description: 'What it does with the events.' }),
    position: amount('Of the last event that it has done.'),
    head: amount('Of the newest event in the log.'),
    ...progress,
    detail: nullable(Type.String({ description: 'Why it does not go on, where that is known.' })),
  },
  { description: 'How far a reader of the log is behind.' },
)

export const Lag = named(
  'Lag',
  {
    verdict: progress.verdict,
    settled: progress.settled,
    ...reach,
    groups: Type.Array(ref(GroupLag)),
    readers: Type.Array(ref(ReaderLag)),
  },
  { description: 'How far everybody is behind; the verdict is the worst of all.' },
)

export const Topic = named(
  'Topic',
  {
    name: Type.String({ description: 'As it is called in the cluster.' }),
    use: nullable(
      oneOf(['log', 'copy', 'in', 'out'], {
        description:
          '`log`: read by our feed; `copy`: for others; `in`: what others send us; `out`: what we tell others.',
      }),
    ),
    partitions: Type.Array(
      closed({
        partition: amount('From 0.'),
        leader: nullable(count('The broker; null: there is none now.')),
        replicas: Type.Array(Type.Integer(), { description: 'Brokers that are to have it.' }),
        inSync: Type.Array(Type.Integer(), { description: 'Those that have all of it.' }),
        start: amount('The oldest offset.'),
        end: amount('Behind the newest offset.'),
        bytes: nullable(amount('On the disk of the leader; null: not told.')),
      }),
    ),
    records: amount('Offsets from the oldest to the newest, of all partitions.'),
    bytes: nullable(amount('On the disks of the leaders; null: not told.')),
    retentionMs: nullable(amount('Milliseconds for which records are kept; null: for ever, or not told.')),
    inRate: rate('Records a second that come.'),
    health: oneOf(['healthy', 'under-replicated', 'offline'], {
      description: '`under-replicated`: some replica is behind; `offline`: some partition has no leader.',
    }),
  },
  { description: 'A topic and how it does.' },
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
  { description: 'The brokers and our topics.' },
)

export const TopicMessage = named(
  'TopicMessage',
  {
    partition: amount('Of the topic.'),
    offset: amount('In the partition.'),
    at: time('When it was written, as its writer says.'),
    key: nullable(Type.String({ description: 'As text, or in hex where it is none.' })),
    headers: Type.Array(closed({ name: Type.String(), value: Type.String({ description: 'As text, or in hex.' }) })),
    format: oneOf(['avro', 'json', 'text', 'hex', 'empty', 'unreadable'], { description: 'What the value is.' }),
    type: nullable(Type.String({ description: 'Of the event (`avro`).' })),
    data: nullable(
      Type.Object({}, { additionalProperties: true, description: 'The fields of the value, where it is an object.' }),
    ),
    text: nullable(
      Type.String({ description: 'Any other value: JSON, text, hex (4 KiB at most), or why there is none.' }),
    ),
    bytes: amount('Of the value.'),
    fault: nullable(Type.String({ description: 'Why a framed event could not be decoded.' })),
  },
  { description: 'A message of a topic, decoded as far as it can be.' },
)

export const TopicMessages = named(
  'TopicMessages',
  {
    items: Type.Array(ref(TopicMessage), { description: 'The oldest first.' }),
    next: nullable(
      Type.Integer({ description: 'Where to go on (`from`) in the partition asked for; null at its end.' }),
    ),
  },
  { description: 'Messages of a topic.' },
)
