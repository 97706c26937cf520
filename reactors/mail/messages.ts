/** Which events ask for a message, and what it says and to whom, read from the streams when it is sent. Pure. */
import { customer } from '../../domain/customer.ts'
import { idOf, type Read } from '../../domain/decision.ts'
import { CHANNELS, type Channel } from '../../domain/notification.ts'
import { order } from '../../domain/order.ts'
import {
  attemptOf,
  isOnHold,
  payment,
  WRONG_AMOUNT,
  type Attempt,
  type Payment,
} from '../../domain/payments/payment.ts'
import { money, type CustomerId, type OrderId } from '../../domain/values.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import type { Minute, StockFalls } from '../operator/stock-falls.ts'
import { render, type Rendered, type TemplateName, type TemplateValues } from './render.ts'

export const TOLD = [
  ...(['OrderConfirmed', 'OrderCancelled', 'OrderExpired', 'OrderRejected', 'PaymentHeld'] as const),
  ...(['PaymentDeclined', 'PaymentRefunded', 'DeliveryDispatched', 'DeliveryDelivered'] as const),
  ...(['RestockAdvised', 'StockFellBelow'] as const),
] as const

export type ToldEvent = Extract<DomainEvent, { readonly type: (typeof TOLD)[number] }>

/** What operators hear. */
type ForOperators =
  | { readonly template: 'restock-advised'; readonly advice: TemplateValues['restock-advised'] }
  | { readonly template: 'stock-fell-below'; readonly minute: Minute }
  | { readonly template: 'reactor-stuck'; readonly trouble: TemplateValues['reactor-stuck'] }

/** What an event asks for. It holds no personal data: it is kept while the message waits. */
export type Wanted =
  | ForOperators
  | { readonly template: OfAttempt; readonly attempt: number }
  | { readonly template: 'payment-refunded'; readonly refund: number }
  | { readonly template: Exclude<TemplateName, OfAttempt | 'payment-refunded' | ForOperators['template']> }

type OfAttempt = 'payment-held' | 'payment-declined'

/** Declined by us, and not for what the customer did, or with the order, whose end is announced: no word of it. */
const UNTOLD: readonly string[] = ['replaced', 'skipped', 'cancelled', 'fraud', WRONG_AMOUNT]

/** `minuteOf`: the minute of the event, if no mail spoke of it yet. */
export function wantedBy(event: ToldEvent, minuteOf: () => Minute | null = () => null): Wanted | null {
  switch (event.type) {
    case 'OrderConfirmed':
      return { template: 'order-confirmed' }
    case 'OrderCancelled':
      return { template: 'order-cancelled' }
    case 'OrderExpired':
      return { template: 'order-expired' }
    case 'OrderRejected':
      return event.reason === 'out-of-stock' ? { template: 'out-of-stock' } : null
    case 'PaymentHeld':
      return { template: 'payment-held', attempt: event.attempt }
    case 'PaymentDeclined':
      return UNTOLD.includes(event.reason) ? null : { template: 'payment-declined', attempt: event.attempt }
    case 'PaymentRefunded':
      // What the provider took back by itself is no news from the shop.
      return event.cause === 'provider' ? null : { template: 'payment-refunded', refund: event.refund }
    case 'DeliveryDispatched':
      return { template: 'order-dispatched' }
    case 'DeliveryDelivered':
      return { template: 'order-delivered' }
    case 'RestockAdvised': {
      const { sku, refusedOrders, refusedUnits, from, to } = event
      return { template: 'restock-advised', advice: { sku, refusedOrders, refusedUnits, from, to } }
    }
    case 'StockFellBelow': {
      const minute = minuteOf()
      return minute === null ? null : { template: 'stock-fell-below', minute: { from: minute.from, to: minute.to } }
    }
  }
}

const TO_OPERATORS: readonly TemplateName[] = ['restock-advised', 'stock-fell-below', 'reactor-stuck']

/** Operators get mail alone. */
export function channelsOf(wanted: Wanted): readonly Channel[] {
  return isForOperators(wanted) ? ['email'] : CHANNELS
}

function isForOperators(wanted: Wanted): wanted is ForOperators {
  return TO_OPERATORS.includes(wanted.template)
}

/** Whom a message is for, and the order that it is about. */
export interface Subject {
  readonly orderId: OrderId | null
  /** Null: an operator. */
  readonly customerId: CustomerId | null
}

export interface Message extends Subject {
  /** An address, or a number. */
  readonly to: string
  render(): Rendered
}

