/** What will be wanted, and when what there is runs out: worked out from what is known of demand, never stored. */
import { setImmediate } from 'node:timers/promises'
import { dayText } from '../../domain/demand.ts'
import type { DemandQueries } from '../../projections/insights/demand-queries.ts'
import { inSlices, Refreshed } from '../refreshed.ts'
import type { Accuracy, Spread } from './accuracy.ts'
import { spread, type Profile } from './level.ts'
import { productModel, type Horizon } from './product-model.ts'
import { dayOf, readModels, spreadKey, type Models } from './read-models.ts'
import { HORIZON, runOut } from './run-out.ts'
import { sum } from './series.ts'

export const VERDICTS = ['ok', 'too-little-demand'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Forecast {
  readonly days: readonly { readonly day: string; readonly units: number }[]
  /** Low and high hold in four of five cases; null: too few forecasts of the past say how far they are off. */
  readonly total: { readonly units: number; readonly low: number | null; readonly high: number | null }
  readonly verdict: Verdict
  /** By what share of the total a forecast is off at best, on average; null: nobody can say. */
  readonly closerThan: number | null
  readonly accuracy: Accuracy
  readonly history: { readonly from: string | null; readonly to: string | null }
  readonly position: number
  readonly asOf: string | null
}

/** Days: null = not within 28 days. */
export interface RunningOut {
  readonly sku: string
  readonly onHand: number
  readonly reserved: number
  readonly available: number
  readonly expected: string | null
  readonly earliest: string | null
  readonly latest: string | null
  readonly verdict: Verdict
}

export interface RunOutList {
  /** By expected, earliest, SKU; those that do not run out last. */
  readonly items: readonly RunningOut[]
  readonly position: number
}

export interface Forecasts {
  ofShop(horizon: Horizon): Promise<Forecast>
  /** Of one that nobody knows anything of, nothing. */
  ofProduct(sku: string, horizon: Horizon): Promise<Forecast>
  /** At most a minute old. */
  runOut(): Promise<RunOutList>
}

/** What was recorded is seen after so long; a new day at once. The list is of models that may be as old as itself. */
const AGE = { freshMs: 15_000, oldestMs: 30_000 } as const

export function openForecasts(parts: { readonly queries: DemandQueries; readonly monotonic: () => number }): Forecasts {
  const { queries, monotonic } = parts
  const models = new Refreshed<Models>({ monotonic, ...AGE, read: (before) => readModels(parts, before) })
  const list = new Refreshed<ListOfDay>({
    ...{ monotonic, ...AGE },
    async read() {
      const known = await current()
      return { ...(await runOutList(known, parts)), today: known.today }
    },
  })

  /** Never of the day before: whatever is forecast begins with the day of the newest event that is shown. */
  async function current(): Promise<Models> {
    const today = dayOf(await queries.asOf())
    return models.value((known) => known.today >= today)
  }

  return {
    async ofShop(horizon) {
      const known = await current()
      return forecast(known, { ...known.shop, spread: known.shop.spreads.get(horizon) ?? null, horizon })
    },
    async ofProduct(sku, horizon) {
      const known = await current()
      const product =
        known.products.get(sku) ?? productModel({ days: [], units: [] }, () => known.shop.profile, known.today)
      const spreadOfClass = known.spreads.get(spreadKey(product.demandClass, horizon)) ?? null
      return forecast(known, { ...product, profile: known.shop.profile, spread: spreadOfClass, horizon })
    },
    async runOut() {
      const today = dayOf(await queries.asOf())
      return list.value((known) => known.today >= today)
    },
  }
}

interface ListOfDay extends RunOutList {
  readonly today: number
}

interface Known {
  readonly level: number
  readonly profile: Profile
  readonly spread: Spread | null
  readonly dispersion: number | null
  readonly accuracy: Accuracy
  readonly history: { readonly from: number; readonly to: number } | null
  readonly horizon: Horizon
}

function forecast({ today, position, asOf }: Models, known: Known): Forecast {
  const { level, profile, spread: ratio, dispersion, accuracy, history, horizon } = known
  const days = Array.from({ length: horizon }, (_, index) => today + index)
  const units = spread(level, profile, days)
  const total = sum(units)
  return {
    days: days.map((day, index) => ({ day: dayText(day), units: rounded(units[index] ?? 0) })),
    total: {
      units: rounded(total),
      low: ratio === null ? null : rounded(total * ratio.low),
      high: ratio === null ? null : rounded(total * ratio.high),
    },
    verdict: verdictOf(total, dispersion),
    closerThan: dispersion === null || total === 0 ? null : rounded(0.8 * Math.sqrt(dispersion / total)),
    accuracy,
    history: { from: history && dayText(history.from), to: history && dayText(history.to) },
    position,
    asOf,
  }
}

/** Of a total that is smaller chance alone is off by more than 15 %. */
const ENOUGH_UNITS = 28

function verdictOf(total: number, dispersion: number | null): Verdict {
  return dispersion !== null && total >= ENOUGH_UNITS * dispersion ? 'ok' : 'too-little-demand'
}

async function runOutList(
  { today, shop, products }: Models,
  parts: Parameters<typeof openForecasts>[0],
): Promise<RunOutList> {
  const { queries, monotonic } = parts
  const { products: stock, position } = await queries.stock()
  const rest = inSlices(monotonic, setImmediate)
  const dayOf = (from: number | null): string | null => (from === null ? null : dayText(today + from))
  const days = Array.from({ length: HORIZON }, (_, index) => today + index)
  const shares = sum(spread(1, shop.profile, days))
  const items: RunningOut[] = []
  for (const { sku, onHand, reserved } of stock) {
    const model = products.get(sku)
    const available = onHand - reserved
    const { expected, earliest, latest } = runOut(model?.paths ?? NO_PATHS, available)
    const verdict = verdictOf((model?.level ?? 0) * shares, model?.dispersion ?? null)
    const found = { expected: dayOf(expected), earliest: dayOf(earliest), latest: dayOf(latest) }
    items.push({ sku, onHand, reserved, available, ...found, verdict })
    await rest()
  }
  return { items: items.sort(bySoonest), position }
}

const NO_PATHS = { units: [] }

export function bySoonest(one: SoonestKey, other: SoonestKey): number {
  return (
    compare(one.expected, other.expected) || compare(one.earliest, other.earliest) || (one.sku < other.sku ? -1 : 1)
  )
}

/** What the list is in the order of. */
export type SoonestKey = Pick<RunningOut, 'expected' | 'earliest' | 'sku'>

/** Null comes last. */
function compare(one: string | null, other: string | null): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? 1 : -1
  return one < other ? -1 : 1
}

function rounded(units: number): number {
  return Math.round(units * 100) / 100
}
