/** The OpenAPI document, the page that shows it, and a page for each kind of problem. */
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { ApiServer } from '../api-server.ts'
import { PAGE_POLICY } from '../http/security-headers.ts'
import { takesNull } from '../http/body-headers.ts'
import { contentTag, matchesNone } from '../http/etag.ts'
import { ProblemError } from '../http/problem-document.ts'
import { NOTHING, reading } from '../operation.ts'
import { resource } from '../resource.ts'
import { isProblemCode, PROBLEMS, type ProblemCode } from '../http/problems.ts'
import { closed } from '../../commands/shape.ts'
import type { Exchange } from '../answers/read-answers.ts'

const PAGE = '/docs'

const getOpenApi = reading('/openapi.json', {
  tag: 'operations',
  uses: null,
  summary: 'Show this document',
  role: 'read',
  params: NOTHING,
  query: NOTHING,
  headers: { 'if-none-match': { description: 'The ETag of the document that the client has.' } },
  answers: {
    200: {
      description: 'OpenAPI 3.1.',
      shape: Type.Object({}, { additionalProperties: true }),
      headers: { etag: 'For If-None-Match.' },
    },
    304: { description: 'The document has not changed.', shape: null, headers: { etag: 'For If-None-Match.' } },
  },
})

const getProblem = reading('/problems/:code', {
  tag: 'operations',
  uses: null,
  summary: 'Explain a problem',
  description: 'The `type` of a problem points here.',
  role: null,
  params: closed({ code: Type.String({ description: 'The `code` of the problem.' }) }),
  query: NOTHING,
  answers: { 200: { description: 'An HTML page.', shape: Type.String(), mediaType: 'text/html' } },
  problems: ['not-found', 'rate-limited'],
})

/** In this order, that of a shop's day, the page shows them. */
const TAGS = [
  { name: 'orders', description: 'Placed, cancelled, returned and read.' },
  { name: 'payments', description: 'Paid, declined and refunded.' },
  { name: 'deliveries', description: 'Dispatched, delivered and failed.' },
  { name: 'products', description: 'The catalogue and its stock.' },
  { name: 'customers', description: 'Who orders.' },
  { name: 'analytics', description: 'The figures of the shop.' },
  { name: 'insights', description: 'What customers do, what to offer, what runs out, who cheats.' },
  { name: 'messages', description: 'Mails, text messages and alerts.' },
  { name: 'log', description: 'The events that everything rests on, and what happened last.' },
  { name: 'operations', description: 'Health, read models, Kafka, schemas, failures.' },
] as const

/** Collects the routes that are registered after it. */
export function collectRoutes(app: ApiServer, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'OrderLedger',
        version,
        description:
          'Takes orders against event-sourced stock. Every error is a problem document (RFC 9457). Commands are ' +
          'repeatable with an Idempotency-Key or with ids that the client chooses.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [...TAGS],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token from API_TOKENS; not needed if none are configured.',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) =>
        typeof $id === 'string' ? $id : `shape-${String(index)}`,
    },
    transform: ({ schema, url, route }) => {
      const headers = Object.entries(route.config?.headers ?? {})
      if (headers.length === 0) return { schema, url }
      const properties = headers.map(([name, header]) => [name, { type: 'string', ...header }])
      return { schema: { ...schema, headers: { type: 'object', properties: Object.fromEntries(properties) } }, url }
    },
    transformObject: withOptionalBodies,
  })
}

/** The plugin calls every body required; one whose schema takes null may be left out. */
const withOptionalBodies: NonNullable<FastifyDynamicSwaggerOptions['transformObject']> = (document) => {
  if (!('openapiObject' in document)) return document.swaggerObject
  for (const path of Object.values(document.openapiObject.paths ?? {})) {
    const body = path?.post?.requestBody
    if (body && 'content' in body && takesNull(body.content['application/json']?.schema)) body.required = false
  }
  return document.openapiObject
}

export const documentation = resource({ getOpenApi }, () => ({
  getOpenApi: async (request, reply) => sendDocument({ request, reply }, 'json'),
}))

const MEDIA_TYPES = { json: 'application/json; charset=utf-8', yaml: 'application/x-yaml' } as const

/** The document never changes while a server lives. All answers share its bytes: it is what a client can ask most with. */
const documents = new WeakMap<FastifyInstance['swagger'], Map<string, SharedDocument>>()

interface SharedDocument {
  readonly bytes: Buffer
  readonly etag: string
}

function sendDocument({ request, reply }: Exchange, format: keyof typeof MEDIA_TYPES): FastifyReply {
  const { swagger } = request.server
  const known = documents.get(swagger) ?? new Map<string, SharedDocument>()
  documents.set(swagger, known)
  const { bytes, etag } = known.get(format) ?? writeDocument(request.server, format)
  known.set(format, { bytes, etag })
  reply.header('etag', etag).header('cache-control', 'private, no-cache')
  if (matchesNone(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.header('content-type', MEDIA_TYPES[format]).send(bytes)
}

function writeDocument(server: FastifyInstance, format: keyof typeof MEDIA_TYPES): SharedDocument {
  const text = format === 'yaml' ? server.swagger({ yaml: true }) : JSON.stringify(server.swagger())
  return { bytes: Buffer.from(text), etag: contentTag(text) }
}

/** The page that shows the document. */
export function documentationPage(app: ApiServer): void {
  app.register(swaggerUi, {
    routePrefix: PAGE,
    staticCSP: PAGE_POLICY,
    uiHooks: { preHandler: sendShared },
    // Without the bar on top, whose logo has an inline style, which the policy refuses.
    uiConfig: { docExpansion: 'list', validatorUrl: null, layout: 'BaseLayout' },
  })
}

/** The plugin would write the document again for each request. */
function sendShared(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { url = '' } = request.routeOptions
  if (url === `${PAGE}/json`) sendDocument({ request, reply }, 'json')
  else if (url === `${PAGE}/yaml`) sendDocument({ request, reply }, 'yaml')
  else done()
}

/** Pages of problems need no token: anyone who is refused for lack of one has to be able to read why. */
export const problems = resource({ getProblem }, () => ({
  async getProblem(request, reply) {
    const { code } = request.params
    if (!isProblemCode(code)) throw new ProblemError({ code: 'not-found', detail: 'no problem has this code' })
    return reply.type('text/html; charset=utf-8').header('cache-control', 'public, max-age=3600').send(page(code))
  },
}))

function page(code: ProblemCode): string {
  const { status, title, meaning, next } = PROBLEMS[code]
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${String(status)} · <code>${code}</code></p>
<p>${escapeHtml(meaning)}</p>
<p>Next: ${escapeHtml(next)}</p>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