export interface Asked {
  /** Of the event. */
  readonly stream: string
  readonly wanted: Wanted
  readonly channel: Channel
  /** Address of the operators; null: they get no mail. */
  readonly operator: string | null
  /** Of the minute that it is about, if it is about one. */
  readonly falls: StockFalls
}

/** Null: there is nothing to say any more, or nowhere to send it. */
export function messageOf({ stream, wanted, channel, operator, falls }: Asked, read: Read): Message | null {
  const subject = subjectOf(stream, wanted, read)
  if (isForOperators(wanted)) {
    return operator === null ? null : { ...subject, to: operator, render: () => operatorMail(wanted, falls) }
  }
  const found = read(customer, subject.customerId ?? '')
  if (found.status === 'none') return null
  const { name, email, phone, language } = found.registration
  const to = channel === 'email' ? email : found.tier === 'vip' ? phone : null
  if (to === null) return null
  const write = writerOf(idOf(stream), wanted, read)
  return write === null ? null : { ...subject, to, render: () => write(name, language) }
}

function operatorMail(wanted: ForOperators, falls: StockFalls): Rendered {
  if (wanted.template === 'stock-fell-below') return render(wanted.template, 'en', fallValues(wanted.minute, falls))
  if (wanted.template === 'restock-advised') return render(wanted.template, 'en', wanted.advice)
  return render(wanted.template, 'en', wanted.trouble)
}

/** The subject names the first three. */
const NAMED = 3

function fallValues({ from, to }: Minute, { count, first }: StockFalls): TemplateValues['stock-fell-below'] {
  const names = first.slice(0, NAMED).map(({ sku }) => sku)
  return {
    ...{ from, to, count, named: first.length },
    products: [...names, ...(count > names.length ? ['…'] : [])].join(', '),
    lines: first.map(({ sku, threshold, available }) => ({
      sku: `${sku} (${String(threshold)})`,
      quantity: available,
    })),
  }
}

export function subjectOf(stream: string, wanted: Wanted, read: Read): Subject {
  if (isForOperators(wanted)) return { orderId: null, customerId: null }
  const orderId = idOf(stream)
  const found = read(order, orderId)
  if (found.status === 'none') throw new Error(`the stream ${stream} belongs to no order`)
  return { orderId, customerId: found.customerId }
}

type Writer = (name: string, language: string) => Rendered

/** Null: there is nothing to say any more. */
function writerOf(orderId: OrderId, wanted: Exclude<Wanted, ForOperators>, read: Read): Writer | null {
  const found = read(order, orderId)
  if (found.status === 'none') throw new Error(`there is no order ${orderId}`)
  const { template } = wanted
  if (template === 'out-of-stock') {
    const { lines } = found
    return (name, language) => render(template, language, { name, orderId, lines })
  }
  if (found.status === 'rejected')
    throw new Error(`order ${orderId} was rejected, and ${template} is about one that was not`)
  const { lines, total, placedAt } = found
  switch (template) {
    case 'order-confirmed':
    case 'order-cancelled':
    case 'order-expired':
      return (name, language) => render(template, language, { name, orderId, lines, total, placedAt })
    case 'order-dispatched':
    case 'order-delivered':
      return (name, language) => render(template, language, { name, orderId, lines })
    case 'payment-held': {
      const attempt = attemptIn(orderId, read(payment, orderId), wanted.attempt)
      // Somebody has looked meanwhile: what came of it is reported instead.
      if (!isOnHold(attempt)) return null
      const { amount } = attempt
      return (name, language) => render(template, language, { name, orderId, amount })
    }
    case 'payment-declined': {
      const state = read(payment, orderId)
      const attempt = attemptIn(orderId, state, wanted.attempt)
      const earlier = state.attempts.slice(0, wanted.attempt - 1)
      const toldBefore = earlier.some(({ declined }) => declined !== null && !UNTOLD.includes(declined))
      // Paid meanwhile, or over: it would ask for what is no longer wanted.
      if (toldBefore || found.status !== 'placed') return null
      const { amount } = attempt
      return (name, language) => render(template, language, { name, orderId, amount })
    }
    case 'payment-refunded': {
      const { refunds } = read(payment, orderId)
      const refund = refunds[wanted.refund - 1]
      if (refund === undefined) throw new Error(`order ${orderId} has no refund ${wanted.refund}`)
      const amount = money(refund.amount, total.currency)
      return (name, language) => render(template, language, { name, orderId, amount })
    }
  }
}

function attemptIn(orderId: OrderId, state: Payment, number: number): Attempt {
  const attempt = attemptOf(state, number)
  if (attempt === null) throw new Error(`order ${orderId} has no attempt ${number}`)
  return attempt
}
