/** What operators ask: is it alive, is it ready, how does it do, what is it. */
import { Type } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiServer } from '../api-server.ts'
import { sendProblem } from '../http/problem-document.ts'
import { NOTHING, reading } from '../operation.ts'
import type { OperationParts } from '../parts.ts'
import { uncached } from './read-answers.ts'
import { Liveness, Readiness, Version } from '../shapes/operations.ts'
import { ref } from '../shapes/shape.ts'

const common = { tag: 'operations', query: NOTHING, params: NOTHING } as const

const living = reading({
  ...common,
  id: 'getLiveness',
  summary: 'Is the process alive?',
  role: null,
  answers: { 200: { description: 'It answers.', shape: ref(Liveness) } },
})

const readying = (id: string, summary: string) =>
  reading({
    ...common,
    id,
    summary,
    description: '503 while it starts, stops, or lacks something it needs; `checks` then says what.',
    role: null,
    answers: { 200: { description: 'Ready.', shape: ref(Readiness) } },
    problems: ['not-ready'],
  })

const measuring = reading({
  ...common,
  id: 'getMetrics',
  summary: 'Show the metrics for Prometheus',
  role: 'read',
  answers: { 200: { description: 'In the text format of Prometheus.', shape: Type.String(), mediaType: 'text/plain' } },
})

const versioning = reading({
  ...common,
  id: 'getVersion',
  summary: 'Which release runs here?',
  role: 'read',
  answers: { 200: { description: 'The release.', shape: ref(Version) } },
})

/** Health routes: no token, no limit, no load shedding. */
export function healthRoutes(app: ApiServer, { readiness, isStopping }: OperationParts): void {
  app.get('/livez', living, async (_request, reply) => uncached(reply).send({ status: 'alive' }))
  app.get('/readyz', readying('getReadiness', 'Is the service ready?'), answerReadiness)
  app.get('/health', readying('getHealth', 'The same as /readyz'), answerReadiness)

  async function answerReadiness(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const checks = readiness()
    const failed = checks.filter(({ ok }) => !ok).map(({ name }) => name)
    if (!isStopping() && failed.length === 0) return uncached(reply).send({ status: 'ready', checks })
    const detail = isStopping() ? 'the service is stopping' : `not ready: ${failed.join(', ')}`
    return sendProblem(request, reply, { code: 'not-ready', detail, more: { checks } })
  }
}

export function operationRoutes(app: ApiServer, { metrics, settings }: OperationParts): void {
  const version = { name: 'orderledger', version: settings.version, node: process.versions.node }

  app.get('/version', versioning, async () => version)
  app.get('/metrics', measuring, async (_request, reply) => {
    const text = metrics === null ? '# metrics are off\n' : await metrics.registry.metrics()
    return uncached(reply).type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })
}
