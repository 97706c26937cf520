/** What operators ask: is it alive, is it ready, how does it do, what is it. */
import { versions } from 'node:process'
import { Type } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { currencyDigits } from '../../domain/currencies.ts'
import { sendProblem } from '../http/problem-document.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import type { OperationParts } from '../parts.ts'
import { uncached } from '../answers/read-answers.ts'
import { Liveness, Readiness, Version } from '../shapes/operations.ts'
import { ref } from '../../commands/shape.ts'

const common = { tag: 'operations', query: NOTHING, params: NOTHING, uses: null } as const

const getLiveness = reading('/livez', {
  ...common,
  summary: 'Is the process alive?',
  role: null,
  answers: { 200: { description: 'The process is alive.', shape: ref(Liveness) } },
})

const readying = (url: string, summary: string) =>
  reading(url, {
    ...common,
    summary,
    description:
      '503 while the service starts, stops, or lacks something that it needs; `degraded` (200) where a projection has failed, a reactor has stopped, parked something or waits for what is away, a payment is on hold though its time is over, or as many are as may be, or dead letters fill their room, so that orders go on; `checks` says what.',
    role: null,
    answers: { 200: { description: 'Ready, or degraded.', shape: ref(Readiness) } },
    problems: ['not-ready'],
  })

const getMetrics = reading('/metrics', {
  ...common,
  uses: 'database',
  summary: 'Show the metrics for Prometheus',
  role: 'read',
  answers: { 200: { description: 'In the text format of Prometheus.', shape: Type.String(), mediaType: 'text/plain' } },
})

const getVersion = reading('/version', {
  ...common,
  summary: 'Which release is running, and in which currency?',
  role: 'read',
  answers: { 200: { description: 'The release, and the currency of the shop.', shape: ref(Version) } },
})

/** No token, no limit, no load shedding. */
export const health = resource(
  {
    getLiveness,
    getReadiness: readying('/readyz', 'Is the service ready?'),
    getHealth: readying('/health', 'The same as /readyz'),
  },
  ({ readiness, degrading, isStopping }: Pick<OperationParts, 'readiness' | 'degrading' | 'isStopping'>) => {
    async function answerReadiness(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
      const [needed, others] = [readiness(), degrading()]
      // Of one name, what is wrong is said.
      const said = needed.filter(({ name, ok }) => !ok || others.every((other) => other.name !== name))
      const checks = [...said, ...others]
      const failed = needed.filter(({ ok }) => !ok).map(({ name }) => name)
      const status = others.every(({ ok }) => ok) ? 'ready' : 'degraded'
      if (!isStopping() && failed.length === 0) return uncached(reply).send({ status, checks })
      const detail = isStopping() ? 'the service is stopping' : `not ready: ${failed.join(', ')}`
      return sendProblem(request, reply, { code: 'not-ready', detail, more: { checks } })
    }
    return {
      getLiveness: async (_request, reply) => uncached(reply).send({ status: 'alive' }),
      getReadiness: answerReadiness,
      getHealth: answerReadiness,
    }
  },
)

export const service = resource(
  { getVersion, getMetrics },
  ({ metrics, settings }: Pick<OperationParts, 'metrics' | 'settings'>) => ({
    getVersion: async () => ({
      name: 'orderledger',
      version: settings.version,
      node: versions.node,
      currency: settings.currency,
      digits: currencyDigits(settings.currency),
    }),
    async getMetrics(_request, reply) {
      const text = metrics === null ? '# metrics are off\n' : await metrics.registry.metrics()
      return uncached(reply).type('text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  }),
)
