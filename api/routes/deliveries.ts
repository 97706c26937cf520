/** Deliveries over HTTP: as they are, and what a carrier, or a person in its place, reports. */
import { Type } from 'typebox'
import {
  deliverOrderCommand,
  deliverOrderRequest,
  dispatchOrderCommand,
  dispatchOrderRequest,
  failDeliveryCommand,
  failDeliveryRequest,
} from '../../commands/delivery.ts'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { delivery, deliverOrder, dispatchOrder, failDelivery, type DeliveryRefusal } from '../../domain/delivery.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, sendExecution, type Wish } from '../commands.ts'
import { ownVersionTag, versionTag } from '../http/etag.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { Delivery, DELIVERY_STATUSES, DeliveryList } from '../shapes/delivery.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { pageQuery, sendFound, sendPage } from '../answers/read-answers.ts'

const DeliveryPath = closed({ orderId: id('The order.', 'web-1001') })

const reported = {
  tag: 'deliveries',
  role: 'operate',
  params: DeliveryPath,
  shape: ref(Delivery),
  done: { 200: 'As it is now.' },
  refusals: { 'unknown-delivery': 'delivery-not-found', 'delivery-not-possible': 'delivery-not-possible' },
} as const

const dispatching = commanding('/deliveries/:orderId/dispatch', {
  ...reported,
  summary: 'Report that an order was dispatched',
  description: 'Its units leave the stock with the first dispatch. Reporting the same dispatch again changes nothing.',
  request: dispatchOrderRequest,
})

const delivering = commanding('/deliveries/:orderId/deliver', {
  ...reported,
  summary: 'Report that an order was delivered',
  description: 'Completes the order.',
  request: deliverOrderRequest,
})

const failing = commanding('/deliveries/:orderId/fail', {
  ...reported,
  summary: 'Report that a delivery failed',
  description: 'The order can be dispatched again, or cancelled.',
  request: failDeliveryRequest,
})

const listing = viewing('/deliveries', {
  tag: 'deliveries',
  view: 'deliveries',
  summary: 'List deliveries, newest first',
  params: NOTHING,
  query: closed({
    status: Type.Optional(oneOf(DELIVERY_STATUSES, { description: 'Only deliveries with this status.' })),
    limit,
    cursor,
    after,
  }),
  shape: ref(DeliveryList),
})

const showing = viewing('/deliveries/:orderId', {
  tag: 'deliveries',
  view: 'deliveries',
  summary: 'Show the delivery of an order',
  params: DeliveryPath,
  query: closed({ after }),
  shape: ref(Delivery),
  problems: ['delivery-not-found'],
})

export interface DeliveryParts {
  readonly executor: Executor
  readonly views: Pick<Views, 'deliveries'>
}

export const deliveries = resource(
  {
    listDeliveries: listing,
    getDelivery: showing,
    dispatchOrder: dispatching,
    deliverOrder: delivering,
    failDelivery: failing,
  },
  ({ executor, views }: DeliveryParts) => {
    const execute = executeWith(executor)
    return {
      async listDeliveries(request, reply) {
        const { status = null } = request.query
        return sendPage({ request, reply }, await views.deliveries.list({ ...pageQuery(request.query), status }))
      },
      async getDelivery(request, reply) {
        const { orderId } = request.params
        const missing = { code: 'delivery-not-found', detail: `order ${orderId} has no delivery` } as const
        return sendFound({ request, reply }, await views.deliveries.get(orderId), { missing, tag: ownVersionTag })
      },
      async dispatchOrder(request, reply) {
        const command = dispatchOrderCommand(request.params.orderId, request.body)
        const wish = reportWish(command.orderId, (read) => dispatchOrder(command, read))
        return sendExecution(reply, await execute(request, wish))
      },
      async deliverOrder(request, reply) {
        const command = deliverOrderCommand(request.params.orderId, request.body)
        const wish = reportWish(command.orderId, (read) => deliverOrder(command, read))
        return sendExecution(reply, await execute(request, wish))
      },
      async failDelivery(request, reply) {
        const command = failDeliveryCommand(request.params.orderId, request.body)
        const wish = reportWish(command.orderId, (read) => failDelivery(command, read))
        return sendExecution(reply, await execute(request, wish))
      },
    }
  },
)

function reportWish(orderId: string, decide: (read: Read) => Decision<DeliveryRefusal>): Wish<DeliveryRefusal> {
  return {
    decide,
    codes: reported.refusals,
    told: (refusal) =>
      refusal.reason === 'unknown-delivery'
        ? { detail: `order ${orderId} has no delivery` }
        : {
            detail: `the delivery of order ${orderId} is ${refusal.status}`,
            more: { orderId, deliveryStatus: refusal.status },
          },
    shown(_made, look) {
      const { state, version } = look(delivery, orderId)
      const body = JSON.stringify({ orderId, ...state, version })
      return shownAnswer(200, body, { etag: versionTag(version), location: `/deliveries/${orderId}` })
    },
  }
}
