/** Random orders over HTTP, for trying the shop out. */
import { traceIdOf } from '../../commands/correlation.ts'
import { placeOrderCommand, type WantedOrder } from '../../commands/order.ts'
import { request as requestOf } from '../../commands/request.ts'
import { ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Decision } from '../../domain/decision.ts'
import { placeOrder, type PlaceOrderRefusal } from '../../domain/place-order.ts'
import type { CommandKey, Executor } from '../../store/commit/command.ts'
import { principalName, requireOwn } from '../commands.ts'
import { idempotencyKey } from '../http/idempotency-key.ts'
import { ProblemError } from '../http/problem-document.ts'
import type { Metrics } from '../metrics.ts'
import { commanding, NOTHING } from '../operation.ts'
import { resource } from '../resource.ts'
import { SimulatedOrders, SimulateOrders } from '../shapes/simulation.ts'

const simulating = commanding('/simulation/orders', {
  tag: 'orders',
  summary: 'Place random orders',
  description:
    'Uses the customers and products of the simulated shop; orders for unknown ones are rejected. Off in production.',
  role: 'operate',
  params: NOTHING,
  request: requestOf(ref(SimulateOrders)),
  shape: ref(SimulatedOrders),
  done: { 201: 'Decided, each as `items` says.' },
  refusals: {},
  problems: ['simulation-off'],
})

export interface SimulationParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  readonly settings: { readonly production: boolean }
  readonly simulateOrders: (count: number) => readonly WantedOrder[]
  readonly metrics: Pick<Metrics, 'countOrder'> | null
}

export const simulation = resource(
  { simulateOrders: simulating },
  ({ executor, shop, settings, simulateOrders, metrics }: SimulationParts) => ({
    async simulateOrders(request, reply) {
      if (settings.production) {
        throw new ProblemError({ code: 'simulation-off', detail: 'random orders are off in production' })
      }
      const key = idempotencyKey(request, principalName(request))
      const correlationId = traceIdOf(request.headers.traceparent) ?? request.id
      const executions = await Promise.all(
        simulateOrders(request.body.count).map((wanted, index) => {
          const command = placeOrderCommand(wanted, shop)
          return executor.execute({
            decide: (read) => placeOrder(command, read),
            answer: (decision) => itemOf(command.orderId, decision),
            key: keyOfOrder(key, index),
            commandId: shop.newId(),
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
    },
  }),
)

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
