/** What a gateway says of one key, in an answer or in a webhook: read without trusting any of it. */
import type { Money } from '../../schemas/events.ts'
import { cleanReason, cleanReference } from './foreign-text.ts'
import type { ChargeOutcome, RefundOutcome } from './gateway.ts'

/** Its texts are clean (./foreign-text.ts); null is what it does not say. */
export interface GatewayAnswer {
  readonly key: string
  readonly status: string
  readonly reference: string | null
  readonly reason: string | null
  readonly amount: Money | null
}

/** A decline or a refusal that gives no reason is one even so. */
const UNSPECIFIED = 'unspecified'
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Null where it is not a JSON object with a key and a status, or where what else it says has another shape. */
export function readGatewayAnswer(bytes: Uint8Array): GatewayAnswer | null {
  const json = parsed(bytes)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  const { key, status, reference, reason, amount } = json as Readonly<Record<string, unknown>>
  if (typeof key !== 'string' || typeof status !== 'string') return null
  if (!isTextOrAbsent(reference) || !isTextOrAbsent(reason)) return null
  const money = amount === undefined || amount === null ? null : moneyOf(amount)
  if (money === 'unreadable') return null
  return {
    key,
    status,
    reference: typeof reference === 'string' ? cleanReference(reference) : null,
    reason: typeof reason === 'string' ? cleanReason(reason) : null,
    amount: money,
  }
}

/** Null where it is no outcome of a charge; a capture without its reference is none. */
export function chargeOutcomeOf({ status, reference, reason, amount }: GatewayAnswer): ChargeOutcome | null {
  const said = amount === null ? {} : { amount }
  if (status === 'captured') return reference === null ? null : { status, reference, ...said }
  if (status === 'declined') return { status, reason: reason ?? UNSPECIFIED, ...said }
  return status === 'pending' ? { status } : null
}

/** Null where it is no outcome of a refund. */
export function refundOutcomeOf({ status, reference, reason }: GatewayAnswer): RefundOutcome | null {
  if (status === 'refunded') return reference === null ? null : { status, reference }
  return status === 'refused' ? { status, reason: reason ?? UNSPECIFIED } : null
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    return null
  }
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

function moneyOf(value: unknown): Money | 'unreadable' {
  if (typeof value !== 'object' || value === null) return 'unreadable'
  const { amount, currency } = value as Readonly<Record<string, unknown>>
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0) return 'unreadable'
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return 'unreadable'
  return { amount, currency }
}
