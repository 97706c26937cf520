import { Type } from 'typebox'
import { DELIVERY_STATUSES } from '../../domain/delivery.ts'
import { ORDER_STATUSES } from '../../domain/order.ts'
import { PAYMENT_STATUSES } from '../../domain/payments/payment-status.ts'
import { listOf } from './list.ts'
import { Money, MoneySum } from './money.ts'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { count, First, Position, time } from './shape.ts'

export { ORDER_STATUSES }

export const OrderLine = named(
  'OrderLine',
  {
    sku: Type.String({ description: 'The product.' }),
    name: nullable(Type.String({ description: 'As the catalogue had it; null when the product is unknown.' })),
    category: nullable(Type.String({ description: 'As the catalogue had it; null when the product is unknown.' })),
    quantity: count('Units.'),
    unitPrice: nullable(ref(Money)),
  },
  { description: 'One line of an order. Unknown values of a rejected order are null.' },
)

export const Shortage = named(
  'Shortage',
  {
    sku: Type.String({ description: 'The product.' }),
    wanted: count('Units asked for by all lines together.'),
    available: count('Units that were available.'),
  },
  { description: 'A product with fewer available units than an order asked for.' },
)

export const Order = named(
  'Order',
  {
    orderId: Type.String({ description: 'The order.' }),
    status: oneOf(ORDER_STATUSES, { description: 'Status of the order.' }),
    customerId: Type.String({ description: 'The customer who ordered.' }),
    lines: Type.Array(ref(OrderLine)),
    total: nullable(ref(Money)),
    placedAt: nullable(time('When it was placed; null for a rejected order.')),
    reservedUntil: nullable(time('Until when its units are reserved; null: without limit, or a rejected order.')),
    rejectedAt: Type.Optional(nullable(time('When it was rejected. Only in reads.'))),
    reason: Type.Optional(
      nullable(Type.String({ description: 'Why it was rejected (a code) or cancelled (in words). Only in reads.' })),
    ),
    shortages: Type.Optional(Type.Array(ref(Shortage), { description: 'Only in reads.' })),
    payment: Type.Optional(
      nullable(
        Type.Object(
          {
            status: oneOf(PAYMENT_STATUSES, { description: 'As GET /payments/{orderId} has it.' }),
            attempts: count('Attempts to pay it.'),
            captured: ref(MoneySum),
            refunded: ref(MoneySum),
            underWay: ref(MoneySum),
          },
          {
            additionalProperties: false,
            description: 'How it is paid, the sums over all attempts; null before the first. Only in reads.',
          },
        ),
      ),
    ),
    delivery: Type.Optional(
      nullable(
        Type.Object(
          {
            status: oneOf(DELIVERY_STATUSES, { description: 'Status of the delivery.' }),
            dispatches: count('How often it was dispatched.'),
          },
          { additionalProperties: false, description: 'How it is delivered; null until it is paid. Only in reads.' },
        ),
      ),
    ),
    returned: Type.Optional(
      Type.Array(
        Type.Object(
          { sku: Type.String({ description: 'The product.' }), quantity: count('Units that came back.') },
          { additionalProperties: false },
        ),
        { description: 'What came back, by product. In reads, and in answers once something did.' },
      ),
    ),
    version: count('Version of the order; it grows with each change.'),
    first: Type.Optional(First),
    position: Position,
  },
  {
    description: 'An order.',
    examples: [
      {
        orderId: 'web-1001',
        status: 'placed',
        customerId: 'customer-00001',
        lines: [
          {
            sku: 'IPHONE-17',
            name: 'iPhone 17',
            category: 'phones',
            quantity: 1,
            unitPrice: { amount: 99900, currency: 'EUR' },
          },
        ],
        total: { amount: 99900, currency: 'EUR' },
        placedAt: '2026-11-27T08:00:00.000Z',
        reservedUntil: '2026-11-27T08:15:00.000Z',
        version: 1,
        position: 4711,
      },
    ],
  },
)

/** The orders of a page once more, for clients that know them so. */
const KnownOrder = named(
  'KnownOrder',
  {
    order_id: Type.String({ description: 'The order.' }),
    user_id: Type.String({ description: 'The customer who ordered.' }),
    items: Type.Array(
      closed({
        name: nullable(Type.String({ description: 'As the catalogue had it; null when the product is unknown.' })),
        price: nullable(Type.Number({ description: 'Of one unit, in major units; null when the product is unknown.' })),
        quantity: count('Units.'),
      }),
    ),
    status: oneOf(ORDER_STATUSES, { description: 'Status of the order.' }),
  },
  { description: 'An order under the names that some clients know.' },
)

export const OrderList = listOf(Order, {
  orders: Type.Optional(
    Type.Array(ref(KnownOrder), { description: 'The same orders under other names; only without query parameters.' }),
  ),
})
