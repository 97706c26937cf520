/** Scores a file of payments, each attempt and its outcome at their times, as the reactor does with those of the log. */
import type { History } from './history.ts'
import type { PaymentFact } from './payment-facts.ts'
import { factsOf, type PaymentLine } from './payment-line.ts'
import type { Reason } from './score.ts'
import { Scorer } from './scorer.ts'
import type { FraudTable } from './table.ts'

export interface ScoredPayment {
  readonly orderId: string
  readonly attempt: number
  /** The highest that the attempt came to. */
  readonly score: number
  readonly reasons: readonly Reason[]
  readonly alerts: boolean
}

/** In the order of the lines, which is that of their times. */
export function scorePayments(lines: Iterable<PaymentLine>, table: FraudTable): readonly ScoredPayment[] {
  const scorer = new Scorer(new Map<string, History>())
  scorer.setTable(table)
  const scored: ScoredPayment[] = []
  const waiting = new Outcomes<{ readonly fact: PaymentFact; readonly index: number }>()
  const settle = ({ fact, index }: { readonly fact: PaymentFact; readonly index: number }) => {
    const again = scorer.see(fact)
    const before = scored[index]
    if (again === null || before === undefined) return
    const highest = again.score > before.score ? { score: again.score, reasons: again.reasons } : {}
    scored[index] = { ...before, ...highest, alerts: before.alerts || again.alerts }
  }
  for (const line of lines) {
    const { requested, settled } = factsOf(line)
    for (const each of waiting.until(requested.at)) settle(each)
    const { orderId, attempt } = line
    const { score = 0, reasons = [], alerts = false } = scorer.see(requested) ?? {}
    scored.push({ orderId, attempt, score, reasons, alerts })
    if (settled !== null) waiting.add(settled.at, { fact: settled, index: scored.length - 1 })
  }
  for (const each of waiting.until(Infinity)) settle(each)
  return scored
}

/** What is to come at a time; of one time, in the order in which it was added. */
class Outcomes<Each> {
  readonly #sorted: { readonly at: number; readonly each: Each }[] = []

  add(at: number, each: Each): void {
    // Nearly all come behind those that wait already.
    let index = this.#sorted.length
    while (index > 0 && (this.#sorted[index - 1]?.at ?? 0) > at) index -= 1
    this.#sorted.splice(index, 0, { at, each })
  }

  *until(at: number): Generator<Each, void, undefined> {
    for (let next = this.#sorted[0]; next !== undefined && next.at <= at; next = this.#sorted[0]) {
      this.#sorted.shift()
      yield next.each
    }
  }
}
