/** What a reader has counted since it last saved: sums alone, so that those of all partitions are added up in any order. */
import { USER_EVENT_TYPES, type UserEventType } from '../../schemas/behaviour/user-event.ts'
import { isAutomated, NEVER, STAGES, strictStages, type Session } from '../sessions/session.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Pairs of products are counted by so long a time, so that old ones can be dropped whole. */
export const EPOCH_MS = 28 * DAY_MS

export const TOTALS = ['events', 'duplicates', 'late', 'moved', 'closed', 'automated'] as const
export type Total = (typeof TOTALS)[number]

/** Of the sessions that began on a UTC day. */
export interface FunnelDay {
  sessions: number
  /** Sessions in which each stage happened, and in which it happened in order. */
  readonly stages: number[]
  readonly strict: number[]
}

export interface ProductCounts {
  views: number
  carts: number
}

export interface Pair {
  readonly epoch: number
  /** In the order of their names, or one product twice: the sessions that have it. */
  readonly sku: string
  readonly other: string
  sessions: number
}

export interface Counts {
  readonly totals: Record<Total, number>
  /** By the first millisecond of the day. */
  readonly days: Map<number, FunnelDay>
  /** Events of each type, by the first millisecond of the minute. */
  readonly minutes: Map<number, number[]>
  readonly products: Map<string, ProductCounts>
  /** By `epoch sku other`: no sku has a blank. */
  readonly pairs: Map<string, Pair>
  /** How many closed sessions took each number of whole seconds, and had each number of events: for exact medians. */
  readonly seconds: Map<number, number>
  readonly lengths: Map<number, number>
}

export function noCounts(): Counts {
  return {
    totals: { events: 0, duplicates: 0, late: 0, moved: 0, closed: 0, automated: 0 },
    days: new Map(),
    minutes: new Map(),
    products: new Map(),
    pairs: new Map(),
    seconds: new Map(),
    lengths: new Map(),
  }
}

const typeIndex: ReadonlyMap<string, number> = new Map(USER_EVENT_TYPES.map((type, index) => [type, index]))

export interface CountedEvent {
  readonly type: UserEventType | 'unknown'
  readonly at: number
  /** A product of the catalogue. */
  readonly sku: string | null
}

/** An event counts in its minute and for its product, late or not. */
export function countEvent(counts: Counts, { type, at, sku }: CountedEvent): void {
  counts.totals.events += 1
  const minute = at - (at % MINUTE_MS)
  let byType = counts.minutes.get(minute)
  if (byType === undefined) counts.minutes.set(minute, (byType = USER_EVENT_TYPES.map(() => 0)))
  const index = typeIndex.get(type)
  if (index !== undefined) byType[index] = (byType[index] ?? 0) + 1
  if (sku === null || (type !== 'product_view' && type !== 'add_to_cart')) return
  let product = counts.products.get(sku)
  if (product === undefined) counts.products.set(sku, (product = { views: 0, carts: 0 }))
  if (type === 'product_view') product.views += 1
  else product.carts += 1
}

/** A session that is over. */
export function countSession(counts: Counts, session: Session, { withPairs }: { readonly withPairs: boolean }): void {
  if (isAutomated(session)) {
    counts.totals.automated += 1
    return
  }
  counts.totals.closed += 1
  const { from, to, events, stages } = session
  const day = from - (from % DAY_MS)
  let funnel = counts.days.get(day)
  if (funnel === undefined) counts.days.set(day, (funnel = noSessions()))
  funnel.sessions += 1
  const strict = strictStages(session)
  for (let stage = 0; stage < STAGES.length; stage++) {
    if (stages[stage] !== NEVER) funnel.stages[stage] = (funnel.stages[stage] ?? 0) + 1
    if (stage < strict) funnel.strict[stage] = (funnel.strict[stage] ?? 0) + 1
  }
  const seconds = Math.floor((to - from) / 1_000)
  counts.seconds.set(seconds, (counts.seconds.get(seconds) ?? 0) + 1)
  counts.lengths.set(events, (counts.lengths.get(events) ?? 0) + 1)
  if (withPairs) countPairs(counts, session)
}

function noSessions(): FunnelDay {
  return { sessions: 0, stages: STAGES.map(() => 0), strict: STAGES.map(() => 0) }
}

function countPairs(counts: Counts, { from, views }: Session): void {
  const epoch = from - (from % EPOCH_MS)
  const sorted = views.map(({ sku }) => sku).toSorted()
  for (const [index, sku] of sorted.entries()) {
    // With itself too: in how many sessions it is.
    for (const other of sorted.slice(index)) {
      const key = `${String(epoch)} ${sku} ${other}`
      const pair = counts.pairs.get(key)
      if (pair === undefined) counts.pairs.set(key, { epoch, sku, other, sessions: 1 })
      else pair.sessions += 1
    }
  }
}
