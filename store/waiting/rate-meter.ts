/** How fast a counter grew in the last seconds. */

/** At 40 samples a window the rate is exact enough, and a busy counter costs no more than a quiet one. */
const SAMPLES = 40

interface Sample {
  readonly at: number
  readonly count: number
}

export interface RateMeterOptions {
  /** Milliseconds of a clock. */
  readonly now: () => number
  readonly windowMs: number
  /** Where it begins; null: with what is counted first. */
  readonly from: number | null
}

export class RateMeter {
  readonly #now: () => number
  readonly #windowMs: number
  /** Oldest first; at most one is older than the window. */
  readonly #samples: Sample[] = []

  constructor({ now, windowMs, from }: RateMeterOptions) {
    this.#now = now
    this.#windowMs = windowMs
    if (from !== null) this.count(from)
  }

  /** `count`: of all so far. */
  count(count: number): void {
    const samples = this.#samples
    const newest = { at: this.#now(), count }
    // The newest stands for all of its part of the window; the one before it stays, or nothing would ever be kept.
    const former = samples.at(-2)
    if (former !== undefined && newest.at - former.at < this.#windowMs / SAMPLES) samples.pop()
    samples.push(newest)
    this.#forget()
  }

  perSecond(): number {
    this.#forget()
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || first === last) return 0
    return ((last.count - first.count) * 1_000) / Math.max(this.#now() - first.at, 1)
  }

  #forget(): void {
    const since = this.#now() - this.#windowMs
    while ((this.#samples[1]?.at ?? Infinity) < since) this.#samples.shift()
  }
}
