/**
 * Answers to what is not an HTTP request: Node's parser gave up, so the answer is written to the socket by hand. Requests that
 * came whole before it on the same connection are answered first, for what they asked may be done already.
 */
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEMS } from '../http/problems.ts'
import { headersOf, PROBLEM_TYPE, problemText, type Occurrence } from '../http/problem-document.ts'
import { SECURITY_HEADERS } from '../http/security-headers.ts'
import { originForm } from './target.ts'

interface ClientError extends Error {
  readonly code?: string
  readonly reason?: string
}

/** What every problem has that is no answer of a handler. */
const HEADERS = { ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', connection: 'close' }

/** Answers of a connection that are not sent to their end, in the order of their requests. */
export type AnswersUnderWay = (socket: Duplex) => readonly ServerResponse[]

/** For the event `clientError` of a server. */
export function malformedHttp(newId: () => string, underWay: AnswersUnderWay) {
  // The parser says so again for each packet that comes after the broken one.
  const broken = new WeakSet<Duplex>()
  return (error: ClientError, socket: Duplex): void => {
    if (broken.has(socket)) return
    broken.add(socket)
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const answers = underWay(socket)
    const [unfinished] = answers.filter(({ req }) => !req.complete)
    let waiting = 1
    const afterOne = (): void => {
      waiting -= 1
      if (waiting > 0 || !socket.writable) return
      // The broken request itself may have an answer already, as one that was refused before its body was read.
      const begun = unfinished?.headersSent === true
      if (begun || error.code === BEHIND_THE_LAST) endSoon(socket)
      else sendRaw(socket, occurrenceOf(error), newId())
    }
    for (const answer of answers) {
      if (!answer.req.complete) continue
      waiting += 1
      answer.once('close', afterOne)
    }
    afterOne()
  }
}

/** Bytes behind a request with `Connection: close`: nobody has asked anything with them. */
const BEHIND_THE_LAST = 'HPE_CLOSED_CONNECTION'

/** Closes once what was written is sent. */
function endSoon(socket: Duplex): void {
  if ('destroySoon' in socket && typeof socket.destroySoon === 'function') socket.destroySoon()
  else socket.end()
}

/** Answers `Expect` headers that are not 100-continue: Node's own answer has no body. */
export function refuseExpectation(newId: () => string) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const occurrence: Occurrence = { code: 'expectation-failed', detail: 'only Expect: 100-continue is supported' }
    const body = problemText(occurrence, { url: originForm(request.url ?? '/'), requestId: newId() })
    response.writeHead(PROBLEMS[occurrence.code].status, { ...HEADERS, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
}

/** Writes a whole answer by hand, and closes the connection. */
export function sendRaw(socket: Duplex, occurrence: Occurrence, requestId: string): void {
  socket.write(rawAnswer(occurrence, requestId))
  endSoon(socket)
}

function occurrenceOf({ code, reason }: ClientError): Occurrence {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { code: 'request-timeout', detail: 'the request did not arrive completely in time' }
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { code: 'headers-too-large', detail: 'the request line and the headers are too large' }
  }
  if (code === 'HPE_INVALID_TRANSFER_ENCODING' && reason?.includes('Content-Length') !== true) {
    return UNKNOWN_TRANSFER_CODING
  }
  return { code: 'malformed-request', detail: reason ?? 'the request is not valid HTTP' }
}

export const UNKNOWN_TRANSFER_CODING: Occurrence = {
  code: 'unsupported-transfer-coding',
  detail: 'the only Transfer-Encoding that is supported is chunked',
}

function rawAnswer(occurrence: Occurrence, requestId: string): string {
  const { status } = PROBLEMS[occurrence.code]
  // Which path was asked for is not known: the parser may have failed before it.
  const body = problemText(occurrence, { url: '/', requestId })
  const headers = { ...HEADERS, ...headersOf(occurrence), 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n')
}
