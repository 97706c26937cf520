/**
 * The configuration: read once from the environment, frozen, and passed to all that need a part of it. More than 300 lines,
 * because what the parts may not say together stands beside them.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { misspelledVariables } from './misspelled.ts'
import { readText } from './read-text.ts'
import { allVariables, knownNames, variables } from './variables.ts'
import type { Variable } from './variables.ts'
import type { SetTable } from '../../domain/payments/fraud.ts'
import { tableOf } from '../../insights/fraud/log-scorer.ts'
import type { LetterLimits } from '../../kafka/letters/letter-room.ts'
import type { KafkaSettings } from '../../kafka/settings.ts'
import type { ApiToken } from '../../api/http/roles.ts'
import type { Role } from '../roles/background-work.ts'
import { SIMULATOR } from '../gateway/simulator-name.ts'
import { fraudTable, isPlainHttp, type DriftCheckPeriod } from './values.ts'
import type { Sender } from '../../reactors/mail/mailer.ts'
import type { CrashPlan } from '../crash-points.ts'
import type { LogLevel } from '../log.ts'
import { StartFailure, systemCode } from '../start-failure.ts'

export type { Role } from '../roles/background-work.ts'

export interface Config {
  /** Null: the embedded Postgres below `dataDir`. */
  readonly databaseUrl: string | null
  /** Null: the embedded registry. */
  readonly schemaRegistryUrl: string | null
  /** Null: no Kafka, the embedded feed. */
  readonly kafka: KafkaSettings | null
  /** Absolute. */
  readonly dataDir: string
  readonly host: string
  /** True when only this machine can reach `host`. */
  readonly loopback: boolean
  /** 0: any free port. */
  readonly port: number
  /** An explicit port that is taken is an error; the default moves to the next free one. */
  readonly portExplicit: boolean
  readonly roles: readonly Role[]
  readonly apiTokens: readonly ApiToken[]
  /** Where they stand, to be read again; null: in the environment. */
  readonly apiTokensFile: string | null
  /** What commands authenticate with; null: with one of `apiTokens`, at the service that runs in `dataDir` alone. */
  readonly clientToken: string | null
  /** Null: with the embedded Postgres one is drawn into `dataDir`, else the service has no secret. */
  readonly pseudonymSecret: string | null
  /** No simulated orders over HTTP. */
  readonly production: boolean
  readonly currency: string
  /** 0: reservations never end. */
  readonly reservationMinutes: number
  /** Whether a shop without events is filled; `demoOrders` of what is filled in are orders. */
  readonly demo: boolean
  readonly payments: PaymentSettings
  /** Null: the embedded inbox. */
  readonly smtpUrl: string | null
  /** Null: text messages are simulated. */
  readonly smsUrl: string | null
  readonly mailFrom: Sender
  /** Null: nobody. */
  readonly operatorEmail: string | null
  /** Orders refused in an hour; beyond, somebody is advised. */
  readonly restockAlert: number
  /** To be in force from the start on. */
  readonly fraudTable: SetTable
  /** Attempts from this score on are on hold first, for this many minutes at most; null: none. */
  readonly fraudHold: { readonly score: number | null; readonly minutes: number }
  /** False: nobody is charged, refunded, mailed or texted. */
  readonly effects: boolean
  readonly demoOrders: number
  /** A simulated carrier delivers. */
  readonly deliverySimulation: boolean
  /** Requests per second per client; 0: no limit. */
  readonly rateLimit: number
  readonly maxConnections: number
  readonly liveClients: number
  readonly deadLetters: LetterLimits
  /** Of user events. */
  readonly behaviourMaxBytes: number
  readonly logLevel: LogLevel
  readonly shutdownTimeoutSeconds: number
  readonly shutdownDelaySeconds: number
  readonly metrics: boolean
  readonly driftCheck: DriftCheckPeriod
  readonly crash: CrashPlan | null
  /** The fault hook of the relay: a share, 0 to 1. */
  readonly relayLoses: number
}

export interface PaymentSettings {
  /** A URL; `simulator`: a process of our own; null: what needs a gateway is refused. */
  readonly gateway: string | null
  readonly timeoutSeconds: number
  /** One, or two while one replaces the other. Empty: no webhooks are taken. */
  readonly webhookSecrets: readonly string[]
  /** 0: a transfer is as any other method. */
  readonly bankTransferDays: number
}

