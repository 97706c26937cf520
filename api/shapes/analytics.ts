import { Type, type TProperties } from 'typebox'
import { byStatus, ORDER_STATUSES } from '../../domain/order.ts'
import { STAGES } from '../../projections/views/sales.ts'
import { Money, MoneySum } from './money.ts'
import { closed, named, nullable, oneOf, ref, type Named } from '../../commands/shape.ts'
import { count, Position, time } from './shape.ts'

export const asOf = nullable(time('Time of the last event that this includes; null before the first one.'))

export const OrderCounts = named(
  'OrderCounts',
  byStatus((status) =>
    count(status === 'placed' ? 'Orders ever accepted, including later cancelled ones.' : `Ever ${status}.`),
  ),
  { description: 'Number of orders that ever had each status.' },
)

const totalRevenue = Type.Number({
  description: '`revenue` in major units, to the last digit: a program that reads it as a float may round it.',
})
const uniqueUsers = count('Distinct customers with a captured payment.')

export const Analytics = named(
  'Analytics',
  {
    orders: ref(OrderCounts),
    units: count('Units of every order ever accepted.'),
    gmv: ref(MoneySum),
    revenue: ref(MoneySum),
    refunds: closed({ count: count('Refunds that were made.'), amount: ref(MoneySum) }),
    payments: closed({
      captured: count('Captures. One that comes after a decline counts under both.'),
      declined: count('Declines.'),
      byMethod: Type.Array(
        closed({
          method: Type.String({ description: 'How it was paid.' }),
          outcome: Type.String({ description: 'captured or declined.' }),
          payments: count('Attempts with this outcome.'),
          amount: ref(MoneySum),
        }),
      ),
    }),
    conversion: closed({
      placed: count('Orders accepted.'),
      paid: count('Of them confirmed by a payment.'),
      delivered: count('Of them completed by a delivery.'),
    }),
    averageOrder: ref(Money),
    customers: count('Distinct customers with an accepted order.'),
    total_payments: count('Captures.'),
    total_orders: count('Orders accepted.'),
    total_emails: count('Mails that were sent.'),
    total_revenue: totalRevenue,
    unique_users: uniqueUsers,
    users: Type.Array(Type.String(), { maxItems: 10, description: 'The first 10 of them, by id.' }),
    position: Position,
    asOf,
  },
  {
    description:
      'The totals of the shop. `gmv`: the value of every order ever accepted; `revenue`: captured - refunded.',
    examples: [
      {
        orders: { placed: 200, confirmed: 0, rejected: 3, cancelled: 1, expired: 0, completed: 0 },
        units: 391,
        gmv: { amount: 12345600, currency: 'EUR' },
        revenue: { amount: 0, currency: 'EUR' },
        refunds: { count: 0, amount: { amount: 0, currency: 'EUR' } },
        payments: { captured: 0, declined: 0, byMethod: [] },
        conversion: { placed: 200, paid: 0, delivered: 0 },
        averageOrder: { amount: 61728, currency: 'EUR' },
        customers: 160,
        ...{ total_payments: 0, total_orders: 200, total_emails: 0, total_revenue: 0, unique_users: 0, users: [] },
        position: 4711,
        asOf: '2026-11-27T08:00:00.000Z',
      },
    ],
  },
)

export const LiveRates = named(
  'LiveRates',
  {
    ordersPerMinute: Type.Integer({
      description:
        'Orders accepted in the last 60 seconds. They end now, by the database’s clock, where this shows the head of the log, ' +
        'else with `lastUpdated`.',
    }),
    paymentsPerMinute: Type.Integer({ description: 'Payments captured in the same 60 seconds.' }),
    gmv: ref(MoneySum),
    revenue: ref(MoneySum),
    lastUpdated: asOf,
    payments_per_minute: Type.Integer({ description: '`paymentsPerMinute`.' }),
    orders_per_minute: Type.Integer({ description: '`ordersPerMinute`.' }),
    total_revenue: totalRevenue,
    unique_users: uniqueUsers,
    last_updated: asOf,
    position: Position,
  },
  { description: 'Current rates of the shop.' },
)

