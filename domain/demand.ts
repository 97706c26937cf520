/** Demand for a product of before the shop: what other systems sold, day by day. It decides nothing but itself. */
import type { DayOfDemand, DemandEvent } from '../schemas/events.ts'
import { accept, refuse, to, type Aggregate, type Decision, type Read } from './decision.ts'
import { inventory, type UnknownProduct } from './inventory.ts'
import type { Sku } from './values.ts'

const DAY_MS = 86_400_000

/** By day, as YYYY-MM-DD. */
export type Demand = Readonly<Record<string, DayOfDemand>>

export const demand: Aggregate<Demand, DemandEvent> = {
  kind: 'demand',
  fold: 1,
  initial: {},
  evolve(state, event) {
    switch (event.type) {
      case 'DemandRecorded':
        return { ...state, ...Object.fromEntries(daysOf(event)) }
    }
  },
}

export interface RecordDemand {
  readonly sku: Sku
  /** The first day, in UTC: YYYY-MM-DD. */
  readonly from: string
  /** Of each day from the first on; all of them before today. */
  readonly units: readonly number[]
  /** As many. */
  readonly orders: readonly number[]
  /** Whether other numbers of a day may be replaced. */
  readonly replace: boolean
}

export interface DemandExists {
  readonly reason: 'demand-exists'
  readonly sku: Sku
  /** The first day that has other numbers. */
  readonly day: string
}

/** Records it. The same numbers again change nothing; other numbers of a day need `replace`. */
export function recordDemand(command: RecordDemand, read: Read): Decision<UnknownProduct | DemandExists> {
  const { sku, from, units, orders, replace } = command
  if (read(inventory, sku).listed === null) return refuse({ reason: 'unknown-product', sku })
  const recorded = read(demand, sku)
  const days = daysOf(command)
  const other = days.find(([day, numbers]) => recorded[day] !== undefined && !sameDay(recorded[day], numbers))
  if (other !== undefined && !replace) return refuse({ reason: 'demand-exists', sku, day: other[0] })
  if (other === undefined && days.every(([day]) => recorded[day] !== undefined)) return accept()
  const replaced = days.map(([day]) => recorded[day] ?? null)
  return accept(to(demand, sku, { type: 'DemandRecorded', sku, from, units, orders, replaced }))
}

/** Days since 1970 of a day as it is written, UTC. */
export function dayNumber(day: string): number {
  return Date.parse(day) / DAY_MS
}

/** The day as it is written. */
export function dayText(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10)
}

function daysOf({ from, units, orders }: Pick<RecordDemand, 'from' | 'units' | 'orders'>) {
  const first = dayNumber(from)
  return units.map((count, index): readonly [string, DayOfDemand] => [
    dayText(first + index),
    { units: count, orders: orders[index] ?? 0 },
  ])
}

function sameDay(one: DayOfDemand, other: DayOfDemand): boolean {
  return one.units === other.units && one.orders === other.orders
}
