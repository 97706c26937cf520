/** Every error that leaves a parser, a hook or a handler becomes a problem document here. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { faultsOf } from '../../commands/faults.ts'
import { ViewNotReady } from '../../projections/queries/view-reader.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { invalidRequest, ProblemError, sendProblem, type PartFault, type Occurrence } from './problem-document.ts'

export type ReportDefect = (request: FastifyRequest, error: unknown) => void

export function errorHandler(reportDefect: ReportDefect) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const occurrence = occurrenceOf(error)
    if (occurrence.code === 'internal-error') reportDefect(request, error)
    void sendProblem(request, reply, occurrence)
  }
}

/** What an error means to the client; never with its message when it is none of ours. */
export function occurrenceOf(error: unknown): Occurrence {
  if (error instanceof ProblemError) return error.occurrence
  if (error instanceof StoreFailure) return { code: error.code, detail: error.message }
  if (error instanceof ViewNotReady) return { code: 'rebuilding', detail: error.message }
  if (isFastifyError(error)) {
    const occurrence = occurrenceOfFastify(error)
    if (occurrence !== null) return occurrence
  }
  if (isDatabaseOutage(error)) return { code: 'store-unavailable', detail: 'Postgres is not responding' }
  return { code: 'internal-error', detail: 'the service has a bug; its log shows the cause under this requestId' }
}

function occurrenceOfFastify(error: FastifyError): Occurrence | null {
  if (error.validation)
    return invalidRequest(PARTS[error.validationContext ?? ''] ?? 'body', faultsOf(error.validation))
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'body-too-large', detail: 'the body has more than 65,536 bytes' }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return { code: 'unsupported-media-type', detail: 'the body must be application/json' }
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
      return { code: 'malformed-request', detail: 'the body ended too early' }
    case 'FST_ERR_BAD_URL':
      return { code: 'malformed-request', detail: 'the path is not validly percent-encoded' }
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { code: 'path-too-long', detail: 'a part of the path is longer than any id can be' }
    default:
      return null
  }
}

const PARTS: Readonly<Record<string, PartFault['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

/** A read that failed because the database is away or out of something: it can succeed later. */
function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (sqlState(error) !== null) return verdictOf(error, 'reading') === 'nothing-written'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return CONNECTION_CODES.has(code) || CONNECTION_LOST.test(error.message)
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])
// What node-postgres says, without a code, when a connection ends, cannot be had in time, or a query gets no answer.
const CONNECTION_LOST =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|timeout expired)/
