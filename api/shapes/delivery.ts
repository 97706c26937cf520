import { Type } from 'typebox'
import { named, oneOf } from '../../commands/shape.ts'
import { DELIVERY_STATUSES } from '../../domain/delivery.ts'
import { count, Position } from './shape.ts'

export { DELIVERY_STATUSES }

export const Delivery = named(
  'Delivery',
  {
    orderId: Type.String({ description: 'The order.' }),
    status: oneOf(DELIVERY_STATUSES, { description: 'Status of the delivery.' }),
    dispatches: count('How often it was dispatched.'),
    version: count('Version of the delivery; it grows with each change.'),
    position: Position,
  },
  { description: 'The delivery of an order.', examples: [] },
)
