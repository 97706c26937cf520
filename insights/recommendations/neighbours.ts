/**
 * How near products are to each other, by the orders that hold both: cosine x c / (c + 5), where c orders hold both. Only
 * + - * / and the square root: the same everywhere, to the last bit.
 */

/** Of each product this many nearest products count. */
export const NEIGHBOURS = 50
/** Few orders together say little: this many take half of the score. */
const SHRINKAGE = 5
/** One order alone is no evidence. */
const FEWEST = 2

/** Orders that hold both products. */
export interface Pair {
  readonly low: string
  readonly high: string
  readonly baskets: number
}

export interface Neighbour {
  readonly sku: string
  readonly score: number
  /** Orders that hold both. */
  readonly together: number
}

/** What is learnt from orders. */
export interface Learnt {
  /** By product, orders that hold it. */
  readonly bought: ReadonlyMap<string, number>
  /** By product, nearest first. */
  readonly neighbours: ReadonlyMap<string, readonly Neighbour[]>
  /** The products that were bought, by popularity, then SKU. */
  readonly popular: readonly string[]
}

/** `together` of the orders that hold one (`one`) or the other (`other`). */
export function nearness(together: number, one: number, other: number): number {
  return (together / Math.sqrt(one * other)) * (together / (together + SHRINKAGE))
}

/** Takes pairs one by one, so that a caller with many of them can let others work between. */
export class Learning {
  readonly #bought: ReadonlyMap<string, number>
  readonly #near = new Map<string, Neighbour[]>()

  constructor(bought: ReadonlyMap<string, number>) {
    this.#bought = bought
  }

  see({ low, high, baskets }: Pair): void {
    if (baskets < FEWEST) return
    const score = nearness(baskets, this.#bought.get(low) ?? 0, this.#bought.get(high) ?? 0)
    this.#of(low).push({ sku: high, score, together: baskets })
    this.#of(high).push({ sku: low, score, together: baskets })
  }

  /** The products whose nearest have not been found out yet, one at a time. */
  *finish(): Generator<undefined, Learnt, undefined> {
    const neighbours = new Map<string, readonly Neighbour[]>()
    const order = this.#byScore()
    for (const [sku, near] of this.#near) {
      neighbours.set(sku, near.sort(order).slice(0, NEIGHBOURS))
      yield
    }
    const popular = [...this.#bought.keys()].sort(byPopularity(this.#bought))
    return { bought: this.#bought, neighbours, popular }
  }

  #of(sku: string): Neighbour[] {
    let near = this.#near.get(sku)
    if (near === undefined) this.#near.set(sku, (near = []))
    return near
  }

  #byScore(): (one: Neighbour, other: Neighbour) => number {
    const popularity = byPopularity(this.#bought)
    return (one, other) => other.score - one.score || popularity(one.sku, other.sku)
  }
}

/** Most bought first, then by SKU. */
export function byPopularity(bought: ReadonlyMap<string, number>): (one: string, other: string) => number {
  return (one, other) => (bought.get(other) ?? 0) - (bought.get(one) ?? 0) || (one < other ? -1 : 1)
}
