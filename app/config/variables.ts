/**
 * The one table of environment variables: what each is for, its default, and how its text is read. More than 300 lines,
 * because it is one table.
 */
import { logLevels } from '../log.ts'
import type { LogLevel } from '../log.ts'
import { saslMechanisms } from '../../kafka/settings.ts'
import {
  anyText,
  apiTokens,
  brokerList,
  crashAt,
  currencyCode,
  driftCheckPeriods,
  fraudTable,
  hostName,
  oneOf,
  postgresUrl,
} from './values.ts'
import {
  gatewayUrl,
  longSecret,
  mailAddress,
  mailSender,
  registryUrl,
  requestRate,
  roleList,
  share,
  smsUrl,
  smtpUrl,
  tokenSecret,
  topicPrefix,
  webhookSecrets,
  wholeNumber,
} from './values.ts'
import type { KafkaSasl } from '../../kafka/settings.ts'
import type { SetTable } from '../../domain/payments/fraud.ts'
import type { ApiToken } from '../../api/http/roles.ts'
import type { Sender } from '../../reactors/mail/mailer.ts'
import { type Role, roles } from '../roles/background-work.ts'
import type { CrashAt, DriftCheckPeriod, Parse } from './values.ts'

export interface Variable<T> {
  readonly name: string
  /** `secret`: never shown, and readable from the file that `<name>_FILE` names. `hook`: for tests, not advertised. */
  readonly kind: 'plain' | 'secret' | 'hook'
  /** What it decides, for `.env.example`. */
  readonly about: string
  /** The value while the variable is unset or empty, and that value as one would type it (or say it, when it cannot be typed). */
  readonly fallback: T
  readonly fallbackText: string
  readonly parse: Parse<T>
}

