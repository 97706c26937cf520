/** Puts the API together. */
import underPressure from '@fastify/under-pressure'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyRequest } from 'fastify'
import type { ApiServer } from './api-server.ts'
import { dashboardFiles } from './routes/dashboard.ts'
import { collectRoutes, documentationPage } from './routes/documentation.ts'
import { httpServer } from './connection/http-server.ts'
import { shareTurns, waitForViews } from './connection/budgets.ts'
import { leaveUncounted, limitRate } from './connection/rate-limit.ts'
import { originForm } from './connection/target.ts'
import { takeWebSockets, Upgrades } from './connection/upgrades.ts'
import { checkHost, requireRole, Tokens } from './http/access.ts'
import { checkContentCoding, checkTransferCoding, ignoreTypeOfNothing } from './http/body-headers.ts'
import { errorHandler, occurrenceOf, type ReportDefect } from './http/error-handler.ts'
import { acceptJsonOnly, acceptPlainJson } from './http/json-body.ts'
import { answerUnrouted } from './http/method-not-allowed.ts'
import { observeAnswers, unroutedObserver } from './http/observe.ts'
import { checkOrigin } from './http/origin.ts'
import { ProblemError, sendProblem } from './http/problem-document.ts'
import { convertIntegers } from './http/query.ts'
import { SECURITY_HEADERS } from './http/security-headers.ts'
import { validatorsOf } from './http/validation.ts'
import { health, service } from './routes/operations.ts'
import { paymentWebhook } from './routes/payment-webhook.ts'
import type { ApiParts, OperationParts } from './parts.ts'
import { refuseUnrouted, registryRoutes } from './routes/registry.ts'
import {
  allResources,
  guardedResources,
  namedShapes,
  openResources,
  plainResources,
  streamingResources,
  uncountedResources,
} from './resources.ts'

const BODY_LIMIT = 65_536
/** Longer than any id, so that a bad id is reported as such (400); beyond it the path itself is (414). */
const PATH_PART_LIMIT = 256
const HEADER_LIMIT = 16_384
const REQUEST_TIMEOUT_MS = 10_000
/** Above that of the usual proxies (60 s): the side that closes first must be the one that sends. */
const KEEP_ALIVE_MS = 65_000
/** On average. At saturation it is around 20 ms; at half a second the answers come too late to be of use. */
const MOST_EVENT_LOOP_DELAY_MS = 500
/** Long enough that one block, as when a server is built, does not make the average of a sample by itself. */
const LOAD_SAMPLE_MS = 3_000

/** The API as a server that does not listen yet. Closing it waits for the requests under way. */
export function buildServer(given: ApiParts): ApiServer {
  const parts = { ...given, tokens: given.tokens ?? new Tokens(given.settings.tokens) }
  const upgrades = new Upgrades()
  const { app, reportDefect } = openServer(parts, { registry: parts.registry !== null, upgrades })
  app.register(async (uncounted: ApiServer) => {
    leaveUncounted(uncounted)
    for (const { serve } of uncountedResources) serve(uncounted, parts)
    dashboardFiles(uncounted, parts)
  })
  app.register(async (signed: ApiServer) => {
    leaveUncounted(signed)
    paymentWebhook(signed, parts)
  })
  app.register(async (open: ApiServer) => {
    for (const { serve } of openResources) serve(open, parts)
  })
  app.register(async (streaming: ApiServer) => {
    await takeWebSockets(streaming, upgrades)
    for (const { serve } of streamingResources) serve(streaming, parts)
  })
  app.register(async (guarded: ApiServer) => {
    await guard(guarded, parts)
    shareTurns(guarded)
    waitForViews(guarded, parts.views)
    for (const { serve } of guardedResources) serve(guarded, parts)
    guarded.register((plain: ApiServer, _options, done) => {
      acceptPlainJson(plain)
      for (const { serve } of plainResources) serve(plain, parts)
      done()
    })
    registryRoutes(guarded, parts, reportDefect)
    documentationPage(guarded)
  })
  parts.metrics?.watchProjections(() => parts.views.states())
  parts.metrics?.watchReactors(() => parts.reactors.states())
  parts.metrics?.watchPayments(() => parts.views.payments.figures())
  parts.metrics?.watchGroups(async () => (await parts.kafka.sampler.once()).groups)
  return app
}

/** A server that has all routes for the OpenAPI document, and serves none of them. */
export function buildDescription(version: string): ApiServer {
  const app: ApiServer = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(() => () => true)
  describeApi(app, version)
  app.register(async (described: ApiServer) => {
    for (const { describe } of allResources) describe(described)
  })
  return app
}

/** What a document of its routes takes; before the first route. */
function describeApi(app: ApiServer, version: string): void {
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  for (const shape of namedShapes) app.addSchema(shape)
  collectRoutes(app, version)
}

