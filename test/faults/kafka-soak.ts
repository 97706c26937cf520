/**
 * Random faults, one after the other, on a shop in six processes on a real cluster of three, with orders over HTTP and
 * over Kafka all the time. At the end everything is verified, and each order is held against the answer that its client got.
 */
import { startThrowawayPostgres } from '../../app/postgres/throwaway-postgres.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { startKafka } from '../../cluster/kafka/kafka.ts'
import { createRandom, weightsOf } from '../../simulation/random.ts'
import { eventually } from '../support/eventually.ts'
import { clusterFaults, type Scene } from './cluster-faults.ts'
import { inboundOrder, INBOUND_CUSTOMERS } from './inbound-orders.ts'
import { startRecords } from './record-load.ts'
import { expectVerified, holdToAnswers, registerCustomers } from './shop.ts'
import { openShopOnKafka } from './shop-on-kafka.ts'
import { startLoad } from './steady-load.ts'

export interface KafkaSoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Orders a second over HTTP; a fifth as many come over Kafka. */
  readonly perSecond: number
  /** Called for each fault, with an object that is one line of JSON. */
  readonly tell: (line: object) => void
}

const PLAN = { products: 20, stock: 100_000_000 }
const ROLES = ['api', 'api', 'relay', 'relay', 'projector', 'projector']

/** Rejects at the first breach; everything is stopped then, too. */
export async function soakOnKafka({ minutes, seed, perSecond, tell }: KafkaSoakOptions): Promise<object> {
  const random = createRandom(seed, 'kafka soak')
  const weights = weightsOf(clusterFaults.map(({ weight }) => weight))
  const { env } = process
  const postgres = await startThrowawayPostgres({ durable: true })
  const releases = [() => postgres.stop()]
  try {
    const cluster = await startKafka({ cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'], brokers: 3 })
    releases.push(() => cluster.stop())
    const { bootstrap, tls, sasl, brokers } = cluster
    const hooks: { loses: number; crashPoint: string | null } = { loses: 0, crashPoint: null }
    const shop = await openShopOnKafka({
      databaseUrl: postgres.url,
      settings: { brokers: bootstrap, prefix: 'soak.', tls, sasl },
      plan: PLAN,
      roles: ROLES,
      env: () => {
        const { loses, crashPoint } = hooks
        hooks.crashPoint = null
        return { RELAY_LOSES: String(loses), ...(crashPoint === null ? {} : { CRASH_POINT: crashPoint }) }
      },
    })
    releases.push(() => shop.stop())
    const apis = shop.having('api')
    await registerCustomers(apis[0]?.supervisor.url ?? '', INBOUND_CUSTOMERS)
    let turn = 0
    const load = startLoad({
      label: `soak-${String(seed)}`,
      plan: PLAN,
      perSecond,
      url: () => apis[turn++ % apis.length]?.supervisor.url ?? '',
    })
    const records = startRecords({
      settings: shop.settings,
      perSecond: perSecond / 5,
      record: (number) => inboundOrder(number),
    })
    releases.push(() => load.stop().catch(() => undefined))
    const scene: Scene = {
      shop,
      brokers,
      postgres,
      load,
      random,
      get relayLoses() {
        return hooks.loses
      },
      set relayLoses(share) {
        hooks.loses = share
      },
      get crashPoint() {
        return hooks.crashPoint
      },
      set crashPoint(point) {
        hooks.crashPoint = point
      },
    }

    const counts = new Map<string, number>(clusterFaults.map(({ name }) => [name, 0]))
    const began = performance.now()
    const seconds = () => Number(((performance.now() - began) / 1_000).toFixed(1))
    let faults = 0
    while (seconds() < minutes * 60) {
      const fault = clusterFaults[random.weighted(weights)]
      if (fault === undefined) throw new Error('no fault was drawn')
      const since = seconds()
      try {
        await fault.run(scene)
        await shop.caughtUp()
      } catch (cause) {
        throw new Error(`fault ${String(faults + 1)} (${fault.name}) was not got over`, { cause })
      }
      counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1)
      faults += 1
      tell({
        fault: fault.name,
        number: faults,
        at: since,
        seconds: Number((seconds() - since).toFixed(1)),
        answered: load.client.answers.length,
        overKafka: records.sent(),
      })
    }

    await Promise.all([load.stop(), records.stop()])
    const { answers, busy } = load.client
    const ordered = new Set(Array.from({ length: records.sent() }, (_, number) => `in-${String(number)}`))
    await eventually(async () => (await shop.ordersOf('in-')) >= ordered.size, { timeout: 120_000 })
    await shop.caughtUp()
    await holdToAnswers(postgres.url, answers, ordered)
    const { topics, position } = await expectVerified(shop.dataDir)
    return {
      seed,
      minutes: Number((seconds() / 60).toFixed(1)),
      faults,
      byFault: Object.fromEntries(counts),
      events: position,
      answered: answers.length,
      askedAgain: answers.filter(({ attempts }) => attempts > 1).length,
      busy: Object.fromEntries(busy),
      overKafka: ordered.size,
      topics,
      verified: true,
    }
  } finally {
    for (const release of releases.toReversed()) await release()
  }
}
