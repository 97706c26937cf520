import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type kafkajs from 'kafkajs'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { kafkaClient } from '../../kafka/client/connection.ts'
import { topicSettings } from '../../kafka/topics/topic-differences.ts'
import { topics } from '../../kafka/topics/topics.ts'
import { eventually } from '../support/eventually.ts'
import { testKafka } from '../support/kafka.ts'
import { quiet } from './relaying.ts'
import { runCommand } from '../support/run-command.ts'

const kafka = await testKafka()

let made = 0
let prefix = ''

beforeEach(() => {
  prefix = `topics-${String(++made)}.`
})

/** Runs `orderledger topics ...` where these variables are set. */
const run = (env: Readonly<Record<string, string>>, ...args: readonly string[]) => command(env, 'topics', ...args)

async function command(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'topics-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  writeFileSync(join(folder, '.env'), `${lines.join('\n')}\n`)
  return runCommand(folder, ...args)
}

test('topics without brokers to ask: usage, and which variable to set', async () => {
  const { code, stderr } = await run({}, 'list')
  expect(code).toBe(2)
  expect(stderr).toContain('KAFKA_BROKERS is not set')
})

test('brokers that nobody reaches: unreachable, whom it asked and how', async () => {
  const { code, stderr } = await run({ KAFKA_BROKERS: '127.0.0.1:1' }, 'diff')
  expect(code).toBe(3)
  expect(stderr).toContain('ECONNREFUSED 127.0.0.1:1')
  expect(stderr).toContain('tried: to ask 127.0.0.1:1 without a user, without TLS')
  expect(stderr).toContain('KAFKA_BROKERS')
})

