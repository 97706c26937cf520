/** Creates the topics of the table and compares those that are there with it. Nothing that exists is changed. */
import { waitUntil } from '../../store/waiting/pause.ts'
import type { Admin } from 'kafkajs'
import { kafkajs } from '../client/kafkajs.ts'
import { kafkaFailure } from '../client/kafka-failure.ts'
import {
  planTopics,
  topicDifferences,
  topicSettings,
  type FoundTopic,
  type TopicDifference,
  type TopicPlan,
} from './topic-differences.ts'

export type TopicReport =
  | { readonly name: string; readonly state: 'created' | 'same' | 'missing' }
  | { readonly name: string; readonly state: 'different'; readonly differences: readonly TopicDifference[] }
  | { readonly name: string; readonly state: 'failed'; readonly reason: string }
  /** Under our prefix, and not one of ours. */
  | { readonly name: string; readonly state: 'unknown' }

export interface TopicsReport {
  readonly clusterId: string
  readonly brokers: number
  readonly prefix: string
  /** What could not be looked at, with the right that is missing; null: everything was. */
  readonly unseen: string | null
  /** In the order of the table; what is unknown last. */
  readonly topics: readonly TopicReport[]
}

const LEADER_WAIT = { everyMs: 50, withinMs: 10_000 } as const

/** Both reject as kafkajs does when the cluster cannot be asked; what is wrong with one topic is in its report. */
export async function compareTopics(admin: Admin, prefix: string): Promise<TopicsReport> {
  const { clusterId, brokers } = await admin.describeCluster()
  const plans = planTopics(prefix, brokers.length, bootstrapOf(brokers))
  const names = await admin.listTopics()
  const { found, unseen } = await describeTopics(
    admin,
    plans.map(({ name }) => name).filter((name) => names.includes(name)),
  )
  return {
    clusterId,
    brokers: brokers.length,
    prefix,
    unseen,
    topics: [...plans.map((plan) => reportOf(plan, found.get(plan.name))), ...unknownTopics(plans, names, prefix)],
  }
}

export async function createTopics(admin: Admin, prefix: string): Promise<TopicsReport> {
  const before = await compareTopics(admin, prefix)
  const missing = new Set(before.topics.filter(({ state }) => state === 'missing').map(({ name }) => name))
  const plans = planTopics(prefix, before.brokers, '').filter(({ name }) => missing.has(name))
  const failures = await createAll(admin, plans)
  await haveLeaders(
    admin,
    plans.map(({ name }) => name).filter((name) => !failures.has(name)),
  )
  // Somebody else may have been faster, with other settings.
  const after = await compareTopics(admin, prefix)
  const topics = after.topics.map((report): TopicReport => {
    const { name } = report
    const reason = failures.get(name)
    if (reason !== undefined) return { name, state: 'failed', reason }
    return report.state === 'same' && missing.has(name) ? { name, state: 'created' } : report
  })
  return { ...after, topics }
}

/** Everything is as it should be; topics that are not ours do not count. */
export function topicsAreFine({ topics }: TopicsReport): boolean {
  return topics.every(({ state }) => state === 'same' || state === 'created' || state === 'unknown')
}

/** In one request. Why some could not be created, by their names. */
async function createAll(admin: Admin, plans: readonly TopicPlan[]): Promise<ReadonlyMap<string, string>> {
  if (plans.length === 0) return new Map()
  try {
    await admin.createTopics({
      waitForLeaders: false, // kafkajs gives up on the first of several that is not there yet
      topics: plans.map(({ name, partitions, replication, settings }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: topicSettings.map((setting) => ({ name: setting, value: settings[setting] })),
      })),
    })
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSAggregateError)) throw error
    return new Map(error.errors.flatMap(failedTopic))
  }
  return new Map()
}

/** kafkajs does not tell the type of these errors: each names its topic and what the broker answered. */
function failedTopic(error: unknown): readonly (readonly [string, string])[] {
  if (!(error instanceof Error) || !('topic' in error) || !('type' in error)) throw error
  return error.type === 'TOPIC_ALREADY_EXISTS' ? [] : [[String(error.topic), error.message]]
}

/** Brokers hear of new topics a moment later than the one that made them. */
async function haveLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  await waitUntil(() => led(admin, names), LEADER_WAIT)
}

async function led(admin: Admin, names: readonly string[]): Promise<boolean> {
  const present = new Set(await admin.listTopics())
  if (!names.every((name) => present.has(name))) return false
  if (names.length === 0) return true
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] })
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  } catch (error) {
    if (kafkaFailure(error).code === 'kafka-failed') return false
    throw error
  }
}

interface Found {
  readonly found: ReadonlyMap<string, FoundTopic>
  readonly unseen: string | null
}

async function describeTopics(admin: Admin, names: readonly string[]): Promise<Found> {
  if (names.length === 0) return { found: new Map(), unseen: null }
  let unseen: string | null = null
  const [{ topics: metadata }, described] = await Promise.all([
    admin.fetchTopicMetadata({ topics: [...names] }),
    admin
      .describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configNames: [...topicSettings],
        })),
      })
      .catch((error: unknown) => {
        const { code, message } = kafkaFailure(error)
        if (code !== 'kafka-refused') throw error
        unseen = `the settings of topics: ${message} (grant DESCRIBE_CONFIGS on them)`
        return null
      }),
  ])
  const settings = new Map(
    (described?.resources ?? []).map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  )
  const found = new Map(
    metadata.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        settings: described === null ? null : (settings.get(name) ?? {}),
      },
    ]),
  )
  return { found, unseen }
}

function bootstrapOf(brokers: readonly { readonly host: string; readonly port: number }[]): string {
  const [{ host, port } = { host: 'localhost', port: 9_092 }] = brokers
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`
}

function reportOf(plan: TopicPlan, found: FoundTopic | undefined): TopicReport {
  const { name } = plan
  if (found === undefined) return { name, state: 'missing' }
  const differences = topicDifferences(plan, found)
  return differences.length === 0 ? { name, state: 'same' } : { name, state: 'different', differences }
}

/** Without a prefix anything could be anybody's. */
function unknownTopics(plans: readonly TopicPlan[], names: readonly string[], prefix: string): readonly TopicReport[] {
  if (prefix === '') return []
  const ours = new Set(plans.map(({ name }) => name))
  return names
    .filter((name) => name.startsWith(prefix) && !ours.has(name))
    .toSorted()
    .map((name) => ({ name, state: 'unknown' }))
}
