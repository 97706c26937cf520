/** A real Kafka on this machine, without Docker: Apache Kafka from Maven Central, one or three brokers (KRaft) on loopback. */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { StartFailure } from '../../app/start-failure.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { JavaRuntimeOptions } from '../java-runtime.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { prepareKafkaHome } from './kafka-home.ts'
import type { KafkaSecurity } from './kafka-identity.ts'
import { archivingTo, KAFKA_RELEASE, kafkaProgram, withArchive, type KafkaProgram } from './kafka-program.ts'
import type { BrokerPlace } from './kafka-properties.ts'
import { portBlock } from '../port-block.ts'

const ATTEMPTS = 5
/** Three that are asked to end at once wait 5 s for each other's votes. */
const STOP_MS = 8_000

export interface KafkaOptions extends JavaRuntimeOptions {
  readonly brokers: 1 | 3
  /** `tls-scram`: clients come over TLS and with a password (SCRAM-SHA-512). Default plaintext: anyone on this machine. */
  readonly security?: KafkaSecurity | undefined
  /** More lines of each broker's server.properties, which win over ours. */
  readonly properties?: Readonly<Record<string, string>> | undefined
  /** Holds the data and keeps it. Default: a temporary folder that is removed when the cluster stops. */
  readonly dataDir?: string | undefined
  /** Told when a broker ends though nobody here killed it, with the last it said. */
  readonly onBrokerEnd?: ((broker: KafkaBroker, last: string) => void) | undefined
}

/** `tls` and `sasl` are what its clients need. */
export interface KafkaCluster extends Pick<KafkaSettings, 'tls' | 'sasl'> {
  readonly description: string
  /** What KAFKA_BROKERS takes, one by one: `127.0.0.1:15001`. */
  readonly bootstrap: readonly string[]
  /** Each can be killed, stopped and started again on the same port and data. */
  readonly brokers: readonly KafkaBroker[]
  /** Holds `broker-<id>` with the data, settings and log of each. */
  readonly home: string
  stop(): Promise<void>
}

/** Resolves once every broker serves clients. They end with this process, however that ends (Linux). */
export async function startKafka(options: KafkaOptions): Promise<KafkaCluster> {
  const program = await kafkaProgram(options)
  if (!existsSync(program.archive)) await archiveClasses(program)
  return startPatiently(withArchive(program), options)
}

/** The first broker on a machine is started once more than needed: all later ones start with half the work. */
async function archiveClasses(program: KafkaProgram): Promise<void> {
  const aside = `${program.archive}.${String(process.pid)}`
  const cluster = await startPatiently(archivingTo(aside, program), { brokers: 1 })
  await cluster.brokers[0]?.kill('SIGTERM')
  await cluster.stop()
  if (existsSync(aside)) renameSync(aside, program.archive)
}

type Start = Omit<KafkaOptions, keyof JavaRuntimeOptions>

async function startPatiently(program: KafkaProgram, options: Start): Promise<KafkaCluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(program, options)
    } catch (error) {
      // Somebody else took a port between the look and the start.
      const passing = error instanceof StartFailure && error.code === 'port-taken'
      if (!passing || attempt === ATTEMPTS) throw error
    }
  }
}

async function startOnce(program: KafkaProgram, options: Start): Promise<KafkaCluster> {
  const { brokers: count, security = 'plaintext', properties = {}, dataDir, onBrokerEnd } = options
  const home = dataDir === undefined ? mkdtempSync(join(tmpdir(), 'orderledger-kafka-')) : resolve(dataDir)
  const block = await portBlock(3 * count)
  const places = placesOn(block.ports)
  let brokers: readonly KafkaBroker[] = []

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.kill(signal)))
  }
  const release = async (): Promise<void> => {
    await kill('SIGKILL')
    block.release()
    if (dataDir === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  const stop = async (): Promise<void> => {
    if (dataDir !== undefined) {
      const impatient = setTimeout(() => void kill('SIGKILL'), STOP_MS)
      await kill('SIGTERM')
      clearTimeout(impatient)
    }
    await release()
  }

  try {
    const { files, access } = await prepareKafkaHome(program, { home, places, security, properties })
    brokers = files.map((own, index) => {
      const { id, port } = places[index] ?? { id: 0, port: 0 }
      return new KafkaBroker({ program, id, port, files: own, onEnd: (broker, last) => onBrokerEnd?.(broker, last) })
    })
    await Promise.all(brokers.map((broker) => broker.start()))
    const bootstrap = places.map(({ port }) => `127.0.0.1:${String(port)}`)
    return { description: `Apache Kafka ${KAFKA_RELEASE}`, bootstrap, ...access, brokers, home, stop }
  } catch (error) {
    await release()
    throw error
  }
}

function placesOn(ports: readonly number[]): readonly BrokerPlace[] {
  return Array.from({ length: ports.length / 3 }, (_, index) => {
    const [port = 0, innerPort = 0, controllerPort = 0] = ports.slice(3 * index)
    return { id: index + 1, port, innerPort, controllerPort }
  })
}
