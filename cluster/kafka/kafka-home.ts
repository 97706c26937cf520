/** The folder of a cluster: the settings of each broker, its storage, and the keys of a secure one. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KafkaSettings } from '../../kafka/settings.ts'
import { certificates } from './certificates.ts'
import { kafkaIdentity, type KafkaSecurity } from './kafka-identity.ts'
import { formatStorage, type BrokerFiles, type KafkaProgram } from './kafka-program.ts'
import { brokerProperties, type BrokerPlace } from './kafka-properties.ts'

const USER = 'orderledger'

export interface KafkaHome {
  /** Of each broker, in the order of the places. */
  readonly files: readonly BrokerFiles[]
  /** What clients need to come in. */
  readonly access: Pick<KafkaSettings, 'tls' | 'sasl'>
}

export interface KafkaHomeOptions {
  readonly home: string
  readonly places: readonly BrokerPlace[]
  readonly security: KafkaSecurity
  readonly properties: Readonly<Record<string, string>>
}

/** Makes what is not there yet; data that is there stays. */
export async function prepareKafkaHome(program: KafkaProgram, options: KafkaHomeOptions): Promise<KafkaHome> {
  const { home, places, security, properties: more } = options
  const { clusterId, password } = kafkaIdentity(home, { brokers: places.length, security })
  const keys = security === 'tls-scram' ? await certificates(join(home, 'tls')) : null
  const logSettings = join(home, 'log4j2.xml')
  writeFileSync(logSettings, LOG_SETTINGS)

  const prepared = places.map(async (broker): Promise<BrokerFiles> => {
    const own = join(home, `broker-${String(broker.id)}`)
    const properties = join(own, 'server.properties')
    const dataDir = join(own, 'data')
    mkdirSync(own, { recursive: true })
    const keyFile = keys?.server ?? null
    writeFileSync(properties, brokerProperties({ broker, brokers: places, dataDir, keyFile, more }))
    if (!existsSync(join(dataDir, 'meta.properties'))) {
      const users = keys === null ? [] : [`SCRAM-SHA-512=[name=${USER},password=${password}]`]
      await formatStorage(program, { properties, clusterId, users })
    }
    return { home: own, properties, logSettings, log: join(own, 'broker.log') }
  })
  // All of them, even when one fails: what writes to the folder has ended when this has.
  await Promise.allSettled(prepared)
  return {
    files: await Promise.all(prepared),
    access:
      keys === null
        ? { tls: null, sasl: null }
        : { tls: { caFile: keys.ca }, sasl: { mechanism: 'scram-sha-512', username: USER, password } },
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
