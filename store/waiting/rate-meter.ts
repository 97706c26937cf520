/** How fast a counter grew in the last seconds. */

const WINDOW_MS = 5_000

interface Sample {
  readonly at: number
  readonly count: number
}

export class RateMeter {
  readonly #monotonic: () => number
  /** The first one is the last that is older than the window, or where it all began. */
  #samples: readonly Sample[]

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
    this.#samples = [{ at: monotonic(), count: 0 }]
  }

  /** `count`: of all so far. */
  count(count: number): void {
    this.#samples = [...this.#samples, { at: this.#monotonic(), count }]
    this.#forget()
  }

  perSecond(): number {
    this.#forget()
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || first === last) return 0
    return ((last.count - first.count) / Math.max(this.#monotonic() - first.at, 1)) * 1_000
  }

  #forget(): void {
    const since = this.#monotonic() - WINDOW_MS
    const kept = this.#samples.findLastIndex(({ at }) => at < since)
    if (kept > 0) this.#samples = this.#samples.slice(kept)
  }
}
