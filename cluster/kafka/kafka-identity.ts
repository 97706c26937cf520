/** What stays the same in a folder of Kafka's data, however often brokers are started on it. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartFailure } from '../../app/start-failure.ts'

export type KafkaSecurity = 'plaintext' | 'tls-scram'

export interface KafkaIdentity {
  readonly clusterId: string
  readonly brokers: number
  readonly security: KafkaSecurity
  /** Of the one user of a secure cluster. */
  readonly password: string
}

const FILE = 'cluster.json'

/** Of the data that is there, or a new one. Throws a StartFailure when the data is that of another kind of cluster. */
export function kafkaIdentity(
  home: string,
  { brokers, security }: Pick<KafkaIdentity, 'brokers' | 'security'>,
): KafkaIdentity {
  const file = join(home, FILE)
  if (!existsSync(file)) {
    const identity = { clusterId: newClusterId(), brokers, security, password: randomBytes(12).toString('hex') }
    mkdirSync(home, { recursive: true })
    writeFileSync(file, `${JSON.stringify(identity)}\n`, { mode: 0o600 })
    return identity
  }
  const found = JSON.parse(readFileSync(file, 'utf8')) as KafkaIdentity
  if (found.brokers === brokers && found.security === security) return found
  const tls = found.security === 'tls-scram' ? ' --tls' : ''
  throw new StartFailure({
    code: 'kafka-data-differs',
    exitCode: 2,
    what: `${home} contains the data of ${found.brokers} broker${found.brokers === 1 ? '' : 's'} (${found.security})`,
    tried: `to start ${brokers} (${security}) on it`,
    next: `--brokers ${found.brokers}${tls} --data ${home}, or another folder`,
  })
}

/** Kafka wants 16 bytes as base64url; its command line takes one that begins with `-` for an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
