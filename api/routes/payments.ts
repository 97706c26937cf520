/** Payments over HTTP: paying an order, giving money back, and what became of both. */
import { Type } from 'typebox'
import {
  requestPaymentCommand,
  requestPaymentRequest,
  requestRefundCommand,
  requestRefundRequest,
} from '../../commands/payment.ts'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import type { Read } from '../../domain/decision.ts'
import { payment, PAYMENT_METHODS } from '../../domain/payments/payment.ts'
import {
  requestRefund,
  type NothingToRefund,
  type RefundTooLarge,
  type RequestRefund,
  type UnknownPayment,
} from '../../domain/payments/refund.ts'
import {
  requestPayment,
  type AmountInWrongCurrency,
  type RequestPayment,
  type RequestPaymentRefusal,
} from '../../domain/payments/request-payment.ts'
import type { Money } from '../../schemas/events.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Executor } from '../../store/commit/command.ts'
import { sendAnswer, shownAnswer } from '../answers/answer.ts'
import { executeWith, requireOwn, sendExecution, type Wish } from '../commands.ts'
import { ownVersionTag, versionTag } from '../http/etag.ts'
import type { Occurrence } from '../http/problem-document.ts'
import { commanding, NOTHING, viewing } from '../operation.ts'
import {
  begunAnswer,
  begunIn,
  requireGateway,
  whatBecameOf,
  WITHOUT_GATEWAY,
  type NoGateway,
  type PaymentParts,
} from '../answers/payment-attempt.ts'
import { shownPayment } from '../answers/payment-text.ts'
import { resource } from '../resource.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { ATTEMPT_STATUSES, Payment, PaymentAttempt, PaymentAttemptList } from '../shapes/payment.ts'
import { pageQuery, sendFound, sendPage } from '../answers/read-answers.ts'

const PaymentPath = closed({ orderId: id('The order.', 'web-1001') })

const paying = commanding('/payments', {
  tag: 'payments',
  summary: 'Pay an order',
  description:
    'Answers when the outcome is known, at most after 2 s: 201 with it, else 202. An attempt that somebody has to look at before it is charged is `held`, 202 too. Repeating it with the same Idempotency-Key answers from the same attempt.',
  role: 'order',
  params: NOTHING,
  request: requestPaymentRequest,
  shape: ref(PaymentAttempt),
  done: { 201: 'Captured or declined.', 202: 'Not known yet, or on hold. Read the payment later.' },
  refusals: {
    'unknown-order': 'order-not-found',
    'order-not-payable': 'order-not-payable',
    'payment-open': 'payment-open',
    'too-many-attempts': 'too-many-attempts',
    'payment-method-refused': 'payment-method-refused',
    'wrong-amount': 'wrong-amount',
    'wrong-currency': 'wrong-currency',
    'no-gateway': 'gateway-not-configured',
  },
  problems: ['card-number'],
})

const refunding = commanding('/payments/:orderId/refund', {
  tag: 'payments',
  summary: 'Refund a payment',
  description: 'Gives money back as goodwill: the status of the order does not change.',
  role: 'operate',
  params: PaymentPath,
  request: requestRefundRequest,
  shape: ref(Payment),
  done: { 201: 'The refund is under way, or done.' },
  refusals: {
    'unknown-payment': 'payment-not-found',
    'nothing-to-refund': 'nothing-to-refund',
    'refund-too-large': 'refund-too-large',
    'wrong-currency': 'wrong-currency',
  },
})

const listing = viewing('/payments', {
  tag: 'payments',
  view: 'payments',
  summary: 'List attempts to pay, newest first',
  params: NOTHING,
  query: closed({
    status: Type.Optional(oneOf(ATTEMPT_STATUSES, { description: 'Only attempts with this status.' })),
    method: Type.Optional(oneOf(PAYMENT_METHODS, { description: 'Only attempts by this method.' })),
    order: Type.Optional(id('Only attempts to pay this order.')),
    limit,
    cursor,
    after,
  }),
  shape: ref(PaymentAttemptList),
})

const showing = viewing('/payments/:orderId', {
  tag: 'payments',
  view: 'payments',
  summary: 'Show the payment of an order',
  params: PaymentPath,
  query: closed({ after }),
  shape: ref(Payment),
  problems: ['payment-not-found'],
})

export interface PaymentsParts {
  readonly executor: Executor
  readonly views: Pick<Views, 'payments'>
  readonly shop: ShopSettings
  readonly payments: PaymentParts
}

