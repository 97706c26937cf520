/**
 * The body parsers: JSON in valid UTF-8 and nothing else. Invalid bytes are refused, never replaced by U+FFFD. Of two
 * equal keys in an object the last one counts, as JSON.parse has it. `__proto__` and `constructor.prototype` are refused.
 */
import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayBeWithoutBody } from './body-headers.ts'
import { ProblemError } from './problem-document.ts'

type Done = (error: Error | null, body?: unknown) => void

/** Makes JSON the only media type that the server reads. */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, bytes, done: Done) => {
    if (typeof bytes === 'string') throw new TypeError('the body arrived as text')
    if (bytes.length === 0 && mayBeWithoutBody(request.routeOptions)) return done(null)
    if (!isUtf8(bytes)) return done(unreadable('the body is not valid UTF-8'))
    void parse(request, bytes.toString(), (error, body) => {
      if (error) done(unreadable(bytes.length === 0 ? 'the body is empty' : 'the body is not valid JSON', error))
      else done(null, body)
    })
  })
}

/**
 * JSON as text/plain too, in UTF-8: what `navigator.sendBeacon` can send from a page without a question to the server first.
 * For routes that take nothing of another origin.
 */
export function acceptPlainJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, (request: FastifyRequest, bytes, done: Done) => {
    if (typeof bytes === 'string') throw new TypeError('the body arrived as text')
    const type = request.headers['content-type'] ?? ''
    if (!PLAIN_UTF8.test(type)) {
      return done(new ProblemError({ code: 'unsupported-media-type', detail: `${type} is not text/plain in UTF-8` }))
    }
    if (!isUtf8(bytes)) return done(unreadable('the body is not valid UTF-8'))
    void parse(request, bytes.toString(), (error, body) => {
      if (error) done(unreadable(bytes.length === 0 ? 'the body is empty' : 'the body is not valid JSON', error))
      else done(null, body)
    })
  })
}

const PLAIN_UTF8 = /^text\/plain\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function unreadable(detail: string, cause?: Error): ProblemError {
  return new ProblemError({ code: 'invalid-json', detail }, { cause })
}
