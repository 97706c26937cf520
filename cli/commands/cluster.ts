/** Real parts to try the service against, on this machine and without Docker: Kafka and a schema registry. */
import { once } from 'node:events'
import { join } from 'node:path'
import { Option, type Command } from 'commander'
import { StartFailure } from '../../app/start-failure.ts'
import { startApicurio, type Apicurio } from '../../cluster/apicurio.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { clusterVariables } from '../output/cluster-variables.ts'
import type { KafkaBroker } from '../../cluster/kafka/kafka-broker.ts'
import { startKafka, type KafkaCluster } from '../../cluster/kafka/kafka.ts'
import { MavenFailure } from '../../cluster/maven.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import type { Output } from '../output/output.ts'

/** Long enough to see what its absence does. */
const RESTART_MS = 3_000

interface ClusterOptions {
  readonly brokers: '1' | '3'
  readonly registryOnly?: boolean
  readonly tls?: boolean
  readonly data?: string
}

export function register(program: Command, context: CommandContext): void {
  program
    .command('cluster')
    .description('run a real Kafka and a real schema registry until Ctrl-C, without Docker')
    .addOption(new Option('--brokers <n>', 'number of brokers').choices(['1', '3']).default('1'))
    .option('--registry-only', 'start the registry only, without brokers')
    .option('--tls', 'require TLS and a password (SCRAM-SHA-512)')
    .option('--data <folder>', 'keep the data there (default: a temporary folder, removed at the end)')
    .addHelpText('after', examples('npm run cluster -- --brokers 3', 'npm run cluster -- --tls --data .cluster'))
    .action((options: ClusterOptions) => cluster(context, options))
}

async function cluster({ output, environment }: CommandContext, options: ClusterOptions): Promise<void> {
  const { env } = environment()
  const common = { cacheDir: cacheDirectory(env), javaHome: env['JAVA_HOME'], onNote: output.note }
  const { kafka, registry } = await startBoth(common, options, output)
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const variables = clusterVariables(kafka, registry)
  output.result({ kafka: kafka && kafkaAsJson(kafka), registry: registryAsJson(registry), variables }, () =>
    [
      ...(kafka === null ? [] : kafkaAsText(kafka, options)),
      `${registry.description} (pid ${registry.pid}; ${fate(options, 'its data')})`,
      '',
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      '',
      'Put these lines into .env, or in front of a command. Ctrl-C stops everything.',
    ].join('\n'),
  )
  const last = await Promise.race([stopped.then(() => null), registry.ended])
  await Promise.all([kafka?.stop(), registry.stop()])
  if (last !== null) throw endedByItself(registry.description, last)
}

type Common = Parameters<typeof startApicurio>[0]

/** Beside each other: they take seconds. What started is stopped when the other could not. */
async function startBoth(common: Common, options: ClusterOptions, output: Output) {
  const { brokers, registryOnly, tls, data } = options
  const below = (folder: string): string | undefined => (data === undefined ? undefined : join(data, folder))
  const starting = {
    kafka: registryOnly
      ? null
      : startKafka({
          ...common,
          brokers: brokers === '3' ? 3 : 1,
          security: tls ? 'tls-scram' : 'plaintext',
          dataDir: below('kafka'),
          onBrokerEnd: (broker, last) => startAgain(broker, last, output),
        }),
    registry: startApicurio({ ...common, dataDir: below('registry') }),
  }
  try {
    const [kafka, registry] = await Promise.all([starting.kafka, starting.registry])
    return { kafka, registry }
  } catch (error) {
    const started = await Promise.allSettled([starting.kafka, starting.registry])
    for (const part of started) if (part.status === 'fulfilled') await part.value?.stop()
    throw error instanceof MavenFailure ? notFetched(error) : error
  }
}

/** Somebody who kills a broker to see what happens wants to see it come back as well. */
function startAgain(broker: KafkaBroker, last: string, { note }: Output): void {
  note(`broker ${broker.id} ended and restarts in ${RESTART_MS / 1_000} s. Its last output: ${last}`)
  const failed = (error: unknown): void => note(`broker ${broker.id} did not restart: ${String(error)}`)
  const timer = setTimeout(() => {
    broker.start().then(() => note(`broker ${broker.id} is back (pid ${broker.pid() ?? 0})`), failed)
  }, RESTART_MS)
  timer.unref()
}

function kafkaAsText({ description, brokers, home }: KafkaCluster, options: ClusterOptions): readonly string[] {
  const each = brokers.map((broker) => `  broker ${broker.id}: port ${broker.port}, pid ${broker.pid() ?? 0}`)
  const memory = `${brokers.length * 150} MB of memory`
  const folder = `data and logs in ${home}, ${fate(options, 'which')}`
  return [`${description}, ${brokers.length} broker${brokers.length === 1 ? '' : 's'} (${memory}; ${folder})`, ...each]
}

function fate({ data }: ClusterOptions, what: string): string {
  return data === undefined ? `${what} is deleted when it stops` : `${what} is kept in ${data}`
}

function kafkaAsJson({ description, brokers, home }: KafkaCluster) {
  return {
    what: description,
    home,
    brokers: brokers.map((broker) => ({ id: broker.id, port: broker.port, pid: broker.pid() })),
  }
}

function registryAsJson({ description, url, pid }: Apicurio) {
  return { what: description, url, pid }
}

function notFetched(error: MavenFailure): StartFailure {
  const missing = error.code === 'maven-missing'
  return new StartFailure(
    {
      code: error.code,
      exitCode: 3,
      what: error.message,
      tried: 'to fetch Kafka and the registry from Maven Central, once',
      next: missing
        ? 'apt-get install -y maven'
        : 'check the network (and its proxy in ~/.m2/settings.xml), then run the command again',
    },
    { cause: error },
  )
}

function endedByItself(what: string, last: string): StartFailure {
  return new StartFailure({
    code: 'registry-ended',
    exitCode: 1,
    what: `${what} ended: ${last}`,
    tried: 'to keep it running',
    next: 'npm run cluster',
  })
}
