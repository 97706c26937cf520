import { Type } from 'typebox'
import { closed, named, nullable, ref } from '../../commands/shape.ts'
import { asOf } from './analytics.ts'
import { stages } from './behaviour.ts'
import { Money, MoneySum } from './money.ts'
import { count, Position } from './shape.ts'

const percent = (description: string) => nullable(Type.Number({ description: `${description}; null over none.` }))

const alerted = (description: string) =>
  Type.Object(
    {
      count: count('Alerts.'),
      amount: ref(MoneySum),
    },
    { additionalProperties: false, description: `${description} \`amount\`: of their orders, each once.` },
  )

export const Business = named(
  'Business',
  {
    items: Type.Array(
      closed({
        day: Type.String({ description: 'YYYY-MM-DD, UTC.' }),
        gmv: ref(MoneySum),
        net: ref(MoneySum),
        orders: count('Orders accepted.'),
        averageOrder: ref(Money),
        refused: count('Orders rejected, by the day on which that was recorded.'),
        refunds: count('Refunds made, by the day on which they were recorded.'),
      }),
      { description: 'Newest day first; days on which nothing happened are left out.' },
    ),
    conversion: closed({
      sessions: count('Sessions that began on these days and are over, machines left out.'),
      percent: percent('Percent of them with an order'),
      byStage: Type.Object(stages, { additionalProperties: false, description: 'How far they came.' }),
    }),
    returning: closed({
      customers: count('Customers with two confirmed orders or more, of all time.'),
      percent: percent('Percent of the customers with a confirmed order'),
    }),
    fraud: closed({
      reviewed: alerted('Alerts raised on these days that were reviewed as fraud.'),
      open: alerted('Those that nobody has reviewed yet. They may be honest trade: never money saved.'),
    }),
    position: Position,
    asOf,
  },
  {
    description:
      'The business by day. `gmv`: the value of the orders that were accepted, whatever became of them; `net`: of those that were confirmed, less what was cancelled after that or came back, by the day on which it was recorded.',
  },
)