export interface ConfigFault {
  readonly variable: string
  readonly wrong: string
  /** What to type instead. */
  readonly fix: string
}

export interface ConfigFaults {
  readonly faults: readonly ConfigFault[]
}

/** The variables of a process, as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>

const defaultPort = 3000
const defaultRateLimit = 100
/** Of a token that anybody who reaches the port may guess at. */
export const SHORTEST_SECRET = 16

/** Reads and checks everything; either a frozen configuration or all faults at once, never the first alone. */
export function readConfig(env: Env): Config | ConfigFaults {
  const faults: ConfigFault[] = misspelledVariables(setNames(env), knownNames).map(({ name, meant }) => ({
    variable: name,
    wrong: `is not a known variable; did you mean ${meant}?`,
    fix: `rename it to ${meant}, or unset it`,
  }))

  function value<T>(variable: Variable<T>): T {
    const source = sourceOf(env, variable)
    if (source.origin === 'default') return variable.fallback
    const parsed = 'wrong' in source ? source : variable.parse(source.text)
    if ('value' in parsed) return parsed.value
    faults.push({ variable: source.name, wrong: parsed.wrong, fix: parsed.fix })
    return variable.fallback
  }

  const host = value(variables.host)
  const loopback = isLoopback(host)
  const port = value(variables.port)
  const databaseUrl = value(variables.databaseUrl)
  const production = value(variables.nodeEnv) === 'production'
  const wantsDemo = value(variables.demo)
  const demo = wantsDemo === null ? databaseUrl === null && !production : wantsDemo === 'on'
  const simulation = value(variables.deliverySimulation)
  const crashPoint = value(variables.crashPoint)
  const crashLog = value(variables.crashLog)
  const config: Config = {
    databaseUrl,
    schemaRegistryUrl: value(variables.schemaRegistryUrl),
    kafka: kafkaSettings(value),
    dataDir: resolve(value(variables.dataDir)),
    host,
    loopback,
    port: port ?? defaultPort,
    portExplicit: port !== null,
    roles: value(variables.roles),
    apiTokens: value(variables.apiTokens),
    apiTokensFile: fileOf(sourceOf(env, variables.apiTokens)),
    clientToken: value(variables.clientToken),
    pseudonymSecret: value(variables.pseudonymSecret),
    production,
    currency: value(variables.currency),
    reservationMinutes: value(variables.reservationMinutes),
    demo,
    payments: {
      // Where a first start shows a shop that is made up, its payments are too.
      gateway: value(variables.paymentGatewayUrl) ?? (databaseUrl === null && !production ? SIMULATOR : null),
      timeoutSeconds: value(variables.paymentGatewayTimeout),
      webhookSecrets: value(variables.paymentWebhookSecret),
      bankTransferDays: value(variables.bankTransferDays),
    },
    smtpUrl: value(variables.smtpUrl),
    smsUrl: value(variables.smsUrl),
    mailFrom: value(variables.mailFrom),
    operatorEmail: value(variables.operatorEmail),
    restockAlert: value(variables.restockAlert),
    fraudTable: value(variables.fraudTable) ?? firstTable(),
    fraudHold: { score: value(variables.fraudHold), minutes: value(variables.fraudHoldMinutes) },
    effects: value(variables.effects) === 'on',
    demoOrders: value(variables.demoOrders),
    deliverySimulation: simulation === null ? demo && !production : simulation === 'on',
    rateLimit: value(variables.rateLimit) ?? (loopback ? 0 : defaultRateLimit),
    maxConnections: value(variables.maxConnections),
    liveClients: value(variables.liveClients),
    deadLetters: { most: value(variables.deadLettersMax), mostBytes: value(variables.deadLettersMaxBytes) },
    behaviourMaxBytes: value(variables.behaviourMaxBytes),
    logLevel: value(variables.logLevel),
    shutdownTimeoutSeconds: value(variables.shutdownTimeout),
    shutdownDelaySeconds: value(variables.shutdownDelay),
    metrics: value(variables.metrics) === 'on',
    driftCheck: value(variables.driftCheck),
    relayLoses: value(variables.relayLoses),
    crash: crashPoint === null ? null : { ...crashPoint, logFile: crashLog },
  }
  const insecure = value(variables.kafkaSaslInsecure) === 'yes'
  if (faults.length === 0) faults.push(...contradictions(config, { env, insecure }))
  return faults.length > 0 ? { faults } : freeze(config)
}

