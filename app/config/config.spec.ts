import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isLoopback, readConfig, requireConfig } from './config.ts'
import type { Config, ConfigFault, Env } from './config.ts'
import { describeConfig, hidePassword } from './describe-config.ts'
import { StartFailure } from '../start-failure.ts'

const tokens = 'shop:order:s3cret:with:colons,ops:admin:another-long-secret'

describe('an empty environment', () => {
  test('gives the defaults', () => {
    expect(config({})).toEqual({
      databaseUrl: null,
      pseudonymSecret: null,
      schemaRegistryUrl: null,
      kafka: null,
      dataDir: resolve('.orderledger'),
      host: '127.0.0.1',
      loopback: true,
      port: 3000,
      portExplicit: false,
      roles: ['api', 'projector', 'relay', 'reactor'],
      apiTokens: [],
      apiTokensFile: null,
      behaviourMaxBytes: 4_294_967_296,
      clientToken: null,
      production: false,
      currency: 'EUR',
      reservationMinutes: 15,
      demo: true,
      payments: { gateway: 'simulator', timeoutSeconds: 3, webhookSecrets: [], bankTransferDays: 0 },
      smtpUrl: null,
      smsUrl: null,
      mailFrom: { name: null, address: 'shop@localhost' },
      operatorEmail: null,
      restockAlert: 10,
      fraudTable: expect.objectContaining({ table: '1' }) as unknown,
      fraudHold: { score: null, minutes: 60 },
      effects: true,
      demoOrders: 200,
      deliverySimulation: true,
      rateLimit: 0,
      maxConnections: 2_000,
      liveClients: 1_000,
      deadLetters: { most: 1_000_000, mostBytes: 4_294_967_296 },
      logLevel: 'info',
      shutdownTimeoutSeconds: 25,
      shutdownDelaySeconds: 0,
      metrics: true,
      driftCheck: 'daily',
      relayLoses: 0,
      crash: null,
    })
  })

  test('gives a configuration that cannot be changed', () => {
    const frozen = config({ API_TOKENS: tokens, CRASH_POINT: 'append.before:1' })
    for (const part of [frozen, frozen.roles, frozen.apiTokens, frozen.apiTokens[0], frozen.payments, frozen.crash]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe('a variable', () => {
  test('that is empty counts as unset', () => {
    expect(config({ PORT: '', DATABASE_URL: '', API_TOKENS_FILE: '' })).toEqual(config({}))
  })

  test('of a port is remembered as explicit, also when it is the default', () => {
    expect(config({ PORT: '3000' })).toMatchObject({ port: 3000, portExplicit: true })
    expect(config({ PORT: '0' })).toMatchObject({ port: 0, portExplicit: true })
  })

  test('of roles takes all or a comma list', () => {
    expect(config({ ROLES: 'all' }).roles).toEqual(['api', 'projector', 'relay', 'reactor'])
    expect(config({ ROLES: ' projector' }).roles).toEqual(['projector'])
    expect(config({ ROLES: 'projector,api' }).roles).toEqual(['api', 'projector'])
  })

  test('of Kafka names the cluster, and as whom to speak to it', () => {
    expect(config({ KAFKA_BROKERS: 'a:9092, 127.0.0.1:19092,[::1]:9092', TOPIC_PREFIX: 'eu.' }).kafka).toEqual({
      brokers: ['a:9092', '127.0.0.1:19092', '[::1]:9092'],
      prefix: 'eu.',
      tls: null,
      sasl: null,
    })
    const secured = { KAFKA_TLS: 'on', KAFKA_TLS_CA: '/ca.pem', KAFKA_SASL_USERNAME: 'shop', KAFKA_SASL_PASSWORD: 's3' }
    expect(config({ KAFKA_BROKERS: 'a:9092', ...secured }).kafka).toMatchObject({
      tls: { caFile: '/ca.pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'shop', password: 's3' },
    })
  })

  test('of Kafka is refused where another one is missing that it needs', () => {
    const wrong = (env: Env) => faults(env).map(({ variable, wrong }) => `${variable} ${wrong}`)
    expect(wrong({ KAFKA_TLS: 'on' })).toEqual(['KAFKA_TLS is set and KAFKA_BROKERS is not'])
    expect(wrong({ KAFKA_BROKERS: 'a:1', KAFKA_TLS_CA: 'ca.pem', KAFKA_SASL_USERNAME: 'shop' })).toEqual([
      'KAFKA_TLS_CA is set and KAFKA_TLS is not',
      'KAFKA_SASL_USERNAME is set and KAFKA_SASL_PASSWORD is not',
    ])
    expect(wrong({ KAFKA_BROKERS: 'a:1,b', TOPIC_PREFIX: 'a b' })).toEqual([
      'KAFKA_BROKERS "b" is not a broker',
      'TOPIC_PREFIX "a b" is not a valid topic prefix',
    ])
  })

  test('of the payment gateway is an address, or the simulator where the shop is made up', () => {
    const gateway = (env: Env) => config(env).payments.gateway
    expect(gateway({})).toBe('simulator')
    expect(gateway({ NODE_ENV: 'production' })).toBe(null)
    expect(gateway({ DATABASE_URL: 'postgres://127.0.0.1/shop' })).toBe(null)
    expect(gateway({ DATABASE_URL: 'postgres://127.0.0.1/shop', PAYMENT_GATEWAY_URL: 'simulator' })).toBe('simulator')
    expect(gateway({ PAYMENT_GATEWAY_URL: 'http://user:pass@pay.example/v1' })).toBe('http://user:pass@pay.example/v1')
  })

  test('of the payment gateway needs TLS in production, except to this machine', () => {
    const wrong = (url: string) =>
      faults({ NODE_ENV: 'production', PAYMENT_GATEWAY_URL: url }).map(({ variable, wrong }) => `${variable} ${wrong}`)
    expect(wrong('http://pay.example')).toEqual(['PAYMENT_GATEWAY_URL sends payments over the network without TLS'])
    expect(wrong('http://10.0.0.8:4010')).toHaveLength(1)
    for (const url of ['https://pay.example', 'http://127.0.0.1:4010', 'http://localhost:4010', 'http://[::1]:4010'])
      expect(wrong(url)).toEqual([])
  })

  test('of the webhook secret takes two while one replaces the other', () => {
    const secrets = (text: string) => config({ PAYMENT_WEBHOOK_SECRET: text }).payments.webhookSecrets
    expect(secrets('0123456789abcdef')).toEqual(['0123456789abcdef'])
    expect(secrets('0123456789abcdef, fedcba9876543210')).toEqual(['0123456789abcdef', 'fedcba9876543210'])
  })

  test('of tokens keeps colons in the secret', () => {
    expect(config({ API_TOKENS: tokens }).apiTokens).toEqual([
      { name: 'shop', role: 'order', secret: 's3cret:with:colons' },
      { name: 'ops', role: 'admin', secret: 'another-long-secret' },
    ])
  })

  test('of the sender of mails is an address, with a name if it has one', () => {
    expect(config({ MAIL_FROM: 'shop@example.com' }).mailFrom).toEqual({ name: null, address: 'shop@example.com' })
    expect(config({ MAIL_FROM: 'Café Ada <shop@example.com>' }).mailFrom).toEqual({
      name: 'Café Ada',
      address: 'shop@example.com',
    })
  })

  test('of text messages has to encrypt in production, but for this machine', () => {
    const [fault] = faults({ NODE_ENV: 'production', SMS_URL: 'http://u:pa55word@sms.example.com/send' })
    expect(fault).toMatchObject({ variable: 'SMS_URL' })
    expect(JSON.stringify(fault)).not.toContain('pa55word')
    for (const url of ['https://sms.example.com/send', 'http://127.0.0.1:9/send', 'http://[::1]:9/send']) {
      expect(config({ NODE_ENV: 'production', SMS_URL: url }).smsUrl).toBe(url)
    }
  })

  test('of the crash point is a name and a passage', () => {
    expect(config({ CRASH_POINT: 'append.sent:12', CRASH_LOG: '/tmp/crashes' }).crash).toEqual({
      point: 'append.sent',
      nth: 12,
      logFile: '/tmp/crashes',
    })
  })

  test.each<[string, string]>([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['PORT', '0x10'],
    ['HOST', 'http://127.0.0.1'],
    ['ROLES', 'api,cook'],
    ['API_TOKENS', 'shop:order'],
    ['API_TOKENS', 'shop:owner:s3cret'],
    ['API_TOKENS', 'shop:order:with space'],
    ['API_TOKENS', 'a:order:one,a:read:two'],
    ['API_TOKENS', 'a:order:one,b:read:one'],
    ['API_TOKENS', ','],
    ['CURRENCY', 'eur'],
    ['CURRENCY', 'ABC'],
    ['RESERVATION_MINUTES', '1.5'],
    ['DEMO_ORDERS', 'many'],
    ['RATE_LIMIT', '-5'],
    ['LOG_LEVEL', 'loud'],
    ['SHUTDOWN_TIMEOUT', '0'],
    ['SHUTDOWN_DELAY', '25'],
    ['METRICS', 'true'],
    ['DATABASE_URL', 'mysql://127.0.0.1/shop'],
    ['DATABASE_URL', 'postgres://127.0.0.1'],
    ['DATABASE_URL', '127.0.0.1:5432'],
    ['DATABASE_URL', 'postgres://127.0.0.1/shop?sslmode=allow'],
    ['SCHEMA_REGISTRY_URL', 'localhost:8081'],
    ['SCHEMA_REGISTRY_URL', 'registry'],
    ['SCHEMA_REGISTRY_URL', 'http://localhost:8081/?subject=a'],
    ['PAYMENT_GATEWAY_URL', 'pay.example'],
    ['PAYMENT_GATEWAY_URL', 'ftp://pay.example'],
    ['PAYMENT_GATEWAY_URL', 'https://pay.example/?key=1'],
    ['PAYMENT_GATEWAY_URL', 'https://user:a%b@pay.example'],
    ['PAYMENT_GATEWAY_TIMEOUT', '0'],
    ['PAYMENT_WEBHOOK_SECRET', 'short'],
    ['PAYMENT_WEBHOOK_SECRET', '0123456789abcdef,short'],
    ['PAYMENT_WEBHOOK_SECRET', '0123456789abcdef,0123456789abcdef'],
    ['PAYMENT_WEBHOOK_SECRET', '0123456789 abcdef'],
    ['PAYMENT_WEBHOOK_SECRET', '0123456789abcdef,fedcba9876543210,0011223344556677'],
    ['BANK_TRANSFER_DAYS', '-1'],
    ['SMTP_URL', 'mail.example.com:587'],
    ['SMTP_URL', 'http://mail.example.com'],
    ['SMTP_URL', 'smtp://user@mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com?tls=off'],
    ['SMTP_URL', 'smtp://mail.example.com?rate=0'],
    ['SMS_URL', 'ftp://sms.example.com'],
    ['MAIL_FROM', 'shop'],
    ['MAIL_FROM', 'The "shop" <shop@example.com>'],
    ['OPERATOR_EMAIL', 'a@example.com, b@example.com'],
    ['RESTOCK_ALERT', '-1'],
    ['FRAUD_TABLE', '99'],
    ['FRAUD_TABLE', '/no/such/file.json'],
    ['FRAUD_TABLE', 'package.json'],
    ['FRAUD_HOLD', 'on'],
    ['FRAUD_HOLD', '59'],
    ['FRAUD_HOLD_MINUTES', '0'],
    ['EFFECTS', 'true'],
    ['CRASH_POINT', 'append.before'],
    ['CRASH_POINT', 'append.before:0'],
    ['CRASH_POINT', 'lunch:1'],
  ])('%s=%s is refused, with what to type instead', (variable, value) => {
    const [fault, ...others] = faults({ [variable]: value })
    expect(others).toEqual([])
    expect(fault?.variable).toBe(variable)
    expect(fault?.wrong).not.toBe('')
    expect(fault?.fix).not.toBe('')
  })

  test('within two edits of a known name is refused with the name that was meant', () => {
    const [fault] = faults({ DATABASE_ULR: 'postgres://127.0.0.1/shop' })
    expect(fault?.variable).toBe('DATABASE_ULR')
    expect(fault?.fix).toContain('DATABASE_URL')
  })
})

test('all faults are found at once', () => {
  const found = faults({ PORT: 'x', ROLES: 'y', CURRENCY: 'z', DEMO_ODERS: '5' })
  expect(found.map(({ variable }) => variable).sort()).toEqual(['CURRENCY', 'DEMO_ODERS', 'PORT', 'ROLES'])
})

test.each([
  ['API_TOKENS', 'shop:owner:s3cret'],
  ['API_TOKENS', 'shop:order:abc,s3cret'],
  ['API_TOKENS', 'shop:order:abc,s3cret:order'],
  ['API_TOKENS', 'shop:order:abc,s3cret:order:'],
  ['API_TOKENS', 'shop:order:abc,s3cret:admin:abc'],
  ['API_TOKENS', 'shop:order:abc,s3cret:admin:def,s3cret:admin:ghi'],
  ['API_TOKENS_FILE', 'shop:order:s3cret'],
  ['ORDERLEDGER_TOKEN', 's3cret s3cret'],
  ['ORDERLEDGER_TOKEN_FILE', 's3cret'],
  ['DATABASE_URL', 'mysql://u:s3cret@127.0.0.1/shop'],
  ['DATABASE_URL', 's3cret:s3cret@127.0.0.1/shop'],
  ['DATABASE_URL', 'postgres://u:12/s3cret@127.0.0.1/shop'],
  ['DATABASE_URL', 'postgres://u:12#s3cret@127.0.0.1/shop'],
  ['DATABASE_URL', 'postgres://127.0.0.1/shop?sslmode=s3cret'],
  ['SCHEMA_REGISTRY_URL', 's3cret://127.0.0.1'],
  ['KAFKA_BROKERS', 'shop:s3cret@127.0.0.1:9092'],
  ['PAYMENT_GATEWAY_URL', 'ftp://u:s3cret@pay.example'],
  ['PAYMENT_WEBHOOK_SECRET', 's3cret'],
])('the fault of %s=%s repeats no piece of a secret', (variable, value) => {
  const found = faults({ [variable]: value })
  expect(found).toHaveLength(1)
  expect(JSON.stringify(found)).not.toContain('s3cret')
})

test('the demo is for a shop of nobody: on with the embedded database and outside production, else when asked for', () => {
  const external = { DATABASE_URL: 'postgres://127.0.0.1/shop' }
  const demo = (env: Env) => config(env).demo
  expect([{}, external, { NODE_ENV: 'production' }].map(demo)).toEqual([true, false, false])
  expect(demo({ ...external, NODE_ENV: 'production', DEMO: 'on' })).toBe(true)
  expect(config({ DEMO: 'off', DEMO_ORDERS: '50' })).toMatchObject({ demo: false })
  expect(config({ DEMO_ORDERS: '0' })).toMatchObject({ demo: true, demoOrders: 0 })
})

test('deliveries are simulated where the demo is shown, else when asked for, and never in production', () => {
  const simulated = (env: Env) => config(env).deliverySimulation
  expect([{}, { DATABASE_URL: 'postgres://127.0.0.1/shop' }, { DEMO: 'off' }].map(simulated)).toEqual([
    true,
    false,
    false,
  ])
  expect(simulated({ DEMO: 'off', DELIVERY_SIMULATION: 'on' })).toBe(true)
  expect(simulated({ DELIVERY_SIMULATION: 'off' })).toBe(false)
  expect(simulated({ DEMO: 'on', NODE_ENV: 'production' })).toBe(false)
  const [fault] = faults({ DELIVERY_SIMULATION: 'on', NODE_ENV: 'production' })
  expect(fault).toMatchObject({ variable: 'DELIVERY_SIMULATION' })
})

test('a password that anyone on the way could read is refused until it is asked for', () => {
  const plain = { KAFKA_BROKERS: 'a:9092', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'shop' }
  const secret = { KAFKA_SASL_PASSWORD: 's3cret' }
  expect(faults({ ...plain, ...secret })).toEqual([
    expect.objectContaining({ variable: 'KAFKA_SASL_MECHANISM', fix: expect.stringContaining('KAFKA_SASL_INSECURE') }),
  ])
  for (const taken of [{ KAFKA_TLS: 'on' }, { KAFKA_SASL_INSECURE: 'yes' }, { KAFKA_SASL_MECHANISM: '' }]) {
    expect(config({ ...plain, ...secret, ...taken }).kafka?.sasl?.password).toBe('s3cret')
  }
})

test('requireConfig fails with exit code 2 and every fault in its three lines', () => {
  const failure = failureOf(() => requireConfig({ PORT: 'x', CURRENCY: 'z' }))
  expect(failure).toMatchObject({ code: 'invalid-configuration', exitCode: 2 })
  expect(failure.what).toMatch(/PORT.*CURRENCY/)
  expect(failure.next).toMatch(/PORT.*CURRENCY/)
})

describe('an address that other machines can reach', () => {
  test('is refused without tokens', () => {
    expect(faults({ HOST: '0.0.0.0' }).map(({ variable }) => variable)).toEqual(['HOST'])
  })

  test('is refused with secrets that one can guess at', () => {
    const short = { API_TOKENS: 'shop:order:a-secret-of-16-ch,ops:admin:15-characters-x' }
    expect(config(short).apiTokens).toHaveLength(2)
    const [fault] = faults({ ...short, HOST: '0.0.0.0' })
    expect(fault).toMatchObject({ variable: 'API_TOKENS', wrong: expect.stringMatching(/^token 2 .*shorter than 16/) })
    expect(JSON.stringify(fault)).not.toContain('characters-x')
  })

  test('is taken with tokens, and limits the rate of each client', () => {
    expect(config({ HOST: '0.0.0.0', API_TOKENS: tokens })).toMatchObject({ loopback: false, rateLimit: 100 })
    expect(config({ HOST: '0.0.0.0', API_TOKENS: tokens, RATE_LIMIT: 'off' }).rateLimit).toBe(0)
    expect(config({ HOST: '0.0.0.0', API_TOKENS: tokens, RATE_LIMIT: '7' }).rateLimit).toBe(7)
  })

  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.evil.example', false],
    ['192.168.1.2', false],
  ])('%s: loopback is %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback)
  })
})

describe('a secret', () => {
  let folder = ''
  let file = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'))
    file = join(folder, 'secret')
    writeFileSync(file, 'shop:order:from-a-file\nops:admin:too\n')
  })

  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  test('is read from the file that *_FILE names', () => {
    expect(config({ API_TOKENS_FILE: file }).apiTokens.map(({ secret }) => secret)).toEqual(['from-a-file', 'too'])
  })

  test('named twice is refused', () => {
    expect(faults({ API_TOKENS_FILE: file, API_TOKENS: tokens }).map(({ variable }) => variable)).toEqual([
      'API_TOKENS_FILE',
    ])
  })

  test('in a file that cannot be read is refused', () => {
    const [fault] = faults({ DATABASE_URL_FILE: join(folder, 'missing') })
    expect(fault).toMatchObject({ variable: 'DATABASE_URL_FILE' })
    expect(fault?.wrong).toContain('ENOENT')
  })

  test('is described without being shown, with the place it came from', () => {
    const env = {
      API_TOKENS_FILE: file,
      DATABASE_URL: 'postgres://u:pa55word@127.0.0.1/shop',
      SMTP_URL: 'smtps://u:pa55word@mail.example.com',
      PORT: '4000',
    }
    const described = new Map(describeConfig(env, new Set(['PORT'])).map((row) => [row.variable, row]))
    expect(described.get('API_TOKENS')).toMatchObject({ value: '[hidden]', origin: `file ${file}` })
    expect(described.get('DATABASE_URL')).toMatchObject({
      value: 'postgres://u:***@127.0.0.1/shop',
      origin: 'environment',
    })
    expect(described.get('SMTP_URL')?.value).toBe('smtps://u:***@mail.example.com')
    expect(described.get('PORT')).toMatchObject({ value: '4000', origin: '.env' })
    expect(described.get('HOST')).toMatchObject({ value: '127.0.0.1', origin: 'default' })
    expect(described.has('CRASH_POINT')).toBe(false)
    const [gateway] = describeConfig({ PAYMENT_GATEWAY_URL: 'simulator' }, new Set()).filter(
      ({ variable }) => variable === 'PAYMENT_GATEWAY_URL',
    )
    expect(gateway?.value).toBe('simulator')
  })

  test.each([
    'postgres:///shop?host=/run&password=pa55word',
    'postgres://127.0.0.1/shop?sslmode=verify-full&sslkey=/k&sslpassword=pa55word',
    'postgres://u:12/pa55word@127.0.0.1/shop',
    'postgres://u:12?pa55word@127.0.0.1/shop',
  ])('in %s is hidden wherever it stands', (url) => {
    expect(hidePassword(url)).not.toContain('pa55word')
    const [row] = describeConfig({ DATABASE_URL: url }, new Set())
    expect(row).toMatchObject({ variable: 'DATABASE_URL', value: hidePassword(url) })
  })

  test('in UTF-16 is refused, as every file that people write', () => {
    writeFileSync(file, Buffer.from('\ufeffs3cret', 'utf16le'))
    expect(faults({ ORDERLEDGER_TOKEN_FILE: file })).toEqual([
      expect.objectContaining({ variable: 'ORDERLEDGER_TOKEN_FILE', wrong: expect.stringContaining('UTF-8') }),
    ])
  })
})

function config(env: Env): Config {
  const read = readConfig(env)
  if ('faults' in read) throw new Error(`refused: ${JSON.stringify(read.faults)}`)
  return read
}

function faults(env: Env): readonly ConfigFault[] {
  const read = readConfig(env)
  return 'faults' in read ? read.faults : []
}

function failureOf(run: () => unknown): StartFailure {
  try {
    run()
  } catch (error) {
    if (error instanceof StartFailure) return error
    throw error
  }
  throw new Error('nothing failed')
}
