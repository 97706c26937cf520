/** What customers do, in figures, from the sums of all readers. They are about a second old, and up to some ten with many open sessions. */
import type { Pool } from '../../store/postgres/database.ts'
import { USER_EVENT_TYPES, type UserEventType } from '../../schemas/behaviour/user-event.ts'
import { STAGES, type Stage } from '../sessions/session.ts'

type ByStage = Readonly<Record<Stage, number>>

export interface FunnelItem extends ByStage {
  /** YYYY-MM-DD, UTC: the day on which the sessions began. */
  readonly day: string
  readonly sessions: number
  /** Sessions in which no stage came before the one ahead of it. */
  readonly strict: ByStage
  /** Percent of the sessions that ended in an order. */
  readonly conversion: number | null
}

export interface Funnel {
  readonly items: readonly FunnelItem[]
  readonly open: number
  readonly asOf: number | null
}

/** How far sessions came, over several days. */
export interface Conversion {
  readonly sessions: number
  /** Of them, with an order; null over none. */
  readonly percent: number | null
  readonly byStage: ByStage
}

export interface SessionFigures {
  readonly closed: number
  readonly open: number
  readonly automated: number
  readonly late: number
  readonly duplicates: number
  readonly events: number
  readonly medianSeconds: number | null
  readonly medianEvents: number | null
  readonly asOf: number | null
}

export interface MinuteItem {
  /** Its beginning, milliseconds. */
  readonly minute: number
  readonly events: number
  readonly byType: Readonly<Partial<Record<UserEventType, number>>>
}

export interface ProductItem {
  readonly sku: string
  readonly views: number
  readonly carts: number
  /** Products viewed in the same session, the most frequent first. */
  readonly together: readonly { readonly sku: string; readonly sessions: number }[]
}

/** Half-open; milliseconds; null: no bound. */
export interface Span {
  readonly from: number | null
  readonly to: number | null
}

export const MOST_MINUTES = 1_440
const MOST_TOGETHER = 10

export interface BehaviourFigures {
  funnel(): Promise<Funnel>
  /** Of sessions that began on these days, both included: YYYY-MM-DD, UTC. */
  conversion(first: string, last: string): Promise<Conversion>
  sessions(): Promise<SessionFigures>
  /** The newest `MOST_MINUTES` of a span in which something came, newest first. */
  minutes(span: Span): Promise<{ readonly items: readonly MinuteItem[]; readonly asOf: number | null }>
  /** By views, the most first. */
  products(limit: number): Promise<{ readonly items: readonly ProductItem[]; readonly asOf: number | null }>
}

