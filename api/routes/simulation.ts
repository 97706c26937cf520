/** Random orders over HTTP, for trying the shop out. */
import { placeOrder } from '../../domain/place-order.ts'
import type { CommandKey, Executed, Execution } from '../../store/commit/command.ts'
import type { ApiServer } from '../api-server.ts'
import { principalName } from '../commands.ts'
import { traceIdOf } from '../http/correlation.ts'
import { idempotencyKey } from '../http/idempotency-key.ts'
import { askedOf, ProblemError } from '../http/problem-document.ts'
import { commanding, NOTHING } from '../operation.ts'
import { placeOrderAnswer } from './order-answers.ts'
import type { ApiParts } from '../parts.ts'
import { SimulatedOrders, SimulateOrders } from '../shapes/simulation.ts'
import { ref } from '../shapes/shape.ts'

const simulating = commanding({
  id: 'simulateOrders',
  tag: 'orders',
  summary: 'Place random orders',
  description:
    'Of the simulated shop’s customers and products; those that are unknown here are rejected. Off in production.',
  role: 'operate',
  params: NOTHING,
  body: ref(SimulateOrders),
  shape: ref(SimulatedOrders),
  done: { 201: 'Decided, each as `items` says.' },
  problems: ['simulation-off'],
})

export function simulationRoutes(app: ApiServer, parts: ApiParts): void {
  const { executor, simulateOrders, newId, clock, settings, metrics } = parts
  const { currency, reservationMinutes, production } = settings

  app.post('/simulation/orders', simulating, async (request, reply) => {
    if (production) throw new ProblemError({ code: 'simulation-off', detail: 'random orders are off in production' })
    const key = idempotencyKey(request, principalName(request))
    const common = { named: false, currency, reservationMinutes, at: clock() }
    const correlationId = traceIdOf(request.headers.traceparent) ?? request.id
    const executions = await Promise.all(
      simulateOrders(request.body.count).map((simulated, index) => {
        const command = { ...simulated, ...common, orderId: newId() }
        return executor.execute({
          decide: (read) => placeOrder(command, read),
          answer: placeOrderAnswer(command, askedOf(request)),
          key: keyOfOrder(key, index),
          commandId: newId(),
          correlationId,
          causationId: null,
        })
      }),
    )
    for (const execution of executions) metrics?.countOrder(execution, 'placed', reply.elapsedTime)
    const executed = executions.map(requireExecuted)
    const position = Math.max(...executed.map((execution) => execution.position))
    reply.code(201).header('cache-control', 'no-store').header('x-position', String(position))
    if (executed.every(({ replayed }) => replayed)) reply.header('idempotency-replayed', 'true')
    return reply.send({ items: executed.map(outcomeOf), position })
  })
}

/**
 * Each order is a command of its own: it commits alone, and a repeated request gets the answers of those that had been
 * decided before it was cut off. The first has the key itself, so that a reuse elsewhere is noticed.
 */
function keyOfOrder(key: CommandKey | null, index: number): CommandKey | null {
  return key === null || index === 0 ? key : { ...key, key: `${key.key}#${String(index)}` }
}

function requireExecuted(execution: Execution): Executed {
  if (execution.outcome === 'executed') return execution
  throw new ProblemError({ code: 'key-reused', detail: 'this Idempotency-Key came before with another request' })
}

/** What an answer about one order says in short; its text was made by us or kept from an answer of ours. */
function outcomeOf({ status, body }: Executed): object {
  const told: unknown = JSON.parse(body)
  const read = (name: string): unknown => (typeof told === 'object' && told !== null ? Reflect.get(told, name) : null)
  const rejected = status >= 300
  return {
    orderId: read('orderId'),
    status: rejected ? 'rejected' : read('status'),
    reason: rejected ? read('code') : null,
  }
}
