/**
 * What one order's payment says here, in the log, held against what the gateway's book says there.
 *
 * What was only just asked for or recorded is no difference: it is under way from one to the other.
 */
import {
  attemptOf,
  payment,
  type Attempt,
  type Numbered,
  type Payment,
  type Refund,
} from '../../domain/payments/payment.ts'
import { sameMoney } from '../../domain/values.ts'
import type { Money, PaymentEvent } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import type { BookEntry } from './book-entry.ts'

/** What an attempt or a refund takes from its request to the record of its outcome, at most, where nothing is wrong. */
export const UNDER_WAY_MS = 600_000

export const DIFFERENCES = {
  'charge-unknown-here':
    'Nobody asked for it in this log. Find out who did (another shop, or this one before a restore), and refund it at the provider.',
  'charged-twice': 'One key may move money once. Refund the second one at the provider, and mend the bridge.',
  'capture-missing-here':
    'Send its webhook again (docs/payments.md): a late capture confirms the order or is refunded. Where the attempt is still open, look at orderledger reactors list first.',
  'capture-missing-there':
    'Ask the provider for the reference. If it has no such charge, nobody paid: cancel the order before it is dispatched.',
  'decline-missing-here': 'Look at orderledger reactors list: payments are paused, parked or behind.',
  'charge-amount': 'Ask the provider what was really taken, and give back or collect the rest at its desk.',
  'charge-reference': 'Ask the provider which of both is the charge; the other may be a second one.',
  'refund-unknown-here':
    'Nobody asked for it in this log. Find out who did, and report it as a reversal of its charge.',
  'refund-missing-here':
    'Look at orderledger reactors list: what is parked there is tried again with orderledger reactors retry payments.',
  'refund-settled-here':
    'A person has settled it outside, and the provider paid it too: the customer has the money twice.',
  'refund-missing-there': 'Ask the provider for the reference. If it has none, pay the customer at its desk.',
  'refund-waits': 'Look at orderledger reactors list: it is parked, or the gateway has been away for long.',
  'refund-amount': 'Ask the provider what went back, and settle the rest at its desk.',
  'refund-reference': 'Ask the provider which of both is the refund; the other may be a second one.',
  'reversal-missing-here':
    'Send it to the webhook again (docs/payments.md); where more came back than was left, orderledger reactors list has it parked.',
  'reversal-missing-there': 'Ask the provider for the reference: the log believes that it took the money back.',
  'reversal-amount':
    'The log records what was left of the charge; the rest is parked in orderledger reactors list, for a person to settle.',
} as const

export type DifferenceKind = keyof typeof DIFFERENCES

export interface Difference {
  readonly kind: DifferenceKind
  /** As the gateway knows it. */
  readonly key: string
  /** Null: unknown on this side. */
  readonly here: Side | null
  readonly there: Side | null
}

export interface Side {
  readonly status: string
  readonly amount: Money
  readonly reference: string | null
}

/** An event of the payment, and where and when it was recorded. */
export interface PaymentFact {
  readonly event: PaymentEvent
  readonly position: Position
  readonly recordedAt: number
}

export interface Compared {
  readonly facts: readonly PaymentFact[]
  readonly entries: readonly BookEntry[]
  /** Where the log stood before the book was read: what was recorded behind it, the book need not know. */
  readonly before: Position
  /** By the database's clock, once all is read. */
  readonly now: number
}

export interface OrderComparison {
  readonly differences: readonly Difference[]
  /** Attempts and refunds that are under way from one to the other. */
  readonly underWay: number
}

