/** What is known of a customer from captured payments, for good: a row of fixed size. */
import type { Money } from '../../schemas/events.ts'

export interface History {
  /** Captured payments. */
  readonly payments: number
  /** Of the newest currency: payments in it since it is the newest, and their sum in minor units. */
  readonly currency: string
  readonly count: number
  readonly sum: bigint
  /** The newest ones, the newest last. */
  readonly devices: readonly string[]
  readonly addresses: readonly string[]
}

/** Histories by customer, wherever they are kept. */
export interface Histories {
  get(customerId: string): History | undefined
  set(customerId: string, history: History): unknown
}

const MOST_KNOWN = 8

/** The history with one more captured payment. */
export function withCapture(
  history: History | undefined,
  {
    amount,
    device,
    address,
  }: { readonly amount: Money; readonly device: string | null; readonly address: string | null },
): History {
  const same = history?.currency === amount.currency
  return {
    payments: (history?.payments ?? 0) + 1,
    currency: amount.currency,
    count: same ? history.count + 1 : 1,
    sum: (same ? history.sum : 0n) + BigInt(amount.amount),
    devices: withNewest(history?.devices ?? [], device),
    addresses: withNewest(history?.addresses ?? [], address),
  }
}

function withNewest(known: readonly string[], one: string | null): readonly string[] {
  if (one === null || known.at(-1) === one) return known
  return [...known.filter((each) => each !== one), one].slice(-MOST_KNOWN)
}
