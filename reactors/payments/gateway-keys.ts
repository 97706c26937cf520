/** The keys under which a gateway knows charges and refunds: `<orderId>/<attempt>` and `<orderId>/r<n>`. */
import { parseOrderId, type OrderId } from '../../domain/values.ts'

export function chargeKey(orderId: OrderId, attempt: number): string {
  return `${orderId}/${attempt}`
}

export function refundKey(orderId: OrderId, refund: number): string {
  return `${orderId}/r${refund}`
}

export type GatewayKey =
  | { readonly kind: 'charge'; readonly orderId: OrderId; readonly attempt: number }
  | { readonly kind: 'refund'; readonly orderId: OrderId; readonly refund: number }

/** Null where the text is neither: it is a key of nobody here. */
export function parseGatewayKey(text: string): GatewayKey | null {
  const [, id = '', r, number] = /^([^/]+)\/(r?)([1-9]\d{0,8})$/.exec(text) ?? []
  const orderId = parseOrderId(id)
  if (orderId === null) return null
  return r === 'r'
    ? { kind: 'refund', orderId, refund: Number(number) }
    : { kind: 'charge', orderId, attempt: Number(number) }
}
