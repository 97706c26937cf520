/** What to offer beside a basket: pure, from what was learnt. */
import { byPopularity, type Learnt } from './neighbours.ts'

/** What pairs of products were learnt from: paid orders, or sessions that are over. */
export type PairRule = 'boughtTogether' | 'viewedTogether'

/** Why something is offered, in numbers: of orders, or of sessions. */
export interface Why {
  readonly rule: PairRule | 'popular'
  /** Of the basket, what speaks most for it; of a popular one, itself. */
  readonly sku: string
  /** Those that hold both. */
  readonly together: number
  /** Those that hold `sku` among their first products. */
  readonly of: number
}

export interface Recommendation {
  readonly sku: string
  /** Sum over the basket; 0 of what is only popular. */
  readonly score: number
  readonly why: Why
}

/** What was bought together with the basket, best first: products that are in it, or unknown, are passed over. */
export function boughtTogether(learnt: Learnt, basket: readonly string[]): readonly Recommendation[] {
  return together(learnt, basket, { rule: 'boughtTogether', popularity: learnt.bought })
}

/** The same of what was viewed together in sessions; of two as near, first what is bought more. */
export function viewedTogether(
  viewed: Learnt,
  basket: readonly string[],
  bought: Learnt['bought'],
): readonly Recommendation[] {
  return together(viewed, basket, { rule: 'viewedTogether', popularity: bought })
}

interface By {
  readonly rule: PairRule
  readonly popularity: Learnt['bought']
}

function together(learnt: Learnt, basket: readonly string[], { rule, popularity }: By): readonly Recommendation[] {
  const held = new Set(basket)
  const found = new Map<string, { score: number; best: number; why: Why }>()
  for (const seed of held) {
    const of = learnt.bought.get(seed) ?? 0
    for (const { sku, score, together: both } of learnt.neighbours.get(seed) ?? []) {
      if (held.has(sku)) continue
      const why = { rule, sku: seed, together: both, of }
      const candidate = found.get(sku)
      if (candidate === undefined) found.set(sku, { score, best: score, why })
      else {
        candidate.score += score
        if (score > candidate.best) Object.assign(candidate, { best: score, why })
      }
    }
  }
  const order = byPopularity(popularity)
  return [...found]
    .map(([sku, { score, why }]) => ({ sku, score, why }))
    .sort((one, other) => other.score - one.score || order(one.sku, other.sku))
}

/** The rest of what was ever bought, most bought first. */
export function* popular(learnt: Learnt, without: ReadonlySet<string>): Generator<Recommendation, void, undefined> {
  for (const sku of learnt.popular) {
    if (!without.has(sku)) yield asPopular(sku, learnt.bought.get(sku) ?? 0)
  }
}

/** `of` orders hold it. */
export function asPopular(sku: string, of: number): Recommendation {
  return { sku, score: 0, why: { rule: 'popular', sku, together: of, of } }
}
