/** How good forecasts are on a year of real demand: what its test holds and its figure measures. */
import {
  accuracyOf,
  judge,
  spreadOf,
  type Accuracy,
  type Judged,
  type Method,
} from '../../insights/forecast/accuracy.ts'
import { classOf, productLevel, profileOf, shopLevel, total } from '../../insights/forecast/level.ts'
import { profilesOf } from '../../insights/forecast/shop-model.ts'
import { pathsOf, runOut } from '../../insights/forecast/run-out.ts'
import { firstDays, mean, sum, type Series } from '../../insights/forecast/series.ts'
import { createRandom } from '../../simulation/random.ts'
import { readDemand } from './online-retail.ts'

const DAY_MS = 86_400_000
const HORIZON = 28
const ORIGINS = [1, 2, 3, 4].map((nth) => nth * HORIZON)
/** Days of average demand that are in stock when it is asked when a product runs out. */
const STOCK_DAYS = 10

export interface Held {
  readonly cases: number
  /** Share of them that lay within the interval. */
  readonly held: number
}

export function shopAccuracy(): Accuracy {
  const { shop } = onlineRetail()
  return accuracyOf(shop, (before) => ({ profile: profileOf(before), level: shopLevel(before, profileOf(before)) }))
}

/** Of 200 products with 100 to 200 units in four weeks, pooled: in percent. */
export function steadyAccuracy(): number {
  const { unit: next } = createRandom(17, 'steady products')
  const flat = [1, 1, 1, 1, 1, 1, 1]
  const method: Method = (before) => ({ profile: flat, level: productLevel(before, flat) })
  let [off, actual] = [0, 0]
  for (let product = 0; product < 200; product++) {
    const daily = (100 + product / 2) / HORIZON
    const days = Array.from({ length: 200 }, (_, day) => day)
    const series = { days, units: days.map(() => poisson(daily, next)) }
    for (const ago of ORIGINS) {
      const judged = judge(series, method, { ago, horizon: HORIZON })
      if (judged === null) continue
      off += Math.abs(judged.forecast - judged.actual)
      actual += judged.actual
    }
  }
  return 100 * (1 - off / actual)
}

/** 80 % intervals of the totals of products, and of the day on which stock for ten days runs out. */
export function intervals(): { readonly totals: Held; readonly runOutDays: Held } {
  const { shop, products } = onlineRetail()
  const profileAt = profilesOf(shop)
  const method: Method = (before) => {
    const profile = profileAt((before.days.at(-1) ?? 0) + 1)
    return { profile, level: productLevel(before, profile) }
  }
  const totals = { cases: 0, held: 0 }
  const runOutDays = { cases: 0, held: 0 }
  for (const ago of ORIGINS) {
    const origin = shop.days.length - ago
    const spreads = spreadsBefore(products, origin, method)
    for (const series of products) {
      const before = firstDays(series, origin)
      const judged = judge(series, method, { ago, horizon: HORIZON })
      const spread = spreads.get(classOf(before)) ?? null
      if (judged === null) continue
      if (spread !== null && judged.forecast > 0) {
        totals.cases += 1
        const { actual, forecast } = judged
        if (actual >= forecast * spread.low && actual <= forecast * spread.high) totals.held += 1
      }
      const average = mean(before.units.slice(-84))
      if (average === 0) continue
      const { level, profile } = method(before)
      const daily = total(level, profile, shop.days.slice(origin, origin + HORIZON)) / HORIZON
      const stock = Math.max(1, Math.round(STOCK_DAYS * average))
      const { earliest, latest } = runOut(pathsOf(before.units, daily), stock)
      const day = dayAtZero(series.units.slice(origin, origin + HORIZON), stock)
      runOutDays.cases += 1
      if (day >= (earliest ?? Infinity) && day <= (latest ?? Infinity)) runOutDays.held += 1
    }
  }
  const share = ({ cases, held }: { cases: number; held: number }): Held => ({ cases, held: held / cases })
  return { totals: share(totals), runOutDays: share(runOutDays) }
}

let read: { readonly shop: Series; readonly products: readonly Series[] } | null = null

function onlineRetail() {
  if (read !== null) return read
  const demand = readDemand()
  const first = Date.parse(demand[0]?.from ?? '') / DAY_MS
  const days = (demand[0]?.units ?? []).map((_, index) => first + index)
  const shop = { days, units: days.map((_, index) => sum(demand.map(({ units }) => units[index] ?? 0))) }
  read = { shop, products: demand.map(({ units }) => ({ days, units })) }
  return read
}

/** By class, of the forecasts made a horizon before. */
function spreadsBefore(products: readonly Series[], origin: number, method: Method) {
  const judged = new Map<string, (Judged | null)[]>()
  for (const series of products) {
    const known = firstDays(series, origin)
    const demandClass = classOf(firstDays(series, origin - HORIZON))
    judged.set(demandClass, [
      ...(judged.get(demandClass) ?? []),
      judge(known, method, { ago: HORIZON, horizon: HORIZON }),
    ])
  }
  return new Map([...judged].map(([demandClass, of]) => [demandClass, spreadOf(of)]))
}

function dayAtZero(units: readonly number[], stock: number): number {
  let left = stock
  for (const [day, sold] of units.entries()) {
    left -= sold
    if (left <= 0) return day
  }
  return Infinity
}

function poisson(average: number, next: () => number): number {
  const limit = Math.exp(-average)
  let count = 0
  for (let product = next(); product > limit; product *= next()) count += 1
  return count
}