export function behaviourFigures(pool: Pool): BehaviourFigures {
  return {
    async funnel() {
      const [{ open, asOf }, { rows }] = await Promise.all([
        state(pool),
        pool.query<{ day: string; sums: Readonly<Record<string, number>> }>(
          `select day::text, jsonb_object_agg(name, sessions) as sums from behaviour.funnel group by day order by day desc`,
        ),
      ])
      return { items: rows.map(({ day, sums }) => funnelItem(day, sums)), open, asOf }
    },

    async conversion(first, last) {
      const { rows } = await pool.query<{ name: string; sessions: string }>(
        'select name, sum(sessions) as sessions from behaviour.funnel where day between $1::date and $2::date group by name',
        [first, last],
      )
      const sums = new Map(rows.map(({ name, sessions }) => [name, Number(sessions)]))
      const sessions = sums.get('sessions') ?? 0
      const byStageOf = byStage((stage) => sums.get(stage) ?? 0)
      return { sessions, percent: percent(byStageOf.order_completed, sessions), byStage: byStageOf }
    },

    async sessions() {
      const [{ open, asOf }, { rows }, { rows: medians }] = await Promise.all([
        state(pool),
        pool.query<{ name: string; total: string }>('select name, total from behaviour.totals'),
        pool.query<{ measure: string; median: number }>(
          // The lower of the two in the middle of an even number.
          `select distinct on (measure) measure, value as median from (
            select measure, value, sum(sessions) over (partition by measure order by value) as upto,
              sum(sessions) over (partition by measure) as all_sessions
            from behaviour.lengths) as running
          where upto * 2 >= all_sessions order by measure, value`,
        ),
      ])
      const totals = new Map(rows.map(({ name, total }) => [name, Number(total)]))
      const total = (name: string) => totals.get(name) ?? 0
      const median = (of: string) => medians.find(({ measure }) => measure === of)?.median ?? null
      return {
        ...{ closed: total('closed'), open, automated: total('automated'), late: total('late') },
        ...{ duplicates: total('duplicates'), events: total('events') },
        ...{ medianSeconds: median('seconds'), medianEvents: median('events'), asOf },
      }
    },

    async minutes({ from, to }) {
      const [{ asOf }, { rows }] = await Promise.all([
        state(pool),
        pool.query<{ minute: Date; sums: Readonly<Record<string, number>> }>(
          `select minute, jsonb_object_agg(type, events) as sums from behaviour.minutes
          where ($1::timestamptz is null or minute >= $1) and ($2::timestamptz is null or minute < $2)
          group by minute order by minute desc limit ${String(MOST_MINUTES)}`,
          [instant(from), instant(to)],
        ),
      ])
      const items = rows.map(({ minute, sums }): MinuteItem => ({
        minute: minute.getTime(),
        events: Object.values(sums).reduce((sum, events) => sum + events, 0),
        byType: Object.fromEntries(
          USER_EVENT_TYPES.flatMap((type) => (sums[type] === undefined ? [] : [[type, sums[type]]])),
        ),
      }))
      return { items, asOf }
    },

    async products(limit) {
      const [{ asOf }, { rows }] = await Promise.all([
        state(pool),
        pool.query<{ sku: string; views: string; carts: string; together: ProductItem['together'] | null }>(
          `select sku, views, carts, together from (
            select * from behaviour.products order by views desc, sku limit $1) as top
          left join lateral (
            select jsonb_agg(jsonb_build_object('sku', sku, 'sessions', sessions) order by sessions desc, sku) as together
            from (
              select sku, sum(sessions)::bigint as sessions from (
                select other as sku, sessions from behaviour.pairs where pairs.sku = top.sku and other <> top.sku
                union all
                select sku, sessions from behaviour.pairs where pairs.other = top.sku and sku <> top.sku) as both_ways
              group by sku order by 2 desc, 1 limit ${String(MOST_TOGETHER)}) as most) as seen on true
          order by views desc, sku`,
          [limit],
        ),
      ])
      const items = rows.map(({ sku, views, carts, together }) => ({
        ...{ sku, views: Number(views), carts: Number(carts), together: together ?? [] },
      }))
      return { items, asOf }
    },
  }
}

/** Open sessions, and the time of the newest event. */
async function state(pool: Pool): Promise<{ readonly open: number; readonly asOf: number | null }> {
  const { rows } = await pool.query<{ open: string; newest: Date | null }>(
    'select sum(open) as open, max(newest) as newest from behaviour.partitions',
  )
  return { open: Number(rows[0]?.open ?? 0), asOf: rows[0]?.newest?.getTime() ?? null }
}

function funnelItem(day: string, sums: Readonly<Record<string, number>>): FunnelItem {
  const sessions = sums['sessions'] ?? 0
  const stages = byStage((stage) => sums[stage] ?? 0)
  return {
    ...{ day, sessions, ...stages, strict: byStage((stage) => sums[`strict ${stage}`] ?? 0) },
    conversion: percent(stages.order_completed, sessions),
  }
}

/** With one digit behind the point; null over nothing. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 10
}

function byStage(of: (stage: Stage) => number): ByStage {
  const [view, cart, checkout, attempt, order] = STAGES
  return {
    [view]: of(view),
    [cart]: of(cart),
    [checkout]: of(checkout),
    [attempt]: of(attempt),
    [order]: of(order),
  }
}

function instant(millis: number | null): string | null {
  return millis === null ? null : new Date(millis).toISOString()
}
