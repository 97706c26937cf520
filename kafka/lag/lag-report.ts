/** What is told about lag and topics, from the last looks at a cluster and at the readers of the log. Pure. */
import type { ClusterLook, GroupLook, GroupMember, PartitionLook } from './cluster-look.ts'
import { judge, secondsBehind, worse, type Progress, type Sample, type Trend, type Verdict } from './lag.ts'
import { topics as table, topicName, type Topic } from '../topics/topics.ts'

/** A reader of the log itself, which has a checkpoint instead of offsets. */
export interface LogReader {
  readonly name: string
  readonly kind: 'relay' | 'projection'
  /** Of the last event that it has done. */
  readonly position: number
  /** Of the newest event in the log. */
  readonly head: number
  /** Age of the oldest event that it has not done; 0 when it has done all. */
  readonly secondsBehind: number
  /** Some process is there to do its work, and may. */
  readonly served: boolean
  /** Why it is not served, where that is known. */
  readonly detail: string | null
}

/** How the cluster was reached the last time. `ageSeconds`: of what is told; null: it was never reached. */
export type KafkaReach =
  | { readonly state: 'not-configured'; readonly ageSeconds: null; readonly detail: null }
  | { readonly state: 'connected'; readonly ageSeconds: number; readonly detail: null }
  | { readonly state: 'unreachable'; readonly ageSeconds: number | null; readonly detail: string }

export interface PartitionLag extends Progress {
  readonly topic: string
  readonly partition: number
  /** The next to be read. */
  readonly offset: number
  readonly end: number
  /** Null: it cannot be told. */
  readonly secondsBehind: number | null
}

export interface GroupLag extends Progress {
  readonly group: string
  readonly state: string
  readonly members: readonly GroupMember[]
  readonly secondsBehind: number | null
  readonly partitions: readonly PartitionLag[]
}

export interface ReaderLag extends Progress {
  readonly name: string
  readonly kind: LogReader['kind']
  readonly position: number
  readonly head: number
  readonly secondsBehind: number
  readonly detail: string | null
}

export interface LagReport {
  /** The worst of all. */
  readonly verdict: Verdict
  /** False while something was not watched for long enough. */
  readonly settled: boolean
  readonly kafka: KafkaReach
  readonly groups: readonly GroupLag[]
  readonly readers: readonly ReaderLag[]
}

export interface ShownTopic {
  readonly name: string
  /** Ours by the table; null: it only has our prefix. */
  readonly use: Topic['use'] | null
  readonly partitions: readonly (PartitionLook & { readonly bytes: number | null })[]
  /** Records that are kept. */
  readonly records: number
  /** On the disks of the leaders; null: not known. */
  readonly bytes: number | null
  /** Milliseconds; null: for ever, or not known. */
  readonly retentionMs: number | null
  /** Records a second that come in. */
  readonly inRate: number
  readonly health: 'healthy' | 'under-replicated' | 'offline'
}

/** What was seen over time; keys by `partitionKey`, groups' with the group before it. */
export interface Histories {
  readonly groups: ReadonlyMap<string, readonly Sample[]>
  readonly ends: ReadonlyMap<string, readonly Sample[]>
  readonly readers: ReadonlyMap<string, readonly Sample[]>
  /** When the oldest unread record was written, in milliseconds; for those that the samples do not tell. */
  readonly written: ReadonlyMap<string, { readonly offset: number; readonly at: number }>
}

export function partitionKey(topic: string, partition: number, group?: string): string {
  return `${group === undefined ? '' : `${group} `}${topic} ${String(partition)}`
}

export function groupLag(look: GroupLook, histories: Histories, now: number): GroupLag {
  const served = look.members.length > 0
  const partitions = look.partitions.flatMap(({ topic, partition }) => {
    const key = partitionKey(topic, partition, look.group)
    const samples = histories.groups.get(key) ?? []
    const last = samples.at(-1)
    if (last === undefined) return []
    const written = histories.written.get(key)
    const sinceWritten = written?.offset === last.position ? Math.max(0, now - written.at) / 1_000 : null
    return [
      {
        topic,
        partition,
        offset: last.position,
        end: last.end,
        secondsBehind: rounded(secondsBehind(samples, now) ?? sinceWritten),
        ...roundedRates(judge(samples, served)),
      },
    ]
  })
  const { group, state, members } = look
  return { group, state, members, ...totalOf(partitions), partitions }
}

