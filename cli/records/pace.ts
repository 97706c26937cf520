/** When to send each of many things: as fast as it goes, at a rate per second, or as far apart as they happened. */
import { setTimeout as delay } from 'node:timers/promises'

export interface PaceOptions {
  /** Things a second; absent: no such bound. */
  readonly rate?: number
  /** How much faster than they happened; absent: their times do not matter. */
  readonly speed?: number
  readonly signal: AbortSignal
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number
}

/** Waits shorter than this are not waited for: timers are no finer. */
const GRAIN_MS = 2

/** Null: send it now. `time`: when it happened, in milliseconds since 1970; null: not known. */
export type Pace = (time: number | null) => Promise<void> | null

export function pace({ rate, speed, signal, now }: PaceOptions): Pace {
  const start = now()
  let index = 0
  let first: number | null = null
  return (time) => {
    const byRate = rate === undefined ? 0 : (index++ * 1_000) / rate
    if (time !== null) first ??= time
    const byTime = speed === undefined || time === null || first === null ? 0 : (time - first) / speed
    const left = start + Math.max(byRate, byTime) - now()
    return left < GRAIN_MS ? null : delay(left, undefined, { signal }).catch(() => undefined)
  }
}
