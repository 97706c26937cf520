/**
 * What was seen of a cluster over time, look by look: who is how far, what the topics hold, and when each was last seen.
 * A look that fails makes the connection again; what was seen before stays.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { kafkaClient, silentLog } from '../client/connection.ts'
import { kafkaFailure } from '../client/kafka-failure.ts'
import { PartitionReader } from '../client/partition-reader.ts'
import type { KafkaSettings } from '../settings.ts'
import { lookAtCluster, type ClusterLook } from './cluster-look.ts'
import type { ListedGroup } from '../protocol/described-group.ts'
import { reachedWith, secondsBehind, withSample, type Sample } from './lag.ts'
import { partitionKey, type Histories, type SeenGroup } from './lag-report.ts'
import type { TopicDetails } from './shown-topics.ts'
import { untilAborted } from '../../store/waiting/pause.ts'
import { readsAny } from './group-look.ts'
import { ownGroups } from './own-groups.ts'
import { peek, type Peeked } from './peek.ts'
import { partitionsOf } from './seen-partitions.ts'

export interface ClusterWatchParts {
  readonly kafka: KafkaSettings
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number
}

/** Then a look is given up, and its connections with it. */
const LOOK_MS = 8_000
/** Sizes and settings change slowly. */
const DETAILS_MS = 10_000
/** Records that are looked up in one look: each answer holds a whole batch. */
const MOST_LOOKED_UP = 50
/** Foreign groups that are asked in one look, those first that were not asked for longest. */
const MOST_GROUPS = 100
/** One that reads nothing of ours is asked again only after so long. */
const ELSEWHERE_MS = 30_000

interface Connection {
  readonly admin: Admin
  readonly reader: PartitionReader
}

