/** Creates the topics of Kafka, shows them, and says what differs from what they should be. */
import type { Command } from 'commander'
import type { Admin } from 'kafkajs'
import { StartFailure } from '../app/start-failure.ts'
import { kafkaClient, silentLog } from '../kafka/client/connection.ts'
import { isKafkaError, kafkaFailure } from '../kafka/client/kafka-failure.ts'
import type { KafkaSettings } from '../kafka/settings.ts'
import {
  compareTopics,
  createTopics,
  topicsAreFine,
  type TopicReport,
  type TopicsReport,
} from '../kafka/topics/topic-admin.ts'
import type { CommandContext } from './command-context.ts'
import { examples } from './examples.ts'

const CONFIGURED =
  '\nWhich cluster, and as whom: KAFKA_BROKERS, TOPIC_PREFIX, KAFKA_TLS, KAFKA_SASL_USERNAME (.env.example).'

type Ask = (admin: Admin, prefix: string) => Promise<TopicsReport>

export function register(program: Command, context: CommandContext): void {
  const topics = program
    .command('topics')
    .description('create the topics of Kafka and compare them with what they should be')
    .addHelpText('after', examples('orderledger topics create', 'orderledger topics diff'))
  topics
    .command('create')
    .description('create those that are missing; nothing that exists is changed')
    .addHelpText('after', `${CONFIGURED}\nExits with 1 when one could not be created, or differs.`)
    .addHelpText('after', examples('orderledger topics create', 'TOPIC_PREFIX=shop2. orderledger topics create'))
    .action(() => judge(context, createTopics, everyTopic))
  topics
    .command('list')
    .description('show all of them, and what else has our prefix')
    .addHelpText('after', CONFIGURED)
    .addHelpText('after', examples('orderledger topics list', 'orderledger topics list --json'))
    .action(async () => show(context, await ask(context, compareTopics), everyTopic))
  topics
    .command('diff')
    .description('show what differs from what it should be, and what to do about it')
    .addHelpText('after', `${CONFIGURED}\nExits with 1 when something differs.`)
    .addHelpText('after', examples('orderledger topics diff', 'orderledger topics diff --json'))
    .action(() => judge(context, compareTopics, ({ state }) => state !== 'same'))
}

const everyTopic = (): boolean => true

async function judge(context: CommandContext, question: Ask, shown: (report: TopicReport) => boolean): Promise<void> {
  const report = await ask(context, question)
  show(context, report, shown)
  context.exitWith(topicsAreFine(report) ? 0 : 1)
}

function show({ output }: CommandContext, report: TopicsReport, shown: (report: TopicReport) => boolean): void {
  const { clusterId, brokers, topics } = report
  output.result(report, () => {
    const lines = topics.filter(shown).flatMap(linesOf)
    const heading = `cluster ${clusterId}, ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`
    return [heading, ...(lines.length === 0 ? ['All topics are as they should be.'] : lines)].join('\n')
  })
}

function linesOf(report: TopicReport): readonly string[] {
  const { name } = report
  switch (report.state) {
    case 'created':
      return [`created    ${name}`]
    case 'same':
      return [`fine       ${name}`]
    case 'missing':
      return [`missing    ${name}: orderledger topics create`]
    case 'unknown':
      return [`not ours   ${name}`]
    case 'failed':
      return [`failed     ${name}: ${report.reason}`]
    case 'different':
      return [
        `different  ${name}`,
        ...report.differences.map(({ what, is, wanted, fix }) => `             ${what} ${is}, not ${wanted}: ${fix}`),
      ]
  }
}

async function ask(context: CommandContext, question: Ask): Promise<TopicsReport> {
  const settings = requireKafka(context)
  try {
    const admin = kafkaClient(settings, { clientId: 'topics', log: silentLog }).admin()
    try {
      await admin.connect()
      return await question(admin, settings.prefix)
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  } catch (error) {
    throw isKafkaError(error) ? startFailure(error, settings) : error
  }
}

function requireKafka(context: CommandContext): KafkaSettings {
  const { kafka } = context.config()
  if (kafka !== null) return kafka
  throw new StartFailure({
    code: 'no-kafka',
    exitCode: 2,
    what: 'KAFKA_BROKERS is not set: there is no cluster to have topics',
    tried: 'to read KAFKA_BROKERS from the environment and .env',
    next: 'KAFKA_BROKERS=host:9092 orderledger topics create (npm run cluster starts brokers here)',
  })
}

function startFailure(error: unknown, { brokers, tls, sasl }: KafkaSettings): StartFailure {
  const { code, message } = kafkaFailure(error)
  const as = sasl === null ? 'without a user' : `as ${sasl.username} (${sasl.mechanism})`
  const over = tls === null ? 'without TLS' : `over TLS, trusting ${tls.caFile ?? 'the authorities that Node trusts'}`
  const refused = code === 'kafka-refused'
  const next = refused
    ? 'correct KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM, KAFKA_TLS_CA, or the rights of the user'
    : 'start the brokers, or correct KAFKA_BROKERS, KAFKA_TLS (a port that wants TLS is silent without it)'
  return new StartFailure(
    {
      code,
      exitCode: code === 'kafka-unreachable' ? 3 : 1,
      what: `Kafka: ${message}`,
      tried: `to ask ${brokers.join(', ')} ${as}, ${over}`,
      next,
    },
    { cause: error },
  )
}