export function compareOrder({ facts, entries, before, now }: Compared): OrderComparison {
  const state = facts.reduce<Payment>((folded, { event }) => payment.evolve(folded, event), payment.initial)
  const differences: Difference[] = []
  let underWay = 0
  const tell = (kind: DifferenceKind, key: string, sides: Pick<Difference, 'here' | 'there'>): void => {
    differences.push({ kind, key, ...sides })
  }
  /** Whether the last event of this kind is younger than the book. */
  const isNew = (matches: (event: PaymentEvent) => boolean): boolean => {
    const last = facts.findLast(({ event }) => matches(event))
    return last !== undefined && last.position > before
  }
  const isYoung = (matches: (event: PaymentEvent) => boolean): boolean => {
    const asked = facts.findLast(({ event }) => matches(event))
    return asked !== undefined && now - asked.recordedAt < UNDER_WAY_MS
  }

  const { only: charges, again } = byKey(entries.filter(({ list }) => list === 'charges'))
  for (const entry of again)
    if (entry.status === 'captured') tell('charged-twice', entry.key, { here: null, there: sideOf(entry) })
  for (const [index, attempt] of state.attempts.entries()) {
    const number = index + 1
    const there = charges.find((entry) => entry.number === number) ?? null
    if (isWithoutGateway(attempt)) {
      if (there?.status === 'captured')
        tell('charge-unknown-here', there.key, { here: sideOfAttempt(attempt), there: sideOf(there) })
      continue
    }
    compareCharge(numbered(state, number), there)
  }
  for (const entry of charges) {
    if (entry.number === 0 || entry.number > state.attempts.length) {
      if (entry.status === 'captured') tell('charge-unknown-here', entry.key, { here: null, there: sideOf(entry) })
    }
  }

  function compareCharge(attempt: Numbered, there: BookEntry | null): void {
    const { number, status } = attempt
    const here = sideOfAttempt(attempt)
    const key = there?.key ?? `${orderOf(facts)}/${number}`
    const isOf = (type: PaymentEvent['type']) => (event: PaymentEvent) =>
      event.type === type && event.attempt === number
    if (status === 'captured') {
      if (there?.status !== 'captured') {
        if (isNew(isOf('PaymentCaptured'))) underWay += 1
        else tell('capture-missing-there', key, { here, there: there && sideOf(there) })
      } else if (!sameMoney(attempt.amount, there.amount)) tell('charge-amount', key, { here, there: sideOf(there) })
      else if (isAnother(attempt.reference, there)) tell('charge-reference', key, { here, there: sideOf(there) })
      return
    }
    if (status === 'open' && isYoung(isOf('PaymentRequested'))) underWay += 1
    else if (there?.status === 'captured') tell('capture-missing-here', key, { here, there: sideOf(there) })
    else if (status === 'open' && there?.status === 'declined')
      tell('decline-missing-here', key, { here, there: sideOf(there) })
  }

  const { only: refunds } = byKey(entries.filter(({ list }) => list === 'refunds'))
  const reversals = entries.filter(({ list }) => list === 'reversals')
  for (const [index, refund] of state.refunds.entries()) {
    const attempt = attemptOf(state, refund.attempt)
    if (attempt === null || isWithoutGateway(attempt)) continue
    if (refund.cause === 'provider') compareReversal(refund, attempt)
    else compareRefund(refund, index + 1, attempt)
  }
  for (const entry of refunds) {
    const known = state.refunds[entry.number - 1]
    if (known === undefined || known.cause === 'provider')
      tell('refund-unknown-here', entry.key, { here: null, there: sideOf(entry) })
  }
  for (const entry of firstOfEach(reversals)) {
    const known = state.refunds.some(
      ({ cause, attempt, reference }) =>
        cause === 'provider' && attempt === entry.number && reference === entry.reference,
    )
    if (!known) tell('reversal-missing-here', entry.key, { here: null, there: sideOf(entry) })
  }

  function compareRefund(refund: Refund, number: number, { amount: { currency } }: Attempt): void {
    const there = refunds.find((entry) => entry.number === number) ?? null
    const here = sideOfRefund(refund, currency)
    const key = there?.key ?? `${orderOf(facts)}/r${number}`
    const isOf = (type: PaymentEvent['type']) => (event: PaymentEvent) =>
      event.type === type && 'refund' in event && event.refund === number
    if (refund.status === 'under-way') {
      if (isYoung(isOf('RefundRequested'))) underWay += 1
      else if (there === null) tell('refund-waits', key, { here, there: null })
      else tell('refund-missing-here', key, { here, there: sideOf(there) })
    } else if (refund.status === 'failed') {
      if (there !== null) tell('refund-settled-here', key, { here, there: sideOf(there) })
    } else if (there === null) {
      if (isNew(isOf('PaymentRefunded'))) underWay += 1
      else tell('refund-missing-there', key, { here, there: null })
    } else if (!sameMoney(here.amount, there.amount)) tell('refund-amount', key, { here, there: sideOf(there) })
    else if (isAnother(refund.reference, there)) tell('refund-reference', key, { here, there: sideOf(there) })
  }

  function compareReversal(refund: Refund, { number, amount: { currency } }: Numbered): void {
    const there = reversals.find((entry) => entry.number === number && entry.reference === refund.reference) ?? null
    const here = sideOfRefund(refund, currency)
    const key = there?.key ?? `${orderOf(facts)}/${number}`
    if (there === null) {
      const isOf = (event: PaymentEvent) => event.type === 'PaymentRefunded' && event.reference === refund.reference
      if (isNew(isOf)) underWay += 1
      else tell('reversal-missing-there', key, { here, there: null })
    } else if (!sameMoney(here.amount, there.amount)) tell('reversal-amount', key, { here, there: sideOf(there) })
  }

  return { differences, underWay }
}

/** On account, and what costs nothing, no gateway knows. */
function isWithoutGateway({ method, amount }: Attempt): boolean {
  return method === 'on-account' || amount.amount === 0
}

function numbered(state: Payment, number: number): Numbered {
  const attempt = attemptOf(state, number)
  if (attempt === null) throw new Error(`there is no attempt ${number}`)
  return attempt
}

function orderOf([first]: readonly PaymentFact[]): string {
  return first?.event.orderId ?? ''
}

/** The first entry of each key, and those that come again. */
function byKey(entries: readonly BookEntry[]): {
  readonly only: readonly BookEntry[]
  readonly again: readonly BookEntry[]
} {
  const only = new Map<string, BookEntry>()
  const again: BookEntry[] = []
  for (const entry of entries) {
    if (only.has(entry.key)) again.push(entry)
    else only.set(entry.key, entry)
  }
  return { only: [...only.values()], again }
}

/** A book that names none may be right. */
function isAnother(here: string | null, { reference }: BookEntry): boolean {
  return reference !== null && here !== reference
}

/** A reversal counts once for each reference. */
function firstOfEach(reversals: readonly BookEntry[]): readonly BookEntry[] {
  return [...new Map(reversals.map((entry) => [`${entry.key} ${entry.reference ?? ''}`, entry])).values()]
}

function sideOf({ status, amount, reference }: BookEntry): Side {
  return { status, amount, reference }
}

function sideOfAttempt({ status, amount, reference }: Attempt): Side {
  return { status, amount, reference }
}

function sideOfRefund({ status, amount, reference }: Refund, currency: string): Side {
  return { status, amount: { amount, currency }, reference }
}
