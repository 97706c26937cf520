/** The gateway over HTTP, as docs/payments.md has it: the simulator, or a bridge to a provider. */
import { Pool, type Dispatcher } from 'undici'
import { chargeOutcomeOf, readGatewayAnswer, refundOutcomeOf, type GatewayAnswer } from './gateway-answer.ts'
import { GatewayFailure, type PaymentGateway } from './gateway.ts'

export interface HttpGatewayOptions {
  /** With a path, and with a user and password where it has them. */
  readonly url: string
  /** Milliseconds for a whole exchange, the connection included. */
  readonly timeoutMs: number
}

export interface HttpGateway extends PaymentGateway {
  /** Cuts the connections: what is under way rejects. */
  close(): Promise<void>
}

const MOST_BYTES = 65_536

/** As many calls as are asked for at once; the caller keeps the number down. */
export function httpGateway({ url, timeoutMs }: HttpGatewayOptions): HttpGateway {
  const { origin, path, authorization } = addressOf(url)
  // Its own timers are coarse, and each is for a part: the signal holds for the whole.
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: timeoutMs } })

  async function ask(request: Asked): Promise<GatewayAnswer | null> {
    const what = `${request.method} ${request.resource} ${request.key}`
    const { status, bytes } = await exchange(pool, {
      what,
      timeoutMs,
      options: {
        method: request.method,
        path: `${path}/${request.resource}${request.method === 'GET' ? `/${encodeURIComponent(request.key)}` : ''}`,
        headers: {
          accept: 'application/json',
          ...(authorization !== null && { authorization }),
          ...(request.body !== undefined && { 'content-type': 'application/json', 'idempotency-key': request.key }),
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
      },
    })
    return answerOf({ ...request, what, status, bytes })
  }

  return {
    async charge({ key, orderId, attempt, method, amount }) {
      const body = { key, orderId, attempt, method, amount }
      return required(await ask({ method: 'POST', resource: 'charges', key, body }), chargeOutcomeOf)
    },
    async outcomeOf(key) {
      const answer = await ask({ method: 'GET', resource: 'charges', key })
      return answer === null ? null : required(answer, chargeOutcomeOf)
    },
    async refund({ key, orderId, attempt, reference, amount }) {
      const body = { key, orderId, attempt, reference, amount }
      return required(await ask({ method: 'POST', resource: 'refunds', key, body }), refundOutcomeOf)
    },
    async outcomeOfRefund(key) {
      const answer = await ask({ method: 'GET', resource: 'refunds', key })
      return answer === null ? null : required(answer, refundOutcomeOf)
    },
    close: () => pool.destroy(),
  }
}

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly resource: 'charges' | 'refunds'
  readonly key: string
  readonly body?: object
}

interface Answered extends Asked {
  readonly what: string
  readonly status: number
  readonly bytes: Uint8Array
}

/** Null: a key that was only read and never seen. Throws a GatewayFailure for whatever else says nothing of the key. */
function answerOf({ method, resource, key, what, status, bytes }: Answered): GatewayAnswer | null {
  const answer = readGatewayAnswer(bytes)
  // Whatever the status is, what speaks of another key answers another question.
  if (answer !== null && answer.key !== key) throw unreadable(what, status, 'for another key')
  if (status === 404 && method === 'GET') return null
  if (status === 409)
    throw new GatewayFailure('gateway-amount-conflict', `${what}: 409, the key has another amount there`)
  if (status >= 500 || status === 408 || status === 429)
    throw new GatewayFailure('gateway-failing', `${what}: ${status}`)
  if (status >= 300 && status < 400)
    throw unreadable(what, status, 'a redirect: set PAYMENT_GATEWAY_URL to the URL that it leads to')
  const refused = status === 422 && resource === 'refunds' && answer?.status === 'refused'
  if (status >= 400 && !refused) throw new GatewayFailure('gateway-refused', `${what}: ${status}`)
  if (answer === null) throw unreadable(what, status, 'not JSON of a key and a status')
  const done = status === 200 || refused || (status === 202 && answer.status === 'pending')
  if (!done) throw unreadable(what, status, 'which is not the status of such an answer')
  return answer
}

function required<Outcome>(answer: GatewayAnswer | null, read: (answer: GatewayAnswer) => Outcome | null): Outcome {
  const outcome = answer === null ? null : read(answer)
  if (answer === null || outcome === null) {
    throw new GatewayFailure('gateway-answer-unreadable', `${answer?.key ?? 'a key'}: the answer is not an outcome`)
  }
  return outcome
}

interface Exchange {
  readonly what: string
  readonly timeoutMs: number
  readonly options: Dispatcher.RequestOptions
}

async function exchange(
  pool: Pool,
  { what, timeoutMs, options }: Exchange,
): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const { statusCode: status, body } = await pool.request({ ...options, signal })
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      length += chunk.byteLength
      // Leaving the loop ends the connection: the rest is not read.
      if (length > MOST_BYTES) throw unreadable(what, status, 'more than 64 KiB')
    }
    return { status, bytes: Buffer.concat(chunks) }
  } catch (cause) {
    if (cause instanceof GatewayFailure) throw cause
    if (signal.aborted) {
      throw new GatewayFailure('gateway-timeout', `${what}: no answer within ${timeoutMs / 1_000} s`, { cause })
    }
    throw new GatewayFailure('gateway-unreachable', `${what}: ${codeOf(cause)}`, { cause })
  }
}

function unreadable(what: string, status: number, why: string): GatewayFailure {
  return new GatewayFailure('gateway-answer-unreadable', `${what}: answered ${status}, ${why}`)
}

/** The code of what went wrong below; its message may repeat what was sent. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).join(', ')
  if (!(error instanceof Error)) return 'no connection'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function addressOf(url: string): {
  readonly origin: string
  readonly path: string
  readonly authorization: string | null
} {
  const { origin, pathname, username, password } = new URL(url)
  const path = pathname.replace(/\/+$/, '')
  if (username === '' && password === '') return { origin, path, authorization: null }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { origin, path, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