export class ClusterWatch {
  readonly #parts: ClusterWatchParts
  readonly #own: ReadonlySet<string>
  readonly #begun: number
  readonly #stopping = new AbortController()
  #connection: Connection | null = null
  #look: { readonly at: number; readonly look: ClusterLook } | null = null
  #failure: string | null = null
  #details: TopicDetails & { readonly at: number } = {
    ...{ at: -Infinity, sizes: new Map(), retention: new Map(), missing: [] },
  }
  readonly #seen = new Map<string, SeenGroup>()
  readonly #groups = new Map<string, readonly Sample[]>()
  readonly #ends = new Map<string, readonly Sample[]>()
  readonly #peeked = new Map<string, Peeked & { readonly offset: number }>()

  constructor(parts: ClusterWatchParts) {
    this.#parts = parts
    this.#begun = parts.monotonic()
    this.#own = new Set(ownGroups(parts.kafka.prefix).map(({ group }) => group))
  }

  /** The last look that succeeded; null: none has yet. `at`: by the monotonic clock. */
  get last(): { readonly at: number; readonly look: ClusterLook } | null {
    return this.#look
  }

  /** Why the last look failed; null: it did not. */
  get failure(): string | null {
    return this.#failure
  }

  get details(): TopicDetails {
    return this.#details
  }

  /** Our own groups, and those that read our topics, as each was seen last. */
  groups(): readonly SeenGroup[] {
    const { prefix } = this.#parts.kafka
    return [...this.#neverSeen(), ...this.#seen.values()]
      .filter(
        ({ group, reads, failure }) => this.#own.has(group) || reads || (failure !== null && ofOurs(group, prefix)),
      )
      .sort((one, other) => (one.group < other.group ? -1 : 1))
  }

  /** Ours are always there. */
  #neverSeen(): readonly SeenGroup[] {
    const failure = { message: this.#failure ?? 'no answer yet', final: this.#failure !== null }
    return [...this.#own]
      .filter((group) => !this.#seen.has(group))
      .map((group) => ({
        ...{ group, look: null, at: null, askedAt: -Infinity, reads: true, failure, failingSince: this.#begun },
      }))
  }

  /** Groups that nobody has looked at yet. */
  get unseenGroups(): number {
    return (this.#look?.look.listed ?? []).filter(({ group }) => !this.#seen.has(group)).length
  }

  histories(): Pick<Histories, 'groups' | 'ends' | 'peeked'> {
    return { groups: this.#groups, ends: this.#ends, peeked: this.#peeked }
  }

  /** Never rejects: why it failed is in `failure`. */
  async look(): Promise<void> {
    const given = new AbortController()
    const deadline = delay(LOOK_MS, undefined, { signal: given.signal }).then(() => {
      throw new Error(`no answer within ${String(LOOK_MS / 1_000)} s`)
    })
    // The second of the two concerns nobody any more.
    deadline.catch(() => undefined)
    try {
      await untilAborted(Promise.race([this.#lookOnce(given.signal), deadline]), this.#stopping.signal)
      this.#failure = null
    } catch (error) {
      this.#failure = kafkaFailure(error).message
      void this.#disconnect()
    } finally {
      given.abort()
    }
  }

  /** Ends the look under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    if (connection === null) return
    await Promise.allSettled([connection.admin.disconnect(), connection.reader.disconnect()])
  }

  async #lookOnce(given: AbortSignal): Promise<void> {
    const { kafka, monotonic } = this.#parts
    const connection = await this.#connected(kafka)
    const look = await lookAtCluster({ ...connection, prefix: kafka.prefix, choose: (all) => this.#choose(all) })
    if (given.aborted) return
    const at = monotonic()
    this.#noteGroups(look, at)
    this.#noteSamples(look, at)
    this.#look = { at, look }
    await this.#peek(connection.reader)
    if (at - this.#details.at > DETAILS_MS) await this.#readDetails(connection, look, at)
  }

  async #connected(kafka: KafkaSettings): Promise<Connection> {
    if (this.#connection !== null) return this.#connection
    const options = { clientId: 'lag', log: silentLog }
    const connection = { admin: kafkaClient(kafka, options).admin(), reader: new PartitionReader(kafka, options) }
    this.#connection = connection
    await Promise.all([connection.admin.connect(), connection.reader.connect()])
    return connection
  }

  /** Ours are asked every time, whatever others there are. */
  #choose(listed: readonly ListedGroup[]): readonly ListedGroup[] {
    const now = this.#parts.monotonic()
    const known = new Map(listed.map((one) => [one.group, one]))
    const own = [...this.#own].map((group) => known.get(group) ?? { group, kind: 'classic', state: null })
    const due = listed.flatMap((one) => {
      if (this.#own.has(one.group)) return []
      const { askedAt = -Infinity, reads = true } = this.#seen.get(one.group) ?? {}
      return reads || now - askedAt > ELSEWHERE_MS ? [{ one, askedAt }] : []
    })
    const foreign = due.sort((one, other) => one.askedAt - other.askedAt).slice(0, MOST_GROUPS)
    return [...own, ...foreign.map(({ one }) => one)]
  }

  #noteGroups({ groups, listed, topics }: ClusterLook, at: number): void {
    const there = new Set([...this.#own, ...listed.map(({ group }) => group)])
    for (const group of this.#seen.keys()) if (!there.has(group)) this.#seen.delete(group)
    const ours = new Set(topics.map(({ name }) => name))
    for (const { group, look, failure } of groups) {
      const before = this.#seen.get(group)
      if (look !== null) {
        const reads =
          look.partitions.some(({ topic }) => ours.has(topic)) ||
          ofOurs(group, this.#parts.kafka.prefix) ||
          readsAny(look)
        this.#seen.set(group, { ...{ group, look, at, reads }, askedAt: at, failure: null, failingSince: null })
      } else {
        const { code, message: reason } = kafkaFailure(failure)
        const message = code === 'kafka-refused' ? `${reason} (grant DESCRIBE on it)` : reason
        const [since, final] = [before?.failingSince ?? at, code === 'kafka-refused']
        const nothing = { look: null, at: null, reads: false }
        this.#seen.set(group, {
          ...{ group, ...nothing, ...before },
          ...{ askedAt: at, failure: { message, final }, failingSince: since },
        })
      }
    }
  }

  #noteSamples({ topics }: ClusterLook, at: number): void {
    const ends = new Set<string>()
    for (const { name, partitions } of topics) {
      for (const { partition, end } of partitions) {
        const key = partitionKey(name, partition)
        ends.add(key)
        if (end !== null) note(this.#ends, key, { at, position: end, end })
      }
    }
    const keys = new Set<string>()
    for (const seen of this.groups()) {
      for (const one of partitionsOf(seen, { prefix: this.#parts.kafka.prefix, topics })) {
        keys.add(one.key)
        if (seen.at !== at || one.bounds === null) continue
        const { start, end } = one.bounds
        const committed = this.#passed(one.key, one.committed ?? start)
        const before = this.#groups.get(one.key)?.at(-1)
        const reached = one.left === null ? committed : reachedWith(one.left, { committed, end, before })
        note(this.#groups, one.key, { at, position: Math.min(end, reached), end, start })
      }
    }
    keepOnly(this.#ends, ends)
    keepOnly(this.#groups, keys)
    keepOnly(this.#peeked, keys)
  }

  /** Behind what no reader ever sees: ends of transactions, what was rolled back, what compaction has emptied. */
  #passed(key: string, offset: number): number {
    const peeked = this.#peeked.get(key)
    return peeked !== undefined && peeked.offset <= offset && offset < peeked.next ? peeked.next : offset
  }

  /** What is there to be read by readers that do not move, and when it was written where that came before we looked. */
  async #peek(reader: PartitionReader): Promise<void> {
    const topics = this.#look?.look.topics ?? []
    const asked = this.groups().flatMap((seen) =>
      partitionsOf(seen, { prefix: this.#parts.kafka.prefix, topics }).flatMap(({ key, topic, partition, bounds }) => {
        const samples = this.#groups.get(key) ?? []
        const last = samples.at(-1)
        if (last === undefined || bounds === null) return []
        const offset = Math.max(last.position, bounds.start)
        const peeked = this.#peeked.get(key)
        const known = peeked?.next === offset && peeked.at !== null && !peeked.open
        const stands = samples.at(-2)?.position === last.position || secondsBehind(samples, last.at) === null
        return offset >= bounds.end || known || !stands ? [] : [{ key, topic, partition, offset, end: bounds.end }]
      }),
    )
    for (const { key, topic, partition, offset, end } of asked.slice(0, MOST_LOOKED_UP)) {
      // One that cannot be looked into costs its own detail.
      const found = await peek(reader, { topic, partition, offset, end }).catch(() => null)
      if (found === null) continue
      this.#peeked.set(key, { offset, ...found })
      const samples = this.#groups.get(key) ?? []
      const last = samples.at(-1)
      if (last !== undefined && found.next > offset)
        this.#groups.set(key, [...samples.slice(0, -1), { ...last, position: Math.min(last.end, found.next) }])
    }
  }

  async #readDetails({ admin, reader }: Connection, { topics }: ClusterLook, at: number): Promise<void> {
    const missing: string[] = []
    const without =
      <Empty>(right: string, empty: Empty) =>
      (error: unknown): Empty => {
        const { code, message } = kafkaFailure(error)
        missing.push(`${right}: ${code === 'kafka-refused' ? 'this user may not see them' : message}`)
        return empty
      }
    const [sizes, { resources }] = await Promise.all([
      reader.sizes(topics).catch(without('sizes of topics (DESCRIBE on the cluster)', new Map<string, number>())),
      admin
        .describeConfigs({
          resources: topics.map(({ name }) => ({ type: TOPIC, name, configNames: ['retention.ms'] })),
          includeSynonyms: false,
        })
        .catch(without('retention of topics (DESCRIBE_CONFIGS on the topics)', { resources: [] })),
    ])
    const retention = resources.map(({ resourceName, configEntries }) => {
      const ms = Number(configEntries[0]?.configValue ?? NaN)
      return [resourceName, ms >= 0 ? ms : null] as const
    })
    this.#details = { at, sizes, retention: new Map(retention), missing }
  }
}

/** Of kafkajs' ConfigResourceTypes, an enum that exists only for the compiler in its types. */
const TOPIC = 2

function ofOurs(group: string, prefix: string): boolean {
  return prefix !== '' && group.startsWith(prefix)
}

function note(histories: Map<string, readonly Sample[]>, key: string, sample: Sample): void {
  histories.set(key, withSample(histories.get(key) ?? [], sample))
}

export function keepOnly(histories: Map<string, unknown>, keys: ReadonlySet<string>): void {
  for (const key of histories.keys()) if (!keys.has(key)) histories.delete(key)
}
