/** The schema of a route: what validates its requests and what documents it, from the same shapes. */
import type {} from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { codesOf } from './http/problem-document.ts'
import type { Role } from './http/roles.ts'
import { PROBLEMS, type ProblemCode } from './http/problems.ts'
import { closed } from './shapes/shape.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role a route needs; null: none. A route that does not say (a page) is for readers. */
    readonly role?: Role | null
    readonly headers?: KnownHeaders
  }
}

/** Headers that a client may send, for the document; the code that reads one validates it. */
export type KnownHeaders = Readonly<Record<string, { readonly description: string; readonly pattern?: string }>>

export interface Operation {
  /** The name of the operation, for clients made from the document. */
  readonly id: string
  readonly tag: 'orders' | 'products' | 'customers' | 'analytics' | 'log' | 'operations'
  readonly summary: string
  readonly description?: string
  /** Null: needs no token. */
  readonly role: Role | null
  readonly headers?: KnownHeaders
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
  'internal-error',
  'invalid-request',
]
const WITH_ROLE: readonly ProblemCode[] = ['unauthorized', 'forbidden', 'rate-limited', 'overloaded']
const WITH_BODY: readonly ProblemCode[] = ['invalid-json', 'body-too-large', 'unsupported-media-type']
const COMMAND: readonly ProblemCode[] = ['key-reused', 'store-unavailable', 'outcome-unknown', 'stopping']

const COMMAND_HEADERS: KnownHeaders = {
  'idempotency-key': {
    pattern: '^[\x21-\x7e]{8,128}$',
    description: 'The same key with the same request gives the same answer; with another request, 422.',
  },
  traceparent: { description: 'W3C trace context; its trace id becomes the correlation id of the events.' },
}

/** A route that reads. */
export function reading<Query extends TObject, Params extends TObject>(
  options: Operation & { readonly query: Query; readonly params: Params },
) {
  const { query, params } = options
  const { schema, config } = documented(options, [])
  return { schema: { ...schema, querystring: query, params }, config }
}

/** A route that shows a view: it says which position it shows, waits for one, and answers 304. */
export function viewing<Query extends TObject, Params extends TObject>(
  options: Omit<Operation, 'answers' | 'headers' | 'role'> & {
    readonly shape: TSchema
    readonly query: Query
    readonly params: Params
  },
) {
  const { shape, problems = [] } = options
  return reading({
    ...options,
    role: 'read',
    headers: { 'if-none-match': { description: 'The ETag of the answer that the client has.' } },
    answers: {
      200: { description: 'Shown.', shape, headers: VIEW_HEADERS },
      304: { description: 'Nothing changed but positions and times.', shape: null, headers: VIEW_HEADERS },
    },
    problems: ['not-there-yet', 'store-unavailable', ...problems],
  })
}

export const VIEW_HEADERS = { etag: 'For If-None-Match.', 'x-position': 'The position that the answer shows.' }

/** A route that is a command: a body, perhaps a key. */
export function commanding<Body extends TSchema, Params extends TObject>(
  options: Omit<Operation, 'answers'> & {
    readonly body: Body
    readonly params: Params
    /** Status to what it means; the answer shows `shape`. */
    readonly done: Readonly<Record<number, string>>
    readonly shape: TSchema
  },
) {
  const { body, params, headers, done, shape } = options
  const answers = Object.fromEntries(
    Object.entries(done).map(([status, description]) => [status, { description, shape, headers: DONE_HEADERS }]),
  )
  const operation = { ...options, answers, headers: { ...COMMAND_HEADERS, ...headers } }
  const { schema, config } = documented(operation, [...WITH_BODY, ...COMMAND])
  return { schema: { ...schema, querystring: NOTHING, params, body }, config }
}

/** A route that acts on the service and not on the shop: asked twice, it is done once, without a key. */
export function acting<Params extends TObject>(options: Operation & { readonly params: Params }) {
  const { params, problems = [] } = options
  // A body is read even where none is asked for.
  const { schema, config } = documented({ ...options, problems: ['store-unavailable', ...problems] }, WITH_BODY)
  return { schema: { ...schema, querystring: NOTHING, params }, config }
}

/** A route that works something out from its body, and changes nothing. */
export function computing<Params extends TObject, Body extends TSchema>(
  options: Operation & { readonly params: Params; readonly body: Body },
) {
  const { params, body } = options
  const { schema, config } = documented(options, WITH_BODY)
  return { schema: { ...schema, querystring: NOTHING, params, body }, config }
}

/** `acting` with a body. */
export function actingWith<Params extends TObject, Body extends TSchema>(
  options: Operation & { readonly params: Params; readonly body: Body },
) {
  const { schema, config } = acting(options)
  return { schema: { ...schema, body: options.body }, config }
}

const DONE_HEADERS = {
  etag: 'The version of what is shown.',
  location: 'Where to read it.',
  'x-position': 'Where the log stands with this command: read it with `?after=`.',
  'idempotency-replayed': '`true` when this answer had been given before under the same key.',
}

function documented(operation: Operation, kind: readonly ProblemCode[]) {
  const { id, tag, summary, description = '', role, headers = {}, answers, problems = [] } = operation
  const codes = new Set([...EVERYWHERE, ...(role === null ? [] : WITH_ROLE), ...kind, ...problems])
  const access = role === null ? 'Needs no token.' : `Needs the role \`${role}\` where tokens are configured.`
  return {
    schema: {
      operationId: id,
      tags: [tag],
      summary,
      description: `${description} ${access}`.trim(),
      ...(role === null && { security: [] }),
      response: { ...successes(answers), ...failures(codes) },
    },
    config: { role, headers },
  }
}

function successes(answers: Operation['answers']): Record<string, unknown> {
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
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  }
}