export const payments = resource(
  { requestPayment: paying, listPayments: listing, getPayment: showing, requestRefund: refunding },
  ({ executor, views, shop, payments: { hasGateway, outcomes } }: PaymentsParts) => {
    const execute = executeWith(executor, shop)
    return {
      async requestPayment(request, reply) {
        const command = requestPaymentCommand(request.body, shop)
        const execution = requireOwn(await execute(request, payingWish(command, hasGateway)))
        const { answer, position } = execution
        if (answer === null) throw new Error('a command over HTTP has no answer')
        if (execution.outcome === 'known') reply.header('idempotency-replayed', 'true')
        const begun = begunIn(answer)
        if (begun === null) return sendAnswer(reply, answer, position)
        const attempt = await whatBecameOf(begun, { executor, outcomes }, request.id)
        return reply
          .code(attempt.status === 'pending' || attempt.status === 'held' ? 202 : 201)
          .headers({
            ...{ location: `/payments/${attempt.orderId}`, 'cache-control': 'no-store' },
            'x-position': String(attempt.position),
          })
          .send(attempt)
      },
      async listPayments(request, reply) {
        const { status = null, method = null, order: orderId = null } = request.query
        const query = { ...pageQuery(request.query), status, method, orderId }
        return sendPage({ request, reply }, await views.payments.list(query))
      },
      async getPayment(request, reply) {
        const { orderId } = request.params
        const missing = { code: 'payment-not-found', detail: notRequested(orderId) } as const
        return sendFound({ request, reply }, await views.payments.get(orderId), { missing, tag: ownVersionTag })
      },
      async requestRefund(request, reply) {
        const command = requestRefundCommand(request.params.orderId, request.body)
        return sendExecution(reply, await execute(request, refundingWish(command)))
      },
    }
  },
)

function payingWish(command: RequestPayment, hasGateway: boolean): Wish<RequestPaymentRefusal | NoGateway> {
  const { orderId } = command
  return {
    decide: (read) => requireGateway(requestPayment(command, read), hasGateway),
    codes: paying.refusals,
    told: (refusal) => payingTold(refusal, orderId),
    shown: (_made, look) => begunAnswer(orderId, look),
  }
}

export function refundingWish(
  command: RequestRefund,
): Wish<UnknownPayment | NothingToRefund | RefundTooLarge | AmountInWrongCurrency> {
  const { orderId } = command
  return {
    decide: (read: Read) => requestRefund(command, read),
    codes: refunding.refusals,
    told(refusal) {
      switch (refusal.reason) {
        case 'unknown-payment':
          return { detail: notRequested(orderId) }
        case 'nothing-to-refund':
          return { detail: `nothing is left of the payment of order ${orderId}`, more: { orderId } }
        case 'refund-too-large':
          return { detail: `only ${inMinorUnits(refusal.left)} are left`, more: { orderId, left: refusal.left } }
        case 'wrong-currency':
          return { detail: `the order is in ${refusal.currency}`, more: { orderId } }
      }
    },
    shown(_made, look) {
      const { state, version } = look(payment, orderId)
      const headers = { etag: versionTag(version), location: `/payments/${orderId}` }
      return shownAnswer(201, JSON.stringify(shownPayment(orderId, state, version)), headers)
    },
  }
}

function payingTold(refusal: RequestPaymentRefusal | NoGateway, orderId: string): Omit<Occurrence, 'code'> {
  switch (refusal.reason) {
    case 'unknown-order':
      return { detail: `no order has the id ${orderId}` }
    case 'order-not-payable':
      return { detail: `order ${orderId} is ${refusal.status}`, more: { orderId, orderStatus: refusal.status } }
    case 'payment-open':
      return {
        detail: `attempt ${String(refusal.attempt)} of order ${orderId} has no outcome yet`,
        more: { orderId, attempt: refusal.attempt },
      }
    case 'too-many-attempts':
      return { detail: `order ${orderId} has had ${String(refusal.attempts)} attempts to pay`, more: { orderId } }
    case 'payment-method-refused':
      return { detail: `${refusal.method} is for VIPs`, more: { orderId } }
    case 'wrong-amount':
      return { detail: `the total is ${inMinorUnits(refusal.total)}`, more: { orderId, total: refusal.total } }
    case 'wrong-currency':
      return { detail: `the order is in ${refusal.currency}`, more: { orderId } }
    case 'no-gateway':
      return { detail: WITHOUT_GATEWAY }
  }
}

function inMinorUnits({ amount, currency }: Money): string {
  return `${String(amount)} minor units of ${currency}`
}

function notRequested(orderId: string): string {
  return `no payment of the order ${orderId} was requested`
}