export const variables = {
  databaseUrl: define<string | null>('DATABASE_URL', 'secret', {
    about:
      'URL of the Postgres server, such as postgres://user:password@host:5432/database; ?sslmode=verify-full&sslrootcert=FILE encrypts.',
    fallback: null,
    fallbackText: 'the service runs its own Postgres below DATA_DIR',
    parse: postgresUrl,
  }),
  schemaRegistryUrl: define<string | null>('SCHEMA_REGISTRY_URL', 'secret', {
    about:
      'URL of the schema registry, such as https://user:password@host:8081 (Confluent, Apicurio, Karapace); NODE_EXTRA_CA_CERTS=FILE sets its certificate authority.',
    fallback: null,
    fallbackText: 'the service has its own registry under /registry',
    parse: registryUrl,
  }),
  kafkaBrokers: define<readonly string[] | null>('KAFKA_BROKERS', 'plain', {
    about: 'Brokers of the Kafka cluster to publish to and read from, such as host:9092,host:9092.',
    fallback: null,
    fallbackText: 'no Kafka; readers get their events from the database',
    parse: brokerList,
  }),
  topicPrefix: define('TOPIC_PREFIX', 'plain', {
    about:
      'Prefix of all topic and consumer group names. With a new prefix the service publishes again from the first event.',
    fallback: '',
    fallbackText: 'no prefix',
    parse: topicPrefix,
  }),
  kafkaTls: define<'on' | 'off'>('KAFKA_TLS', 'plain', {
    about: 'With `on`, connections to the brokers are encrypted and their certificates checked.',
    fallback: 'off',
    fallbackText: 'off',
    parse: oneOf(['on', 'off']),
  }),
  kafkaTlsCa: define<string | null>('KAFKA_TLS_CA', 'plain', {
    about: 'File with the certificates (PEM) of the authorities to trust instead of the public ones.',
    fallback: null,
    fallbackText: 'the authorities that Node trusts',
    parse: anyText,
  }),
  kafkaSaslMechanism: define<KafkaSasl['mechanism']>('KAFKA_SASL_MECHANISM', 'plain', {
    about: `SASL mechanism for KAFKA_SASL_USERNAME: ${saslMechanisms.join(', ')}.`,
    fallback: 'scram-sha-512',
    fallbackText: 'scram-sha-512',
    parse: oneOf(saslMechanisms),
  }),
  kafkaSaslUsername: define<string | null>('KAFKA_SASL_USERNAME', 'plain', {
    about: 'User name for the brokers.',
    fallback: null,
    fallbackText: 'connections without a user',
    parse: anyText,
  }),
  kafkaSaslPassword: define<string | null>('KAFKA_SASL_PASSWORD', 'secret', {
    about: 'Password of KAFKA_SASL_USERNAME.',
    fallback: null,
    fallbackText: 'none',
    parse: anyText,
  }),
  kafkaSaslInsecure: define<'yes' | 'no'>('KAFKA_SASL_INSECURE', 'plain', {
    about:
      'With `yes`, the mechanism plain sends KAFKA_SASL_PASSWORD also without KAFKA_TLS: anyone on the way reads it.',
    fallback: 'no',
    fallbackText: 'no',
    parse: oneOf(['yes', 'no']),
  }),
  dataDir: define('DATA_DIR', 'plain', {
    about: 'Directory of the embedded Postgres, its password and the run file.',
    fallback: '.orderledger',
    fallbackText: '.orderledger',
    parse: anyText,
  }),
  host: define('HOST', 'plain', {
    about: 'Address to listen on. Any address but loopback needs API_TOKENS.',
    fallback: '127.0.0.1',
    fallbackText: '127.0.0.1',
    parse: hostName,
  }),
  port: define<number | null>('PORT', 'plain', {
    about:
      'Port to listen on (0: any free port). If PORT is not set and 3000 is taken, the service uses the next free port.',
    fallback: null,
    fallbackText: '3000',
    parse: wholeNumber({ from: 0, to: 65_535 }),
  }),
  roles: define<readonly Role[]>('ROLES', 'plain', {
    about: `Roles of this process: all, or a comma list of ${roles.join(', ')}.`,
    fallback: roles,
    fallbackText: 'all',
    parse: roleList,
  }),
  apiTokens: define<readonly ApiToken[]>('API_TOKENS', 'secret', {
    about:
      'Who may call the API: name:role:secret,... with a role of read, order, operate, admin, or collect for pages that only send user events. A secret has at least 16 characters, unless HOST is loopback.',
    fallback: [],
    fallbackText: 'no tokens; only loopback can reach the service',
    parse: apiTokens,
  }),
  clientToken: define<string | null>('ORDERLEDGER_TOKEN', 'secret', {
    about:
      'The secret that commands send to a service: the one of --url, and the one that runs in DATA_DIR. Without it, only the latter gets a token, the strongest of API_TOKENS.',
    fallback: null,
    fallbackText: 'no token for other services',
    parse: tokenSecret,
  }),
  pseudonymSecret: define<string | null>('PSEUDONYM_SECRET', 'secret', {
    about:
      'Secret from which the pseudonyms of cards, devices, addresses and networks are made (docs/privacy.md), at least 16 characters, the same in every process. With a new one the service no longer recognises those that it has seen.',
    fallback: null,
    fallbackText:
      'a random one, kept in DATA_DIR, with the embedded database; else cards, devices, addresses and networks are dropped',
    parse: longSecret,
  }),
  nodeEnv: define('NODE_ENV', 'plain', {
    about:
      'With `production`, random orders over HTTP (POST /simulation/orders) are off, and DEMO is off unless it is set.',
    fallback: 'development',
    fallbackText: 'development',
    parse: anyText,
  }),
  currency: define('CURRENCY', 'plain', {
    about:
      'The currency of the shop (ISO 4217), which decides how many digits a minor unit is. Do not change it once orders exist.',
    fallback: 'EUR',
    fallbackText: 'EUR',
    parse: currencyCode,
  }),
  reservationMinutes: define('RESERVATION_MINUTES', 'plain', {
    about: 'Minutes for which an order reserves its stock before a reactor ends it (0: no limit).',
    fallback: 15,
    fallbackText: '15',
    parse: wholeNumber({ from: 0, to: 1_000_000, unit: 'minutes' }),
  }),
  demo: define<'on' | 'off' | null>('DEMO', 'plain', {
    about:
      'Whether the first start fills the empty shop with 40 products, customers and DEMO_ORDERS orders: on or off. Nothing can be deleted from a log.',
    fallback: null,
    fallbackText: 'on with the embedded database and without NODE_ENV=production, else off',
    parse: oneOf(['on', 'off']),
  }),
  paymentGatewayUrl: define<string | null>('PAYMENT_GATEWAY_URL', 'secret', {
    about:
      'URL of the payment gateway, such as https://user:password@host/path (docs/payments.md), or `simulator`: one that moves no money, in a process of its own.',
    fallback: null,
    fallbackText: 'the simulator with the embedded database outside production, else no payments',
    parse: gatewayUrl,
  }),
  paymentGatewayTimeout: define('PAYMENT_GATEWAY_TIMEOUT', 'plain', {
    about: 'Seconds to wait for an answer of the payment gateway.',
    fallback: 3,
    fallbackText: '3',
    parse: wholeNumber({ from: 1, to: 60, unit: 'seconds' }),
  }),
  paymentWebhookSecret: define<readonly string[]>('PAYMENT_WEBHOOK_SECRET', 'secret', {
    about:
      'Secret with which the payment gateway signs its webhooks; two with a comma between them while one replaces the other.',
    fallback: [],
    fallbackText: 'no webhooks are taken',
    parse: webhookSecrets,
  }),
  bankTransferDays: define('BANK_TRANSFER_DAYS', 'plain', {
    about: 'Days for which a bank transfer that the gateway calls pending stays open (0: as any other method).',
    fallback: 0,
    fallbackText: '0',
    parse: wholeNumber({ from: 0, to: 3650, unit: 'days' }),
  }),
  smtpUrl: define<string | null>('SMTP_URL', 'secret', {
    about:
      'URL of the mail server, such as smtp://user:password@host:587 (STARTTLS; a must in production outside loopback) or smtps://...; ?connections=5&rate=14 limits connections and mails a second; NODE_EXTRA_CA_CERTS=FILE sets its certificate authority.',
    fallback: null,
    fallbackText: 'mails go to the embedded inbox',
    parse: smtpUrl,
  }),
  smsUrl: define<string | null>('SMS_URL', 'secret', {
    about:
      'URL that takes text messages: POST {key, to, text}, answered with 2xx (sent), 4xx (refused for good) or anything else (asked again). In production https outside loopback.',
    fallback: null,
    fallbackText: 'text messages are simulated',
    parse: smsUrl,
  }),
  mailFrom: define<Sender>('MAIL_FROM', 'plain', {
    about: 'Sender of all mails: an address, or Name <address>.',
    fallback: { name: null, address: 'shop@localhost' },
    fallbackText: 'shop@localhost',
    parse: mailSender,
  }),
  operatorEmail: define<string | null>('OPERATOR_EMAIL', 'plain', {
    about: 'Address that is mailed about products that keep selling out, and about work that is parked or has stopped.',
    fallback: null,
    fallbackText: 'no mails to operators',
    parse: mailAddress,
  }),
  restockAlert: define('RESTOCK_ALERT', 'plain', {
    about: 'Orders that may be refused in an hour because a product is short; one more advises to restock it.',
    fallback: 10,
    fallbackText: '10',
    parse: wholeNumber({ from: 0, to: 1_000_000, unit: 'orders' }),
  }),
  fraudTable: define<SetTable | null>('FRAUD_TABLE', 'plain', {
    about:
      'The table of rules by which attempts to pay are scored: the number of a table that comes with the program, or a file.',
    fallback: null,
    fallbackText: '1',
    parse: fraudTable,
  }),
  fraudHold: define<number | null>('FRAUD_HOLD', 'plain', {
    about:
      'An attempt to pay with this score or more is on hold until somebody reviews its alert or FRAUD_HOLD_MINUTES are over; at least the threshold of the table in force.',
    fallback: null,
    fallbackText: 'off: nothing is on hold',
    parse: wholeNumber({ from: 1, to: 1_000_000, unit: 'points' }),
  }),
  fraudHoldMinutes: define('FRAUD_HOLD_MINUTES', 'plain', {
    about: 'Minutes after which an attempt on hold is charged if nobody has reviewed its alert.',
    fallback: 60,
    fallbackText: '60',
    parse: wholeNumber({ from: 1, to: 525_600, unit: 'minutes' }),
  }),
  effects: define<'on' | 'off'>('EFFECTS', 'plain', {
    about: 'With `off`, nobody is charged, refunded, mailed or texted: for a copy of a shop.',
    fallback: 'on',
    fallbackText: 'on',
    parse: oneOf(['on', 'off']),
  }),
  deliverySimulation: define<'on' | 'off' | null>('DELIVERY_SIMULATION', 'plain', {
    about:
      'With `on`, a simulated carrier dispatches and delivers what is paid, within seconds; with `off`, that is reported over HTTP or Kafka. Never on with NODE_ENV=production.',
    fallback: null,
    fallbackText: 'as DEMO, and off with NODE_ENV=production',
    parse: oneOf(['on', 'off']),
  }),
  demoOrders: define('DEMO_ORDERS', 'plain', {
    about: 'Number of orders of the demo (0: products and customers alone; DEMO=off leaves them out too).',
    fallback: 200,
    fallbackText: '200',
    parse: wholeNumber({ from: 0, to: 1_000_000, unit: 'orders' }),
  }),
  rateLimit: define<number | null>('RATE_LIMIT', 'plain', {
    about: 'Requests per second allowed for one client (0: no limit).',
    fallback: null,
    fallbackText: '0 on loopback, else 100',
    parse: requestRate,
  }),
  maxConnections: define('MAX_CONNECTIONS', 'plain', {
    about: 'Connections open at the same time. At the limit the one idle for longest is closed for a new one.',
    fallback: 2_000,
    fallbackText: '2000',
    parse: wholeNumber({ from: 1, to: 1_000_000, unit: 'connections' }),
  }),
  liveClients: define('LIVE_CLIENTS', 'plain', {
    about: 'Connections at /live open at the same time, WebSockets and event streams together. The next is refused.',
    fallback: 1_000,
    fallbackText: '1000',
    parse: wholeNumber({ from: 0, to: 1_000_000, unit: 'connections' }),
  }),
  deadLettersMax: define('DEAD_LETTERS_MAX', 'plain', {
    about:
      'Dead letters to keep. Retried and discarded ones go first; while undecided ones fill it, no order is read from Kafka.',
    fallback: 1_000_000,
    fallbackText: '1000000',
    parse: wholeNumber({ from: 1, to: 1_000_000_000, unit: 'dead letters' }),
  }),
  deadLettersMaxBytes: define('DEAD_LETTERS_MAX_BYTES', 'plain', {
    about: 'Bytes of dead letters to keep, in the same way.',
    fallback: 4 * 1024 ** 3,
    fallbackText: '4294967296',
    parse: wholeNumber({ from: 1_048_576, to: 100 * 1024 ** 4, unit: 'bytes' }),
  }),
  behaviourMaxBytes: define('BEHAVIOUR_MAX_BYTES', 'plain', {
    about:
      'Bytes of user events to keep: above it the oldest hours that were read are dropped, or none is taken. All are dropped after 7 days.',
    fallback: 4 * 1024 ** 3,
    fallbackText: '4294967296',
    parse: wholeNumber({ from: 1_048_576, to: 100 * 1024 ** 4, unit: 'bytes' }),
  }),
  logLevel: define<LogLevel>('LOG_LEVEL', 'plain', {
    about: `Lowest level to log: ${logLevels.join(', ')}.`,
    fallback: 'info',
    fallbackText: 'info',
    parse: oneOf(logLevels),
  }),
  shutdownTimeout: define('SHUTDOWN_TIMEOUT', 'plain', {
    about: 'Maximum seconds from the stop signal until the process exits.',
    fallback: 25,
    fallbackText: '25',
    parse: wholeNumber({ from: 1, to: 3600, unit: 'seconds' }),
  }),
  shutdownDelay: define('SHUTDOWN_DELAY', 'plain', {
    about: 'Seconds to keep serving after the stop signal, while /readyz already answers 503.',
    fallback: 0,
    fallbackText: '0',
    parse: wholeNumber({ from: 0, to: 3599, unit: 'seconds' }),
  }),
  metrics: define<'on' | 'off'>('METRICS', 'plain', {
    about: 'Serve /metrics: on or off.',
    fallback: 'on',
    fallbackText: 'on',
    parse: oneOf(['on', 'off']),
  }),
  driftCheck: define<DriftCheckPeriod>('DRIFT_CHECK', 'plain', {
    about: 'How often the read models are compared with the log in the background: off, daily or weekly.',
    fallback: 'daily',
    fallbackText: 'daily',
    parse: oneOf(driftCheckPeriods),
  }),
  crashPoint: define<CrashAt | null>('CRASH_POINT', 'hook', {
    about: 'Where the process kills itself, as <name>:<nth passage>.',
    fallback: null,
    fallbackText: 'never',
    parse: crashAt,
  }),
  crashLog: define<string | null>('CRASH_LOG', 'hook', {
    about: 'The file that gets a line when the crash point fires.',
    fallback: null,
    fallbackText: 'none',
    parse: anyText,
  }),
  relayLoses: define('RELAY_LOSES', 'hook', {
    about: 'Share of events (0 to 1) that the relay counts as published without sending them.',
    fallback: 0,
    fallbackText: '0',
    parse: share,
  }),
} as const

/** Every variable, without the type of its value. */
export const allVariables: readonly Variable<unknown>[] = Object.values(variables)

/** Every name that the environment may use, the `_FILE` forms included. */
export const knownNames: readonly string[] = allVariables.flatMap((variable) =>
  variable.kind === 'secret' ? [variable.name, `${variable.name}_FILE`] : [variable.name],
)

function define<T>(name: string, kind: Variable<T>['kind'], rest: Omit<Variable<T>, 'name' | 'kind'>): Variable<T> {
  return { name, kind, ...rest }
}
