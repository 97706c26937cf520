/** A line of a file of payments: what `generate payments` and `fraud export` write, and `fraud score` and `train` read. */
import { OUR_DECLINES } from '../../domain/payments/decline-reasons.ts'
import type { Money } from '../../schemas/events.ts'
import type { PaymentFact } from './payment-facts.ts'

const OUTCOMES = ['captured', 'declined', 'open'] as const

/** Keys are taken as they stand: the same text is the same card. */
export interface PaymentLine {
  /** RFC 3339. */
  readonly at: string
  readonly orderId: string
  readonly attempt: number
  readonly customerId: string
  readonly amount: Money
  readonly method: string
  /** `open`: it has none yet. Only `fraud export` writes that. */
  readonly outcome: (typeof OUTCOMES)[number]
  readonly reason?: string
  /** Absent: a second after `at`. */
  readonly settledAt?: string
  readonly region?: string | null
  readonly card?: string | null
  readonly device?: string | null
  readonly address?: string | null
  readonly network?: string | null
  readonly cardRegion?: string | null
}

/** A line of the file of labels beside it. */
export interface PaymentLabel {
  readonly orderId: string
  readonly fraud: boolean
  /** Absent or null: not known. */
  readonly case?: string | null
  readonly kind?: string | null
}

const SETTLED_AFTER_MS = 1_000

export interface LineFacts {
  readonly requested: PaymentFact
  /** Null: there is no outcome yet. */
  readonly settled: PaymentFact | null
}

/** The attempt of a line, and its outcome. */
export function factsOf(line: PaymentLine): LineFacts {
  const { orderId, attempt, customerId, amount, method, outcome, reason, region = null } = line
  const { card = null, device = null, address = null, network = null, cardRegion = null } = line
  const keys = { card, device, address, network, cardRegion }
  const at = Date.parse(line.at)
  const requested: PaymentFact = {
    ...{ kind: 'requested', at, orderId, attempt, customerId, method, amount, region },
    ...keys,
  }
  if (outcome === 'open') return { requested, settled: null }
  const ours = OUR_DECLINES.some((one) => one === reason)
  const settledAt = line.settledAt === undefined ? at + SETTLED_AFTER_MS : Date.parse(line.settledAt)
  const kind = outcome === 'captured' ? 'captured' : ours ? 'ended' : 'declined'
  return { requested, settled: { ...requested, kind, at: Math.max(at, settledAt) } }
}

/** The line as it stands in a file, or what is wrong with it. */
export function parsePaymentLine(value: unknown): PaymentLine | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object'
  const line = value as Readonly<Record<string, unknown>>
  for (const name of ['orderId', 'customerId', 'method'])
    if (typeof line[name] !== 'string' || line[name] === '') return `has no ${name}`
  if (!isTime(line['at'])) return 'has no time `at`'
  if (line['settledAt'] !== undefined && !isTime(line['settledAt'])) return 'has a `settledAt` that is not a time'
  if (!Number.isSafeInteger(line['attempt'])) return 'has no attempt'
  if (!OUTCOMES.some((outcome) => outcome === line['outcome']))
    return 'has an outcome that is not captured, declined or open'
  const amount = line['amount'] as Partial<Money> | null | undefined
  if (!Number.isSafeInteger(amount?.amount) || typeof amount?.currency !== 'string') return 'has no amount'
  for (const name of ['reason', 'region', 'card', 'device', 'address', 'network', 'cardRegion'])
    if (line[name] !== undefined && line[name] !== null && typeof line[name] !== 'string')
      return `has a ${name} that is not text`
  return value as PaymentLine
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && Number.isFinite(Date.parse(value))
}
