/**
 * Orders, mails and figures once more, under the names that some clients know: snake_case, and prices in major units. They
 * stand beside ours, in answers to requests without query parameters and in the figures.
 */
import { majorUnits } from '../../domain/currencies.ts'
import type { OrderView } from '../../projections/views/orders.ts'
import type { LiveSales, SalesTotals } from '../../projections/views/sales.ts'
import type { MoneySum } from '../../projections/queries/shown.ts'

export function knownOrder({ orderId, customerId, lines, status }: OrderView) {
  const items = lines.map(({ name, quantity, unitPrice }) => {
    const price = unitPrice === null ? null : Number(majorUnits(unitPrice.amount, unitPrice.currency))
    return { name, price, quantity }
  })
  return { order_id: orderId, user_id: customerId, items, status }
}

export function knownEmail({
  to,
  subject,
  text,
}: {
  readonly to: string
  readonly subject: string
  readonly text: string
}) {
  return { to, subject, body: text }
}

/** Without the revenue, which is not a number that a program may round. */
export function knownTotals({
  payments,
  orders,
  emails,
  payers,
}: Pick<SalesTotals, 'payments' | 'orders' | 'emails' | 'payers'>) {
  return {
    total_payments: payments.captured,
    total_orders: orders.placed,
    total_emails: emails,
    unique_users: payers.count,
    users: payers.first,
  }
}

/** Without the revenue. */
export function knownRates({
  paymentsPerMinute,
  ordersPerMinute,
  payers,
}: Pick<LiveSales, 'paymentsPerMinute' | 'ordersPerMinute' | 'payers'>) {
  return { payments_per_minute: paymentsPerMinute, orders_per_minute: ordersPerMinute, unique_users: payers }
}

export function knownRevenue({ amount, currency }: MoneySum): { readonly total_revenue: `${number}` } {
  return { total_revenue: majorUnits(amount, currency) }
}
