/** `Idempotency-Key`: the same question under the same key is answered once and then given again. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { CommandKey } from '../../store/commit/command.ts'
import { ProblemError } from './problem-document.ts'

const KEY = /^[\x21-\x7e]{8,128}$/

/**
 * The key of a request, scoped by the caller; null when it has none. Throws a ProblemError when it is malformed. `body`: what
 * tells the question from others, where that is not all that was sent.
 */
export function idempotencyKey(
  request: FastifyRequest,
  principal: string,
  body: unknown = request.body,
): CommandKey | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  // Two headers arrive as one, joined by a comma and a blank: a blank is not allowed either.
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new ProblemError({
      code: 'invalid-request',
      detail: 'Idempotency-Key is malformed',
      errors: [
        { in: 'header', pointer: '/idempotency-key', message: 'must be one key of 8 to 128 visible ASCII characters' },
      ],
    })
  }
  return { source: `http:${principal}`, key, fingerprint: fingerprintOf(request, body) }
}

/** SHA-256 over method, resource and body; the order of an object's properties and white space do not count. */
function fingerprintOf(request: FastifyRequest, body: unknown): Buffer {
  return createHash('sha256')
    .update(`${request.method} ${resourceOf(request)}\n${canonicalJson(body)}`)
    .digest()
}

/** The path in one spelling: that of the route, with its parameters. */
function resourceOf({ routeOptions, params }: FastifyRequest): string {
  const parts = new Map<string, unknown>(Object.entries(params ?? {}))
  return (routeOptions.url ?? '').replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(parts.get(name))))
}

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
