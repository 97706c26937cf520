/** Orders over HTTP: what is asked, how it is answered. */
import { Type } from 'typebox'
import { cancelOrderCommand, cancelOrderRequest, placeOrderCommand, placeOrderRequest } from '../../commands/order.ts'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { refuse } from '../../domain/decision.ts'
import { cancelOrder, type CancelOrder, type OrderNotCancellable } from '../../domain/end-order.ts'
import { order, type AcceptedOrder, type UnknownOrder } from '../../domain/order.ts'
import { placeOrder, type PlaceOrder, type PlaceOrderRefusal } from '../../domain/place-order.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor, Look } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, sendExecution, type Wish } from '../commands.ts'
import { parseIfMatch, versionsTag, versionTag } from '../http/etag.ts'
import type { Occurrence } from '../http/problem-document.ts'
import { knownOrder } from '../answers/known-names.ts'
import type { Metrics } from '../metrics.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import type { ReadLog } from '../parts.ts'
import { resource } from '../resource.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { Order, ORDER_STATUSES, OrderList } from '../shapes/order.ts'
import { sendHistoryOf, streamHistory } from '../answers/event-page.ts'
import { isEmpty, pageQuery, sendFound, sendPage } from '../answers/read-answers.ts'

const OrderPath = closed({ orderId: id('The order.', 'web-1001') })

const placing = commanding('/orders', {
  tag: 'orders',
  summary: 'Place an order',
  description:
    'Reserves all lines or none. Repeating it with the same orderId and content answers 200 with the current order.',
  role: 'order',
  params: NOTHING,
  request: placeOrderRequest,
  shape: ref(Order),
  done: { 200: 'The order was already placed.', 201: 'Placed.' },
  refusals: {
    'order-exists': 'order-exists',
    'out-of-stock': 'out-of-stock',
    'unknown-product': 'unknown-product',
    'unknown-customer': 'unknown-customer',
    'order-too-large': 'order-too-large',
    'wrong-currency': 'wrong-currency',
    'rejected-before': 'rejected-before',
  },
  problems: ['card-number'],
})

const cancelling = commanding('/orders/:orderId/cancel', {
  tag: 'orders',
  summary: 'Cancel an order',
  description: 'Releases its units. The body is optional.',
  role: 'order',
  params: OrderPath,
  request: cancelOrderRequest,
  headers: { 'if-match': { description: 'The ETag that the order must have.' } },
  shape: ref(Order),
  done: { 200: 'Cancelled.' },
  refusals: {
    'unknown-order': 'order-not-found',
    'order-not-cancellable': 'order-not-cancellable',
    'version-mismatch': 'version-mismatch',
  },
})

const listing = viewing('/orders', {
  tag: 'orders',
  view: 'orders',
  summary: 'List orders, newest first',
  params: NOTHING,
  query: closed({
    status: Type.Optional(oneOf(ORDER_STATUSES, { description: 'Only orders with this status.' })),
    customer: Type.Optional(id('Only orders of this customer.')),
    limit,
    cursor,
    after,
  }),
  shape: ref(OrderList),
})

const showing = viewing('/orders/:orderId', {
  tag: 'orders',
  view: 'orders',
  summary: 'Show an order',
  params: OrderPath,
  query: closed({ after }),
  shape: ref(Order),
  problems: ['order-not-found'],
})

const history = streamHistory('/orders/:orderId/events', {
  ...{ tag: 'orders', summary: 'Show what happened to an order' },
  ...{ params: OrderPath, missing: 'order-not-found' },
})

export interface OrderParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  readonly views: Pick<Views, 'orders'>
  readonly readLog: ReadLog
  readonly metrics: Pick<Metrics, 'countOrder'> | null
}

export const orders = resource(
  {
    placeOrder: placing,
    listOrders: listing,
    cancelOrder: cancelling,
    getOrder: showing,
    getOrderEvents: history,
  },
  ({ executor, shop, views, readLog, metrics }: OrderParts) => {
    const execute = executeWith(executor, shop)
    return {
      async placeOrder(request, reply) {
        const execution = await execute(request, placingWish(placeOrderCommand(request.body, shop)))
        metrics?.countOrder(execution, 'placed', reply.elapsedTime)
        return sendExecution(reply, execution)
      },
      async cancelOrder(request, reply) {
        const command = cancelOrderCommand(request.params.orderId, request.body)
        const demanded = parseIfMatch(request.headers['if-match'])
        const execution = await execute(request, cancellingWish(command, demanded))
        metrics?.countOrder(execution, 'cancelled', reply.elapsedTime)
        return sendExecution(reply, execution)
      },
      async listOrders(request, reply) {
        const { status = null, customer: customerId = null } = request.query
        const query = { ...pageQuery(request.query), status, customerId }
        const page = await views.orders.list(query)
        const known = isEmpty(request.query) ? { orders: page.items.map(knownOrder) } : {}
        return sendPage({ request, reply }, page, known)
      },
      async getOrder(request, reply) {
        const { orderId } = request.params
        const { versions, ...found } = await views.orders.get(orderId)
        return sendFound({ request, reply }, found, {
          missing: orderNotFound(orderId),
          tag: ({ version }) => versionsTag(versions ?? [version]),
        })
      },
      async getOrderEvents(request, reply) {
        const { orderId } = request.params
        const { query } = request
        return sendHistoryOf({ query, reply }, { readLog, stream: `order-${orderId}`, missing: orderNotFound(orderId) })
      },
    }
  },
)

