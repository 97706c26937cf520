import { Type } from 'typebox'
import { ORDER_STATUSES } from '../../domain/order.ts'
import { closed, named, nullable, oneOf, whole } from '../../commands/shape.ts'
import { Position } from './shape.ts'

export const SimulateOrders = named(
  'SimulateOrders',
  { count: whole(1, 100, 'Number of letters.') },
  { description: 'Random orders to place.', examples: [{ count: 10 }] },
)

export const SimulatedOrders = named(
  'SimulatedOrders',
  {
    items: Type.Array(
      closed({
        orderId: Type.String(),
        status: oneOf(ORDER_STATUSES, { description: 'Status of the order.' }),
        reason: nullable(Type.String({ description: 'Why it was rejected.' })),
      }),
    ),
    position: Position,
  },
  { description: 'Results of the orders.' },
)