/** The same of a process that takes no orders: its health, its metrics and its release, and nothing else. */
export function buildOperationsServer(parts: OperationParts): ApiServer {
  const { app } = openServer(parts, { registry: false, upgrades: null })
  app.register(async (uncounted: ApiServer) => {
    leaveUncounted(uncounted)
    health.serve(uncounted, parts)
  })
  app.register(async (guarded: ApiServer) => {
    await guard(guarded, parts)
    service.serve(guarded, parts)
  })
  return app
}

interface OpenedServer {
  readonly app: ApiServer
  readonly reportDefect: ReportDefect
}

/** A server with all that holds for every route, and none yet. */
function openServer(
  parts: OperationParts,
  { registry, upgrades }: { readonly registry: boolean; readonly upgrades: Upgrades | null },
): OpenedServer {
  const { log, metrics, newId, settings, tokens = new Tokens(settings.tokens) } = parts
  const requestTimeout = settings.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const observeUnrouted = unroutedObserver(log, metrics)

  const app: ApiServer = Fastify({
    bodyLimit: BODY_LIMIT,
    rewriteUrl: ({ url = '/' }) => originForm(url),
    routerOptions: { maxParamLength: PATH_PART_LIMIT },
    // Requests that arrive while the server closes are still answered; the parts say when they cannot.
    return503OnClosing: false,
    genReqId: newId,
    serverFactory: (handle) =>
      httpServer(handle, {
        http: {
          maxHeaderSize: HEADER_LIMIT,
          headersTimeout: requestTimeout,
          connectionsCheckingInterval: requestTimeout / 10,
          // Checked by checkHost: Node's own answer to a missing Host has no body.
          requireHostHeader: false,
        },
        requestTimeout,
        connectionTimeout: 3 * requestTimeout,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxConnections: settings.maxConnections,
        newId,
        upgrades,
      }),
    // The server itself answers; Fastify's own answer would be a second one.
    clientErrorHandler: () => undefined,
    frameworkErrors(error, request, reply) {
      reply.headers(SECURITY_HEADERS)
      observeUnrouted(request, reply)
      const refuse = (cause: unknown): void => {
        if (registry && refuseUnrouted(request, reply, cause)) return
        sendProblem(request, reply, occurrenceOf(cause))
      }
      counted(request, reply).then(() => refuse(error), refuse)
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.setValidatorCompiler(validatorsOf(namedShapes))
  acceptJsonOnly(app)
  const reportDefect: ReportDefect = (request, error) => log.error({ requestId: request.id, err: error }, 'defect')
  app.setErrorHandler(errorHandler(reportDefect))
  app.decorateRequest('principal', null)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(SECURITY_HEADERS)
    done()
  })
  if (tokens.areNeeded) {
    app.addHook('onRequest', (request, _reply, done) => {
      request.principal = tokens.find(request.headers.authorization)
      done()
    })
  }
  upgrades?.endRefused(app)
  const counted = limitRate(app, settings.rateLimit)
  app.addHook('onRequest', checkHost(!tokens.areNeeded))
  app.addHook('onRequest', checkOrigin)
  app.addHook('onRequest', checkTransferCoding)
  app.addHook('onRoute', ignoreTypeOfNothing)
  app.addHook('preParsing', checkContentCoding)
  observeAnswers(app, log, metrics)
  answerUnrouted(app, observeUnrouted)
  describeApi(app, settings.version)
  metrics?.watchFeed(parts.feed)
  return { app, reportDefect }
}

/** Everything but health and the dashboard's files is behind tokens and load shedding. */
async function guard(app: ApiServer, { settings, tokens }: OperationParts): Promise<void> {
  const guarded = tokens?.areNeeded ?? settings.tokens.length > 0
  await app.register(underPressure, {
    maxEventLoopDelay: MOST_EVENT_LOOP_DELAY_MS,
    sampleInterval: LOAD_SAMPLE_MS,
    pressureHandler: shedLoad,
  })
  app.addHook('onRoute', (route) => {
    const convert = convertIntegers(route.schema?.querystring)
    if (convert) route.preValidation = [route.preValidation ?? [], convert].flat()
    const role = route.config?.role === undefined ? 'read' : route.config.role
    if (!guarded || role === null) return
    const check = async (request: FastifyRequest): Promise<void> => requireRole(request.principal, role)
    route.onRequest = [route.onRequest ?? [], check].flat()
  })
}

/** The plugin takes a time without samples as endless delay; that is one long block, and the queue behind it is short. */
function shedLoad(
  _request: unknown,
  _reply: unknown,
  _kind: string,
  delay: number | undefined,
): Promise<void> | undefined {
  if (!Number.isFinite(delay)) return undefined
  return Promise.reject(OVERLOADED)
}

/** One for all: it is thrown when there is no time for stacks. */
const OVERLOADED = new ProblemError({ code: 'overloaded', detail: 'the process is too busy to answer in time' })