/** The configuration, or a StartFailure (exit code 2) that lists every fault. */
export function requireConfig(env: Env): Config {
  const config = readConfig(env)
  if (!('faults' in config)) return config
  const { faults } = config
  throw new StartFailure({
    code: 'invalid-configuration',
    exitCode: 2,
    what: faults.map(({ variable, wrong }) => `${variable} ${wrong}`).join('; '),
    tried: `to read ${String(allVariables.length)} variables from the environment, .env and *_FILE files`,
    next: faults.map(({ variable, fix }) => `${variable}: ${fix}`).join('; '),
  })
}

/** Table 1. */
function firstTable(): SetTable {
  const parsed = fraudTable('1')
  if ('value' in parsed) return parsed.value
  throw new Error(`table 1, which comes with the program: ${parsed.wrong}`)
}

export type Source =
  | { readonly origin: 'default' }
  | { readonly origin: 'environment'; readonly name: string; readonly text: string }
  | { readonly origin: 'file'; readonly name: string; readonly path: string; readonly text: string }
  | { readonly origin: 'file'; readonly name: string; readonly wrong: string; readonly fix: string }

/** Where a variable's text comes from. An empty variable counts as unset, as compose files write it. */
export function sourceOf(env: Env, variable: Variable<unknown>): Source {
  const { name } = variable
  const text = env[name] ?? ''
  const fileName = `${name}_FILE`
  const path = variable.kind === 'secret' ? (env[fileName] ?? '') : ''
  if (path === '') return text === '' ? { origin: 'default' } : { origin: 'environment', name, text }
  if (text !== '') {
    return {
      origin: 'file',
      name: fileName,
      wrong: `is set together with ${name}`,
      fix: `unset ${fileName} or ${name}`,
    }
  }
  try {
    return { origin: 'file', name: fileName, path, text: readText(path).trim() }
  } catch (error) {
    // Without the path: the secret itself may stand there by mistake.
    const code = systemCode(error)
    const wrong = `cannot be read: ${code === '' && error instanceof Error ? error.message : code}`
    return { origin: 'file', name: fileName, wrong, fix: 'set it to the path of a file that this user can read' }
  }
}

function fileOf(source: Source): string | null {
  return source.origin === 'file' && 'path' in source ? resolve(source.path) : null
}

/** True for the addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

type Value = <T>(variable: Variable<T>) => T

function kafkaSettings(value: Value): KafkaSettings | null {
  const brokers = value(variables.kafkaBrokers)
  const prefix = value(variables.topicPrefix)
  const caFile = value(variables.kafkaTlsCa)
  const tls = value(variables.kafkaTls) === 'on' ? { caFile: caFile === null ? null : resolve(caFile) } : null
  const mechanism = value(variables.kafkaSaslMechanism)
  const username = value(variables.kafkaSaslUsername)
  const password = value(variables.kafkaSaslPassword)
  const sasl = username === null ? null : { mechanism, username, password: password ?? '' }
  return brokers === null ? null : { brokers, prefix, tls, sasl }
}

interface Given {
  readonly env: Env
  /** The password of Kafka may be read on its way. */
  readonly insecure: boolean
}

