/** Random orders over HTTP, for trying the shop out. */
import type { Decision } from '../../domain/decision.ts'
import { placeOrder, type PlaceOrderRefusal } from '../../domain/place-order.ts'
import type { CommandKey } from '../../store/commit/command.ts'
import type { ApiServer } from '../api-server.ts'
import { principalName, requireOwn } from '../commands.ts'
import { traceIdOf } from '../http/correlation.ts'
import { idempotencyKey } from '../http/idempotency-key.ts'
import { ProblemError } from '../http/problem-document.ts'
import { commanding, NOTHING } from '../operation.ts'
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
          answer: (decision) => itemOf(command.orderId, decision),
          key: keyOfOrder(key, index),
          commandId: newId(),
          correlationId,
          causationId: null,
        })
      }),
    )
    for (const execution of executions) metrics?.countOrder(execution, 'placed', reply.elapsedTime)
    const own = executions.map(requireOwn)
    const position = Math.max(...own.map((execution) => execution.position))
    reply.code(201).header('cache-control', 'no-store').header('x-position', String(position))
    if (own.every(({ outcome }) => outcome === 'known')) reply.header('idempotency-replayed', 'true')
    const items = own.map(({ answer }): unknown => JSON.parse(answer ?? 'null'))
    return reply.send({ items, position })
  })
}

/**
 * Each order is a command of its own: it commits alone, and a repeated request gets the answers of those that had been
 * decided before it was cut off. The first has the key itself, so that a reuse elsewhere is noticed.
 */
function keyOfOrder(key: CommandKey | null, index: number): CommandKey | null {
  return key === null || index === 0 ? key : { ...key, key: `${key.key}#${String(index)}` }
}

/** What became of one order, as the answer to the whole request says it: kept with the key of that order. */
function itemOf(orderId: string, decision: Decision<PlaceOrderRefusal>): string {
  const { outcome } = decision
  return JSON.stringify({
    orderId,
    status: outcome === 'accepted' ? 'placed' : 'rejected',
    reason: outcome === 'accepted' ? null : decision.refusal.reason,
  })
}
