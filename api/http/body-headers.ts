/** What the headers say of a body, before it is read: how it is coded, or that it is empty. */
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { UNKNOWN_TRANSFER_CODING } from '../connection/malformed-http.ts'
import { ProblemError } from './problem-document.ts'

type Done = (error?: Error) => void

/** A body in a coding that nobody undoes has no end that we know, or is not what it seems: the first look at a request. */
export function checkTransferCoding({ raw }: FastifyRequest, reply: FastifyReply, done: Done): void {
  const coding = raw.headers['transfer-encoding']
  if (coding === undefined || /^ *chunked *$/i.test(coding)) return done()
  reply.header('connection', 'close')
  done(new ProblemError(UNKNOWN_TRANSFER_CODING))
}

/**
 * Bodies are read as they are, in UTF-8: one that says it is something else is refused, never guessed. Not so one that is signed:
 * its signature is that of its bytes, and anyone who sends it switches the address off that refuses it.
 */
export function checkContentCoding(
  { headers, routeOptions }: FastifyRequest,
  _reply: FastifyReply,
  _body: unknown,
  done: Done,
): void {
  if (routeOptions.config.signed === true) return done()
  const coding = headers['content-encoding']
  if (coding !== undefined && !/^ *identity *$/i.test(coding) && !isWithoutBody(headers)) {
    return done(
      new ProblemError({
        code: 'unsupported-media-type',
        detail: `Content-Encoding ${printable(coding)} is not supported, the body must be sent as it is`,
        headers: { 'accept-encoding': 'identity' },
      }),
    )
  }
  const charset = /;\s*charset\s*=\s*"?([^";]*)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset === undefined || /^\s*utf-?8\s*$/i.test(charset) || isWithoutBody(headers)) return done()
  done(
    new ProblemError({
      code: 'unsupported-media-type',
      detail: `the charset ${printable(charset)} is not supported, the body must be in UTF-8`,
    }),
  )
}

/** Where a body may be left out, `Content-Type` says nothing without one; some clients send it with every request. */
export function ignoreTypeOfNothing(route: RouteOptions): void {
  if (!mayBeWithoutBody(route)) return
  const ignore = ({ raw: { headers } }: FastifyRequest, _reply: FastifyReply, done: Done): void => {
    if (isWithoutBody(headers)) delete headers['content-type']
    done()
  }
  route.onRequest = [route.onRequest ?? [], ignore].flat()
}

/** DELETE never needs one; of the others those that say so, or ask for none, in their schema. */
export function mayBeWithoutBody({ method, schema }: Pick<RouteOptions, 'method' | 'schema'>): boolean {
  if ([method].flat().includes('DELETE')) return true
  if (schema?.hide === true) return false
  return schema?.body === undefined || takesNull(schema.body)
}

export function takesNull(shape: unknown): boolean {
  if (typeof shape !== 'object' || shape === null || !('anyOf' in shape) || !Array.isArray(shape.anyOf)) return false
  return shape.anyOf.some(
    (one: unknown) => typeof one === 'object' && one !== null && 'type' in one && one.type === 'null',
  )
}

function isWithoutBody(headers: FastifyRequest['raw']['headers']): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers
  return coding === undefined && /^0+$/.test(length)
}

/** A header of the client, in an answer. */
function printable(text: string): string {
  return text.trim().slice(0, 100)
}
