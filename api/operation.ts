/** What a route asks and answers: what validates its requests and what documents it, from the same shapes. */
import type { FastifyContextConfig, FastifySchema, FastifySchemaCompiler } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import type { Request } from '../commands/request.ts'
import { closed, ref } from '../commands/shape.ts'
import { codesOf } from './http/problem-document.ts'
import type { ProjectionName } from '../projections/views/list.ts'
import type { Scarce } from './connection/budgets.ts'
import type { TokenRole } from './http/roles.ts'
import { PROBLEMS, type ProblemCode } from './http/problems.ts'
import { commandValidator } from './http/validation.ts'
import { Problem } from './shapes/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role a route needs; null: none. A route that does not say (a page) is for readers. */
    readonly role?: TokenRole | null
    readonly headers?: KnownHeaders
  }
}

/** Headers that a client may send, for the document; the code that reads one validates it. */
export type KnownHeaders = Readonly<Record<string, { readonly description: string; readonly pattern?: string }>>

/** A route without its handler. Its name is that of the operation, for clients made from the document (resource.ts). */
export interface Operation<Schema extends FastifySchema = FastifySchema> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly schema: Schema
  readonly config: FastifyContextConfig
  readonly validatorCompiler?: FastifySchemaCompiler<FastifySchema>
  /** Bytes; absent: as of all others. */
  readonly bodyLimit?: number
}

export interface Described {
  readonly tag:
    | ('orders' | 'payments' | 'deliveries' | 'products' | 'customers' | 'analytics')
    | ('insights' | 'messages' | 'log' | 'operations')
  readonly summary: string
  readonly description?: string
  /** Null: needs no token. */
  readonly role: TokenRole | null
  readonly headers?: KnownHeaders
  /** Absent: the database. */
  readonly uses?: Scarce | null
  readonly answers: Readonly<Record<number, Success>>
  /** Beside those that every operation of its kind has. */
  readonly problems?: readonly ProblemCode[]
}

export interface Success {
  readonly description: string
  /** Null: no body. */
  readonly shape: TSchema | null
  readonly mediaType?: string
  /** Header name to description. */
  readonly headers?: Readonly<Record<string, string>>
}

export const NOTHING = closed({})

const EVERYWHERE: readonly ProblemCode[] = [
  'malformed-request',
  'host-not-allowed',
  'request-timeout',
  'headers-too-large',
  'expectation-failed',
  'unsupported-transfer-coding',
  'internal-error',
  'invalid-request',
]
const WITH_ROLE: readonly ProblemCode[] = ['unauthorized', 'forbidden', 'rate-limited', 'overloaded']
const WITH_BODY: readonly ProblemCode[] = [
  'origin-not-allowed',
  'invalid-json',
  'body-too-large',
  'unsupported-media-type',
]
const COMMAND: readonly ProblemCode[] = ['key-reused', 'store-unavailable', 'outcome-unknown', 'stopping']

const COMMAND_HEADERS: KnownHeaders = {
  'idempotency-key': {
    pattern: '^[\x21-\x7e]{8,128}$',
    description: 'The same key with the same request gives the same answer; with another request, it gives 422.',
  },
  traceparent: { description: 'W3C trace context; its trace id becomes the correlation id of the events.' },
}

/** A route that reads. */
export function reading<Query extends TObject, Params extends TObject>(
  url: string,
  options: Described & { readonly query: Query; readonly params: Params },
) {
  const { query, params } = options
  const { schema, config } = documented(options, [])
  return { method: 'GET', url, schema: { ...schema, querystring: query, params }, config } as const
}

/** A route that shows a view: it says which position it shows, waits for one, and answers 304. */
export function viewing<Query extends TObject, Params extends TObject>(
  url: string,
  options: Omit<Described, 'answers' | 'headers' | 'role' | 'uses'> & {
    readonly view: ProjectionName
    readonly shape: TSchema
    readonly query: Query
    readonly params: Params
  },
) {
  const { view, shape, problems = [] } = options
  const { config, ...operation } = reading(url, {
    ...options,
    role: 'read',
    headers: { 'if-none-match': { description: 'The ETag of the answer that the client has.' } },
    answers: {
      200: { description: 'Shown.', shape, headers: VIEW_HEADERS },
      304: { description: 'Only positions and times have changed.', shape: null, headers: VIEW_HEADERS },
    },
    problems: ['not-there-yet', 'store-unavailable', ...problems],
  })
  return { ...operation, config: { ...config, view } }
}

export const VIEW_HEADERS = { etag: 'For If-None-Match.', 'x-position': 'The position that the answer shows.' }

