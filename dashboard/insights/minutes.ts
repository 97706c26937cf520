/** Minutes of user events as they are drawn: each of the last hour, also those in which nothing happened. */
import type { BehaviourMinutes } from '../api-shapes.ts'

export type Minute = Pick<BehaviourMinutes['items'][number], 'minute' | 'events'>

export const MINUTES = 60
const MINUTE_MS = 60_000

/** Where the last hour begins, in milliseconds. */
export function startOf(asOf: string): number {
  return (Math.floor(Date.parse(asOf) / MINUTE_MS) - MINUTES + 1) * MINUTE_MS
}

/** Oldest first; the last is that of `asOf`. */
export function everyMinute(known: readonly Minute[], asOf: string): readonly Minute[] {
  const events = new Map(known.map((row) => [Date.parse(row.minute), row.events]))
  const start = startOf(asOf)
  return Array.from({ length: MINUTES }, (_, index) => {
    const at = start + index * MINUTE_MS
    return { minute: new Date(at).toISOString(), events: events.get(at) ?? 0 }
  })
}
