/** A log, its topics and relays on both: what tests of publishing need. */
import type { Admin } from 'kafkajs'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import { newId } from '../../app/clock.ts'
import { kafkaClient } from '../../kafka/client/connection.ts'
import { type RawRecord, readEventRecord, sourceOf } from '../../kafka/event-record.ts'
import { Relay, type RelayParts } from '../../kafka/relay/relay.ts'
import { createTopics } from '../../kafka/topics/topic-admin.ts'
import { topicName, topics, type Topic, type TopicName } from '../../kafka/topics/topics.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { type WireFormat, wireFormat } from '../../contract/registry/wire-format.ts'
import { appendNotice } from '../../store/log/append.ts'
import { openPool, type Pool } from '../../store/postgres/database.ts'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { HeadWatch } from '../../store/log/head-watch.ts'
import { Listener } from '../../store/postgres/listener.ts'
import { readLogIdentity } from '../../store/log/log-identity.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import type { TestKafka } from '../support/kafka.ts'
import { consumeAll } from './consume-all.ts'

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface Relaying {
  readonly url: string
  readonly pool: Pool
  readonly prefix: string
  readonly wire: WireFormat
  readonly source: string
  /** What relays warned of or reported as errors. */
  readonly complaints: readonly string[]
  /** Those of the relay that are wanted; without a wish all of the table. */
  createTopics(wanted?: (topic: Topic) => boolean): Promise<void>
  alterTopic(topic: TopicName, settings: Readonly<Record<string, string>>): Promise<void>
  /** Starts one more relay, as another process would. */
  relay(options?: Partial<Pick<RelayParts, 'owner' | 'reachPoint' | 'loses' | 'kafka' | 'published'>>): Relay
  /** Resolves when everything that is stored is published. */
  published(): Promise<void>
  /** What an independent consumer finds: by topic, in the order of each partition. */
  read(): Promise<ReadonlyMap<string, readonly ReadRecord[]>>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ReadRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string
  readonly event: RecordedEvent
}

let made = 0

export async function openRelaying(kafka: TestKafka): Promise<Relaying> {
  const database = await testDatabase()
  const pool = openPool(database.url, { name: 'test', max: 10 })
  const prefix = `t${String(++made)}.`
  const settings = kafka.settings(prefix)
  const head = new HeadWatch()
  const listener = new Listener(database.url, { log: (payload) => head.headMoved(appendNotice(payload).head) })
  await listener.start()
  const wire = wireFormat(await registerEventSchemas(embeddedRegistry(pool)))
  const source = sourceOf(await readLogIdentity(pool))
  const complaints: string[] = []
  const complain = (fields: object, message: string) => void complaints.push(`${message} ${JSON.stringify(fields)}`)
  const log = { info: () => undefined, warn: complain, error: complain }
  const relays: Relay[] = []
  const asAdmin = async (work: (admin: Admin) => Promise<unknown>): Promise<void> => {
    const admin = kafkaClient(settings, { clientId: 'test', log: quiet }).admin()
    await admin.connect()
    await work(admin).finally(() => admin.disconnect())
  }
  return {
    url: database.url,
    pool,
    prefix,
    wire,
    source,
    complaints,

    async createTopics(wanted) {
      await asAdmin(async (admin) => {
        const some = topics.filter((topic) => wanted?.(topic) ?? false)
        if (wanted !== undefined) {
          const made = some.map(({ name, partitions }) => ({ topic: prefix + name, numPartitions: partitions }))
          await admin.createTopics({ topics: made })
          return
        }
        const report = await createTopics(admin, prefix)
        const failed = report.topics.filter(({ state }) => state === 'failed' || state === 'missing')
        if (failed.length > 0) throw new Error(JSON.stringify(failed))
      })
    },

    async alterTopic(topic, settings) {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: prefix + topic, configEntries }]
      await asAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources }))
    },

    relay(options = {}) {
      const relay = new Relay({
        pool,
        head,
        kafka: kafkaClient(settings, { clientId: 'test relay', log: quiet }),
        prefix,
        wire,
        source,
        owner: newId(),
        log,
        monotonic: () => performance.now(),
        reachPoint: () => undefined,
        loses: () => false,
        ...options,
      })
      relays.push(relay)
      relay.start()
      return relay
    },

    async published() {
      await eventually(async () => {
        const { rows } = await pool.query<{ done: boolean }>(
          `select bool_and(c.position = h.position) as done
            from log.checkpoints c, log.log_head h where starts_with(reader, 'relay ')`,
        )
        return rows[0]?.done === true
      })
    },

    async read() {
      const carried = topics.filter(({ events, use }) => events.length > 0 && use !== 'in')
      const records = await consumeAll(
        kafka.bootstrap,
        carried.map(({ name }) => topicName(prefix, name)),
      )
      const found = new Map<string, ReadRecord[]>(carried.map(({ name }) => [name, []]))
      for (const { topic, partition, ...raw } of records) {
        const name = topic.slice(prefix.length)
        const expected = new Set(carried.find((each) => each.name === name)?.events)
        const event = readEventRecord(raw, { wire, source, expected })
        if (typeof event === 'string') throw new Error(`a record of ${topic} is ${event}`)
        found.get(name)?.push({ topic, partition, key: raw.key?.toString() ?? '', event })
      }
      return found
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(relays.map((relay) => relay.stop()))
      await listener.stop()
      await pool.end()
      await database.drop()
    },
  }
}

export type { RawRecord }
