/**
 * The port to whatever moves the money. Every call carries a key that makes the second time harmless: the same key
 * again moves nothing and answers with what became of it. What docs/payments.md says is what an adapter may rely on.
 */
import type { Money } from '../../schemas/events.ts'

export interface PaymentGateway {
  /** Asks for the money of one attempt. Rejects with a GatewayFailure where the answer is no outcome. */
  charge(charge: Charge): Promise<ChargeOutcome>
  /** What became of a charge; null: the gateway has never seen the key. Rejects with a GatewayFailure. */
  outcomeOf(key: string): Promise<ChargeOutcome | null>
  /** Gives money of a captured charge back. Rejects with a GatewayFailure where the answer is no outcome. */
  refund(refund: Refund): Promise<RefundOutcome>
  /** What became of a refund; null: never seen, or refused (a refusal is kept under no key). Rejects as `refund`. */
  outcomeOfRefund(key: string): Promise<RefundOutcome | null>
}

export interface Charge {
  /** `chargeKey(orderId, attempt)`. */
  readonly key: string
  readonly orderId: string
  /** From 1 within its order. */
  readonly attempt: number
  /** Such as `card`. */
  readonly method: string
  readonly amount: Money
}

/** `amount`: what the gateway says it moved, where it says so; the caller compares it with what it asked for. */
export type ChargeOutcome =
  | { readonly status: 'captured'; readonly reference: string; readonly amount?: Money }
  | { readonly status: 'declined'; readonly reason: string; readonly amount?: Money }
  | { readonly status: 'pending' }

export interface Refund {
  /** `refundKey(orderId, refund)`. */
  readonly key: string
  readonly orderId: string
  /** The attempt whose money is given back, and the reference of its capture. */
  readonly attempt: number
  readonly reference: string
  readonly amount: Money
}

export type RefundOutcome =
  { readonly status: 'refunded'; readonly reference: string } | { readonly status: 'refused'; readonly reason: string }

/**
 * What came back is no outcome: the money may have moved or not, and only the same key can tell.
 *
 * - `gateway-unreachable`: no connection, or it was lost before the answer was complete
 * - `gateway-timeout`: no complete answer in time
 * - `gateway-failing`: it answered that it cannot now (5xx, 408, 429)
 * - `gateway-refused`: it refused the request itself (any other 4xx), such as a wrong address or password
 * - `gateway-answer-unreadable`: no JSON, more than 64 KiB, a redirect, the answer for another key
 * - `gateway-amount-conflict`: it knows the key with another amount (409)
 */
export type GatewayFailureCode =
  | 'gateway-unreachable'
  | 'gateway-timeout'
  | 'gateway-failing'
  | 'gateway-refused'
  | 'gateway-answer-unreadable'
  | 'gateway-amount-conflict'

/** Its message quotes nothing that the gateway sent, so it may be logged, parked and shown. */
export class GatewayFailure extends Error {
  readonly code: GatewayFailureCode
  /** Always: the same key may be read and asked again, whatever the failure was. */
  readonly retriable = true

  constructor(code: GatewayFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GatewayFailure'
    this.code = code
  }
}
