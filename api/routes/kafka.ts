/** How far behind anyone is, and what the topics hold. Nothing here keeps a request waiting for a cluster that is away. */
import { Type } from 'typebox'
import { BrowseFailure, type BrowseFrom, type BrowsedRecords } from '../../kafka/topics/browse-topic.ts'
import type { ShownValue } from '../../kafka/topics/shown-record.ts'
import type { Reach } from '../../kafka/lag/lag-report.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { seesPersonalData } from '../http/access.ts'
import { ProblemError } from '../http/problem-document.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import type { KafkaParts } from '../parts.ts'
import { isPersonal, maskedContent } from '../answers/event-page.ts'
import { uncached } from '../answers/read-answers.ts'
import { DEFAULT_MESSAGES, Lag, MOST_MESSAGES, TopicList, TopicMessages } from '../shapes/kafka.ts'
import { closed, ref } from '../../commands/shape.ts'

const tag = 'operations'

const getLag = reading('/lag', {
  tag,
  uses: 'brokers',
  summary: 'Show how far behind all readers are',
  description:
    'Consumer groups on the topics of this service, the relay, the projections and the reactors. The groups of this service are always there; what could not be looked at is `UNKNOWN`. Verdicts come from watching: the first answers may not be `settled`; asking again within a minute continues the watch. Without Kafka it shows the readers of the log.',
  role: 'read',
  params: NOTHING,
  query: closed({
    group: Type.Optional(
      Type.String({ pattern: '^[^\\p{Cc}\\p{Cs}]{1,255}$', description: 'Only this consumer group, and no readers.' }),
    ),
  }),
  answers: { 200: { description: 'As it is now.', shape: ref(Lag) } },
  problems: ['kafka-not-configured', 'kafka-unreachable', 'store-unavailable'],
})

const listTopics = reading('/topics', {
  tag,
  uses: 'brokers',
  summary: 'Show the brokers and the topics',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  answers: {
    200: { description: 'The current state, or the last known one: `kafka` says which.', shape: ref(TopicList) },
  },
  problems: ['kafka-not-configured', 'kafka-unreachable'],
})

const listTopicMessages = reading('/topics/:topic/messages', {
  tag,
  uses: 'brokers',
  summary: 'Show messages of a topic',
  description: 'Reads outside of any consumer group and commits no offsets.',
  role: 'read',
  params: closed({
    topic: Type.String({ description: 'Its name in the cluster.' }),
  }),
  query: closed({
    partition: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Only this one.' })),
    from: Type.Optional(
      Type.String({
        pattern: '^(earliest|latest|[0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z)$',
        default: 'latest',
        description: '`earliest`, `latest` (the last messages), an offset, or a time (RFC 3339, UTC).',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_MESSAGES,
        default: DEFAULT_MESSAGES,
        description: 'Maximum number of messages.',
      }),
    ),
  }),
  answers: { 200: { description: 'The messages, decoded if possible.', shape: ref(TopicMessages) } },
  problems: ['kafka-not-configured', 'kafka-unreachable', 'topic-not-found'],
})

const TOPIC = /^[a-zA-Z0-9._-]{1,249}$/

export const kafka = resource(
  { getLag, listTopics, listTopicMessages },
  ({ kafka: { sampler, browse } }: { readonly kafka: KafkaParts }) => ({
    async getLag(request, reply) {
      const { group } = request.query
      const report = await sampler.report()
      if (group === undefined) return uncached(reply).send(report)
      requireReached(report.kafka)
      const groups = report.groups.filter((one) => one.group === group)
      const { verdict = 'OK', settled = true } = groups[0] ?? {}
      return uncached(reply).send({ ...report, verdict, settled, groups, readers: [] })
    },

    async listTopics(_request, reply) {
      const { topics: items, ...report } = await sampler.cluster()
      requireReached(report.kafka)
      return uncached(reply).send({ ...report, items })
    },

    async listTopicMessages(request, reply) {
      if (browse === null) throw notConfigured()
      const { partition = null, from = 'latest', limit = DEFAULT_MESSAGES } = request.query
      const { topic } = request.params
      if (!TOPIC.test(topic)) throw new ProblemError({ code: 'topic-not-found', detail: 'no topic can have this name' })
      const found = await browse({ topic, partition, from: browseFrom(from), limit }).catch((error: unknown) => {
        if (!(error instanceof BrowseFailure)) throw error
        throw new ProblemError({ code: error.code, detail: error.message }, { cause: error })
      })
      return uncached(reply).send(messagesAnswer(found, seesPersonalData(request.principal)))
    },
  }),
)

/** A cluster that answered once is shown as it was; its age is in the answer. */
function requireReached({ state, ageSeconds, detail }: Reach): void {
  if (state === 'not-configured') throw notConfigured()
  if (ageSeconds === null) throw new ProblemError({ code: 'kafka-unreachable', detail: detail ?? 'no answer yet' })
}

function notConfigured(): ProblemError {
  return new ProblemError({
    code: 'kafka-not-configured',
    detail: 'this service runs without Kafka: KAFKA_BROKERS is not set',
  })
}

function browseFrom(text: string): BrowseFrom {
  if (text === 'earliest' || text === 'latest') return { at: text }
  if (/^[0-9]+$/.test(text)) return { at: 'offset', offset: Number(text) }
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return { at: 'time', time }
  throw new ProblemError({
    code: 'invalid-request',
    detail: 'query /from is not a valid time',
    errors: [{ in: 'query', pointer: '/from', message: 'must be a time (RFC 3339, UTC)' }],
  })
}

/** `isWhole`: personal data is shown as it is. */
function messagesAnswer({ records, next }: BrowsedRecords, isWhole: boolean): object {
  const items = records.map(({ timestamp, value, headers, ...record }) => ({
    ...record,
    at: rfc3339(timestamp),
    headers: Object.entries(headers).map(([name, text]) => ({ name, value: text })),
    format: value.format,
    type: value.format === 'avro' ? value.type : null,
    ...(isWhole || !isPersonal(headers['ol-stream'] ?? '') ? contentOf(value) : maskedValue(value)),
  }))
  return { items, next }
}

/** Of an event of a customer: what cannot be read cannot be masked, and is not shown. */
function maskedValue(value: ShownValue): ReturnType<typeof contentOf> {
  const { data } = contentOf(value)
  return { data: value.format === 'avro' && data !== null ? maskedContent(data) : null, text: null }
}

interface Content {
  readonly data: Readonly<Record<string, unknown>> | null
  readonly text: string | null
}

function contentOf(value: ShownValue): Content {
  if (value.format === 'empty') return { data: null, text: null }
  const { data } = value
  if (typeof data === 'string') return { data: null, text: data }
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { data: { ...data }, text: null }
  return { data: null, text: JSON.stringify(data) }
}
