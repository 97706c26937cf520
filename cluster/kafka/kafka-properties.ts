/** The settings of a broker of ours, as the text of its server.properties. */

export interface BrokerPlace {
  readonly id: number
  /** Where clients connect. */
  readonly port: number
  /** Where the other brokers do. */
  readonly innerPort: number
  readonly controllerPort: number
}

export interface BrokerProperties {
  readonly broker: BrokerPlace
  /** All of the cluster, this one included. */
  readonly brokers: readonly BrokerPlace[]
  readonly dataDir: string
  /** Key and certificate (PEM) of a cluster whose clients come over TLS and with a password; null: anyone. */
  readonly keyFile: string | null
  /** Further settings, which win over ours. */
  readonly more?: Readonly<Record<string, string>>
}

/** The text of server.properties for a combined broker and controller. */
export function brokerProperties({ broker, brokers, dataDir, keyFile, more = {} }: BrokerProperties): string {
  const voters = brokers.map(({ id, controllerPort }) => `${String(id)}@127.0.0.1:${String(controllerPort)}`)
  const listeners = { CLIENTS: broker.port, BROKERS: broker.innerPort, CONTROLLER: broker.controllerPort }
  const clients = keyFile === null ? 'PLAINTEXT' : 'SASL_SSL'
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'BROKERS',
    listeners: Object.entries(listeners).map(([name, port]) => `${name}://127.0.0.1:${String(port)}`),
    'listener.security.protocol.map': `CLIENTS:${clients},BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': dataDir,
    ...(keyFile === null ? {} : secure(keyFile)),
    ...copies(brokers.length),
    ...small,
    ...quickFailover,
    ...more,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('')
}

function secure(keyFile: string): Readonly<Record<string, string>> {
  return {
    'listener.name.clients.ssl.keystore.type': 'PEM',
    'listener.name.clients.ssl.keystore.location': keyFile,
    'listener.name.clients.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.clients.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  }
}

/** Every partition on every broker; of three, one may be away. */
function copies(brokers: number): Readonly<Record<string, number>> {
  const minimum = brokers === 1 ? 1 : brokers - 1
  return {
    'default.replication.factor': brokers,
    'min.insync.replicas': minimum,
    'offsets.topic.replication.factor': brokers,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': minimum,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': minimum,
  }
}

/** As in production where it decides what is lost (no automatic topics, no unclean leaders), else for one small machine. */
const small = {
  'auto.create.topics.enable': false,
  'unclean.leader.election.enable': false,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.num.partitions': 4,
  'log.cleaner.dedupe.buffer.size': 4_194_304,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 500,
}

/** A new leader, or a killed broker that is back, after two to three seconds; with Kafka's defaults it takes ten. */
const quickFailover = {
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 500,
  'controller.quorum.fetch.timeout.ms': 1_000,
  'controller.quorum.election.timeout.ms': 500,
  'replica.lag.time.max.ms': 2_000,
}
