/**
 * A web page is not a person: any page that somebody opens can send requests to this machine, with the rights of the one
 * who opened it. What changes something is taken from pages of this service, and from clients that are no browsers.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cut } from '../../contract/compatibility/cut.ts'
import { hostOf } from '../connection/target.ts'
import { ProblemError } from './problem-document.ts'

/** RFC 9110, 9.2.1: they change nothing, so a page that sends them without reading the answer gains nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
/** `none`: a person, by the address bar or a bookmark. `same-site` is another port or another name of the domain. */
const OWN_SITES = new Set(['same-origin', 'none'])
/** Longer than any origin that a browser sends. */
const MOST_SHOWN = 300

export function checkOrigin(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  if (SAFE.has(request.method) || request.routeOptions.config.signed === true) return done()
  done(foreignOrigin(request) ?? undefined)
}

/**
 * That a page of another origin sent it; null: none did. Browsers let any page open a WebSocket, and read what comes: for
 * that one a GET is no safe method.
 */
export function foreignOrigin(request: FastifyRequest): ProblemError | null {
  const { headers } = request
  const { origin } = headers
  const host = hostOf(request) ?? ''
  const site = headers['sec-fetch-site']
  // Browsers let no page write this header, and a page behind a proxy that changes Host is still known by it.
  if (site !== undefined) {
    if (OWN_SITES.has(String(site))) return null
    return refused(`a page of another site sent this (Sec-Fetch-Site: ${cut(String(site), MOST_SHOWN)})`)
  }
  if (origin === undefined || isOriginOf(origin, host)) return null
  return refused(
    `a page of ${cut(origin, MOST_SHOWN)} sent this to ${cut(host, MOST_SHOWN)}; a proxy in front of the service must pass Host on as it came`,
  )
}

/** Whether they have the same host and port. The scheme may differ: a proxy in front of us ends TLS. */
export function isOriginOf(origin: string, host: string): boolean {
  const [, scheme] = /^(https?:)\/\/[^/?#@\\]+$/i.exec(origin) ?? []
  if (scheme === undefined || !URL.canParse(origin)) return false
  // Both as URLs of one scheme: its default port and the case of letters do not count.
  const asked = `${scheme}//${host}`
  return URL.canParse(asked) && new URL(asked).host === new URL(origin).host
}

function refused(detail: string): ProblemError {
  return new ProblemError({ code: 'origin-not-allowed', detail })
}