function contradictions(config: Config, { env, insecure }: Given): readonly ConfigFault[] {
  const faults: ConfigFault[] = [...kafkaContradictions(env)]
  const { sasl = null, tls = null } = config.kafka ?? {}
  if (sasl?.mechanism === 'plain' && tls === null && !insecure) {
    faults.push({
      variable: variables.kafkaSaslMechanism.name,
      wrong: 'plain would send KAFKA_SASL_PASSWORD for anyone on the way to read, since KAFKA_TLS is off',
      fix: 'KAFKA_TLS=on, or scram-sha-512, or KAFKA_SASL_INSECURE=yes on a network that you trust',
    })
  }
  if (!config.loopback && config.apiTokens.length === 0) {
    faults.push({
      variable: variables.host.name,
      wrong: `"${config.host}" is reachable from other machines and no tokens are set, so anyone could place orders`,
      fix: '127.0.0.1, or set API_TOKENS=name:role:secret,...',
    })
  }
  const short = config.apiTokens.findIndex(({ secret }) => secret.length < SHORTEST_SECRET)
  if (!config.loopback && short >= 0) {
    faults.push({
      variable: variables.apiTokens.name,
      wrong: `token ${String(short + 1)} has a secret shorter than ${String(SHORTEST_SECRET)} characters, and other machines can reach "${config.host}"`,
      fix: 'a secret that cannot be guessed, such as openssl rand -hex 16 prints',
    })
  }
  const { gateway } = config.payments
  if (config.production && gateway !== null && gateway !== SIMULATOR && isPlainHttp(gateway)) {
    faults.push({
      variable: variables.paymentGatewayUrl.name,
      wrong: 'sends payments over the network without TLS',
      fix: 'a URL that begins with https://, or one of this machine',
    })
  }
  if (config.production && config.smsUrl !== null && isPlainHttp(config.smsUrl)) {
    faults.push({
      variable: variables.smsUrl.name,
      wrong: 'would send phone numbers unencrypted to another machine',
      fix: 'https://...',
    })
  }
  if (config.production && config.deliverySimulation) {
    faults.push({
      variable: variables.deliverySimulation.name,
      wrong: 'is on with NODE_ENV=production: orders would count as delivered that nobody delivers',
      fix: 'off, or unset it',
    })
  }
  const { score } = config.fraudHold
  const { threshold } = tableOf(config.fraudTable)
  if (score !== null && score < threshold) {
    faults.push({
      variable: variables.fraudHold.name,
      wrong: `is ${String(score)}, and table ${config.fraudTable.table} raises alerts from ${String(threshold)} points on: nothing below that could be reviewed`,
      fix: `${String(threshold)} or more, or unset it to put nothing on hold`,
    })
  }
  if (config.shutdownDelaySeconds >= config.shutdownTimeoutSeconds) {
    faults.push({
      variable: variables.shutdownDelay.name,
      wrong: `leaves no time to stop within SHUTDOWN_TIMEOUT (${String(config.shutdownTimeoutSeconds)} s)`,
      fix: `fewer seconds than SHUTDOWN_TIMEOUT`,
    })
  }
  return faults
}

/** A secret that is given and would not be used is a mistake, and so is a user without one. */
function kafkaContradictions(env: Env): readonly ConfigFault[] {
  const given = (variable: Variable<unknown>) => {
    const source = sourceOf(env, variable)
    return source.origin !== 'default' && !('text' in source && source.text === variable.fallbackText)
  }
  const { kafkaBrokers, kafkaTls, kafkaTlsCa, kafkaSaslUsername, kafkaSaslPassword } = variables
  const needed: readonly (readonly [Variable<unknown>, Variable<unknown>])[] = [
    [kafkaTlsCa, kafkaTls],
    [kafkaTls, kafkaBrokers],
    [kafkaSaslUsername, kafkaBrokers],
    [kafkaSaslUsername, kafkaSaslPassword],
    [kafkaSaslPassword, kafkaSaslUsername],
  ]
  return needed
    .filter(([one, other]) => given(one) && !given(other))
    .map(([one, other]) => ({
      variable: one.name,
      wrong: `is set and ${other.name} is not`,
      fix: `set ${other.name} as well, or unset ${one.name}`,
    }))
}

function setNames(env: Env): readonly string[] {
  return Object.keys(env).filter((name) => (env[name] ?? '') !== '')
}

function freeze(config: Config): Config {
  Object.freeze(config.roles)
  Object.freeze(config.mailFrom)
  for (const token of config.apiTokens) Object.freeze(token)
  Object.freeze(config.apiTokens)
  Object.freeze(config.payments)
  Object.freeze(config.payments.webhookSecrets)
  if (config.crash !== null) Object.freeze(config.crash)
  return Object.freeze(config)
}
