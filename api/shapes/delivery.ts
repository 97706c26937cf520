import { Type } from 'typebox'
import { named, nullable, oneOf } from '../../commands/shape.ts'
import { DELIVERY_STATUSES } from '../../domain/delivery.ts'
import { listOf } from './list.ts'
import { count, First, Position, time } from './shape.ts'

export { DELIVERY_STATUSES }

export const Delivery = named(
  'Delivery',
  {
    orderId: Type.String({ description: 'The order.' }),
    customerId: Type.Optional(Type.String({ description: 'The customer who ordered. Only in reads.' })),
    status: oneOf(DELIVERY_STATUSES, { description: 'Status of the delivery.' }),
    dispatches: count('How often it was dispatched.'),
    reason: Type.Optional(
      nullable(
        Type.String({ description: 'Why it failed or was cancelled, in words; null otherwise. Only in reads.' }),
      ),
    ),
    times: Type.Optional(
      Type.Object(
        {
          scheduled: nullable(time('When the order was paid.')),
          dispatched: nullable(time('When it was last dispatched.')),
          delivered: nullable(time('When it was delivered.')),
          failed: nullable(time('When it last failed.')),
          cancelled: nullable(time('When it was cancelled.')),
        },
        { additionalProperties: false, description: 'When each was recorded; null: it never was. Only in reads.' },
      ),
    ),
    version: count('Version of the delivery; it grows with each change.'),
    first: Type.Optional(First),
    position: Position,
  },
  { description: 'The delivery of an order.', examples: [] },
)

export const DeliveryList = listOf(Delivery)
