/**
 * Speaks to a running service as its clients should: connections kept alive, and what may be repeated is repeated.
 *
 * One request, until it has an answer:
 *
 *   sent -> answered, not 429, 502, 503 or 504     : that is the answer, a refusal or a 500 too, and a 503 by the settings
 *        -> answered 429, 502, 503 or 504          : waits (Retry-After, else back-off), then sent again
 *        -> no connection, connection lost, silence: waits (back-off), then sent again
 *   waiting -> patience at an end, or interrupted  : given up
 *
 * A request sent twice must be done once: every POST names its id in the body or carries an Idempotency-Key.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Pool, errors, type Dispatcher } from 'undici'

export interface HttpClientOptions {
  /** Of the service, without a path. */
  readonly url: string
  readonly token: string | null
  /** How many requests may be under way at once. */
  readonly connections: number
  /** Milliseconds after which a request without an answer is given up. */
  readonly patience: number
  /** Ends waiting between two attempts; a request under way is not cut off. */
  readonly signal: AbortSignal
  /** Waits for this many milliseconds; rejects when the signal fires. */
  readonly wait?: (millis: number, signal: AbortSignal) => Promise<void>
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed when it is JSON, null when it is not. */
  readonly body: unknown
  /** 1 when the first one was answered. */
  readonly attempts: number
}

/** No answer within the patience, or before an interruption. Whether the request was carried out is not known. */
export class RequestGivenUp extends Error {
  readonly code: 'no-answer' | 'interrupted'
  readonly retriable = true
  readonly attempts: number

  constructor(code: 'no-answer' | 'interrupted', attempts: number, reason: string) {
    super(reason)
    this.name = 'RequestGivenUp'
    this.code = code
    this.attempts = attempts
  }
}

// The service gives up a request after 10 s; who hears nothing for longer is talking to a dead connection.
const SILENCE = 15_000
const FIRST_BACK_OFF = 50
const LONGEST_BACK_OFF = 2_000

export class HttpClient {
  readonly url: string
  readonly #pool: Pool
  readonly #authorization: Readonly<Record<string, string>>
  readonly #patience: number
  readonly #signal: AbortSignal
  readonly #wait: (millis: number, signal: AbortSignal) => Promise<void>

  constructor(options: HttpClientOptions) {
    this.url = options.url
    this.#pool = new Pool(options.url, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: SILENCE,
      bodyTimeout: SILENCE,
      connect: { timeout: SILENCE },
    })
    this.#authorization = options.token === null ? {} : { authorization: `Bearer ${options.token}` }
    this.#patience = options.patience
    this.#signal = options.signal
    this.#wait = options.wait ?? ((millis, signal) => delay(millis, undefined, { signal }))
  }

  /** Rejects with RequestGivenUp when there is no answer. */
  get(path: string): Promise<Reply> {
    return this.#request({ method: 'GET', path, headers: { ...this.#authorization } })
  }

  /** Sends JSON text. Rejects with RequestGivenUp when there is no answer. */
  post(path: string, json: string | Uint8Array, idempotencyKey?: string): Promise<Reply> {
    const key = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
    const headers = { ...this.#authorization, 'content-type': 'application/json', ...key }
    return this.#request({ method: 'POST', path, headers, body: json })
  }

  /** Rejects with RequestGivenUp when there is no answer. */
  delete(path: string): Promise<Reply> {
    return this.#request({ method: 'DELETE', path, headers: { ...this.#authorization } })
  }

  /** Cuts the connections; nothing may be under way. */
  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #request(options: Dispatcher.RequestOptions): Promise<Reply> {
    const deadline = performance.now() + this.#patience
    for (let attempts = 1; ; attempts++) {
      const outcome = await this.#attempt(options, attempts)
      if (outcome.verdict === 'done') return outcome.reply
      const pause = Math.max(outcome.retryAfter, backOff(attempts))
      if (performance.now() + pause > deadline) throw new RequestGivenUp('no-answer', attempts, outcome.reason)
      await this.#pause(pause, attempts, outcome.reason)
    }
  }

  async #attempt(options: Dispatcher.RequestOptions, attempts: number): Promise<Attempt> {
    try {
      const { statusCode: status, headers, body } = await this.#pool.request(options)
      const text = await body.text()
      const answer = parsed(text)
      if (!mayBeRepeated(status) || isSetting(answer)) {
        return { verdict: 'done', reply: { status, headers, body: answer, attempts } }
      }
      return { verdict: 'again', reason: `answered ${status}`, retryAfter: retryAfterMillis(headers['retry-after']) }
    } catch (error) {
      if (!isConnectionFailure(error)) throw error
      return { verdict: 'again', reason: error.message || error.code, retryAfter: 0 }
    }
  }

  async #pause(millis: number, attempts: number, reason: string): Promise<void> {
    try {
      this.#signal.throwIfAborted()
      await this.#wait(millis, this.#signal)
    } catch (error) {
      if (this.#signal.aborted) throw new RequestGivenUp('interrupted', attempts, reason)
      throw error
    }
  }
}

type Attempt =
  | { readonly verdict: 'done'; readonly reply: Reply }
  | { readonly verdict: 'again'; readonly reason: string; readonly retryAfter: number }

/** True for answers which say that it may go better later: too busy, not there, or gone in between. */
export function mayBeRepeated(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}

/** A problem that stands in the settings of the service: no repetition changes it. */
function isSetting(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'code' in answer && answer.code === 'gateway-not-configured'
}

/** What a Retry-After header asks for, in milliseconds; 0 without a readable one. */
export function retryAfterMillis(header: string | string[] | undefined, now = Date.now()): number {
  if (typeof header !== 'string') return 0
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(date - now, 0)
}

/**
 * Milliseconds to wait after the n-th failed attempt: twice as long each time, with jitter of half of it, so that
 * clients cut off at one moment do not come back at one moment.
 */
export function backOff(attempts: number, chance = Math.random()): number {
  const longest = Math.min(FIRST_BACK_OFF * 2 ** Math.min(attempts - 1, 16), LONGEST_BACK_OFF)
  return longest * (0.5 + chance / 2)
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'HPE_INVALID_EOF_STATE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

function isConnectionFailure(error: unknown): error is Error & { readonly code: string } {
  if (error instanceof errors.SocketError) return true
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && connectionCodes.has(error.code)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