/** 201 for an order placed now, 200 with its present state for one placed before. */
export function placingWish(command: PlaceOrder): Wish<PlaceOrderRefusal> {
  const { orderId, currency } = command
  return {
    decide: (read) => placeOrder(command, read),
    codes: placing.refusals,
    told: (refusal) => placingTold(refusal, orderId, currency),
    shown: (made, look) => shownOrder(made ? 201 : 200, orderId, look),
  }
}

/** The order was changed by another one meanwhile: it has not the version that the client demands. */
interface VersionMismatch {
  readonly reason: 'version-mismatch'
  readonly version: number
}

type CancelOrderRefusal = UnknownOrder | OrderNotCancellable | VersionMismatch

export function cancellingWish(
  command: CancelOrder,
  demanded: ((version: number) => boolean) | null,
): Wish<CancelOrderRefusal> {
  const { orderId } = command
  return {
    decide(read) {
      const version = read.version(order, orderId)
      const mismatch = demanded !== null && version > 0 && !demanded(version)
      return mismatch ? refuse({ reason: 'version-mismatch', version }) : cancelOrder(command, read)
    },
    codes: cancelling.refusals,
    told: (refusal) => cancellingTold(refusal, orderId),
    shown: (_made, look) => shownOrder(200, orderId, look),
  }
}

type Told = Omit<Occurrence, 'code'>

function placingTold(refusal: PlaceOrderRefusal, orderId: string, currency: string): Told {
  const more = { orderId, shortages: [] }
  switch (refusal.reason) {
    case 'order-exists':
      return { detail: `order ${orderId} exists with another customer or other lines`, more: { orderId } }
    case 'unknown-customer':
      return { detail: `customer ${refusal.customerId} is not registered`, more }
    case 'unknown-product':
      return { detail: `not in the catalogue: ${refusal.skus.join(', ')}`, more }
    case 'wrong-currency':
      return { detail: `a product has no price in ${currency}`, more }
    case 'order-too-large':
      return { detail: 'the total is more than 2^53 - 1 minor units', more }
    case 'out-of-stock': {
      const { shortages } = refusal
      const short = shortages.map((s) => `${s.sku}: ${String(s.wanted)} wanted, ${String(s.available)} available`)
      return { detail: short.join('; '), more: { orderId, shortages } }
    }
    case 'rejected-before': {
      const { recorded, shortages } = refusal
      return { detail: `the order was already rejected: ${recorded}`, more: { orderId, shortages } }
    }
  }
}

function cancellingTold(refusal: CancelOrderRefusal, orderId: string): Told {
  switch (refusal.reason) {
    case 'unknown-order':
      return orderNotFound(orderId)
    case 'order-not-cancellable': {
      const { status, delivery } = refusal
      const detail = `order ${orderId} is ${status}${delivery === null ? '' : `, its delivery is ${delivery}`}`
      return { detail, more: { orderId, orderStatus: status, deliveryStatus: delivery } }
    }
    case 'version-mismatch': {
      const { version } = refusal
      return { detail: `order ${orderId} has version ${String(version)}`, headers: { etag: versionTag(version) } }
    }
  }
}

export function orderNotFound(orderId: string): Occurrence {
  return { code: 'order-not-found', detail: `no order has the id ${orderId}` }
}

/** The order as it stands after a command on it. */
export function shownOrder(status: number, orderId: string, look: Look): string {
  const { state, version } = look(order, orderId)
  if (state.status === 'none' || state.status === 'rejected')
    throw new Error(`order ${orderId} was accepted and is not`)
  const headers = { etag: versionTag(version), location: `/orders/${orderId}` }
  return shownAnswer(status, orderText(orderId, state, version), headers)
}

/**
 * The order as JSON text. By hand: it is made for each order placed, where it takes a third of what JSON.stringify does.
 * Ids, SKUs and currencies have no character that JSON escapes; names and categories may have.
 */
function orderText(orderId: string, placed: AcceptedOrder, version: number): string {
  const { status, customerId, lines, total, placedAt, reservedUntil, returned } = placed
  let text = `{"orderId":"${orderId}","status":"${status}","customerId":"${customerId}","lines":[`
  let separator = ''
  for (const { sku, name, category, quantity, unitPrice } of lines) {
    text += `${separator}{"sku":"${sku}","name":${JSON.stringify(name)},"category":${JSON.stringify(category)},"quantity":${String(quantity)},"unitPrice":{"amount":${String(unitPrice.amount)},"currency":"${unitPrice.currency}"}}`
    separator = ','
  }
  const until = reservedUntil === null ? 'null' : `"${rfc3339(reservedUntil)}"`
  const back = returned.length === 0 ? '' : `"returned":${JSON.stringify(returned)},`
  return `${text}],"total":{"amount":${String(total.amount)},"currency":"${total.currency}"},"placedAt":"${rfc3339(placedAt)}","reservedUntil":${until},${back}"version":${String(version)}}`
}
