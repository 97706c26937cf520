/** How good forecasts are on a year of real demand, as the service makes them: what its test holds and its figure measures. */
import type { Accuracy } from '../../insights/forecast/accuracy.ts'
import { openForecasts, type Forecasts } from '../../insights/forecast/forecasts.ts'
import { mean, sum } from '../../insights/forecast/series.ts'
import type { DemandQueries, ProductStock } from '../../projections/insights/demand-queries.ts'
import { createRandom } from '../../simulation/random.ts'
import { readDemand, type DailyDemand } from './online-retail.ts'

const DAY_MS = 86_400_000
const HORIZON = 28
/** How many days before the end of the year forecasts are asked for. */
const ORIGINS = [1, 2, 3, 4].map((nth) => nth * HORIZON)
/** Days of average demand that are in stock when it is asked when a product runs out. */
const STOCK_DAYS = 10

export interface Held {
  readonly cases: number
  /** Share of them that lay within the interval. */
  readonly held: number
}

export async function shopAccuracy(): Promise<Accuracy> {
  const { accuracy } = await forecastsAfter(readDemand(), 0).ofShop(HORIZON)
  return accuracy
}

/** Of 200 products with 100 to 200 units in four weeks, pooled: in percent. */
export async function steadyAccuracy(): Promise<number> {
  const { unit: next } = createRandom(17, 'steady products')
  const products = Array.from({ length: 200 }, (_, product): DailyDemand => {
    const units = Array.from({ length: 200 }, () => poisson((100 + product / 2) / HORIZON, next))
    return { sku: `P${String(product)}`, from: '2026-01-05', units }
  })
  let [off, actual] = [0, 0]
  for (const ago of ORIGINS) {
    const forecasts = forecastsAfter(products, ago)
    for (const { sku, units } of products) {
      const { total } = await forecasts.ofProduct(sku, HORIZON)
      const came = sum(behind(units, ago))
      off += Math.abs(total.units - came)
      actual += came
    }
  }
  return 100 * (1 - off / actual)
}

/** 80 % intervals of the totals of products, and of the day on which stock for ten days runs out. */
export async function intervals(): Promise<{ readonly totals: Held; readonly runOutDays: Held }> {
  const products = readDemand()
  const totals = { cases: 0, held: 0 }
  const runOutDays = { cases: 0, held: 0 }
  for (const ago of ORIGINS) {
    const forecasts = forecastsAfter(products, ago)
    const { items } = await forecasts.runOut()
    const runsOut = new Map(items.map((item) => [item.sku, item]))
    for (const { sku, from, units } of products) {
      const came = behind(units, ago)
      const { total } = await forecasts.ofProduct(sku, HORIZON)
      if (total.low !== null && total.high !== null && total.units > 0) {
        totals.cases += 1
        if (sum(came) >= total.low && sum(came) <= total.high) totals.held += 1
      }
      const { available = 0, earliest = null, latest = null } = runsOut.get(sku) ?? {}
      if (available === 0) continue
      const today = dayOf(from) + units.length - ago
      const dayFrom = (text: string | null) => (text === null ? Infinity : dayOf(text) - today)
      const day = dayAtZero(came, available)
      runOutDays.cases += 1
      if (day >= dayFrom(earliest) && day <= dayFrom(latest)) runOutDays.held += 1
    }
  }
  const share = ({ cases, held }: { cases: number; held: number }): Held => ({ cases, held: held / cases })
  return { totals: share(totals), runOutDays: share(runOutDays) }
}

/** The forecasts of a service whose newest event is `ago` days before the end of the demand, with stock for ten days. */
function forecastsAfter(products: readonly DailyDemand[], ago: number): Forecasts {
  return openForecasts({ queries: queriesAfter(products, ago), monotonic: () => performance.now() })
}

/** All days of the demand are there; the newest event is of the day on which it is asked. */
function queriesAfter(demand: readonly DailyDemand[], ago: number): DemandQueries {
  const [{ from, units } = { from: '', units: [] }] = demand
  const first = dayOf(from)
  const shown = { position: 1, asOf: new Date((first + units.length - ago) * DAY_MS).toISOString() }
  const none = { placed: 0, released: 0, lost: 0, change: 0 }
  const bySku = demand.toSorted((one, other) => (one.sku < other.sku ? -1 : 1))
  const products = bySku.map((product) => ({
    ...stockOf(product, ago),
    get days() {
      return product.units.map((imported, index) => ({ day: first + index, ...none, imported }))
    },
  }))
  return {
    asOf: () => Promise.resolve(shown.asOf),
    shop() {
      const days = units.map((_, index) => ({
        ...{ day: first + index, placed: 0, released: 0, importedProducts: demand.length },
        imported: sum(demand.map((product) => product.units[index] ?? 0)),
      }))
      return Promise.resolve({ ...shown, days, records: demand.length })
    },
    products: (after, most) => Promise.resolve(products.filter(({ sku }) => sku > after).slice(0, most)),
    stock: () => Promise.resolve({ ...shown, products }),
  }
}

/** For ten days as the last twelve weeks were; none where nothing was sold. */
function stockOf({ sku, units }: DailyDemand, ago: number): ProductStock {
  const average = mean(units.slice(0, units.length - ago).slice(-84))
  return { sku, onHand: average === 0 ? 0 : Math.max(1, Math.round(STOCK_DAYS * average)), reserved: 0 }
}

/** The four weeks that begin `ago` days before the end. */
function behind(units: readonly number[], ago: number): readonly number[] {
  const origin = units.length - ago
  return units.slice(origin, origin + HORIZON)
}

function dayOf(text: string): number {
  return Date.parse(text) / DAY_MS
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
