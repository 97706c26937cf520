/** What was learnt from orders, in memory: read again when the rows have moved on, at most once a minute. */
import { setImmediate } from 'node:timers/promises'
import type { BoughtProduct, TogetherQueries } from '../../projections/insights/together.ts'
import type { Shown } from '../../projections/views/shown.ts'
import { Learning, type Learnt } from './neighbours.ts'

/** So old it may be. */
const FRESH_MS = 60_000
/** Working on pairs this long; then requests that wait in this process get their turn. */
const SLICE_MS = 10

export interface LearntShown extends Pick<Shown, 'position'> {
  readonly learnt: Learnt
}

export interface LearntCacheParts {
  readonly queries: TogetherQueries
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
}

/**
 * empty --asked--> reading --> fresh --a minute--> old --asked--> fresh, and reading beside it
 *
 * Whoever asks while nothing was read yet waits; whoever asks later has at once what there is, also when reading it again
 * fails.
 */
export class LearntCache {
  readonly #parts: LearntCacheParts
  #known: LearntShown | null = null
  #readAt = -Infinity
  #reading: Promise<LearntShown> | null = null

  constructor(parts: LearntCacheParts) {
    this.#parts = parts
  }

  /** Rejects with ViewNotReady, or with an error of the database, while nothing was read yet. */
  async learnt(): Promise<LearntShown> {
    const old = this.#parts.monotonic() - this.#readAt >= FRESH_MS
    if (old) this.#reading ??= this.#read().finally(() => (this.#reading = null))
    if (this.#known === null) return this.#reading ?? this.#read()
    this.#reading?.catch(() => undefined) // it is tried again with the next question
    return this.#known
  }

  async #read(): Promise<LearntShown> {
    const { queries, monotonic } = this.#parts
    const { products, position } = await queries.all()
    this.#known = { learnt: await learn(products, monotonic), position }
    this.#readAt = monotonic()
    return this.#known
  }
}

/** In slices. */
export async function learn(products: readonly BoughtProduct[], monotonic: () => number): Promise<Learnt> {
  const learning = new Learning(new Map(products.map(({ sku, baskets }) => [sku, baskets])))
  let from = monotonic()
  const rest = async (): Promise<void> => {
    if (monotonic() - from < SLICE_MS) return
    await setImmediate()
    from = monotonic()
  }
  for (const { sku: low, pairs } of products) {
    for (const line of pairs?.split('\n') ?? []) {
      const space = line.indexOf(' ')
      learning.see({ low, high: line.slice(0, space), baskets: Number(line.slice(space + 1)) })
    }
    await rest()
  }
  const finishing = learning.finish()
  for (let step = finishing.next(); ; step = finishing.next()) {
    if (step.done === true) return step.value
    await rest()
  }
}
