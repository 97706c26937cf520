/**
 * Answers to commands as this API keeps them with the commands' keys, and as it sends them: status, headers, an empty
 * line and the body, as in HTTP itself. Left out is what they have in common, and the position, which is known only once
 * the events have theirs: the body gets it as its last property.
 */
import type { FastifyReply } from 'fastify'
import type { Position } from '../../store/commit/command.ts'
import { headersOf, problemText, PROBLEM_TYPE, type Asked, type Occurrence } from '../http/problem-document.ts'
import { PROBLEMS } from '../http/problems.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const FIRST_ERROR = 400

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text of an object. */
  readonly body: string
}

/** An answer that shows something by its present version. */
export function shownAnswer(
  status: number,
  body: string,
  { etag, location }: { readonly etag: string; readonly location: string },
): string {
  return `${String(status)}\netag: ${etag}\nlocation: ${location}\n\n${body}`
}

export function refusedAnswer(occurrence: Occurrence, asked: Asked): string {
  let head = `${String(PROBLEMS[occurrence.code].status)}\n`
  for (const [name, value] of Object.entries(headersOf(occurrence))) head += `${name}: ${value}\n`
  return `${head}\n${problemText(occurrence, asked)}`
}

/** Reads what the two above have written. */
export function readAnswer(text: string): Answer {
  let from = text.indexOf('\n') + 1
  const status = Number(text.slice(0, from - 1))
  const headers: Record<string, string> = {
    'content-type': status < FIRST_ERROR ? JSON_TYPE : PROBLEM_TYPE,
    'cache-control': 'no-store',
  }
  for (let end = text.indexOf('\n', from); end > from; end = text.indexOf('\n', from)) {
    const colon = text.indexOf(':', from)
    headers[text.slice(from, colon)] = text.slice(colon + 2, end)
    from = end + 1
  }
  return { status, headers, body: text.slice(from + 1) }
}

export function sendAnswer(reply: FastifyReply, text: string, position: Position): FastifyReply {
  const { status, headers, body } = readAnswer(text)
  return reply.code(status).headers(headers).header('x-position', String(position)).send(bodyAt(body, position))
}

function bodyAt(body: string, position: Position): string {
  return `${body.slice(0, -1)},"position":${String(position)}}`
}
