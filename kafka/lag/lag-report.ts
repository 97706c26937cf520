/** What is said about lag and topics, from the last looks at a cluster and at the readers of the log. Pure. */
import type { TopicLook } from './cluster-look.ts'
import type { GroupKind } from '../protocol/described-group.ts'
import type { GroupLook, GroupMember } from './group-look.ts'
import { judge, worse, type Progress, type Sample, type Verdict } from './lag.ts'
import type { InboundWait } from '../inbound/inbound-offsets.ts'
import type { Peeked } from './peek.ts'

/** A reader of the log itself, which has a checkpoint instead of offsets. */
export interface LogReader {
  readonly name: string
  readonly kind: 'relay' | 'projection' | 'reactor'
  /** Of the last event that it has done. */
  readonly position: number
  /** Of the newest event in the log. */
  readonly head: number
  /** Age of the oldest event that it has not done; 0 when it has done all. */
  readonly secondsBehind: number
  /** Some process is there to do its work, and may. */
  readonly served: boolean
  /** Why it does not move, where that is known. */
  readonly detail: string | null
}

/** What the database says of those who read. */
export interface LogLook {
  readonly readers: readonly LogReader[]
  /** Partitions of commands whose next one waits for what passes by itself. */
  readonly waits: readonly InboundWait[]
}

/** How the cluster, or the database, was reached the last time. `ageSeconds`: of what is shown; null: it was never reached. */
export type Reach =
  | { readonly state: 'not-configured'; readonly ageSeconds: null; readonly detail: null }
  /** `detail`: what this user may not see. */
  | { readonly state: 'connected'; readonly ageSeconds: number; readonly detail: string | null }
  | { readonly state: 'unreachable'; readonly ageSeconds: number | null; readonly detail: string }

/** What is older says nothing about now. */
export const STALE_SECONDS = 10

/** `behind` is null where it cannot be known: the verdict then is UNKNOWN. */
export interface Lag extends Omit<Progress, 'behind'> {
  readonly behind: number | null
  /** Null: it is not known. */
  readonly secondsBehind: number | null
  /** How old all this is; null: it was never seen. */
  readonly ageSeconds: number | null
  /** Why, where there is more to say than the verdict does. */
  readonly detail: string | null
}

export interface PartitionLag extends Lag {
  readonly topic: string
  readonly partition: number
  /** The next to be read. */
  readonly offset: number | null
  readonly end: number | null
}

export interface GroupLag extends Lag {
  readonly group: string
  /** Null: it is not known. */
  readonly kind: GroupKind | null
  readonly state: string
  readonly members: readonly GroupMember[]
  readonly partitions: readonly PartitionLag[]
}

export interface ReaderLag extends Lag {
  readonly name: string
  readonly kind: LogReader['kind']
  readonly position: number | null
  readonly head: number | null
}

export interface LagReport {
  /** The worst of all. */
  readonly verdict: Verdict
  /** False while something was not watched for long enough. */
  readonly settled: boolean
  readonly kafka: Reach
  /** The database, in which the readers of the log keep their places. */
  readonly log: Reach
  readonly groups: readonly GroupLag[]
  readonly readers: readonly ReaderLag[]
}

/** A group, as it was seen last. */
export interface SeenGroup {
  readonly group: string
  /** Null: it was never described. */
  readonly look: GroupLook | null
  /** When that was, by the monotonic clock in milliseconds. */
  readonly at: number | null
  readonly askedAt: number
  /** It reads topics of ours. */
  readonly reads: boolean
  /** Why it could not be described the last time. `final`: waiting does not mend it. */
  readonly failure: { readonly message: string; readonly final: boolean } | null
  readonly failingSince: number | null
}

/** What was seen over time; keys by `partitionKey`, groups' with the group before it. */
export interface Histories {
  readonly groups: ReadonlyMap<string, readonly Sample[]>
  readonly ends: ReadonlyMap<string, readonly Sample[]>
  readonly readers: ReadonlyMap<string, readonly Sample[]>
  /** What readers that do not move would read next. */
  readonly peeked: ReadonlyMap<string, Peeked>
}

/** The time now: by the monotonic clock, and since 1970; in milliseconds. */
export interface Now {
  readonly monotonic: number
  readonly time: number
}

/** Where groups are looked at: the topics as they were seen last. */
export interface Ground {
  readonly prefix: string
  readonly topics: readonly TopicLook[]
  readonly histories: Histories
  /** Why partitions do not move, by `partitionKey`. */
  readonly waits: ReadonlyMap<string, string>
  readonly now: Now
}

export function partitionKey(topic: string, partition: number, group?: string): string {
  return `${group === undefined ? '' : `${group} `}${topic} ${String(partition)}`
}

/** Of what was never seen. */
export const NOTHING_KNOWN: Omit<Lag, 'settled' | 'ageSeconds' | 'detail'> = {
  ...{
    behind: null,
    secondsBehind: null,
    inRate: 0,
    outRate: 0,
    trend: 'steady',
    etaSeconds: null,
    verdict: 'UNKNOWN',
  },
}

/** `seenAt`: null: never. `failure`: why the last look failed; null: it did not. */
export function readerLag(
  reader: LogReader,
  { histories, seenAt, now }: Pick<Ground, 'histories' | 'now'> & { readonly seenAt: number | null },
): ReaderLag {
  const { name, kind, position, head, secondsBehind: seconds, served, detail } = reader
  const samples = histories.readers.get(name) ?? []
  const ageSeconds = ageOf(seenAt, now)
  const row = { name, kind, position, head, secondsBehind: seconds, ageSeconds }
  const progress = { ...roundedRates(judge(samples, served)), behind: Math.max(0, head - position) }
  if (ageSeconds !== null && ageSeconds <= STALE_SECONDS) return { ...row, ...progress, detail }
  return { ...row, ...progress, verdict: 'UNKNOWN', settled: true, detail: `it was seen ${String(ageSeconds)} s ago` }
}

/** One of which nothing is known, and why. */
export function unknownReader(name: string, kind: LogReader['kind'], detail: string): ReaderLag {
  return { name, kind, position: null, head: null, ...NOTHING_KNOWN, settled: true, ageSeconds: null, detail }
}

/** In seconds, of what was seen at `at` by the monotonic clock; null: it was never seen. */
export function ageOf(at: number | null, { monotonic }: Pick<Now, 'monotonic'>): number | null {
  return at === null ? null : rounded(Math.max(0, monotonic - at) / 1_000)
}

/** The parts of a report with what they come to. */
export function lagReport(parts: Omit<LagReport, 'verdict' | 'settled'>): LagReport {
  const all = [...parts.groups, ...parts.readers]
  const unseen = [parts.kafka, parts.log].some(({ state, ageSeconds }) => {
    return state === 'unreachable' && (ageSeconds === null || ageSeconds > STALE_SECONDS)
  })
  return {
    verdict: all.reduce<Verdict>((worst, { verdict }) => worse(worst, verdict), unseen ? 'UNKNOWN' : 'OK'),
    settled: all.every(({ settled }) => settled),
    ...parts,
  }
}

export function roundedRates(progress: Progress): Progress {
  const { inRate, outRate, etaSeconds } = progress
  return { ...progress, inRate: rounded(inRate), outRate: rounded(outRate), etaSeconds: rounded(etaSeconds) }
}

export function rounded<Value extends number | null>(value: Value): Value {
  return (value === null ? null : Math.round(value * 10) / 10) as Value
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
