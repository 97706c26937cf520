/** What is asked of orders and answered, for validation and for the document. */
import { Type } from 'typebox'
import { commanding, NOTHING, reading, viewing } from '../operation.ts'
import { EventPage } from '../shapes/event.ts'
import { after, cursor, limit, logAfter } from '../shapes/list.ts'
import { CancelOrder, Order, ORDER_STATUSES, OrderList, PlaceOrder } from '../shapes/order.ts'
import { closed, id, nullable, oneOf, ref } from '../shapes/shape.ts'

const OrderPath = closed({ orderId: id('The order.') })

export const placing = commanding({
  id: 'placeOrder',
  tag: 'orders',
  summary: 'Place an order',
  description:
    'Reserves all lines or none. Sent again with the same orderId and content it answers 200 with the present order.',
  role: 'order',
  params: NOTHING,
  body: ref(PlaceOrder),
  shape: ref(Order),
  done: { 200: 'It was placed before.', 201: 'Placed.' },
  problems: [
    'order-exists',
    'out-of-stock',
    'unknown-product',
    'unknown-customer',
    'order-too-large',
    'wrong-currency',
    'rejected-before',
  ],
})

export const cancelling = commanding({
  id: 'cancelOrder',
  tag: 'orders',
  summary: 'Cancel an order',
  description: 'Releases its units. The body may be left out.',
  role: 'order',
  params: OrderPath,
  body: nullable(ref(CancelOrder)),
  headers: { 'if-match': { description: 'The ETag that the order has to have.' } },
  shape: ref(Order),
  done: { 200: 'Cancelled.' },
  problems: ['order-not-found', 'order-not-cancellable', 'version-mismatch', 'path-too-long'],
})

export const listing = viewing({
  id: 'listOrders',
  tag: 'orders',
  summary: 'List orders, newest first',
  params: NOTHING,
  query: closed({
    status: Type.Optional(oneOf(ORDER_STATUSES, { description: 'Only orders of this status.' })),
    customer: Type.Optional(id('Only orders of this customer.')),
    limit,
    cursor,
    after,
  }),
  shape: ref(OrderList),
})

export const showing = viewing({
  id: 'getOrder',
  tag: 'orders',
  summary: 'Show an order',
  params: OrderPath,
  query: closed({ after }),
  shape: ref(Order),
  problems: ['order-not-found', 'path-too-long'],
})

export const history = reading({
  id: 'getOrderEvents',
  tag: 'orders',
  summary: 'Show what happened to an order',
  description: 'Read from the log itself, so it shows every acknowledged command.',
  role: 'read',
  params: OrderPath,
  query: closed({ after: logAfter, limit }),
  answers: {
    200: {
      description: 'Its events, oldest first.',
      shape: ref(EventPage),
      headers: { 'x-position': 'How far the log was looked through.' },
    },
  },
  problems: ['order-not-found', 'path-too-long', 'store-unavailable'],
})
