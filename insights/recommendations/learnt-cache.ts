/** What was learnt from orders, in memory: read again when it is asked for and old. */
import { setImmediate } from 'node:timers/promises'
import type { BoughtProduct, TogetherQueries } from '../../projections/insights/together.ts'
import { inSlices, Refreshed } from '../refreshed.ts'
import { Learning, type Learnt } from './neighbours.ts'

export interface LearntShown {
  readonly learnt: Learnt
  /** What was learnt includes everything up to it. */
  readonly position: number
}

export type LearntCache = Refreshed<LearntShown>

export const LEARNT_AGE = { freshMs: 30_000, oldestMs: 60_000 } as const

export interface LearntCacheParts {
  readonly queries: TogetherQueries
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
}

/** Its value rejects with ViewNotReady, or with an error of the database, where it has to be waited for. */
export function learntCache({ queries, monotonic }: LearntCacheParts): LearntCache {
  return new Refreshed({
    ...{ monotonic, ...LEARNT_AGE },
    async read() {
      const { products, position } = await queries.all()
      return { learnt: await learn(products, monotonic), position }
    },
  })
}

/** In slices. */
export async function learn(products: readonly BoughtProduct[], monotonic: () => number): Promise<Learnt> {
  const learning = new Learning(new Map(products.map(({ sku, baskets }) => [sku, baskets])))
  const rest = inSlices(monotonic, setImmediate)
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