export function readerLag(reader: LogReader, histories: Histories): ReaderLag {
  const { name, kind, position, head, secondsBehind: seconds, served, detail } = reader
  const samples = histories.readers.get(name) ?? []
  const progress = roundedRates(judge(samples, served))
  return {
    name,
    kind,
    position,
    head,
    secondsBehind: seconds,
    detail,
    ...progress,
    behind: Math.max(0, head - position),
  }
}

export function lagReport(parts: Pick<LagReport, 'kafka' | 'groups' | 'readers'>): LagReport {
  const all = [...parts.groups, ...parts.readers]
  return {
    verdict: all.reduce<Verdict>((worst, { verdict }) => worse(worst, verdict), 'OK'),
    settled: all.every(({ settled }) => settled),
    ...parts,
  }
}

export interface TopicDetails {
  readonly sizes: ReadonlyMap<string, number>
  readonly retention: ReadonlyMap<string, number | null>
}

/** `prefix`: of our topics. */
export function shownTopics(look: ClusterLook, details: TopicDetails, histories: Histories, prefix: string) {
  const uses = new Map<string, Topic['use']>(table.map(({ name, use }) => [topicName(prefix, name), use]))
  return look.topics.map(({ name, partitions }): ShownTopic => {
    const shown = partitions.map((one) => {
      return { ...one, bytes: details.sizes.get(partitionKey(name, one.partition)) ?? null }
    })
    const sizes = shown.flatMap(({ bytes }) => bytes ?? [])
    const rates = partitions.map(({ partition }) => {
      const samples = histories.ends.get(partitionKey(name, partition)) ?? []
      return samples.length === 0 ? 0 : judge(samples, true).inRate
    })
    return {
      name,
      use: uses.get(name) ?? null,
      partitions: shown,
      records: sum(partitions.map(({ start, end }) => end - start)),
      bytes: sizes.length === shown.length ? sum(sizes) : null,
      retentionMs: details.retention.get(name) ?? null,
      inRate: rounded(sum(rates)),
      health: healthOf(partitions),
    }
  })
}

function healthOf(partitions: readonly PartitionLook[]): ShownTopic['health'] {
  if (partitions.some(({ leader }) => leader === null)) return 'offline'
  return partitions.every(({ replicas, inSync }) => inSync.length >= replicas.length) ? 'healthy' : 'under-replicated'
}

function totalOf(partitions: readonly PartitionLag[]): Progress & { readonly secondsBehind: number | null } {
  const etas = partitions.map(({ etaSeconds }) => etaSeconds)
  const seconds = partitions.map((one) => one.secondsBehind)
  return {
    behind: sum(partitions.map(({ behind }) => behind)),
    inRate: rounded(sum(partitions.map(({ inRate }) => inRate))),
    outRate: rounded(sum(partitions.map(({ outRate }) => outRate))),
    trend: trendOf(partitions.map(({ trend }) => trend)),
    // The group is done when its last partition is.
    etaSeconds: etas.includes(null) ? null : Math.max(0, ...etas.map(Number)),
    secondsBehind: seconds.includes(null) ? null : Math.max(0, ...seconds.map(Number)),
    verdict: partitions.reduce<Verdict>((worst, { verdict }) => worse(worst, verdict), 'OK'),
    settled: partitions.every(({ settled }) => settled),
  }
}

function trendOf(trends: readonly Trend[]): Trend {
  if (trends.includes('rising')) return 'rising'
  return trends.includes('falling') ? 'falling' : 'steady'
}

function roundedRates(progress: Progress): Progress {
  const { inRate, outRate, etaSeconds } = progress
  return { ...progress, inRate: rounded(inRate), outRate: rounded(outRate), etaSeconds: rounded(etaSeconds) }
}

function rounded<Value extends number | null>(value: Value): Value {
  return (value === null ? null : Math.round(value * 10) / 10) as Value
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