/** A route that is a command: a body, perhaps a key. The request checks the body, and nothing else does. */
export function commanding<
  Body extends TSchema,
  Params extends TObject,
  const Refusals extends Readonly<Record<string, ProblemCode>>,
>(
  url: string,
  options: Omit<Described, 'answers' | 'uses'> & {
    readonly request: Request<Body>
    /** What each of its refusals is called; they are problems of the route. */
    readonly refusals: Refusals
    readonly params: Params
    /** Status to what it means; the answer shows `shape`. */
    readonly done: Readonly<Record<number, string>>
    readonly shape: TSchema
  },
) {
  const { request, refusals, params, headers, done, shape } = options
  const answers = Object.fromEntries(
    Object.entries(done).map(([status, description]) => [status, { description, shape, headers: DONE_HEADERS }]),
  )
  const operation = { ...options, answers, headers: { ...COMMAND_HEADERS, ...headers }, uses: null }
  const { schema, config } = documented(operation, [...WITH_BODY, ...COMMAND, ...Object.values(refusals)])
  return {
    method: 'POST',
    url,
    schema: { ...schema, querystring: NOTHING, params, body: request.body },
    config,
    validatorCompiler: commandValidator(request),
    refusals,
  } as const
}

/** A route that acts on the service and not on the shop: asked twice, it is done once, without a key. */
export function acting<Params extends TObject>(url: string, options: Described & { readonly params: Params }) {
  const { params, problems = [] } = options
  // A body is read even where none is asked for.
  const { schema, config } = documented({ ...options, problems: ['store-unavailable', ...problems] }, WITH_BODY)
  return { method: 'POST', url, schema: { ...schema, querystring: NOTHING, params }, config } as const
}

/** `acting` that takes something away. */
export function removing<Params extends TObject>(url: string, options: Described & { readonly params: Params }) {
  return { ...acting(url, options), method: 'DELETE' } as const
}

/** `acting` with a body. */
export function actingWith<Params extends TObject, Body extends TSchema>(
  url: string,
  options: Described & { readonly params: Params; readonly body: Body },
) {
  const { schema, ...operation } = acting(url, options)
  return { ...operation, schema: { ...schema, body: options.body } }
}

/** A route that works something out from its body, and changes nothing. */
export function computing<Params extends TObject, Body extends TSchema>(
  url: string,
  options: Described & { readonly params: Params; readonly body: Body },
) {
  const { params, body } = options
  const { schema, config } = documented(options, WITH_BODY)
  return { method: 'POST', url, schema: { ...schema, querystring: NOTHING, params, body }, config } as const
}

const DONE_HEADERS = {
  etag: 'Version of the content.',
  location: 'URL to read it.',
  'x-position': 'The position of the log after this command; use it with `?after=`.',
  'idempotency-replayed': '`true` if the same answer was already given for this key.',
}

function documented(operation: Described & { readonly params: TObject }, kind: readonly ProblemCode[]) {
  const {
    params,
    tag,
    summary,
    description = '',
    role,
    headers = {},
    uses = 'database',
    answers,
    problems = [],
  } = operation
  const place: readonly ProblemCode[] = params === NOTHING ? [] : ['path-too-long']
  const codes = new Set([...EVERYWHERE, ...(role === null ? [] : WITH_ROLE), ...place, ...kind, ...problems])
  const access = role === null ? 'Needs no token.' : `Needs the role \`${role}\` if tokens are configured.`
  return {
    schema: {
      tags: [tag],
      summary,
      description: `${description} ${access}`.trim(),
      ...(role === null && { security: [] }),
      response: { ...successes(answers), ...failures(codes) },
    },
    config: { role, headers, uses },
  }
}

function successes(answers: Described['answers']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answers).map(([status, success]) => [status, successOf(success)]))
}

function successOf({ description, shape, mediaType = 'application/json', headers }: Success) {
  const documentedHeaders = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { type: 'string', description: text },
  ])
  return {
    description,
    ...(documentedHeaders.length > 0 && { headers: Object.fromEntries(documentedHeaders) }),
    ...(shape ? { content: { [mediaType]: { schema: shape } } } : { type: 'null' }),
  }
}

function failures(codes: ReadonlySet<ProblemCode>): Record<string, unknown> {
  const statuses = new Set([...codes].map((code) => PROBLEMS[code].status))
  return Object.fromEntries(
    [...statuses].map((status) => [status, failureOf(codesOf(status).filter((code) => codes.has(code)))]),
  )
}

function failureOf(codes: readonly ProblemCode[]) {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/problem+json': { schema: ref(Problem) } },
  }
}
