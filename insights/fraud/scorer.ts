/**
 * Scores attempts to pay, one after the other as the log has them. What it knows is a fold of the facts before: the
 * same facts in the same order give the same scores, wherever they are scored and however often it was saved between.
 *
 *   requested --below the threshold--> open --declined by the gateway, at it or above--> alerted
 *             --at it or above--> alerted --any outcome--> forgotten
 *
 * It has two parts, so that one who scores millions of customers again need not know them all at once. The Counter has to see
 * all facts in their order: its state are the attempts of five minutes, whose time is that of the newest fact so far. The
 * Judge has to see those of each customer in their order: what each has paid before is read and written through `histories`,
 * and which open attempts raised an alert is its state.
 *
 * What is recorded over five minutes behind the newest time, because a clock was ahead and was set right, counts in no window:
 * at the newest time it would count for as long as the clock was ahead, and all of that would have to be kept.
 */
import type { Timestamp } from '../../domain/values.ts'
import { attemptId, Features, type CountedFact, type Counts } from './features.ts'
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

export class Counter {
  #now: Timestamp
  #sweptAt: Timestamp
  #table: FraudTable | null
  #recent: RecentFact[]
  /** Null: without a table nothing is counted. */
  #features: Features | null

  constructor({ now, table, recent }: Omit<ScorerState, 'alerted'> = NEW_SCORER) {
    this.#now = now
    this.#sweptAt = now
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

  /** From now on by this table. */
  setTable(table: FraudTable): void {
    this.#table = table
    this.#features = this.#refilled()
  }

  /** Null: it is not scored. */
  see(fact: PaymentFact): Counts | null {
    this.#now = Math.max(this.#now, fact.at)
    this.#sweep()
    const { kind } = fact
    if (kind === 'captured' || kind === 'ended') return null
    const counted = countedOf(fact, kind, this.#now)
    if (isRecent(fact, this.#now)) {
      this.#recent.push(counted)
      this.#features?.add(counted, this.#now)
    }
    return this.#features?.counts(counted, this.#now) ?? null
  }

  /** Those of the last five minutes. */
  recent(): readonly RecentFact[] {
    const since = this.#now - WINDOW_MS
    return this.#recent.filter(({ at }) => at > since)
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

/** What is counted for a fact, and by which table that is judged. */
export interface CountedBy {
  readonly counts: Counts
  readonly table: FraudTable
}

export class Judge {
  readonly #histories: Histories
  readonly #alerted: Set<string>

  constructor(histories: Histories, alerted: readonly string[] = []) {
    this.#histories = histories
    this.#alerted = new Set(alerted)
  }

  /** Attempts without an outcome that raised an alert. */
  get alerted(): readonly string[] {
    return [...this.#alerted]
  }

  isAlerted(fact: Pick<PaymentFact, 'orderId' | 'attempt'>): boolean {
    return this.#alerted.has(attemptId(fact))
  }

  /** Null: it is not scored. */
  see(fact: PaymentFact, counted: CountedBy | null): Scored | null {
    const { kind, customerId } = fact
    const id = attemptId(fact)
    if (kind === 'captured') this.#histories.set(customerId, withCapture(this.#histories.get(customerId), fact))
    const scored = counted === null ? null : this.#score(fact, counted)
    const alerts = scored !== null && scored.alerts && !this.#alerted.has(id)
    if (kind !== 'requested') this.#alerted.delete(id)
    else if (alerts) this.#alerted.add(id)
    return scored === null ? null : { ...scored, alerts }
  }

  #score(fact: PaymentFact, { counts, table }: CountedBy): Scored {
    const reasons = reasonsFor(fact, counts, { table, history: this.#histories.get(fact.customerId) })
    const score = scoreOf(reasons)
    return { score, reasons, alerts: score >= table.threshold }
  }
}

export class Scorer {
  readonly #counter: Counter
  readonly #judge: Judge

  constructor(histories: Histories, state: ScorerState = NEW_SCORER) {
    this.#counter = new Counter(state)
    this.#judge = new Judge(histories, state.alerted)
  }

  get table(): FraudTable | null {
    return this.#counter.table
  }

  /** Of the newest fact so far. */
  get now(): Timestamp {
    return this.#counter.now
  }

  /** Entities that are counted for. */
  get size(): number {
    return this.#counter.size
  }

  /** Whether an attempt without an outcome has raised an alert. */
  isAlerted(fact: Pick<PaymentFact, 'orderId' | 'attempt'>): boolean {
    return this.#judge.isAlerted(fact)
  }

  /** From now on by this table. */
  setTable(table: FraudTable): void {
    this.#counter.setTable(table)
  }

  /** Null: it is not scored. */
  see(fact: PaymentFact): Scored | null {
    const counts = this.#counter.see(fact)
    const table = this.#counter.table
    return this.#judge.see(fact, counts === null || table === null ? null : { counts, table })
  }

  state(): ScorerState {
    const { now, table } = this.#counter
    return { now, table, recent: this.#counter.recent(), alerted: this.#judge.alerted }
  }
}

/** Whether a fact counts for those that come after it. */
export function isRecent({ at }: Pick<PaymentFact, 'at'>, now: Timestamp): boolean {
  return at > now - WINDOW_MS
}

/** A fact as it counts at a time. */
export function countedOf(fact: PaymentFact, kind: CountedFact['kind'], at: Timestamp): RecentFact {
  const { orderId, attempt, customerId, method, card, device, address, network } = fact
  return { kind, at, orderId, attempt, customerId, method, card, device, address, network }
}
