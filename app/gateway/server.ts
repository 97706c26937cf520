/** The simulated gateway over HTTP, with the faults that were asked for. */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Money } from '../../schemas/events.ts'
import { chargeKey, parseGatewayKey } from '../../reactors/payments/gateway-keys.ts'
import type { Charge, ChargeOutcome, Refund } from '../../reactors/payments/gateway.ts'
import type { DrawnFaults } from './behaviour.ts'
import type { BookedCharge } from './book.ts'
import type { Reversal, Simulator } from './simulator.ts'

const BODY_LIMIT = 65_536
const LONGEST_KEY = 300

interface ToKey {
  readonly Params: { readonly key: string }
}

/** A server that does not listen yet. Closing it cuts what is under way. */
export function gatewayServer(simulator: Simulator): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_KEY },
  })
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: error.message }),
  )

  app.post<{ Body: unknown }>('/charges', async (request, reply) => {
    const charge = readCharge(request.body)
    if (charge === null) return refuseBody(reply)
    if (request.headers['idempotency-key'] !== charge.key) return refuseKey(reply)
    return answer(reply, { simulator, request: 'POST charges', key: charge.key }, () => {
      const charged = simulator.charge(charge)
      return charged === 'conflict' ? conflict(charge.key) : chargeAnswer(charged)
    })
  })
  app.get<ToKey>('/charges/:key', (request, reply) => {
    const { key } = request.params
    return answer(reply, { simulator, request: 'GET charges', key }, () => {
      const charge = simulator.book.charges.get(key)
      return charge === undefined ? unknown(key) : chargeAnswer(charge)
    })
  })

  app.post<{ Body: unknown }>('/refunds', async (request, reply) => {
    const refund = readRefund(request.body)
    if (refund === null) return refuseBody(reply)
    if (request.headers['idempotency-key'] !== refund.key) return refuseKey(reply)
    const { key } = refund
    return answer(reply, { simulator, request: 'POST refunds', key }, ({ refused }) => {
      // One that was made under this key stays made, whatever goes wrong now.
      if (refused && !simulator.book.refunds.has(key)) return refusal(key, 'try-later')
      const refunded = simulator.refund(refund)
      if (!('objection' in refunded))
        return { status: 200, body: { key, status: 'refunded', reference: refunded.reference } }
      return refunded.objection === 'conflict' ? conflict(key) : refusal(key, refunded.objection)
    })
  })
  app.get<ToKey>('/refunds/:key', (request, reply) => {
    const { key } = request.params
    return answer(reply, { simulator, request: 'GET refunds', key }, () => {
      const refund = simulator.book.refunds.get(key)
      return refund === undefined
        ? unknown(key)
        : { status: 200, body: { key, status: 'refunded', reference: refund.reference } }
    })
  })

  app.post<{ Body: unknown }>('/reversals', async (request, reply) => {
    const reversal = readReversal(request.body)
    if (reversal === null) return refuseBody(reply)
    const reversed = simulator.reverse(reversal)
    if (reversed === null) return reply.code(404).send({ key: reversal.key, error: 'no such capture' })
    await simulator.book.synced()
    return reply.code(201).send({ ...reversal, status: 'reversed', reference: reversed.reference })
  })
  app.get('/book', async () => {
    await simulator.book.synced()
    return bookOf(simulator)
  })
  return app
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** What was taken, which the answer names, rightly or not. */
  readonly captured?: Money
}

interface Asked {
  readonly simulator: Simulator
  /** What is counted, with the key, so that the same faults come at each run. */
  readonly request: string
  readonly key: string
}

/** Does what was asked and answers it, or lets one of the faults have its way. Nothing is answered before it is synced. */
async function answer(
  reply: FastifyReply,
  { simulator, request, key }: Asked,
  act: (faults: DrawnFaults) => Answer,
): Promise<FastifyReply> {
  const faults = simulator.faultsOf(request, key)
  await simulator.think(key)
  if (faults.exclusive === 'timeout') return reply.hijack()
  if (faults.exclusive === '500') return reply.code(500).send({ error: 'something went wrong' })
  const { status, body, captured } = act(faults)
  await simulator.book.synced()
  if (faults.exclusive === 'slow') await simulator.wait(faults.slowMs)
  if (faults.exclusive === 'lost') {
    reply.hijack().raw.destroy()
    return reply
  }
  if (faults.exclusive === 'garbage') return reply.type('text/html').send('<html><h1>It works!</h1></html>')
  if (captured === undefined) return reply.code(status).send(body)
  const amount = faults.amount ? captured.amount + 1 : captured.amount
  return reply.code(status).send({ ...body, amount: { ...captured, amount } })
}

function chargeAnswer({ key, outcome, amount }: BookedCharge): Answer {
  const body = { key, ...outcome }
  return outcome.status === 'captured' ? { status: 200, body, captured: amount } : { status: statusOf(outcome), body }
}

function statusOf({ status }: ChargeOutcome): number {
  return status === 'pending' ? 202 : 200
}

function refusal(key: string, reason: string): Answer {
  return { status: 422, body: { key, status: 'refused', reason } }
}

function conflict(key: string): Answer {
  return { status: 409, body: { key, error: 'the key is known with another amount' } }
}

function unknown(key: string): Answer {
  return { status: 404, body: { key, error: 'never seen' } }
}

function refuseBody(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: 'the body is not what docs/payments.md asks for' })
}

function refuseKey(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: 'Idempotency-Key is not the key of the body' })
}

function bookOf({ book }: Simulator) {
  return {
    charges: [...book.charges.values()].map(({ key, method, amount, outcome }) => ({
      key,
      method,
      amount,
      ...outcome,
    })),
    refunds: [...book.refunds.values()].map(({ key, charge, amount, reference }) => ({
      key,
      charge,
      amount,
      status: 'refunded',
      reference,
    })),
    reversals: book.reversals.map(({ key, amount, reference }) => ({ key, amount, status: 'reversed', reference })),
  }
}

function readCharge(body: unknown): Charge | null {
  const { key, orderId, attempt, method, amount } = fieldsOf(body)
  const money = moneyOf(amount, 0)
  if (typeof key !== 'string' || typeof orderId !== 'string' || typeof attempt !== 'number' || money === null)
    return null
  if (key !== chargeKey(orderId, attempt) || parseGatewayKey(key)?.kind !== 'charge') return null
  if (typeof method !== 'string' || !/^[a-z][a-z0-9-]{0,49}$/.test(method)) return null
  return { key, orderId, attempt, method, amount: money }
}

function readRefund(body: unknown): Refund | null {
  const { key, orderId, attempt, reference, amount } = fieldsOf(body)
  const money = moneyOf(amount, 1)
  if (typeof key !== 'string' || typeof orderId !== 'string' || typeof attempt !== 'number' || money === null)
    return null
  const parts = parseGatewayKey(key)
  if (parts?.kind !== 'refund' || parts.orderId !== orderId || typeof reference !== 'string') return null
  return { key, orderId, attempt, reference, amount: money }
}

function readReversal(body: unknown): Reversal | null {
  const { key, amount } = fieldsOf(body)
  const money = moneyOf(amount, 1)
  return typeof key === 'string' && money !== null ? { key, amount: money } : null
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
}

function moneyOf(value: unknown, least: number): Money | null {
  const { amount, currency } = fieldsOf(value)
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < least) return null
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { amount, currency } : null
}
