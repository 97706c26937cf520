/** The one table of topics: what each carries, how it is keyed and cut, and how long it is kept. */
import { eventSchemas, type HistoricType } from '../../schemas/events.ts'

/**
 * - `log`: the streams of its kinds, each whole in one partition; our feed reads them.
 * - `copy`: some of the same events again, for outside readers; never read by ours.
 * - `in`: what others send us.
 * - `out`: what we tell others beside the log.
 */
export type TopicUse = 'log' | 'copy' | 'in' | 'out'

export interface Topic {
  /** Without the prefix of the installation. */
  readonly name: TopicName
  readonly use: TopicUse
  readonly partitions: number
  /** What the key of a record is, for people; null where records have none that matters. */
  readonly key: string | null
  /** Of the streams that it carries (`log` only). */
  readonly kinds: readonly string[]
  /** The types of event that it may carry; their subjects are their full record names. */
  readonly events: readonly HistoricType[]
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** The same for all of them. Replication is as far as the number of brokers allows. */
export const TOPIC_SETTINGS = {
  replication: 3,
  minInSync: 2,
  retentionMs: 7 * DAY_MS,
  /** Of one record, in bytes. */
  maxRecordBytes: 1024 * 1024,
} as const

const table = {
  orders: log('order id', 'order'),
  inventory: log('sku', 'inventory', 'demand'),
  customers: log('customer id', 'customer'),
  payments: log('order id', 'payment'),
  deliveries: log('order id', 'delivery'),
  notifications: log('notification id', 'notification'),
  // It was there before it carried streams: a topic keeps its number of partitions.
  'fraud-alerts': { ...log('order id', 'fraud'), partitions: 2 },
  errors: { use: 'copy', partitions: 1, key: 'order id', kinds: [], events: ['OrderRejected'] },
  analytics: { use: 'copy', partitions: 3, key: 'order id', kinds: [], events: ['OrderPlaced', 'PaymentCaptured'] },
  'order-commands': { use: 'in', partitions: 3, key: 'customer id', kinds: [], events: [] },
  'delivery-commands': { use: 'in', partitions: 3, key: 'order id', kinds: [], events: [] },
  'user-events': { use: 'in', partitions: 6, key: 'customer id', kinds: [], events: [] },
  'dead-letters': { use: 'out', partitions: 1, key: null, kinds: [], events: [] },
} as const satisfies Readonly<Record<string, Omit<Topic, 'name'>>>

export type TopicName = keyof typeof table

export const topics: readonly Topic[] = Object.entries(table).map(([name, topic]) => ({
  name: name as TopicName,
  ...topic,
}))

const byKind = new Map(topics.flatMap((topic) => topic.kinds.map((kind) => [kind, topic])))

/** As it is called in the cluster. */
export function topicName(prefix: string, name: TopicName): string {
  return prefix + name
}

/** The topic that carries a stream. Throws for a kind that is in no topic: a defect. */
export function topicOfStream(stream: string): Topic {
  const topic = byKind.get(stream.slice(0, stream.indexOf('-')))
  if (topic === undefined) throw new Error(`no topic carries the stream ${stream}`)
  return topic
}

/** The id part of a stream: the key of its records. */
export function keyOfStream(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1)
}

/** The topics that get a copy of an event. */
export function copiesOf(type: string): readonly Topic[] {
  return copies.get(type) ?? []
}

const copies = new Map<string, readonly Topic[]>()
for (const topic of topics) {
  if (topic.use !== 'copy') continue
  for (const type of topic.events) copies.set(type, [...(copies.get(type) ?? []), topic])
}

/** Its events are those that name one of the kinds as their stream. */
function log(key: string, ...kinds: readonly string[]): Omit<Topic, 'name'> {
  const events = Object.entries(eventSchemas).flatMap(([type, { stream }]) =>
    kinds.includes(stream) ? [type as HistoricType] : [],
  )
  return { use: 'log', partitions: 3, key, kinds, events }
}
