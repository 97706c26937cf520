/** The embedded registry over HTTP, as Confluent's clients expect it: their paths, their bodies, their errors. */
import { isUtf8 } from 'node:buffer'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import { RegistryRefusal } from '../embedded/registry-refusal.ts'
import { JudgeBusy } from '../judgement/judge-busy.ts'
import type { Judge } from '../judgement/judgement.ts'
import { REGISTRY_TYPES, sendAnswer } from './answer.ts'
import { compatibilityRoutes } from './compatibility.ts'
import { textOf } from './request.ts'
import { reading, type Route } from './route.ts'
import { schemaRoutes } from './schemas.ts'
import { settingsRoutes } from './settings.ts'
import { subjectRoutes } from './subjects.ts'

export interface RestParts {
  readonly pool: pg.Pool
  /** Reads and compares schemas of others. */
  readonly judge: Judge
  /** Of the service, for /v1/metadata/version. */
  readonly version: string
  /** What the server around wants to know of routes that only read, of those that write, and of those that judge a schema. */
  readonly configs: Readonly<Record<'read' | 'write' | 'judge', FastifyContextConfig>>
  /** What an error means that is not the registry's own: about a token, the database, a limit, a defect. */
  readonly explain: (request: FastifyRequest, error: unknown) => Explained
}

export interface Explained {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** A schema of a megabyte, and what it is wrapped in. */
const BODY_LIMIT = 1_048_576 + 65_536
/** What Jersey, in which Confluent's is written, says of statuses that are not about schemas. */
const WORDS: Readonly<Record<number, string>> = {
  404: 'HTTP 404 Not Found',
  405: 'HTTP 405 Method Not Allowed',
  413: `the body has more than ${BODY_LIMIT} bytes`,
  414: 'a part of the path is longer than any subject',
}
/** Confluent's codes for a store that does not answer, and for what took too long. */
const STORE_ERROR = 50001
const TIMED_OUT = 50002
const BUSY_HEADERS = { 'retry-after': '1' }

/** Routes below the prefix that the plugin is registered with. */
export async function registryRest(app: FastifyInstance, parts: RestParts): Promise<void> {
  const { configs, pool, judge, version } = parts
  const registry = { pool, judge }
  readBodies(app)
  app.setErrorHandler((error, request, reply) => sendError(request, reply, explained(parts, request, error)))
  const routes = [
    ...subjectRoutes(registry),
    ...schemaRoutes(pool),
    ...compatibilityRoutes(registry),
    ...settingsRoutes(pool),
    ...serverRoutes(version),
  ]
  for (const { method, path, write, answer } of routes) {
    app.route({
      method,
      url: path,
      schema: { hide: true },
      // What is posted is a schema.
      config: { ...(write ? configs.write : configs.read), ...(method === 'POST' && configs.judge) },
      bodyLimit: BODY_LIMIT,
      handler: async (request, reply) => {
        const { params, query, body } = request
        const asked = { params, query, body, isGone: () => reply.raw.closed }
        return sendAnswer(request, reply, await answer(asked))
      },
    })
  }
  app.all('/*', { schema: { hide: true }, config: configs.read }, (request) => {
    const path = `/${textOf(request.params, '*')}`
    throw statusRefusal(unroutedStatus(routes, request.method, path))
  })
}

function statusRefusal(status: number): RegistryRefusal {
  return new RegistryRefusal({ status, errorCode: status, message: WORDS[status] ?? '' })
}

/** Why no route took a request: none has such a path, or this method, or a part of the path is too long for it. */
function unroutedStatus(routes: readonly Route[], method: string, path: string): number {
  const alike = routes.filter((route) => matches(route.path, path))
  if (alike.length === 0) return 404
  return alike.some((route) => route.method === method) ? 414 : 405
}

function matches(route: string, path: string): boolean {
  const parts = path.split('/')
  const own = route.split('/')
  return own.length === parts.length && own.every((part, index) => part.startsWith(':') || part === parts[index])
}

/** What clients ask about the server itself; there is one context, the default one. */
function serverRoutes(version: string): readonly Route[] {
  return [
    reading('/', () => Promise.resolve({})),
    reading('/contexts', () => Promise.resolve([':.:'])),
    reading('/v1/metadata/id', () =>
      Promise.resolve({ id: '', scope: { path: [], clusters: { 'schema-registry-cluster': 'orderledger' } } }),
    ),
    reading('/v1/metadata/version', () => Promise.resolve({ version, commitId: '' })),
  ]
}

/** The three media types of the protocol, and none, which old clients send. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    [...REGISTRY_TYPES, 'application/octet-stream'],
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (request: FastifyRequest, bytes: Buffer, done: (error: Error | null, body?: unknown) => void) => {
      try {
        // Clients name the type with every request; a DELETE has no body.
        if (bytes.length === 0 && request.method === 'DELETE') return done(null)
        if (!isUtf8(bytes)) throw new SyntaxError('it is not valid UTF-8')
        done(null, JSON.parse(bytes.toString().replace(/^\ufeff/, '')))
      } catch (cause) {
        const message = `Unreadable body: ${cause instanceof Error ? cause.message : String(cause)}`
        done(new RegistryRefusal({ status: 400, errorCode: 400, message }, { cause }))
      }
    },
  )
}

interface ConfluentError {
  readonly status: number
  readonly errorCode: number
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** Answers in Confluent's shape what never came to a route: a path that cannot be decoded. */
export function sendUnrouted(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message, headers }: Explained,
): void {
  sendError(request, reply, { status, errorCode: status, message: WORDS[status] ?? message, headers })
}

function explained(parts: RestParts, request: FastifyRequest, error: unknown): ConfluentError {
  if (error instanceof RegistryRefusal) {
    const { status, errorCode, message } = error
    return { status, errorCode, message, headers: {} }
  }
  if (error instanceof JudgeBusy) {
    return { status: 503, errorCode: TIMED_OUT, message: error.message, headers: BUSY_HEADERS }
  }
  const { status, message, headers } = parts.explain(request, error)
  if (status >= 500 && status !== 501) return { status, errorCode: STORE_ERROR, message, headers }
  return { status, errorCode: status, message: WORDS[status] ?? message, headers }
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: ConfluentError): FastifyReply {
  const { status, errorCode, message, headers } = error
  const answer = { value: { error_code: errorCode, message } }
  return sendAnswer(request, reply.code(status).headers({ 'cache-control': 'no-store', ...headers }), answer)
}
