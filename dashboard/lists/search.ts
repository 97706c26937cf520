/** Looks for events of the log that have something in common, step by step: each answer looks through 10,000 positions. */
import type { Event, EventPage } from '../api-shapes.ts'
import type { Question } from '../polling.ts'

export interface Search {
  /** As GET /events takes it. */
  readonly filter: Readonly<Record<string, string>>
  /** Looked for behind it; null: from the time in what is looked for on, if it tells one. */
  readonly after: number | null
  /** The last position that is looked at, at least. */
  readonly end: number
  /** One is enough. */
  readonly isOne?: boolean
}

export interface Found {
  /** The oldest first. */
  readonly items: readonly Event[]
  /** Everything up to it was looked at. */
  readonly position: number
  readonly answers: number
  /** True: that is all that is looked for, though the log may go on. */
  readonly isOver: boolean
}

/** Events in an answer, and at most in all. */
const PAGE = 200
const MOST = 1_000
/** After this many answers that led on, the search is left to the reader. */
const MOST_ANSWERS = 4

/** `head`: where the log ends, as far as the page knows. */
export function searchOf({ filter, after, end, isOne = false }: Search, head: () => number): Question<Found> {
  let asked = 0
  return {
    name: `search ${JSON.stringify([filter, after, end])}`,
    path(before) {
      asked = head()
      const from = before?.position ?? after
      const query = new URLSearchParams({
        ...filter,
        ...(from !== null && { after: String(from) }),
        limit: String(PAGE),
      })
      return `/events?${query.toString()}`
    },
    take(answer, before) {
      const { items: more, next, position: last } = answer as EventPage
      const items = [...(before?.items ?? []), ...more].slice(0, MOST)
      // Without more to come, all was looked at that the log had when it was asked.
      const position = next ?? Math.max(last, asked)
      const answers = (before?.answers ?? 0) + (next === null ? 0 : 1)
      const isFound = items.length >= (isOne ? 1 : MOST)
      return { items, position, answers, isOver: isFound || position >= end || answers === MOST_ANSWERS }
    },
    done: ({ isOver }) => isOver,
  }
}
