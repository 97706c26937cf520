import { join } from 'node:path'
import pg from 'pg'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { projectorGroup } from '../../kafka/feed/log-consumer.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { RESEQUENCER_CAPACITY } from '../../kafka/feed/resequencer.ts'
import { Cleanup } from '../cleanup.ts'
import { atLeast, atMost, figure, inRounds, stated } from '../figure.ts'
import type { ProjectedLog, ProjectedReport } from '../kafka/projected-log.ts'
import { runLoader } from '../load/closed-loop.ts'
import { ROOT, TSX } from '../service/child.ts'
import { brokerEnv, startBroker } from '../service/broker.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'
import { publishedRate } from './relay-rate.ts'

const EVENTS = 300_000

/** The same log, shown from the store and from one broker, each time into a database without rows. */
export const kafkaFeedRate = figure({
  id: 'K3',
  title: 'the feed from Kafka with all projections ÷ the feed from the store',
  numbers: {
    ratio: atLeast('projected from Kafka ÷ projected from the store', 'x', { must: 0.7, goal: 0.9 }),
    kafka: stated('events projected from Kafka', '/s'),
    store: stated('events projected from the store', '/s'),
    held: atMost('events kept by the feed ÷ 50,000, at most', 'x', { must: 1 }),
    memory: atMost('memory of the projector on Kafka, at most', 'MB', { must: 500 }),
    stored: atMost('events read from the store all the same ÷ all', 'x', { must: 0.1 }),
  },
  async run(context) {
    const { scope } = context
    const databaseUrl = await fillLog(scope, EVENTS)
    const kafka = await startBroker(scope, 'k3.')
    const publishing = new Cleanup()
    scope.add(() => publishing.run())
    const published = publishedRate(publishing, databaseUrl, { prefix: kafka.prefix, events: EVENTS })
    const relay = await startService(publishing, {
      env: { ...brokerEnv(kafka), DATABASE_URL: databaseUrl, ROLES: 'relay' },
    })
    await published
    await relay.stop()
    await publishing.run()
    return inRounds(context, async (round) => {
      const store = await project({ databaseUrl: await copyOf(databaseUrl, `store_${String(round)}`), kafka: null })
      const fed = await project({ databaseUrl: await copyOf(databaseUrl, `kafka_${String(round)}`), kafka })
      await forgetGroup(kafka)
      return {
        ratio: fed.perSecond / store.perSecond,
        kafka: fed.perSecond,
        store: store.perSecond,
        held: fed.held / RESEQUENCER_CAPACITY,
        memory: fed.peakMb,
        stored: fed.storedShare,
      }
    })
  },
})

async function project(log: ProjectedLog): Promise<ProjectedReport> {
  const script = join(ROOT, 'bench/kafka/projector-process.ts')
  const flags = ['--max-semi-space-size=64']
  return JSON.parse(
    await runLoader(process.execPath, [...flags, ...TSX, script, JSON.stringify(log)]),
  ) as ProjectedReport
}

/** A database with the same log. Nobody may be connected to the one that is copied. */
async function copyOf(databaseUrl: string, name: string): Promise<string> {
  const url = new URL(databaseUrl)
  const original = url.pathname.slice(1)
  url.pathname = '/template1'
  const client = new pg.Client({ connectionString: url.href, application_name: 'orderledger bench' })
  await client.connect()
  await client.query(`create database ${name} template ${pg.escapeIdentifier(original)}`)
  await client.end()
  url.pathname = `/${name}`
  return url.href
}

/** Its offsets would lead the next round to the end of the topics. */
async function forgetGroup(settings: KafkaSettings): Promise<void> {
  const admin = kafkaClient(settings, { clientId: 'bench', log: silentLog }).admin()
  await admin.connect()
  await admin.deleteGroups([projectorGroup(settings.prefix)])
  await admin.disconnect()
}
