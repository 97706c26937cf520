import { Type } from 'typebox'
import { listOf } from './list.ts'
import { Money } from './money.ts'
import { named, nullable, ref } from '../../commands/shape.ts'
import { count, time } from './shape.ts'
import { ACTIVITY_KINDS } from '../../projections/views/activity.ts'

export const Activity = named(
  'Activity',
  {
    position: Type.Integer({ description: 'Position of the event in the log.' }),
    at: time('When it was recorded.'),
    kind: Type.String({ description: `What it happened to: ${ACTIVITY_KINDS.join(', ')}.` }),
    type: Type.String({ description: 'Type of the event.' }),
    id: Type.String({ description: 'Id of the order (of a payment or a delivery too), the product or the customer.' }),
    title: nullable(Type.String({ description: 'Name of the product, or of the first product of an order.' })),
    customerId: nullable(Type.String({ description: 'Customer of the order, the payment or the delivery.' })),
    amount: nullable(ref(Money)),
    units: nullable(count('Units.')),
    reason: nullable(
      Type.String({
        description: 'Why an order was rejected or a payment declined, or the cause of a refund; a code.',
      }),
    ),
  },
  { description: 'Something that happened; without personal data.' },
)

export const ActivityList = listOf(Activity)
