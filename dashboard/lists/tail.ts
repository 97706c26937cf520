/** The newest events as they come: each second what stands behind the last one that is here. */
import type { Event, EventPage } from '../api-shapes.ts'
import type { Question } from '../polling.ts'

export interface Tail {
  /** The newest first. */
  readonly items: readonly Event[]
  /** Everything up to it was looked at. */
  readonly position: number
  /** Positions that came faster than they can be shown, the last time that this was so: behind `after`, up to `to`. */
  readonly gap: { readonly after: number; readonly to: number } | null
}

export interface TailFilter {
  readonly stream: string | null
  readonly type: string | null
}

/** Events in a page, and rows that are kept. */
const MOST = 200
/** As far as one answer looks for a type. */
const SCAN = 10_000
const FIRST = 50

/** `head`: where the log ends, as far as the page knows. */
export function tailOf({ stream, type }: TailFilter, head: () => number): Question<Tail> {
  const filter = { ...(stream !== null && { stream }), ...(type !== null && { type }) }
  const filtered = stream !== null || type !== null
  const reach = filtered ? SCAN : MOST
  let asked = { after: 0, head: 0 }
  return {
    name: `tail ${JSON.stringify(filter)}`,
    path(before) {
      const end = head()
      const after = Math.max(before?.position ?? 0, end - (before === null && !filtered ? FIRST : reach))
      asked = { after, head: end }
      return `/events?${new URLSearchParams({ ...filter, after: String(after), limit: String(MOST) }).toString()}`
    },
    take(answer, before) {
      const { items, next, position } = answer as EventPage
      const { after } = asked
      const left = before !== null && after > before.position ? { after: before.position, to: after } : null
      return {
        items: [...items.toReversed(), ...(before?.items ?? [])].slice(0, MOST),
        // Without more to come, all was looked at that the log had when it was asked.
        position: next ?? Math.max(position, asked.head),
        gap: left ?? before?.gap ?? null,
      }
    },
  }
}
