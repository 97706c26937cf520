/** The lines of an imported file that did not become records, and why. */
import { grouped } from '../output/report.ts'
import type { Delivery } from './delivery.ts'

export interface LineNotTaken {
  readonly line: number
  readonly outcome: 'refused' | 'invalid' | 'failed'
  /** JSON pointer into the line; '' is all of it. */
  readonly pointer: string
  readonly message: string
}

// A file that is wrong throughout must not fill the memory or the screen; the report counts every line all the same.
const KEPT = 1_000
const SHOWN = 20

export class LinesNotTaken {
  readonly #kept: LineNotTaken[] = []
  #more = 0
  #firstFailed = Infinity

  /** Notes a line, unless it was taken. */
  note(line: number, delivery: Delivery): void {
    if (delivery.outcome === 'failed') this.#firstFailed = Math.min(this.#firstFailed, line)
    for (const reason of reasonsOf(line, delivery)) {
      if (this.#kept.length < KEPT) this.#kept.push(reason)
      else this.#more += 1
    }
  }

  /** The lowest line that got no answer; Infinity when all did. */
  get firstFailed(): number {
    return this.#firstFailed
  }

  /** The first thousand, by line. */
  kept(): readonly LineNotTaken[] {
    return this.#kept.toSorted((one, other) => one.line - other.line)
  }

  /** The first few as text, and how many more there are. */
  shown(): readonly string[] {
    const shown = this.kept()
      .slice(0, SHOWN)
      .map(({ line, outcome, pointer, message }) => {
        return `line ${line} ${outcome}${pointer === '' ? '' : ` at ${pointer}`}: ${message}`
      })
    const more = this.#kept.length + this.#more - shown.length
    return more === 0 ? shown : [...shown, `and ${grouped(more)} more (--json lists the first ${grouped(KEPT)})`]
  }
}

function reasonsOf(line: number, delivery: Delivery): readonly LineNotTaken[] {
  switch (delivery.outcome) {
    case 'accepted':
    case 'already-there':
      return []
    case 'invalid':
      return delivery.faults.map(({ pointer, message }) => ({ line, outcome: 'invalid', pointer, message }))
    case 'refused':
    case 'failed':
      return [{ line, outcome: delivery.outcome, pointer: '', message: delivery.reason }]
  }
}
