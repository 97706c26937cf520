/** A real Kafka on this machine, without Docker: Apache Kafka from Maven Central, one or three brokers (KRaft) on loopback. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartFailure } from '../../app/start-failure.ts'
import type { JavaRuntimeOptions } from './java-runtime.ts'
import { KafkaBroker } from './kafka-broker.ts'
import { KAFKA_RELEASE, kafkaProgram, type KafkaProgram } from './kafka-program.ts'
import { brokerProperties, type BrokerPlace } from './kafka-properties.ts'
import { portBlock } from './port-block.ts'

const ATTEMPTS = 5

export interface KafkaOptions extends JavaRuntimeOptions {
  readonly brokers: 1 | 3
  /** Told when a broker ends though nobody here killed it. */
  readonly onBrokerEnd?: ((broker: KafkaBroker, last: string) => void) | undefined
}

export interface KafkaCluster {
  readonly description: string
  /** What KAFKA_BROKERS takes, one by one: `127.0.0.1:15001`. */
  readonly bootstrap: readonly string[]
  /** Each can be killed, stopped and started again on the same port and data. */
  readonly brokers: readonly KafkaBroker[]
  /** Holds the data, settings and log of each broker. */
  readonly home: string
  stop(): Promise<void>
}

/** Resolves once every broker serves clients. They end with this process, however that ends (Linux). */
export async function startKafka(options: KafkaOptions): Promise<KafkaCluster> {
  const program = await kafkaProgram(options)
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

async function startOnce(program: KafkaProgram, options: KafkaOptions): Promise<KafkaCluster> {
  const home = mkdtempSync(join(tmpdir(), 'orderledger-kafka-'))
  const block = await portBlock(2 * options.brokers)
  const places = placesOn(block.ports)
  const logSettings = join(home, 'log4j2.xml')
  writeFileSync(logSettings, LOG_SETTINGS)
  const brokers = places.map((place) => brokerAt(place))
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.kill('SIGKILL')))
    block.release()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }

  function brokerAt({ id, port }: BrokerPlace): KafkaBroker {
    const own = join(home, `broker-${String(id)}`)
    mkdirSync(own, { recursive: true })
    const broker: KafkaBroker = new KafkaBroker({
      program,
      id,
      port,
      home: own,
      properties: join(own, 'server.properties'),
      logSettings,
      log: join(own, 'broker.log'),
      onEnd: (last) => options.onBrokerEnd?.(broker, last),
    })
    return broker
  }

  try {
    const clusterId = newClusterId()
    await Promise.all(
      places.map(async (broker) => {
        const own = join(home, `broker-${String(broker.id)}`)
        const properties = join(own, 'server.properties')
        writeFileSync(properties, brokerProperties({ broker, brokers: places, dataDir: join(own, 'data') }))
        await program.format(properties, clusterId)
      }),
    )
    await Promise.all(brokers.map((broker) => broker.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    description: `Apache Kafka ${KAFKA_RELEASE}`,
    bootstrap: places.map(({ port }) => `127.0.0.1:${String(port)}`),
    brokers,
    home,
    stop,
  }
}

function placesOn(ports: readonly number[]): readonly BrokerPlace[] {
  const half = ports.length / 2
  return ports.slice(0, half).map((port, index) => ({ id: index + 1, port, controllerPort: ports[half + index] ?? 0 }))
}

/** Kafka wants 16 bytes as base64url; its command line takes one that begins with `-` for an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}

/** Warnings, and the line that says that it serves. A peer that is away is no news each time it is missed. */
const LOG_SETTINGS = `<Configuration status="WARN">
  <Appenders>
    <Console name="log"><PatternLayout pattern="%d %p %m (%c)%n%throwable"/></Console>
  </Appenders>
  <Loggers>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
    <Logger name="org.apache.kafka.clients.NetworkClient" level="ERROR"/>
    <Root level="WARN"><AppenderRef ref="log"/></Root>
  </Loggers>
</Configuration>
`