describe.skipIf(kafka === null)('the topics', () => {
  if (kafka === null) return
  const at = () => ({ KAFKA_BROKERS: kafka.bootstrap.join(','), TOPIC_PREFIX: prefix })

  async function administrate(work: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
    const admin = kafkaClient(kafka?.settings(prefix) ?? expect.fail(), { clientId: 'test', log: quiet }).admin()
    await admin.connect()
    await work(admin)
    await admin.disconnect()
  }

  test('are all missing at first, created once, and the same from then on', async () => {
    const before = await run(at(), 'diff')
    expect(before.code).toBe(1)
    expect(before.stdout.match(/^missing .*: orderledger topics create$/gm)).toHaveLength(topics.length)
    const created = await run(at(), 'create')
    expect(created.stderr).toBe('')
    expect(created.code).toBe(0)
    expect(created.stdout.match(/^created /gm)).toHaveLength(topics.length)
    const again = await run(at(), 'create')
    expect(again.code).toBe(0)
    expect(again.stdout.match(/^fine /gm)).toHaveLength(topics.length)
    const after = await run(at(), 'diff')
    expect(after.code).toBe(0)
    expect(after.stdout).toContain('All topics have the right settings.')
    // Said of each topic, whatever the defaults of the brokers are.
    await administrate(async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: `${prefix}orders` }],
      })
      const own = (resources[0]?.configEntries ?? []).filter(({ isDefault }) => !isDefault)
      expect(own.map(({ configName }) => configName)).toEqual(expect.arrayContaining([...topicSettings]))
    })
  })

  test('that others made otherwise are told with what to do, and left as they are', async () => {
    await administrate((admin) =>
      admin.createTopics({
        // kafkajs gives up where the broker that it asks has not heard of the topic yet.
        waitForLeaders: false,
        topics: [
          { topic: `${prefix}orders`, numPartitions: 2 },
          {
            topic: `${prefix}inventory`,
            numPartitions: 3,
            configEntries: [
              { name: 'retention.ms', value: '1000' },
              { name: 'cleanup.policy', value: 'compact' },
            ],
          },
          { topic: `${prefix}somebody-elses`, numPartitions: 1 },
        ],
      }),
    )
    const { code, json } = await run(at(), 'create', '--json')
    expect(code).toBe(1)
    const { topics: reports } = json() as {
      readonly topics: readonly { readonly name: string; readonly state: string; readonly differences?: unknown }[]
    }
    const report = (name: string) => reports.find((each) => each.name === prefix + name)
    expect(report('orders')).toMatchObject({
      state: 'different',
      differences: expect.arrayContaining([expect.objectContaining({ what: 'partitions', is: '2', wanted: '3' })]),
    })
    expect(report('inventory')).toMatchObject({
      state: 'different',
      differences: expect.arrayContaining([
        expect.objectContaining({
          what: 'retention.ms',
          is: '1000',
          wanted: '604800000',
          fix: expect.stringContaining('--add-config retention.ms=604800000'),
        }),
        expect.objectContaining({
          ...{ what: 'cleanup.policy', is: 'compact', wanted: 'delete' },
          fix: expect.stringContaining(`--bootstrap-server ${kafka.bootstrap[0] ?? ''}`),
        }),
      ]),
    })
    expect(report('somebody-elses')).toMatchObject({ state: 'unknown' })
    expect(report('customers')).toMatchObject({ state: 'created' })
    const listed = await run(at(), 'list')
    expect(listed.code).toBe(0)
    expect(listed.stdout).toContain(`not ours   ${prefix}somebody-elses`)
    expect(listed.stdout).toMatch(/partitions 2, not 3: set another TOPIC_PREFIX/)

    const kafkaCheck = async () => {
      const { checks } = (await command(at(), 'doctor', '--json')).json() as {
        readonly checks: readonly {
          readonly name: string
          readonly state: string
          readonly saw: string
          readonly fix: string
        }[]
      }
      return checks.find(({ name }) => name === 'kafka') ?? expect.fail('no check of kafka')
    }
    // What deletes records comes first, however many differences there are.
    const found = await kafkaCheck()
    expect(found.state).toBe('advice')
    const [inventory, retention] = [
      `${prefix}inventory has cleanup.policy compact, not delete`,
      'retention.ms 1000, not 604800000',
    ]
    expect(found.saw).toMatch(
      new RegExp(`; ${inventory}; ${prefix}inventory has ${retention}; .*; and \\d+ more differences$`),
    )
    const setting = (name: string) => `--entity-name ${prefix}inventory --add-config ${name}`
    expect(found.fix).toContain(`kafka-configs.sh --alter --bootstrap-server ${kafka.bootstrap[0] ?? ''}`)
    expect(found.fix).toContain(setting('cleanup.policy=delete'))
    expect(found.fix).toContain(setting('retention.ms=604800000'))
    expect(found.fix).toMatch(/; orderledger topics diff shows all$/)
    await administrate((admin) => admin.deleteTopics({ topics: [`${prefix}customers`] }))
    expect(
      await eventually(async () => {
        const missing = await kafkaCheck()
        return missing.state === 'failed' && missing
      }),
    ).toMatchObject({
      ...{
        saw: expect.stringContaining(`missing topics: ${prefix}customers`) as string,
        fix: 'orderledger topics create',
      },
    })
  })

  test('whose partitions alone are others are named by doctor with what to do', async () => {
    await run(at(), 'create')
    await administrate((admin) => admin.createPartitions({ topicPartitions: [{ topic: `${prefix}orders`, count: 4 }] }))
    const check = await eventually(async () => {
      const { checks } = (await command(at(), 'doctor', '--json')).json() as {
        readonly checks: readonly { readonly name: string; readonly state: string }[]
      }
      return checks.find(({ name, state }) => name === 'kafka' && state === 'advice')
    })
    expect(check).toMatchObject({
      saw: expect.stringMatching(new RegExp(`; ${prefix}orders has partitions 4, not 3$`)) as string,
      fix: 'leave it: the relay does not write to the extra ones',
    })
  })

  test('are created while another one creates them as well', async () => {
    const both = await Promise.all([run(at(), 'create'), run(at(), 'create')])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
  })
})
