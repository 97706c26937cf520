/** How fast a replay works: it keeps to a rate, yields to orders, and tells how fast it was. */
import type { Position } from '../../store/commit/command.ts'

/** Events a second are told over this long. */
const WINDOW_MS = 5_000
/** The longest rest at a time, so that a cancel or a stop is soon noticed. */
const REST_MS = 250

export class Pace {
  readonly #monotonic: () => number
  readonly #samples: { readonly at: number; readonly position: Position }[] = []
  /** When the rate allows the next event. */
  #due: number

  constructor(monotonic: () => number, position: Position) {
    this.#monotonic = monotonic
    this.#due = monotonic()
    this.#samples.push({ at: this.#due, position })
  }

  /** Over the last seconds. */
  eventsPerSecond(position: Position): number {
    const now = this.#monotonic()
    this.#samples.push({ at: now, position })
    while (this.#samples.length > 2 && (this.#samples[0]?.at ?? 0) < now - WINDOW_MS) this.#samples.shift()
    const first = this.#samples[0]
    if (first === undefined || now <= first.at) return 0
    return Math.round(((position - first.position) * 1_000) / (now - first.at))
  }

  /** Milliseconds until `rate` (events a second) allows more, at most a moment; 0: go on. Time that was lost is not made up for. */
  rest(rate: number | null): number {
    if (rate === null) return 0
    return Math.min(REST_MS, Math.max(0, this.#due - this.#monotonic()))
  }

  worked(events: number, rate: number | null): void {
    if (rate !== null) this.#due = Math.max(this.#due, this.#monotonic() - REST_MS) + (events * 1_000) / rate
  }
}
