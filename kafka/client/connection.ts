/** The one place that makes a Kafka client: whom to ask, with which secrets, how long to wait, and where its log goes. */
import { readFileSync } from 'node:fs'
import type { Kafka, KafkaConfig } from 'kafkajs'
import './codecs.ts'
import { kafkajs } from './kafkajs.ts'
import { partOfKafkajs } from './kafkajs-release.ts'
import type { KafkaSasl, KafkaSettings } from '../settings.ts'

export interface KafkaLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** For work whose outcome says all: what kafkajs tells while it tries again is no result. */
export const silentLog: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface ClientOptions {
  /** What the brokers log: the part of ours that connects. */
  readonly clientId: string
  readonly log: KafkaLog
}

/** kafkajs' default of 1 s is short for a busy broker and TLS. */
const CONNECTION_TIMEOUT_MS = 3_000
/** Of one request. Longer than `acks: -1` takes while a leader moves (2 to 3 s with our cluster's settings). */
const REQUEST_TIMEOUT_MS = 15_000

/**
 * Nothing is retried without end: anyone who uses the client decides how long to go on, and throws a producer away after any
 * error (docs/decisions/0016-exactly-once-without-kafka-transactions.md).
 */
export function kafkaClient(settings: KafkaSettings, { clientId, log }: ClientOptions): Kafka {
  return new kafkajs.Kafka({
    clientId: `orderledger ${clientId}`,
    brokers: settings.brokers.map(withoutColons),
    socketFactory: (options) => makeSocket({ ...options, host: addressIn(options.host) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    ...security(settings),
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: { message, ...fields } }) =>
        level <= kafkajs.logLevel.ERROR
          ? log.warn({ ...fields, clientId }, message)
          : log.info({ ...fields, clientId }, message),
  })
}

/** kafkajs takes what stands before the first colon for the host: an IPv6 address in brackets would end at its own. */
function withoutColons(broker: string): string {
  return broker.replace(/^\[.*\]/, (host) => host.replaceAll(':', '_'))
}

function addressIn(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1).replaceAll('_', ':') : host
}

const makeSocket = partOfKafkajs<() => NonNullable<KafkaConfig['socketFactory']>>('network/socketFactory')()

function security({ tls, sasl }: KafkaSettings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return {
    ...(tls === null ? {} : { ssl: tls.caFile === null ? true : { ca: [readFileSync(tls.caFile, 'utf8')] } }),
    ...(sasl === null ? {} : { sasl: saslOptions(sasl) }),
  }
}

/** kafkajs types each mechanism apart. */
function saslOptions({ mechanism, username, password }: KafkaSasl): NonNullable<KafkaConfig['sasl']> {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password }
    case 'scram-sha-256':
      return { mechanism, username, password }
    case 'scram-sha-512':
      return { mechanism, username, password }
  }
}
