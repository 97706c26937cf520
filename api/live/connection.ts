/**
 * One connection, from its first message to its end.
 *
 *   nameless (tokens, and no header) ──a first message with a token, within 10 s──> open ──> ended
 *   open (a header, or no tokens at all)
 */
import type { Principal } from '../http/access.ts'
import { COLLECT } from '../http/roles.ts'
import { Client, type Carrier, type ClientEvents } from './client.ts'
import { errorMessage, PING_SECONDS, type WireError } from './frames.ts'
import { readWish, type Wish } from './wish.ts'

/** Close codes: those of the protocol, and ours from 4400 on (docs/live.md). */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  binary: 1003,
  broken: 1006,
  defect: 1011,
  full: 1013,
  badMessage: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  notReading: 4408,
  tooMany: 4429,
} as const

const TOKEN_MS = 10_000
/** Bytes wait and none is taken for so long: nobody reads. */
const STUCK_MS = 10_000
/** How often it is asked, in the words of the protocol, whether anybody is there; and how long an answer may take. */
const PROBE_MS = PING_SECONDS * 1_000
const ANSWER_MS = 30_000
const MESSAGES = { most: 100, withinMs: 10_000 }

export interface ConnectionParts {
  readonly carrier: Carrier
  /** Null: nobody is known yet, or nobody needs to be. */
  readonly principal: Principal | null
  /** The header that named the principal; null: there was none. */
  readonly authorization: string | null
  /** Whether a token has to come with the first message. */
  readonly needsToken: boolean
  readonly topics: ReadonlySet<string>
  /** Finds the holder of a token, as a header would name it. */
  readonly find: (authorization: string) => Principal | null
  /** Whether one more of this token can be taken. */
  readonly hasPlaceFor: (name: string) => boolean
  readonly wish: (connection: Connection, wish: Wish) => void
  readonly roomy: ClientEvents['roomy']
  readonly ended: (connection: Connection, code: number) => void
  /** Milliseconds of the monotonic clock, here and below. */
  readonly now: number
}

export class Connection {
  readonly client: Client
  readonly openedAt: number
  readonly carrier: Carrier
  /** When it was last told how things stand. */
  pingedAt: number
  readonly #parts: ConnectionParts
  #principal: Principal | null
  #authorization: string | null
  #needsToken: boolean
  readonly #messages: number[] = []
  #progress = ''
  #progressedAt: number
  #probedAt: number
  /** Since when an answer is waited for; null: none is. */
  #unansweredSince: number | null = null
  #hasEnded = false

  constructor(parts: ConnectionParts) {
    const { carrier, roomy, now } = parts
    this.#parts = parts
    this.carrier = carrier
    this.client = new Client(carrier, { roomy })
    this.#principal = parts.principal
    this.#authorization = parts.authorization
    this.#needsToken = parts.needsToken
    this.openedAt = now
    this.pingedAt = now
    this.#progressedAt = now
    this.#probedAt = now
  }

  /** A token has to come, and has not. */
  get isNameless(): boolean {
    return this.#needsToken
  }

  get principal(): string | null {
    return this.#principal?.name ?? null
  }

  /** Something came: false when that was too much, or nobody listens any more. */
  heard(now: number): boolean {
    if (this.#hasEnded) return false
    this.#messages.push(now)
    if (this.#messages.length <= MESSAGES.most) return true
    const oldest = this.#messages.shift() ?? 0
    if (now - oldest >= MESSAGES.withinMs) return true
    this.close(CLOSE.tooMany, 'too many messages')
    return false
  }

  /** A text message of the client. */
  received(text: string, now: number): void {
    if (!this.heard(now)) return
    const read = readWish(text, this.#parts.topics)
    if (read.kind === 'broken') return this.close(CLOSE.badMessage, read.reason)
    const token = read.kind === 'wish' ? read.wish.token : read.token
    const refusal = this.#identify(token)
    if (refusal !== null) return this.close(refusal.code, refusal.reason)
    if (read.kind === 'refused') this.refuse(read.error)
    else this.#parts.wish(this, read.wish)
  }

  refuse(error: WireError): void {
    this.client.answer(errorMessage(error))
  }

  /** False: what the client is known by is gone. */
  isStillKnown(): boolean {
    if (this.#authorization === null) return true
    this.#principal = this.#parts.find(this.#authorization)
    return this.#principal !== null && mayFollow(this.#principal)
  }

  /** Closes what has waited for too long, and asks whether anybody is there. Called every second or more often. */
  look(now: number): void {
    const { carrier } = this
    if (this.#needsToken && now - this.openedAt >= TOKEN_MS) {
      return this.close(CLOSE.unauthorized, 'no token arrived in time')
    }
    const progress = `${String(this.client.frames)} ${String(carrier.unsent())}`
    if (progress !== this.#progress || !this.client.isWaiting) {
      this.#progress = progress
      this.#progressedAt = now
    } else if (now - this.#progressedAt >= STUCK_MS) {
      return this.close(CLOSE.notReading, 'nothing was read for 10 s')
    }
    const aliveAt = carrier.aliveAt()
    if (aliveAt === null) return
    const since = this.#unansweredSince
    if (since !== null && aliveAt >= since) this.#unansweredSince = null
    else if (since !== null && now - since >= ANSWER_MS) return this.cut()
    if (now - this.#probedAt < PROBE_MS) return
    this.#probedAt = now
    this.#unansweredSince ??= now
    carrier.ping()
  }

  close(code: number, reason: string): void {
    if (this.#hasEnded) return
    this.carrier.close(code, reason)
    this.ended(code)
  }

  cut(): void {
    this.carrier.cut()
    this.ended(CLOSE.broken)
  }

  /** Its place is free, whatever the carrier still has to do. */
  ended(code: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.client.end()
    this.#parts.ended(this, code)
  }

  /** Why it may not follow. Without tokens one that is given is not looked at; neither is one beside a header. */
  #identify(token: string | null): { readonly code: number; readonly reason: string } | null {
    const isNamed = this.#parts.authorization !== null
    if (isNamed || (!this.#needsToken && this.#authorization === null)) return null
    const unknown = { code: CLOSE.unauthorized, reason: 'a valid token is needed' }
    if (token === null) return this.#needsToken ? unknown : null
    const authorization = `Bearer ${token}`
    const principal = this.#parts.find(authorization)
    if (principal === null) return unknown
    if (!mayFollow(principal)) return { code: CLOSE.forbidden, reason: 'the token may only send user events' }
    if (this.#needsToken && !this.#parts.hasPlaceFor(principal.name))
      return { code: CLOSE.full, reason: 'no more live connections can be taken' }
    this.#authorization = authorization
    this.#principal = principal
    this.#needsToken = false
    return null
  }
}

/** A token that may only send user events sees nothing: it stands on public pages. */
function mayFollow({ role }: Principal): boolean {
  return role !== COLLECT
}
