import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { RELAY_READERS } from '../../kafka/relay/relay-target.ts'
import { Cleanup } from '../cleanup.ts'
import { atLeast, atMost, type BenchContext, figure, inRounds, type Measured } from '../figure.ts'
import { brokerEnv, makeTopics, startBrokers } from '../service/broker.ts'
import { fillLog } from '../service/filled-log.ts'
import { startService } from '../service/measured-service.ts'
import { memoryOf } from '../machine/memory.ts'

const EVENTS = 600_000
/** Samples this often; each costs the database well under a millisecond. */
const SAMPLE_MS = 10

/** How fast a log of 600,000 events goes out, brokers, database and relay on the same two cores. */
export const relayRate = figure({
  id: 'K1',
  title: 'the relay, from the store onto one broker',
  numbers: {
    published: atLeast('events published', '/s', { must: 32_000, goal: 60_000 }),
    memory: atMost('memory of the process, at most', 'MB', { must: 500 }),
  },
  run: (context) => publish(context, 1),
})

export const replicatedRelayRate = figure({
  id: 'K2',
  title: 'the relay, from the store onto three brokers, three replicas',
  numbers: {
    published: atLeast('events published', '/s', { must: 40_000, goal: 80_000 }),
    memory: atMost('memory of the process, at most', 'MB', { must: 500 }),
  },
  run: (context) => publish(context, 3),
})

async function publish(context: BenchContext, brokers: 1 | 3): Promise<Measured<'published' | 'memory'>> {
  const databaseUrl = await fillLog(context.scope, EVENTS)
  const addresses = await startBrokers(context.scope, brokers)
  return inRounds(context, async (round) => {
    const scope = new Cleanup()
    context.scope.add(() => scope.run())
    // A prefix of its own is filled from the first event on.
    const prefix = `round-${String(round)}.`
    const kafka = await makeTopics(addresses, prefix)
    try {
      const rate = publishedRate(scope, databaseUrl, { prefix, events: EVENTS })
      const service = await startService(scope, {
        env: { ...brokerEnv(kafka), DATABASE_URL: databaseUrl, ROLES: 'relay' },
      })
      const published = await rate
      const memory = memoryOf(service.pid).peakMb
      await service.stop()
      return { published, memory }
    } finally {
      await scope.run()
    }
  })
}

/** Events a second, from the first progress to the last event: the start of the service is not the relay's time. */
export async function publishedRate(
  scope: Cleanup,
  databaseUrl: string,
  { prefix, events }: { readonly prefix: string; readonly events: number },
): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'orderledger bench' })
  await client.connect()
  scope.add(() => client.end())
  // A checkpoint for each topic: the one that is furthest behind counts.
  const text = 'select min(position) from log.checkpoints where starts_with(reader, $1) and strpos(reader, $2) > 0'
  const progressTo = async (target: number): Promise<{ readonly position: number; readonly at: number }> => {
    for (;;) {
      const values = [RELAY_READERS, ` ${prefix} `]
      const { rows } = await client.query<[string]>({ text, values, rowMode: 'array' })
      const position = Number(rows[0]?.[0] ?? 0)
      if (position >= target) return { position, at: performance.now() }
      await pause(SAMPLE_MS)
    }
  }
  const first = await progressTo(1)
  const last = await progressTo(events)
  return (last.position - first.position) / ((last.at - first.at) / 1_000)
}
