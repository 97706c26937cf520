/** The measured times of an event as the distances that a person compares. */
import type { OrderHops } from '../api-shapes.ts'

export type EventHops = OrderHops['items'][number]

/** In the order in which an event passes them; `seen` is this page. */
export const HOPS = ['decided', 'committed', 'published', 'projected', 'pushed', 'seen'] as const

export type Hop = (typeof HOPS)[number]

export interface Step {
  readonly hop: Hop
  /** Milliseconds since the first hop that was measured; null: it was not measured. */
  readonly after: number | null
}

/** `seen`: when this page got it, in milliseconds of the clock of the service; null: it was there before the page. */
export function stepsOf(hops: EventHops, seen: number | null): readonly Step[] {
  const times = HOPS.map((hop) => (hop === 'seen' ? seen : hops[hop] === null ? null : preciseMillis(hops[hop])))
  const first = times.find((time) => time !== null) ?? null
  return HOPS.map((hop, index) => {
    const time = times[index] ?? null
    return { hop, after: time === null || first === null ? null : time - first }
  })
}

/** A date keeps three digits of a second; the service tells six. */
export function preciseMillis(text: string): number {
  return Date.parse(text) + Number(/\.\d{3}(\d{1,3})/.exec(text)?.[1]?.padEnd(3, '0') ?? 0) / 1_000
}

/** Frames say when they were made in whole milliseconds, and by another clock of the service. */
const ROUNDING_MS = 10

/** When the frame came that showed an event: the first after it was pushed. Both by the clock of the service. */
export function seenAt(hops: EventHops, arrivals: readonly number[]): number | null {
  if (hops.pushed === null) return null
  const pushed = preciseMillis(hops.pushed)
  const arrival = arrivals.find((time) => time >= pushed - ROUNDING_MS)
  return arrival === undefined ? null : Math.max(pushed, arrival)
}
