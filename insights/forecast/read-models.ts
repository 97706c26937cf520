/** Works out what is known of the demand of every product and of the shop, once for a day. */
import { setImmediate } from 'node:timers/promises'
import type { DemandQueries } from '../../projections/insights/demand-queries.ts'
import { inSlices } from '../refreshed.ts'
import { spreadOf, type Spread } from './accuracy.ts'
import { productSeries, shopHistory } from './known-days.ts'
import type { DemandClass } from './level.ts'
import {
  HORIZONS,
  judgedBefore,
  productModel,
  type Horizon,
  type JudgedOfClass,
  type ProductModel,
} from './product-model.ts'
import { profilesOf, shopModel, type ShopModel } from './shop-model.ts'
import type { Day } from './series.ts'

const DAY_MS = 86_400_000
/** Products read at a time, with all of their days. */
const PAGE = 200

export interface Models {
  /** The day of the newest event that is shown; history ends the day before. */
  readonly today: Day
  readonly position: number
  readonly asOf: string | null
  /** How often demand of before the shop was recorded. */
  readonly records: number
  readonly shop: ShopModel
  readonly products: ReadonlyMap<string, ProductModel>
  /** Of the products of a class, by horizon. */
  readonly spreads: ReadonlyMap<string, Spread | null>
}

export interface ReadModels {
  readonly queries: DemandQueries
  readonly monotonic: () => number
}

/** Those of before while it is the same day and nothing more was recorded. Rejects with ViewNotReady, or with an error of the database. */
export async function readModels({ queries, monotonic }: ReadModels, before: Models | null): Promise<Models> {
  const { days, records, position, asOf } = await queries.shop()
  const today = dayOf(asOf)
  if (before?.today === today && before.records === records) return before
  const { firstOwn, series } = shopHistory(days, today)
  const profileAt = profilesOf(series)
  const shop = shopModel(series, today)
  const products = new Map<string, ProductModel>()
  const judged = new Map<string, JudgedOfClass[]>()
  const rest = inSlices(monotonic, setImmediate)
  for (let after = ''; ;) {
    const page = await queries.products(after, PAGE)
    for (const product of page) {
      const own = productSeries(product, { firstOwn, today })
      products.set(product.sku, productModel(own, profileAt, today))
      for (const horizon of HORIZONS) note(judged, horizon, judgedBefore(own, profileAt, horizon))
      await rest()
    }
    if (page.length < PAGE) break
    after = page.at(-1)?.sku ?? ''
  }
  const spreads = new Map([...judged].map(([key, of]) => [key, spreadOf(of)]))
  return { today, position, asOf, records, shop, products, spreads }
}

/** The day of a view whose newest event is of `asOf`. */
export function dayOf(asOf: string | null): Day {
  return asOf === null ? 0 : Math.floor(Date.parse(asOf) / DAY_MS)
}

export function spreadKey(demandClass: DemandClass, horizon: Horizon): string {
  return `${demandClass} ${String(horizon)}`
}

function note(judged: Map<string, JudgedOfClass[]>, horizon: Horizon, one: JudgedOfClass | null): void {
  if (one === null) return
  const key = spreadKey(one.demandClass, horizon)
  const of = judged.get(key)
  if (of === undefined) judged.set(key, [one])
  else of.push(one)
}
