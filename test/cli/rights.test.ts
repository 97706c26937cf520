/** A user whom the brokers let do little, as in clusters of others: what could not be looked at is named, and costs itself alone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AclEntry, Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import { kafkajs } from '../../kafka/client/kafkajs.ts'
import type { LagReport } from '../../kafka/lag/lag-report.ts'
import { createTopics } from '../../kafka/topics/topic-admin.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/kafka.ts'
import { startCommand } from '../support/run-command.ts'
import { makeDataDir } from '../support/service.ts'

// A verdict takes ten seconds to settle, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const PREFIX = 'rights.'
const PROJECTOR = `${PREFIX}projector`
const { AclOperationTypes: DO, AclPermissionTypes: MAY, AclResourceTypes: ON, ResourcePatternTypes: NAMED } = kafkajs

// Brokers speak with each other on a listener without users, and that is where the one who grants rights comes in.
const kafka = await ownKafka({
  security: 'tls-scram',
  properties: {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  },
})
afterAll(() => kafka?.stop())

describe.skipIf(kafka === null)('a user with few rights', () => {
  if (kafka === null) return
  const settings = kafka.settings(PREFIX)
  const data = makeDataDir()
  let master: Admin

  beforeAll(async () => {
    master = kafkaClient({ ...settings, brokers: [innerListener(kafka.home)], tls: null, sasl: null }, CLIENT).admin()
    await master.connect()
    await createTopics(master, PREFIX)
    await grant(
      right(ON.CLUSTER, 'kafka-cluster', DO.DESCRIBE),
      right(ON.TOPIC, '*', DO.DESCRIBE),
      right(ON.TOPIC, '*', DO.READ),
      right(ON.GROUP, '*', DO.DESCRIBE),
    )
  })

  afterAll(async () => {
    await master?.disconnect()
    data.remove()
  })

  const CLIENT = { clientId: 'test', log: silentLog }

  function right(on: number, name: string, operation: number, permission: number = MAY.ALLOW): AclEntry {
    const who = { principal: `User:${String(settings.sasl?.username)}`, host: '*' }
    const what = { resourceType: on, resourceName: name, resourcePatternType: NAMED.LITERAL }
    return { ...who, ...what, operation, permissionType: permission }
  }

  async function grant(...acl: readonly AclEntry[]): Promise<void> {
    await master.createAcls({ acl: [...acl] })
  }

  /** With what was granted until now. */
  async function run(...args: readonly string[]) {
    const { tls, sasl } = settings
    const env = {
      ...{ KAFKA_BROKERS: kafka?.bootstrap.join(',') ?? '', TOPIC_PREFIX: PREFIX, KAFKA_TLS: 'on' },
      ...{ KAFKA_TLS_CA: tls?.caFile ?? '', KAFKA_SASL_MECHANISM: sasl?.mechanism ?? '' },
      ...{ KAFKA_SASL_USERNAME: sasl?.username ?? '', KAFKA_SASL_PASSWORD: sasl?.password ?? '' },
    }
    return startCommand(data.path, args, { env }).finished
  }
  const lag = async () => {
    const { code, stdout, stderr } = await run('lag', '--json')
    if (stdout === '') throw new Error(stderr)
    return { code, report: JSON.parse(stdout) as LagReport }
  }
  const ofGroup = ({ groups }: LagReport, group: string) => groups.find((one) => one.group === group)

  test('sees lag without the retention of topics, and reads which right is missing', async () => {
    const { code, report } = await lag()
    expect({ code, verdict: report.verdict }).toEqual({ code: 0, verdict: 'OK' })
    expect(report.kafka).toMatchObject({
      state: 'connected',
      detail: 'not to be seen: retention of topics (DESCRIBE_CONFIGS on the topics): this user may not see them',
    })
    expect(ofGroup(report, PROJECTOR)?.partitions.length).toBeGreaterThan(10)
    expect((await run('lag')).stdout).toContain('kafka: not to be seen: retention of topics (DESCRIBE_CONFIGS')
  })

  test('learns from doctor and topics diff that settings could not be compared', async () => {
    const { checks } = JSON.parse((await run('doctor', '--json')).stdout) as {
      readonly checks: readonly { readonly name: string }[]
    }
    expect(checks.find(({ name }) => name === 'kafka')).toMatchObject({
      state: 'advice',
      saw: expect.stringMatching(/not to be seen: the settings of topics: .*grant DESCRIBE_CONFIGS on them/) as string,
    })
    expect((await run('topics', 'diff')).stdout).toContain('DESCRIBE_CONFIGS')
  })

  test('who may not describe one group reads UNKNOWN for that one alone, and exit 1', async () => {
    await grant(right(ON.GROUP, PROJECTOR, DO.DESCRIBE, MAY.DENY))
    const { code, report } = await eventually(async () => {
      const found = await lag()
      return found.code === 1 && found
    })
    expect({ code, verdict: report.verdict }).toEqual({ code: 1, verdict: 'UNKNOWN' })
    expect(ofGroup(report, PROJECTOR)).toMatchObject({
      ...{ verdict: 'UNKNOWN', behind: null },
      detail: expect.stringMatching(/^it cannot be described: not authorized.*\(grant DESCRIBE on it\)$/i) as string,
    })
    expect(ofGroup(report, `${PREFIX}order-commands`)?.verdict).toBe('OK')
  })

  test('who may not see a topic of ours reads that, and exit 1', async () => {
    await grant(right(ON.TOPIC, `${PREFIX}order-commands`, DO.DESCRIBE, MAY.DENY))
    await grant(right(ON.TOPIC, `${PREFIX}order-commands`, DO.READ, MAY.DENY))
    const { code, report } = await eventually(async () => {
      const found = await lag()
      return ofGroup(found.report, `${PREFIX}order-commands`)?.verdict === 'UNKNOWN' && found
    })
    expect(code).toBe(1)
    expect(ofGroup(report, `${PREFIX}order-commands`)?.detail).toMatch(/may not be seen|DESCRIBE|not there/)
  })
})

/** `127.0.0.1:15003`: where brokers reach each other. */
function innerListener(home: string): string {
  const properties = readFileSync(join(home, 'broker-1', 'server.properties'), 'utf8')
  return /BROKERS:\/\/([\d.:]+)/.exec(properties)?.[1] ?? expect.fail('no such listener')
}
