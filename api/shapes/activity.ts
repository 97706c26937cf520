import { Type } from 'typebox'
import { listOf } from './list.ts'
import { Money } from './money.ts'
import { named, nullable, ref } from '../../commands/shape.ts'
import { count, time } from './shape.ts'

export const Activity = named(
  'Activity',
  {
    position: Type.Integer({ description: 'Position of the event in the log.' }),
    at: time('When it was recorded.'),
    kind: Type.String({ description: 'Kind of the stream: order, inventory, customer.' }),
    type: Type.String({ description: 'Type of the event.' }),
    id: Type.String({ description: 'Id of the order, the product or the customer.' }),
    title: nullable(Type.String({ description: 'Name of the product, or of the first product of an order.' })),
    customerId: nullable(Type.String({ description: 'Customer of the order.' })),
    amount: nullable(ref(Money)),
    units: nullable(count('Units.')),
    reason: nullable(Type.String({ description: 'Why an order was rejected.' })),
  },
  { description: 'Something that happened; without personal data.' },
)

export const ActivityList = listOf(Activity)
