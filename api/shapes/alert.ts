import { Type } from 'typebox'
import { closed, named, nullable, oneOf, ref } from '../../commands/shape.ts'
import { ALERT_KINDS } from '../../projections/views/alerts.ts'
import { listOf } from './list.ts'
import { Money } from './money.ts'
import { count, time } from './shape.ts'

export const Alert = named(
  'Alert',
  {
    position: Type.Integer({ description: 'Position of the event in the log.' }),
    at: time('When it was recorded.'),
    kind: oneOf(ALERT_KINDS, {
      description:
        '`restock-advised`: a product keeps selling out. `stock-fell-below`: fewer units of a product are available than its reorder point. `payment-reversed`: the payment provider took money back by itself. `refund-failed`: a refund was given up and counts as settled by a person.',
    }),
    sku: nullable(Type.String({ description: 'Product that it is about.' })),
    orderId: nullable(Type.String({ description: 'Order whose money it is.' })),
    amount: nullable(ref(Money)),
    refused: nullable(
      closed({
        orders: count('Orders that were refused within the hour because the product was short.'),
        units: count('Units that they asked for.'),
        from: time('The hour begins.'),
        to: time('The hour ends.'),
      }),
    ),
    stock: nullable(
      closed({
        available: count('Units that were left of the product.'),
        reorderPoint: count('The reorder point above them.'),
      }),
    ),
    reason: nullable(Type.String({ description: 'Why the refund was given up, as it was recorded.' })),
    text: Type.String({ description: 'What happened, in words.' }),
  },
  {
    description: 'Something that a person should know of.',
    examples: [
      {
        position: 4711,
        at: '2026-11-27T08:12:04.500Z',
        kind: 'restock-advised',
        sku: 'IPHONE-17',
        orderId: null,
        amount: null,
        refused: { orders: 11, units: 14, from: '2026-11-27T08:00:00.000Z', to: '2026-11-27T09:00:00.000Z' },
        stock: null,
        reason: null,
        text: 'Restock IPHONE-17: 11 orders (14 units) were refused between 08:00 and 09:00 UTC on 2026-11-27.',
      },
    ],
  },
)

export const AlertList = listOf(Alert)
