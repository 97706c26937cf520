/** What to offer: of what was learnt, what can be bought now. */
import type { ProductQueries } from '../../projections/views/products.ts'
import type { OrderQueries } from '../../projections/views/orders.ts'
import { within } from '../refreshed.ts'
import type { SessionOf } from './sessions-of.ts'
import type { LearntCache } from './learnt-cache.ts'
import { asPopular, boughtTogether, popular, viewedTogether, type Recommendation } from './recommend.ts'
import type { ViewedCache } from './viewed-cache.ts'

/** This many are offered where the shop has as many. */
export const OFFERED = 10
/** Among which the last one that was accepted is looked for. */
const NEWEST_ORDERS = 50
/** Candidates whose stock is looked up at first, and at most, at a time. */
const LOOKED_UP = 30
const MOST_LOOKED_UP = 1_000

/** For what a customer does now. */
const SESSION_WAIT_MS = 1_000

export interface Recommendations {
  /** Of what was learnt from orders. */
  readonly position: number
  /** Time of the newest event that what was learnt from sessions rests on, milliseconds; null: on none. */
  readonly behaviourAsOf: number | null
  readonly items: readonly Recommendation[]
}

export interface RecommendationsParts {
  readonly cache: Pick<LearntCache, 'value'>
  readonly viewed: Pick<ViewedCache, 'value'>
  /** The products of a customer's newest session, if it goes on; null: none. */
  readonly sessionOf: SessionOf
  readonly products: Pick<ProductQueries, 'byKeys' | 'inStock'>
  readonly orders: Pick<OrderQueries, 'list'>
}

export interface Recommending {
  /** Beside these products, in any order; unknown ones are passed over. Rejects with ViewNotReady while there are no rows. */
  beside(basket: readonly string[]): Promise<Recommendations>
  /**
   * Beside what a customer does now: the cart first, then what was viewed, then what was ordered last. With nothing of all that,
   * what is popular.
   */
  forCustomer(customerId: string): Promise<Recommendations>
}

export function openRecommending(parts: RecommendationsParts): Recommending {
  const { cache, viewed, sessionOf, products, orders } = parts

  async function beside(basket: readonly string[]): Promise<Recommendations> {
    const [{ learnt, position }, seen] = await Promise.all([cache.value(), viewed.value()])
    const bought = boughtTogether(learnt, basket)
    const known = new Set(bought.map(({ sku }) => sku))
    const nearest = [
      ...bought,
      ...viewedTogether(seen.learnt, basket, learnt.bought).filter(({ sku }) => !known.has(sku)),
    ]
    const behaviourAsOf = seen.asOf
    const passed = new Set([...basket, ...nearest.map(({ sku }) => sku)])
    const items: Recommendation[] = []
    for (const candidates of pagesOf(chain(nearest, popular(learnt, passed)))) {
      const { items: found } = await products.byKeys(candidates.map(({ sku }) => sku))
      const inStock = new Set(found.filter(({ available }) => available > 0).map(({ sku }) => sku))
      items.push(...candidates.filter(({ sku }) => inStock.has(sku)))
      if (items.length >= OFFERED) return { items: items.slice(0, OFFERED), position, behaviourAsOf }
    }
    // A new shop, or a small one: what nobody has bought yet.
    const without = [...basket, ...learnt.bought.keys(), ...items.map(({ sku }) => sku)]
    const others = await products.inStock(without, OFFERED - items.length)
    return { items: [...items, ...others.map((sku) => asPopular(sku, 0))], position, behaviourAsOf }
  }

  return {
    beside,
    async forCustomer(customerId) {
      // Orders go on without what customers do: while that is away, what was ordered last counts.
      const session = await within(SESSION_WAIT_MS, sessionOf(customerId), null)
      const now = session === null ? [] : session.cart.length > 0 ? session.cart : session.views
      if (now.length > 0) return beside(now)
      const newest = await orders.list({ customerId, status: null, limit: NEWEST_ORDERS, cursor: null })
      const last = newest.items.find(({ status }) => status !== 'rejected')
      return beside(last?.lines.map(({ sku }) => sku) ?? [])
    },
  }
}

function* chain<Item>(...lists: readonly Iterable<Item>[]): Generator<Item, void, undefined> {
  for (const list of lists) yield* list
}

/** Each twice as long as the one before: after a flash sale nearly all that is popular may be sold out. */
function* pagesOf<Item>(items: Iterable<Item>): Generator<readonly Item[], void, undefined> {
  let page: Item[] = []
  let most = LOOKED_UP
  for (const item of items) {
    page.push(item)
    if (page.length < most) continue
    yield page
    page = []
    most = Math.min(2 * most, MOST_LOOKED_UP)
  }
  if (page.length > 0) yield page
}
