/** POST /payment: a cart of names and prices is ordered and paid in one call, as the first clients of the shop send it. */
import { cartOf, checkOutCommand, checkOutRequest } from '../../commands/check-out.ts'
import { ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { majorUnits } from '../../domain/currencies.ts'
import { checkOut, type CheckOut, type CheckOutRefusal } from '../../domain/payments/check-out.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Money } from '../../schemas/events.ts'
import type { Executor } from '../../store/commit/command.ts'
import { sendAnswer } from '../answers/answer.ts'
import { executeWith, requireOwn, type Wish } from '../commands.ts'
import { inTurn, viewWaits } from '../connection/budgets.ts'
import { invalidRequest, ProblemError, type Occurrence } from '../http/problem-document.ts'
import type { Metrics } from '../metrics.ts'
import { commanding, NOTHING } from '../operation.ts'
import {
  begunAnswer,
  begunIn,
  requireGateway,
  whatBecameOf,
  WITHOUT_GATEWAY,
  type NoGateway,
  type PaymentParts,
} from '../answers/payment-attempt.ts'
import { resource } from '../resource.ts'
import { CheckedOut } from '../shapes/check-out.ts'
import type { Exchange } from '../answers/read-answers.ts'

/** Looks at a time: each uses one connection of the readers' pool. */
const LOOK_UPS = 4

const checkingOut = commanding('/payment', {
  tag: 'payments',
  summary: 'Order a cart and pay it by card',
  description:
    'Finds the products by their names, registers a customer whom the shop does not know, places the order and begins its payment, all or nothing. Answers when the outcome is known, at most after 2 s: 200 with it, else 202. POST /orders and POST /payments do the same in two steps, with SKUs and exact amounts.',
  role: 'order',
  params: NOTHING,
  request: checkOutRequest,
  shape: ref(CheckedOut),
  done: { 200: 'Captured or declined.', 202: 'Not known yet. Read the payment later.' },
  refusals: {
    'unknown-product': 'unknown-product',
    'ambiguous-product': 'ambiguous-product',
    'price-changed': 'price-changed',
    'wrong-currency': 'wrong-currency',
    'order-too-large': 'order-too-large',
    'out-of-stock': 'out-of-stock',
    'no-gateway': 'gateway-not-configured',
  },
  problems: ['not-there-yet'],
})

export interface CheckOutParts {
  readonly executor: Executor
  readonly shop: ShopSettings
  readonly views: Pick<Views, 'products' | 'head' | 'waitFor'>
  readonly payments: PaymentParts
  readonly metrics: Pick<Metrics, 'countOrder'> | null
}

const OUTCOMES = {
  captured: { code: 200, status: 'success', message: 'The payment was captured.' },
  declined: { code: 200, status: 'declined', message: 'The payment was declined. The order stays placed.' },
  pending: { code: 202, status: 'pending', message: 'The outcome of the payment is not known yet.' },
  held: { code: 202, status: 'pending', message: 'The outcome of the payment is not known yet.' },
} as const

export const checkOuts = resource({ checkOut: checkingOut }, ({ views, ...parts }: CheckOutParts) => {
  const { executor, shop, payments, metrics } = parts
  const execute = executeWith(executor, shop)
  const turn = inTurn(LOOK_UPS)
  const inTurns = async <Found>({ request, reply }: Exchange, look: () => Promise<Found>): Promise<Found> => {
    const end = await turn(request, reply)
    return look().finally(end)
  }
  const shown = viewWaits(views)
  return {
    async checkOut(request, reply) {
      const cart = cartOf(request.body, shop.currency)
      if ('faults' in cart) throw new ProblemError(invalidRequest('body', cart.faults))
      // The names as the log has them: one that was listed just now is known, and one that two have by now is not.
      await shown({ request, reply }, 'products', await inTurns({ request, reply }, () => views.head()))
      const names = cart.wanted.items.map(({ name }) => name)
      const skus = await inTurns({ request, reply }, () => views.products.named(names))
      const command = checkOutCommand(cart.wanted, skus, shop)
      const execution = requireOwn(await execute(request, checkingOutWish(command, payments.hasGateway)))
      metrics?.countOrder(execution, 'placed', reply.elapsedTime)
      const { answer, position } = execution
      if (answer === null) throw new Error('a command over HTTP has no answer')
      if (execution.outcome === 'known') reply.header('idempotency-replayed', 'true')
      const begun = begunIn(answer)
      if (begun === null) return sendAnswer(reply, answer, position)

      const payment = await whatBecameOf(begun, { executor, outcomes: payments.outcomes }, request.id)
      const { code, status, message } = OUTCOMES[payment.status]
      const { user_id, cart: sent } = request.body
      return reply
        .code(code)
        .headers({
          ...{ location: `/payments/${payment.orderId}`, 'cache-control': 'no-store' },
          'x-position': String(payment.position),
        })
        .send({
          ...{ status, message, user_id, cart: sent, order_id: payment.orderId, payment },
          position: payment.position,
        })
    },
  }
})

function checkingOutWish(command: CheckOut, hasGateway: boolean): Wish<CheckOutRefusal | NoGateway> {
  const { orderId, currency } = command
  return {
    decide: (read) => requireGateway(checkOut(command, read), hasGateway),
    codes: checkingOut.refusals,
    told: (refusal) => told(refusal, { orderId, currency }),
    shown: (_made, look) => begunAnswer(orderId, look),
  }
}

function told(
  refusal: CheckOutRefusal | NoGateway,
  { orderId, currency }: Pick<CheckOut, 'orderId' | 'currency'>,
): Omit<Occurrence, 'code'> {
  switch (refusal.reason) {
    case 'unknown-product': {
      const { names } = refusal
      return { detail: `not in the catalogue: ${names.join(', ')}`, more: { names } }
    }
    case 'ambiguous-product': {
      const { names } = refusal
      return { detail: `several products have the name: ${names.join(', ')}`, more: { names } }
    }
    case 'price-changed': {
      const prices = refusal.prices.map(({ name, price, cataloguePrice }) => ({
        ...{ name, price: major(price), cataloguePrice: major(cataloguePrice) },
      }))
      const changes = prices.map((each) => `${each.name}: ${String(each.cataloguePrice)}, not ${String(each.price)}`)
      return { detail: changes.join('; '), more: { prices } }
    }
    case 'wrong-currency':
      return { detail: `a product has no price in ${currency}` }
    case 'order-too-large':
      return { detail: 'the total is more than 2^53 - 1 minor units' }
    case 'out-of-stock': {
      const { shortages } = refusal
      const short = shortages.map((s) => `${s.sku}: ${String(s.wanted)} wanted, ${String(s.available)} available`)
      return { detail: short.join('; '), more: { orderId, shortages } }
    }
    case 'no-gateway':
      return { detail: WITHOUT_GATEWAY }
  }
}

function major({ amount, currency }: Money): number {
  return Number(majorUnits(amount, currency))
}
