/** For how long changes of a topic are gathered, and when there are too many to tell each. */

/** Changes are sent at once when it is quiet, and at most so often otherwise. */
const GATHER_MS = 5
/** Above this many changes a second it is worth more. */
const BUSY = { perSecond: 300, gatherMs: 20 }
/** Of this process, to all clients together. */
const MOST_FRAMES_PER_SECOND = 20_000
/** Above this many items a second rows are left out. */
const MOST_ITEMS_PER_SECOND = 2_000
const SECOND = 1_000

interface Sample {
  readonly at: number
  readonly items: number
}

export class Gathering {
  readonly #samples: Sample[] = []
  #items = 0

  /** `now`: milliseconds of the monotonic clock, here and below. */
  count(items: number, now: number): void {
    if (items === 0) return
    this.#samples.push({ at: now, items })
    this.#items += items
    this.#forget(now)
  }

  /** Items that changed in the last second, after folding. */
  perSecond(now: number): number {
    this.#forget(now)
    return this.#items
  }

  /** Milliseconds between two frames. `receivers`: of all topics together. */
  every(receivers: number, now: number): number {
    const gather = this.perSecond(now) > BUSY.perSecond ? BUSY.gatherMs : GATHER_MS
    return Math.max(gather, (receivers * SECOND) / MOST_FRAMES_PER_SECOND)
  }

  isTooMuch(now: number): boolean {
    return this.perSecond(now) > MOST_ITEMS_PER_SECOND
  }

  #forget(now: number): void {
    let old = 0
    while ((this.#samples[old]?.at ?? Infinity) <= now - SECOND) {
      this.#items -= this.#samples[old]?.items ?? 0
      old += 1
    }
    if (old > 0) this.#samples.splice(0, old)
  }
}
