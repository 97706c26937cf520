/** What commands on orders answer: the order as it stands after the command, or why it was refused. */
import type { Decision } from '../../domain/decision.ts'
import {
  order,
  type AcceptedOrder,
  type CancelOrder,
  type OrderNotCancellable,
  type UnknownOrder,
} from '../../domain/order.ts'
import type { PlaceOrder, PlaceOrderRefusal } from '../../domain/place-order.ts'
import { rfc3339 } from '../../projections/views/shown.ts'
import type { Look } from '../../store/commit/command.ts'
import { refusedAnswer, shownAnswer } from '../answer.ts'
import { versionTag } from '../http/etag.ts'
import type { Asked, Occurrence } from '../http/problem-document.ts'

/** 201 for an order placed now, 200 with its present state for one placed before. */
export function placeOrderAnswer(
  { orderId, currency }: PlaceOrder,
  asked: Asked,
): (decision: Decision<PlaceOrderRefusal>, look: Look) => string {
  return (decision, look) =>
    decision.outcome === 'refused'
      ? refusedAnswer(placeOrderOccurrence(decision.refusal, orderId, currency), asked)
      : orderAnswer(decision.events.length > 0 ? 201 : 200, orderId, look)
}

/** The order was changed by another one meanwhile: it has not the version that the client demands. */
export interface VersionMismatch {
  readonly reason: 'version-mismatch'
  readonly version: number
}

export type CancelOrderRefusal = UnknownOrder | OrderNotCancellable | VersionMismatch

export function cancelOrderAnswer(
  { orderId }: CancelOrder,
  asked: Asked,
): (decision: Decision<CancelOrderRefusal>, look: Look) => string {
  return (decision, look) =>
    decision.outcome === 'refused'
      ? refusedAnswer(cancelOrderOccurrence(decision.refusal, orderId), asked)
      : orderAnswer(200, orderId, look)
}

function placeOrderOccurrence(refusal: PlaceOrderRefusal, orderId: string, currency: string): Occurrence {
  const more = { orderId, shortages: [] }
  switch (refusal.reason) {
    case 'order-exists':
      return {
        code: refusal.reason,
        detail: `order ${orderId} exists with another customer or other lines`,
        more: { orderId },
      }
    case 'unknown-customer':
      return { code: refusal.reason, detail: `customer ${refusal.customerId} is not registered`, more }
    case 'unknown-product':
      return { code: refusal.reason, detail: `not in the catalogue: ${refusal.skus.join(', ')}`, more }
    case 'wrong-currency':
      return { code: refusal.reason, detail: `a product is not priced in ${currency}`, more }
    case 'order-too-large':
      return { code: refusal.reason, detail: 'the total is past 2^53 - 1 minor units', more }
    case 'out-of-stock': {
      const { shortages } = refusal
      const detail = shortages
        .map((s) => `${s.sku}: ${String(s.wanted)} wanted, ${String(s.available)} available`)
        .join('; ')
      return { code: refusal.reason, detail, more: { orderId, shortages } }
    }
    case 'rejected-before':
      return {
        code: refusal.reason,
        detail: `it was rejected before: ${refusal.recorded}`,
        more: { orderId, shortages: refusal.shortages },
      }
  }
}

function cancelOrderOccurrence(refusal: CancelOrderRefusal, orderId: string): Occurrence {
  switch (refusal.reason) {
    case 'unknown-order':
      return { code: 'order-not-found', detail: `there is no order ${orderId}` }
    case 'order-not-cancellable':
      return { code: refusal.reason, detail: `order ${orderId} is ${refusal.status}`, more: { orderId } }
    case 'version-mismatch':
      return {
        code: refusal.reason,
        detail: `order ${orderId} has version ${String(refusal.version)}`,
        headers: { etag: versionTag(refusal.version) },
      }
  }
}

function orderAnswer(status: number, orderId: string, look: Look): string {
  const { state, version } = look(order, orderId)
  if (state.status === 'none' || state.status === 'rejected')
    throw new Error(`order ${orderId} was accepted and is not`)
  return shownAnswer(status, orderText(orderId, state, version), {
    etag: versionTag(version),
    location: `/orders/${orderId}`,
  })
}

/**
 * The order as JSON text. By hand: it is made for each order placed, where it takes a third of what JSON.stringify does.
 * Ids, SKUs and currencies have no character that JSON escapes; names and categories may have.
 */
function orderText(orderId: string, placed: AcceptedOrder, version: number): string {
  const { status, customerId, lines, total, placedAt, reservedUntil } = placed
  let text = `{"orderId":"${orderId}","status":"${status}","customerId":"${customerId}","lines":[`
  let separator = ''
  for (const { sku, name, category, quantity, unitPrice } of lines) {
    text += `${separator}{"sku":"${sku}","name":${JSON.stringify(name)},"category":${JSON.stringify(category)},"quantity":${String(quantity)},"unitPrice":{"amount":${String(unitPrice.amount)},"currency":"${unitPrice.currency}"}}`
    separator = ','
  }
  const until = reservedUntil === null ? 'null' : `"${rfc3339(reservedUntil)}"`
  return `${text}],"total":{"amount":${String(total.amount)},"currency":"${total.currency}"},"placedAt":"${rfc3339(placedAt)}","reservedUntil":${until},"version":${String(version)}}`
}
