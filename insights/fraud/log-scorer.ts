/**
 * Scores the attempts of a log, event by event in its order, by the table that the log itself names: the same events give
 * the same alerts, for the reactor that raises them and for those who work them out again.
 */
import type { RaiseAlert } from '../../domain/payments/fraud.ts'
import type { Timestamp } from '../../domain/values.ts'
import type { DomainEvent, EventType, FraudTableSet } from '../../schemas/events.ts'
import type { Histories } from './history.ts'
import { FACT_TYPES, factOf, type FactEvent, type PaymentFact } from './payment-facts.ts'
import { Scorer, type Scored, type ScorerState } from './scorer.ts'
import { parseTable, type FraudTable } from './table.ts'

/** The events that it has to see. */
export const SCORED_TYPES = [...FACT_TYPES, 'FraudTableSet'] as const satisfies readonly EventType[]

export type ScoredEvent = FactEvent | FraudTableSet

export function isScored(event: DomainEvent): event is ScoredEvent {
  return SCORED_TYPES.some((type) => type === event.type)
}

/** A table that the log names and this release cannot read. */
export class UnreadableTable extends Error {
  readonly code = 'fraud-table'

  constructor(version: string, wrong: string) {
    super(`table ${version} of the log cannot be read: ${wrong}`)
    this.name = 'UnreadableTable'
  }
}

export interface Place {
  /** Of the event: it becomes that of the alert. */
  readonly id: string
  readonly recordedAt: Timestamp
}

export class LogScorer {
  readonly #scorer: Scorer

  constructor(histories: Histories, state?: ScorerState) {
    this.#scorer = new Scorer(histories, state)
  }

  /** The newest time so far, in whole milliseconds. */
  get now(): Timestamp {
    return this.#scorer.now
  }

  /** Whether an attempt without an outcome has raised its alert. */
  isAlerted(fact: Pick<PaymentFact, 'orderId' | 'attempt'>): boolean {
    return this.#scorer.isAlerted(fact)
  }

  /** What to raise because of the event; null: nothing. Throws an UnreadableTable. */
  see(event: ScoredEvent, { id, recordedAt }: Place): RaiseAlert | null {
    if (event.type === 'FraudTableSet') {
      this.#scorer.setTable(tableOf(event))
      return null
    }
    const scored = this.#scorer.see(factOf(event, recordedAt))
    return alertOf(event, { id, scored, table: this.#scorer.table })
  }
}

interface ScoredAs {
  /** Of the event. */
  readonly id: string
  readonly scored: Scored | null
  readonly table: FraudTable | null
}

/** What to raise because of an event that was scored; null: nothing. */
export function alertOf(event: FactEvent, { id, scored, table }: ScoredAs): RaiseAlert | null {
  if (table === null || scored === null || !scored.alerts) return null
  const { orderId, customerId, attempt, amount, card, device, address, network } = event
  const { score, reasons } = scored
  return {
    ...{ alertId: id, orderId, customerId, attempt, score, table: table.version, reasons, amount },
    keys: { card, device, address, network },
  }
}

export function tableOf({ table, content }: Pick<FraudTableSet, 'table' | 'content'>): FraudTable {
  const parsed = parseTable(content)
  if ('wrong' in parsed) throw new UnreadableTable(table, parsed.wrong)
  return parsed.table
}
