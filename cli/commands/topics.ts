/** Creates the topics of Kafka, shows them, and says what differs from what they should be. */
import type { Command } from 'commander'
import { kafkaClient, silentLog } from '../../kafka/client/connection.ts'
import {
  compareTopics,
  createTopics,
  topicsAreFine,
  type TopicReport,
  type TopicsReport,
} from '../../kafka/topics/topic-admin.ts'
import type { CommandContext } from '../command-context.ts'
import { examples } from '../examples.ts'
import { requireKafka, toldIfAway } from '../records/reach-kafka.ts'

const CONFIGURED =
  '\nSet the cluster and the user with KAFKA_BROKERS, TOPIC_PREFIX, KAFKA_TLS, KAFKA_SASL_USERNAME (.env.example).'

const QUESTIONS = { create: createTopics, list: compareTopics, diff: compareTopics } as const

type Question = keyof typeof QUESTIONS

export function register(program: Command, context: CommandContext): void {
  const topics = program
    .command('topics')
    .description('create the topics of Kafka and compare them with what they should be')
    .addHelpText('after', examples('orderledger topics create', 'orderledger topics diff'))
  topics
    .command('create')
    .description('create those that are missing; nothing that exists is changed')
    .addHelpText('after', `${CONFIGURED}\nExits with 1 if a topic could not be created, or differs.`)
    .addHelpText('after', examples('orderledger topics create', 'TOPIC_PREFIX=shop2. orderledger topics create'))
    .action(() => judge(context, 'create', everyTopic))
  topics
    .command('list')
    .description('list all topics of this service, and others with the same prefix')
    .addHelpText('after', CONFIGURED)
    .addHelpText('after', examples('orderledger topics list', 'orderledger topics list --json'))
    .action(async () => show(context, await ask(context, 'list'), everyTopic))
  topics
    .command('diff')
    .description('show topics that differ from their settings, and how to fix them')
    .addHelpText('after', `${CONFIGURED}\nExits with 1 if a topic differs.`)
    .addHelpText('after', examples('orderledger topics diff', 'orderledger topics diff --json'))
    .action(() => judge(context, 'diff', ({ state }) => state !== 'same'))
}

const everyTopic = (): boolean => true

async function judge(
  context: CommandContext,
  question: Question,
  shown: (report: TopicReport) => boolean,
): Promise<void> {
  const report = await ask(context, question)
  show(context, report, shown)
  context.exitWith(topicsAreFine(report) ? 0 : 1)
}

function show({ output }: CommandContext, report: TopicsReport, shown: (report: TopicReport) => boolean): void {
  const { clusterId, brokers, topics, unseen } = report
  output.result(report, () => {
    const lines = topics.filter(shown).flatMap(linesOf)
    const heading = `cluster ${clusterId}, ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`
    const blind = unseen === null ? [] : [`not to be seen: ${unseen}`]
    const all = unseen === null ? 'All topics have the right settings.' : 'All topics exist.'
    return [heading, ...(lines.length === 0 ? [all] : lines), ...blind].join('\n')
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

async function ask(context: CommandContext, question: Question): Promise<TopicsReport> {
  const settings = requireKafka(context, `topics ${question}`)
  return toldIfAway(settings, async () => {
    const admin = kafkaClient(settings, { clientId: 'topics', log: silentLog }).admin()
    try {
      await admin.connect()
      return await QUESTIONS[question](admin, settings.prefix)
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  })
}
