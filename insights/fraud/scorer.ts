/**
 * Scores attempts to pay, one after the other as the log tells of them. What it knows is a fold of the facts before: the
 * same facts in the same order give the same scores, wherever they are scored and however often it was saved between.
 *
 *   requested --below the threshold--> open --declined by the gateway, at it or above--> alerted
 *             --at it or above--> alerted --any outcome--> forgotten
 *
 * Time is that of the newest fact so far. The attempts of five minutes, and which open ones raised an alert, are its state;
 * what customers have paid before is read and written through `histories`.
 */
import type { Timestamp } from '../../domain/values.ts'
import { attemptId, Features, type CountedFact } from './features.ts'
import { withCapture, type Histories } from './history.ts'
import type { PaymentFact } from './payment-facts.ts'
import { reasonsFor, scoreOf, type Reason } from './score.ts'
import type { FraudTable } from './table.ts'
import { WINDOW_MS } from './windows.ts'

const SWEEP_MS = 60_000

export interface Scored {
  readonly score: number
  readonly reasons: readonly Reason[]
  /** It is the first of its attempt at the threshold or above. */
  readonly alerts: boolean
}

/** A counted fact of the last five minutes, with the time it counts at. */
export type RecentFact = CountedFact & { readonly at: Timestamp }

/** All that a scorer knows beside the histories. */
export interface ScorerState {
  readonly now: Timestamp
  readonly table: FraudTable | null
  /** In their order. */
  readonly recent: readonly RecentFact[]
  /** Attempts without an outcome that raised an alert. */
  readonly alerted: readonly string[]
}

export const NEW_SCORER: ScorerState = { now: 0, table: null, recent: [], alerted: [] }

export class Scorer {
  readonly #histories: Histories
  readonly #alerted: Set<string>
  #now: Timestamp
  #sweptAt: Timestamp
  #table: FraudTable | null
  #recent: RecentFact[]
  /** Null: without a table nothing is counted. */
  #features: Features | null

  constructor(histories: Histories, { now, table, recent, alerted }: ScorerState = NEW_SCORER) {
    this.#histories = histories
    this.#now = now
    this.#sweptAt = now
    this.#alerted = new Set(alerted)
    this.#recent = [...recent]
    this.#table = table
    this.#features = this.#refilled()
  }

  get table(): FraudTable | null {
    return this.#table
  }

  /** Of the newest fact so far. */
  get now(): Timestamp {
    return this.#now
  }

  /** Entities that are counted for. */
  get size(): number {
    return this.#features?.size ?? 0
  }

  /** Whether an attempt without an outcome has raised an alert. */
  isAlerted(fact: Pick<PaymentFact, 'orderId' | 'attempt'>): boolean {
    return this.#alerted.has(attemptId(fact))
  }

  /** From now on by this table. */
  setTable(table: FraudTable): void {
    this.#table = table
    this.#features = this.#refilled()
  }

  /** Null: it is not scored. */
  see(fact: PaymentFact): Scored | null {
    this.#now = Math.max(this.#now, fact.at)
    this.#sweep()
    const { kind } = fact
    const id = attemptId(fact)
    if (kind === 'captured') {
      this.#histories.set(fact.customerId, withCapture(this.#histories.get(fact.customerId), fact))
    }
    if (kind === 'captured' || kind === 'ended') {
      this.#alerted.delete(id)
      return null
    }
    const counted = countedOf(fact, kind, this.#now)
    this.#recent.push(counted)
    const scored = this.#score(fact, counted)
    const alerts = scored !== null && scored.alerts && !this.#alerted.has(id)
    if (kind === 'declined') this.#alerted.delete(id)
    else if (alerts) this.#alerted.add(id)
    return scored === null ? null : { ...scored, alerts }
  }

  state(): ScorerState {
    const since = this.#now - WINDOW_MS
    const recent = this.#recent.filter(({ at }) => at > since)
    return { now: this.#now, table: this.#table, recent, alerted: [...this.#alerted] }
  }

  #score(fact: PaymentFact, counted: CountedFact): Scored | null {
    const [table, features] = [this.#table, this.#features]
    if (table === null || features === null) return null
    features.add(counted, this.#now)
    const history = this.#histories.get(fact.customerId)
    const reasons = reasonsFor(fact, features.counts(counted, this.#now), { table, history })
    const score = scoreOf(reasons)
    return { score, reasons, alerts: score >= table.threshold }
  }

  #refilled(): Features | null {
    if (this.#table === null) return null
    const features = new Features(this.#table)
    for (const fact of this.#recent) features.add(fact, fact.at)
    return features
  }

  #sweep(): void {
    if (this.#now - this.#sweptAt < SWEEP_MS) return
    this.#sweptAt = this.#now
    this.#features?.sweep(this.#now)
    this.#recent = this.#recent.filter(({ at }) => at > this.#now - WINDOW_MS)
  }
}

/** A fact as it counts at a time. */
export function countedOf(fact: PaymentFact, kind: CountedFact['kind'], at: Timestamp): RecentFact {
  const { orderId, attempt, customerId, method, card, device, address, network } = fact
  return { kind, at, orderId, attempt, customerId, method, card, device, address, network }
}
