/** What the soak does to a shop on a cluster of three: each fault does its harm and makes it good again. */
import type { KafkaBroker } from '../../cluster/kafka/kafka-broker.ts'
import { projectorGroup } from '../../kafka/feed/log-consumer.ts'
import { topicName, topics } from '../../kafka/topics/topics.ts'
import type { ThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import type { Random } from '../../simulation/random.ts'
import { eventually } from '../support/eventually.ts'
import { changeTopics } from './change-topics.ts'
import { whileAllAway, type ShopOnKafka, type ShopProcess } from './shop-on-kafka.ts'
import type { SteadyLoad } from './steady-load.ts'

export interface Scene {
  readonly shop: ShopOnKafka
  readonly brokers: readonly KafkaBroker[]
  readonly postgres: ThrowawayPostgres
  readonly load: SteadyLoad
  readonly random: Random
  /** What relays that start from now on take as acknowledged without having sent it: a share, 0 to 1. */
  relayLoses: number
  /** Where the next process that starts dies: CRASH_POINT. */
  crashPoint: string | null
}

export interface Fault {
  readonly name: string
  /** How often it is drawn, against the others. */
  readonly weight: number
  run(scene: Scene): Promise<void>
}

/** Answers that are waited for while something is away. */
const MOST_MEANWHILE = 100

export const clusterFaults: readonly Fault[] = [
  { name: 'broker killed', weight: 4, run: (scene) => killBrokers(scene, 1) },
  { name: 'two brokers killed', weight: 1, run: (scene) => killBrokers(scene, 2) },
  { name: 'all brokers killed', weight: 1, run: (scene) => killBrokers(scene, 3) },
  { name: 'broker restarted', weight: 2, run: restartBroker },
  { name: 'broker stopped and continued', weight: 3, run: pauseBroker },
  { name: 'relay killed', weight: 4, run: (scene) => killWorking(scene, 'relay') },
  { name: 'relay stopped and continued', weight: 3, run: (scene) => pauseWorking(scene, 'relay') },
  { name: 'projector killed', weight: 4, run: (scene) => killWorking(scene, 'projector') },
  { name: 'projector stopped and continued', weight: 3, run: (scene) => pauseWorking(scene, 'projector') },
  { name: 'api killed', weight: 4, run: async (scene) => kill(scene, anyOf(scene, 'api')) },
  { name: 'api killed inside an order over Kafka', weight: 2, run: killInsideOrder },
  { name: 'api stopped and continued', weight: 2, run: async (scene) => pause(scene, anyOf(scene, 'api')) },
  { name: 'Postgres restarted (immediate)', weight: 2, run: restartPostgres },
  { name: 'topic deleted and made anew', weight: 1, run: deleteTopic },
  { name: 'records deleted', weight: 2, run: deleteRecords },
  { name: 'relay loses a tenth', weight: 1, run: loseRecords },
  { name: 'offsets of the projector reset', weight: 1, run: resetProjectorOffsets },
  { name: 'offsets of order-commands reset', weight: 1, run: resetOrderOffsets },
]

/** Waits for some more answers; the other processes give them. */
async function meanwhile({ load, random }: Scene): Promise<void> {
  const due = load.client.answers.length + random.int(1, MOST_MEANWHILE)
  await eventually(() => load.client.answers.length >= due, { timeout: 120_000 })
}

async function killBrokers(scene: Scene, count: number): Promise<void> {
  const from = scene.random.int(0, 2)
  const { brokers } = scene
  const killed = [...brokers, ...brokers].slice(from, from + count)
  await Promise.all(killed.map((broker) => broker.kill('SIGKILL')))
  await meanwhile(scene)
  await Promise.all(killed.map((broker) => broker.start()))
}

async function restartBroker(scene: Scene): Promise<void> {
  const broker = scene.random.pick(scene.brokers)
  await broker.kill('SIGTERM')
  await meanwhile(scene)
  await broker.start()
}

async function pauseBroker(scene: Scene): Promise<void> {
  const broker = scene.random.pick(scene.brokers)
  await broker.kill('SIGSTOP')
  await meanwhile(scene)
  await broker.kill('SIGCONT')
}

function anyOf({ shop, random }: Scene, role: string): ShopProcess {
  return random.pick(shop.having(role))
}

async function killWorking(scene: Scene, role: 'relay' | 'projector'): Promise<void> {
  await kill(scene, (await scene.shop.working(role)) ?? anyOf(scene, role))
}

async function pauseWorking(scene: Scene, role: 'relay' | 'projector'): Promise<void> {
  await pause(scene, (await scene.shop.working(role)) ?? anyOf(scene, role))
}

async function kill(scene: Scene, { supervisor }: ShopProcess): Promise<void> {
  await supervisor.service.kill()
  await meanwhile(scene)
  await supervisor.restarted()
}

/** The records of this load are all good: points that only bad ones pass would never be passed. */
async function killInsideOrder(scene: Scene): Promise<void> {
  const { supervisor } = anyOf(scene, 'api')
  const { starts } = supervisor
  // Not the first passage: at a record that three processes had in hand and died, the fourth does not look any more.
  scene.crashPoint = `${scene.random.pick(['inbound.taken', 'inbound.decided'])}:${String(scene.random.int(5, 30))}`
  await supervisor.service.kill()
  await eventually(() => supervisor.starts === starts + 2, { timeout: 240_000 })
  await supervisor.restarted()
}

async function pause(scene: Scene, { supervisor }: ShopProcess): Promise<void> {
  const { service } = supervisor
  service.signal('SIGSTOP')
  await meanwhile(scene)
  service.signal('SIGCONT')
}

async function restartPostgres({ postgres }: Scene): Promise<void> {
  await postgres.restartImmediate()
}

const logTopics = topics.filter(({ use, events }) => use === 'log' && events.length > 0)

async function deleteTopic(scene: Scene): Promise<void> {
  const { shop, random } = scene
  const topic = topicName(shop.settings.prefix, random.pick(logTopics).name)
  await changeTopics(shop.settings, (admin) => admin.deleteTopics({ topics: [topic] }))
  await meanwhile(scene)
  await eventually(async () => (await shop.command('topics', 'create')).code === 0, { timeout: 60_000 })
}

/** All that one topic has at this moment. */
async function deleteRecords({ shop, random }: Scene): Promise<void> {
  const topic = topicName(shop.settings.prefix, random.pick(logTopics).name)
  await changeTopics(shop.settings, async (admin) => {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
      partition,
      offset: high,
    }))
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

async function loseRecords(scene: Scene): Promise<void> {
  for (const share of [0.1, 0]) {
    scene.relayLoses = share
    await Promise.all(
      scene.shop.having('relay').map(async ({ supervisor }) => {
        await supervisor.service.kill()
        await supervisor.restarted()
      }),
    )
    await meanwhile(scene)
  }
}

function resetProjectorOffsets(scene: Scene): Promise<void> {
  const { prefix } = scene.shop.settings
  return resetOffsets(scene, { role: 'projector', group: projectorGroup(prefix), topic: topicName(prefix, 'orders') })
}

function resetOrderOffsets(scene: Scene): Promise<void> {
  const topic = topicName(scene.shop.settings.prefix, 'order-commands')
  return resetOffsets(scene, { role: 'api', group: topic, topic })
}

interface Reset {
  readonly role: string
  readonly group: string
  readonly topic: string
}

/** Brokers let nobody do so while the group has members. */
async function resetOffsets({ shop, random }: Scene, { role, group, topic }: Reset): Promise<void> {
  const earliest = random.unit() < 0.5
  const reset = () =>
    eventually(
      async () => {
        await changeTopics(shop.settings, (admin) => admin.resetOffsets({ groupId: group, topic, earliest }))
        return true
      },
      { timeout: 120_000, interval: 500 },
    )
  await whileAllAway(shop.having(role), async () => void (await reset()))
}
