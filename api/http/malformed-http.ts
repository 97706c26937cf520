/** Answers to what is no HTTP request: Node's parser gave up, so the answer is written to the socket by hand. */
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEMS } from './problems.ts'
import { PROBLEM_TYPE, problemText, type Occurrence } from './problem-document.ts'

interface ClientError extends Error {
  readonly code?: string
  readonly reason?: string
}

/** For Fastify's `clientErrorHandler`. */
export function malformedHttp(newId: () => string) {
  return (error: ClientError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    // An answer that is under way on this connection must not be continued by another one.
    if (!bytesOfAnswerSent(socket)) socket.write(rawAnswer(occurrenceOf(error), newId()))
    socket.destroySoon()
  }
}

/** Answers `Expect` headers that are not 100-continue; Node's own answer has no body. */
export function refuseExpectations(server: Server, newId: () => string): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const occurrence: Occurrence = {
      code: 'expectation-failed',
      detail: 'only Expect: 100-continue is supported',
    }
    const body = problemText(occurrence, { url: request.url ?? '/', requestId: newId() })
    response.writeHead(PROBLEMS[occurrence.code].status, {
      'content-type': PROBLEM_TYPE,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    })
    response.end(body)
  })
}

function occurrenceOf(error: ClientError): Occurrence {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { code: 'request-timeout', detail: 'the request did not arrive completely in time' }
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return { code: 'headers-too-large', detail: 'the request line and the headers are too large' }
  }
  return { code: 'malformed-request', detail: error.reason ?? 'the request is not valid HTTP' }
}

function rawAnswer(occurrence: Occurrence, requestId: string): string {
  const { status } = PROBLEMS[occurrence.code]
  // Which path was asked for is not known: the parser may have failed before it.
  const body = problemText(occurrence, { url: '/', requestId })
  return [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

function bytesOfAnswerSent(socket: Socket): boolean {
  // Node keeps the message that is being answered on the socket; its header may be out already.
  const current: unknown = Reflect.get(socket, '_httpMessage')
  return typeof current === 'object' && current !== null && Reflect.get(current, '_headerSent') === true
}
