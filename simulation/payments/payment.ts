/** A payment that is made up, who did it, and what is asked for. */

export interface FraudCase {
  /** The same for all payments of one case. */
  readonly case: string
  readonly kind: 'ring' | 'testing' | 'takeover'
}

export interface GeneratedPayment {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly orderId: string
  readonly attempt: number
  readonly customerId: string
  readonly amount: { readonly amount: number; readonly currency: 'EUR' }
  readonly method: 'card' | 'paypal' | 'bank-transfer'
  readonly outcome: 'captured' | 'declined'
  /** Of a decline. */
  readonly reason?: string
  /** When it had its outcome. */
  readonly settledAt: number
  readonly region: string
  readonly card: string | null
  readonly device: string
  readonly address: string
  readonly network: string
  readonly cardRegion: string | null
  /** Null: honest. */
  readonly fraud: FraudCase | null
}

export interface PaymentPlan {
  readonly seed: number
  readonly count: number
  /** Payments a day, on average. */
  readonly perDay: number
  /** Share of fraud, from 0 to below 1. */
  readonly fraud: number
  /** The first hour begins here, in milliseconds since 1970. */
  readonly from: number
  /** Share of all payments that come from one network, such as that of a carrier. */
  readonly oneNetwork?: number
}
