/**
 * When a product runs out, from what the last twelve weeks were like: each stretch of them, the end joined to the beginning, is a
 * path that demand may take, scaled to what is forecast. No distribution is assumed, and nothing is drawn by chance.
 */
import { mean } from './series.ts'

const PATH_DAYS = 84
/** Nobody knows what comes later. */
export const HORIZON = 28

export interface RunOut {
  /** Days from today on, 0 = today; null: not within 28 days. */
  readonly expected: number | null
  readonly earliest: number | null
  readonly latest: number | null
}

/** What a product's days were like, scaled. */
export interface Paths {
  readonly units: readonly number[]
}

/** `daily`: what is forecast of an average day. The days are taken as they were, without a cap. */
export function pathsOf(units: readonly number[], daily: number): Paths {
  const last = units.slice(-PATH_DAYS)
  const average = mean(last)
  return { units: average === 0 ? [] : last.map((value) => (value * daily) / average) }
}

export function runOut({ units }: Paths, available: number): RunOut {
  if (available <= 0) return { expected: 0, earliest: 0, latest: 0 }
  const first = units.map((_, start) => firstAtZero(units, start, available)).sort((one, other) => one - other)
  const at = (share: number): number | null => {
    const day = first[Math.ceil(share * first.length) - 1] ?? Infinity
    return Number.isFinite(day) ? day : null
  }
  return { expected: at(0.5), earliest: at(0.1), latest: at(0.9) }
}

function firstAtZero(units: readonly number[], start: number, available: number): number {
  let left = available
  for (let day = 0; day < HORIZON; day++) {
    left -= units[(start + day) % units.length] ?? 0
    if (left <= 0) return day
  }
  return Infinity
}
