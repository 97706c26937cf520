/** How fast a replay works: it keeps to a rate, yields to orders, and tells how fast it was. */
import type { Position } from '../../store/commit/command.ts'
import { RateMeter } from '../../store/waiting/rate-meter.ts'

/** Events a second are averaged over this long. */
const WINDOW_MS = 5_000
/** The longest rest at a time, so that a cancel or a stop is soon noticed. */
const REST_MS = 250

export class Pace {
  readonly #monotonic: () => number
  readonly #rate: RateMeter
  /** When the rate allows the next event. */
  #due: number

  constructor(monotonic: () => number, position: Position) {
    this.#monotonic = monotonic
    this.#due = monotonic()
    this.#rate = new RateMeter({ now: monotonic, windowMs: WINDOW_MS, from: position })
  }

  /** Over the last seconds. */
  eventsPerSecond(position: Position): number {
    this.#rate.count(position)
    return Math.round(this.#rate.perSecond())
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
