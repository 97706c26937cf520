/** Who may ask: tokens with roles, or, without tokens, only this machine by a loopback name. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hostOf } from '../connection/target.ts'
import { ProblemError } from './problem-document.ts'
import { COLLECT, ROLES, type ApiToken, type TokenRole } from './roles.ts'

/** The caller: the holder of a token. */
export interface Principal {
  readonly name: string
  readonly role: TokenRole
}

/** The tokens as they are now: they may change while the process runs, and whether any are needed does not. */
export class Tokens {
  readonly areNeeded: boolean
  #find: (authorization: string | undefined) => Principal | null
  readonly #changed = new Set<() => void>()

  constructor(tokens: readonly ApiToken[]) {
    this.areNeeded = tokens.length > 0
    this.#find = principals(tokens)
  }

  /** The holder of a bearer token; null for none or an unknown one. */
  find(authorization: string | undefined): Principal | null {
    return this.#find(authorization)
  }

  /** Those that are gone name nobody from here on; with none left nobody is let in. */
  replace(tokens: readonly ApiToken[]): void {
    this.#find = principals(tokens)
    for (const changed of this.#changed) changed()
  }

  onChange(changed: () => void): void {
    this.#changed.add(changed)
  }
}

/** Finds the holder of a bearer token; null for none or an unknown one. */
export function principals(tokens: readonly ApiToken[]): (authorization: string | undefined) => Principal | null {
  const known = tokens.map(({ name, role, secret }) => ({ principal: { name, role }, digest: digestOf(secret) }))
  return (authorization) => {
    const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) return null
    const digest = digestOf(secret)
    // All are compared, each in constant time: neither a prefix nor the place in the list shows in the duration.
    let found: Principal | null = null
    for (const token of known) if (timingSafeEqual(token.digest, digest)) found = token.principal
    return found
  }
}

/** Throws unless the principal's role includes `needed`. */
export function requireRole(principal: Principal | null, needed: TokenRole): void {
  if (principal === null) {
    throw new ProblemError({
      code: 'unauthorized',
      detail: 'the request has no valid token',
      headers: { 'www-authenticate': 'Bearer realm="orderledger"' },
    })
  }
  if (!includes(principal.role, needed)) {
    throw new ProblemError({
      code: 'forbidden',
      detail: `this request needs the role ${needed}; the token has the role ${principal.role}`,
    })
  }
}

/** Whether the client sees names, addresses and numbers of customers as they are; others see what lists show of them. */
export function seesPersonalData(principal: Principal | null): boolean {
  // Without tokens nobody is named, and everybody is on this machine.
  return principal === null || includes(principal.role, 'operate')
}

/** Each includes those before it; `collect` stands apart, and one that may order may do what it does. */
function includes(role: TokenRole, needed: TokenRole): boolean {
  if (role === COLLECT) return needed === COLLECT
  return ROLES.indexOf(role) >= ROLES.indexOf(needed === COLLECT ? 'order' : needed)
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/i

/** A page of another site that has its name resolve to 127.0.0.1 sends its own name as Host: that one is refused. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host)
}

const HOST = /^(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/**
 * The first look at a request: HTTP/1.1 wants one well-formed Host, and without tokens it has to be a loopback name.
 * Node leaves a missing Host to us (`requireHostHeader: false`), because its own answer has no body.
 */
export function checkHost(loopbackOnly: boolean) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const { raw } = request
    const host = hostOf(request)
    const missing = host === undefined
    if (missing && raw.httpVersion === '1.0' && !loopbackOnly) return done()
    if (missing || !HOST.test(host) || hasTwoHosts(raw.rawHeaders)) {
      return done(
        new ProblemError({
          code: 'malformed-request',
          detail: 'the request needs exactly one well-formed Host header',
        }),
      )
    }
    if (!loopbackOnly || isLoopbackHost(host)) return done()
    done(
      new ProblemError({
        code: 'host-not-allowed',
        detail: 'without tokens the service answers only to loopback names',
      }),
    )
  }
}

/** Node keeps the first of two; a proxy in front of it may have looked at the other. `rawHeaders`: name, value, ... */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