export const OrdersByStatus = named(
  'OrdersByStatus',
  {
    items: Type.Array(
      closed({ status: oneOf(ORDER_STATUSES, { description: 'Status of the orders.' }), orders: count('Orders now.') }),
    ),
    position: Position,
    asOf,
  },
  { description: 'Number of orders with each status now.' },
)

/** `by`: what an item is of; `figures`: what it tells. */
function breakdown(
  name: string,
  {
    by,
    figures,
    description,
  }: { readonly by: TProperties; readonly figures: TProperties; readonly description: string },
): Named {
  return named(name, { items: Type.Array(closed({ ...by, ...figures })), position: Position, asOf }, { description })
}

const sold = {
  orders: count('Accepted orders; an order counts once per category it touches.'),
  units: count('Units.'),
  gmv: ref(MoneySum),
  net: ref(MoneySum),
}
const NET =
  '`net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded.'

export const SalesByMinute = named(
  'SalesByMinute',
  {
    items: Type.Array(
      closed({
        minute: time('The beginning of the minute.'),
        orders: count('Accepted orders.'),
        units: count('Units of them.'),
        gmv: ref(MoneySum),
        rejected: count('Rejected orders.'),
        payments: count('Payments captured.'),
        refunds: count('Refunds made.'),
        revenue: ref(MoneySum),
        deliveries: count('Orders delivered.'),
      }),
    ),
    position: Position,
    asOf,
  },
  {
    description:
      'The last 120 minutes, oldest first, quiet ones too; none before the first event. They end now, by the database’s ' +
      'clock, where this shows the head of the log, else with `asOf`. `revenue` is captured minus refunded.',
  },
)

export const SalesByHour = breakdown('SalesByHour', {
  by: { hour: time('The beginning of the hour.') },
  figures: { ...sold, captured: count('Captures recorded in it.'), declined: count('Declines recorded in it.') },
  description: `Accepted orders by the hour they were placed in, the newest 1,000 hours in which anything happened. ${NET}`,
})
export const SalesByRegion = breakdown('SalesByRegion', {
  by: { region: Type.String() },
  figures: sold,
  description: `Accepted orders by region. ${NET}`,
})
export const SalesByCategory = breakdown('SalesByCategory', {
  by: { category: Type.String() },
  figures: sold,
  description: `Accepted orders by category. ${NET}`,
})
export const SalesByTier = breakdown('SalesByTier', {
  by: { tier: Type.String() },
  figures: sold,
  description: `Accepted orders by the customer’s tier. ${NET}`,
})
export const SalesByProduct = breakdown('SalesByProduct', {
  by: { sku: Type.String() },
  figures: sold,
  description: `Accepted orders by product. ${NET}`,
})
export const OrdersByReason = breakdown('OrdersByReason', {
  by: { reason: Type.String({ description: 'Why; a code.' }) },
  figures: { orders: count('Rejected orders.') },
  description: 'Rejected orders by reason, the most frequent first, each in the hour in which it was recorded.',
})
export const PaymentsByMethod = breakdown('PaymentsByMethod', {
  by: { method: Type.String({ description: 'How it was paid.' }) },
  figures: {
    captured: count('Captures. One that comes after a decline counts under both.'),
    declined: count('Declines.'),
    amount: ref(MoneySum),
  },
  description:
    'Payments by method, each in the hour in which its outcome was recorded. `amount`: what was captured; refunds are not taken off.',
})
export const OrdersByStage = breakdown('OrdersByStage', {
  by: { stage: oneOf(STAGES, { description: 'How far an order came.' }) },
  figures: { orders: count('Orders that came so far.') },
  description: 'How far orders came: all four stages in their order, each in the hour in which the step was recorded.',
})

function hourBound(description: string) {
  return Type.Optional(
    Type.String({ maxLength: 40, description: `${description} A whole hour in UTC, RFC 3339: 2026-12-01T10:00:00Z.` }),
  )
}

/** A period of whole hours. */
export const period = {
  from: hourBound('Only what happened from this hour on.'),
  to: hourBound('Only what happened before this hour.'),
}

const none = Type.Optional(
  Type.String({ maxLength: 40, description: 'Refused: sales of a product are not kept by the hour.' }),
)

/** Of products: it is asked for like those of others, so the answer says why it is empty. */
export const noPeriod = { from: none, to: none }
