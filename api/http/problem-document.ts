/** Problem documents (RFC 9457), made and sent. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { summaryOf, type Fault } from '../../commands/faults.ts'
import { isProblemCode, PROBLEMS, type ProblemCode } from './problems.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** What one part of the request did wrong; `pointer` is a JSON pointer into that part. */
export interface PartFault extends Fault {
  readonly in: 'body' | 'query' | 'path' | 'header'
}

/** What happened this time. */
export interface Occurrence {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors?: readonly PartFault[]
  /** Properties beside those of every problem. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** That a part of a request is not as it has to be. */
export function invalidRequest(part: PartFault['in'], faults: readonly Fault[]): Occurrence {
  const errors = faults.map(({ pointer, message }) => ({ in: part, pointer, message }))
  return { code: 'invalid-request', detail: summaryOf(part, faults), errors }
}

/** An answer that is an error, on its way out of a handler, a hook or a parser. */
export class ProblemError extends Error {
  readonly occurrence: Occurrence

  constructor(occurrence: Occurrence, options?: ErrorOptions) {
    super(occurrence.detail, options)
    this.name = 'ProblemError'
    this.occurrence = occurrence
  }
}

/** The request that a problem answers. */
export interface Asked {
  readonly url: string
  readonly requestId: string
}

export function askedOf(request: FastifyRequest): Asked {
  return { url: request.url, requestId: request.id }
}

/** The document as JSON text. */
export function problemText({ code, detail, errors, more }: Occurrence, { url, requestId }: Asked): string {
  const { status, title } = PROBLEMS[code]
  return JSON.stringify({
    type: `/problems/${code}`,
    title,
    status,
    detail,
    instance: instanceOf(url),
    code,
    requestId,
    ...(errors && { errors }),
    ...more,
  })
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, occurrence: Occurrence): FastifyReply {
  return reply
    .code(PROBLEMS[occurrence.code].status)
    .headers({ 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', ...headersOf(occurrence) })
    .send(problemText(occurrence, askedOf(request)))
}

/** Seconds to wait before asking again, where asking again can help. */
const RETRY_AFTER: Readonly<Partial<Record<ProblemCode, string>>> = {
  'rate-limited': '1',
  overloaded: '1',
  'store-unavailable': '2',
  'kafka-unreachable': '2',
  'behaviour-full': '60',
  'outcome-unknown': '1',
  stopping: '5',
  'not-ready': '5',
  'not-there-yet': '1',
}

export function headersOf({ code, headers }: Occurrence): Readonly<Record<string, string>> {
  const retryAfter = RETRY_AFTER[code]
  return retryAfter === undefined ? (headers ?? {}) : { 'retry-after': retryAfter, ...headers }
}

/** The codes of the table that have a status. */
export function codesOf(status: number): readonly ProblemCode[] {
  return Object.keys(PROBLEMS)
    .filter(isProblemCode)
    .filter((code) => PROBLEMS[code].status === status)
}

/** The path alone; what a URI must not have (it came from outside) is percent-encoded. */
function instanceOf(url: string): string {
  const [path = '/'] = url.split('?', 1)
  return path
    .replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replaceAll(/[^!#-;=?-Z_a-z~%[\]]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
