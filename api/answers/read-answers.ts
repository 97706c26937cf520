/** What all reads of the views have in common: saying which position is shown, and 304. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  parseCursor,
  type Breakdown,
  type Found,
  type Page,
  type PageQuery,
  type Shown,
} from '../../projections/queries/shown.ts'
import type { Position } from '../../store/commit/command.ts'
import { contentTag, matchesNone } from '../http/etag.ts'
import { ProblemError, type Occurrence } from '../http/problem-document.ts'
import { DEFAULT_LIMIT } from '../shapes/list.ts'

/** One request and its reply. */
export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Limit and cursor as the views want them. Throws when the cursor is none that we made. */
export function pageQuery(query: { readonly limit?: number; readonly cursor?: string }): PageQuery {
  const { limit = DEFAULT_LIMIT } = query
  if (query.cursor === undefined) return { limit, cursor: null }
  const cursor = parseCursor(query.cursor)
  if (cursor !== null) return { limit, cursor }
  throw invalidCursor()
}

export function invalidCursor(): ProblemError {
  return new ProblemError({
    code: 'invalid-request',
    detail: 'the cursor is not valid',
    errors: [{ in: 'query', pointer: '/cursor', message: 'must be the `next` of an earlier page' }],
  })
}

/** Without query parameters: such a question is answered under the names that some clients know, too. */
export function isEmpty(query: object): boolean {
  return Object.keys(query).length === 0
}

/** For answers about the service itself: they are true for a moment. */
export function uncached(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store')
}

/** One item with its ETag, or the given problem. */
export function sendFound<Item extends { readonly version: number }>(
  { request, reply }: Exchange,
  { item, position }: Found<Item>,
  { missing, tag }: { readonly missing: Occurrence; readonly tag: (item: Item) => string },
): FastifyReply {
  if (item === null) throw new ProblemError({ ...missing, headers: { 'x-position': String(position) } })
  if (unchanged({ request, reply }, tag(item), position)) return reply.code(304).send()
  return sendJson(reply, JSON.stringify({ ...item, position }))
}

/** A page of what happened: its items have positions of their own. */
export function sendHistory<Item>(exchange: Exchange, { items, next, position }: Page<Item>): FastifyReply {
  return sendTagged(exchange, { content: { items, next }, also: { position } })
}

/**
 * A page of things as they are: each item is shown as it would be alone, with the position that it shows. `more` says
 * nothing that the items do not say.
 */
export function sendPage<Item>(
  { request, reply }: Exchange,
  { items, next, position }: Page<Item>,
  more: object = {},
): FastifyReply {
  if (unchanged({ request, reply }, contentTag({ items, next }), position)) return reply.code(304).send()
  const shown = items.map((item) => ({ ...item, position }))
  return sendJson(reply, JSON.stringify({ items: shown, next, position, ...more }))
}

export function sendBreakdown<Item>(exchange: Exchange, { items, position, asOf }: Breakdown<Item>): FastifyReply {
  return sendTagged(exchange, { content: { items }, also: { position, asOf } })
}

/** `content` makes the ETag; `also` (position and times) is shown beside it and does not count. */
export interface Tagged {
  readonly content: object
  readonly also: Pick<Shown, 'position'> & Readonly<Record<string, unknown>>
  /** Numbers by their digits, of the content too: JSON.stringify would write them as rounded as a program holds them. */
  readonly exact?: Readonly<Record<string, `${number}`>>
}

export function sendTagged({ request, reply }: Exchange, { content, also, exact = {} }: Tagged): FastifyReply {
  if (unchanged({ request, reply }, contentTag({ ...content, ...exact }), also.position)) return reply.code(304).send()
  const numbers = Object.entries(exact).map(([name, digits]) => `,${JSON.stringify(name)}:${digits}`)
  return sendJson(reply, `${JSON.stringify({ ...content, ...also }).slice(0, -1)}${numbers.join('')}}`)
}

/** A page of the log. It changes with every event, so it has no ETag. */
export function sendEvents(
  reply: FastifyReply,
  page: { readonly items: readonly object[]; readonly position: Position },
): FastifyReply {
  reply.header('x-position', String(page.position)).header('cache-control', 'private, no-cache')
  return sendJson(reply, JSON.stringify(page))
}

/** Sets what both 200 and 304 carry, and tells which of them it is. */
function unchanged({ request, reply }: Exchange, etag: string, position: Position): boolean {
  reply.header('etag', etag).header('x-position', String(position)).header('cache-control', 'private, no-cache')
  return matchesNone(request.headers['if-none-match'], etag)
}

function sendJson(reply: FastifyReply, body: string): FastifyReply {
  return reply.code(200).header('content-type', 'application/json; charset=utf-8').send(body)
}
