/** Everything that happened to one order, in all streams: by the keys that the log has, no index of its own. */
import type { Position } from '../commit/command.ts'
import type { StoredEvent } from './feed.ts'
import { COLUMNS, storedEvents, type Queryable, type Row } from './read-log.ts'

/** Of the order, its payment and its delivery: an order that is refunded cent by cent has no end. */
const MOST_OWN = 1_000
/** A command appends fewer events: the lines of an order, with what goes with them. */
const BESIDE = 250

export interface Timeline {
  /** In log order. */
  readonly events: readonly StoredEvent[]
  /** The head of the log: nothing up to it is missing. */
  readonly position: Position
}

/**
 * The first 1,000 events of the order, its payment and its delivery; the stock events that one command appended beside one
 * of the order or the delivery; and what became of the messages about them all.
 */
export async function readTimeline(db: Queryable, orderId: string): Promise<Timeline> {
  const streams = [`order-${orderId}`, `payment-${orderId}`, `delivery-${orderId}`]
  const { rows } = await db.query<[...Row, string]>({
    name: 'read-timeline',
    text: `with head as (select position from log.log_head),
      own as (
        select e.* from log.events e, head
        where e.stream = any ($1) and e.position <= head.position order by e.position limit ${String(MOST_OWN)}
      ),
      found as (
        select * from own
        union
        select told.* from own join log.events told on told.stream = 'notification-' || own.id
        union
        select beside.* from own
        join log.events beside on beside.position between own.position - ${String(BESIDE)} and own.position + ${String(BESIDE)}
        where own.stream <> $2 and beside.command_id = own.command_id and beside.stream like 'inventory-%'
      )
      select ${COLUMNS.replace('position,', 'found.position,')}, head.position from found, head
      where found.position <= head.position order by found.position`,
    values: [streams, `payment-${orderId}`],
    rowMode: 'array',
  })
  const events = storedEvents(rows.map((row) => row.slice(0, -1) as Row))
  return { events, position: Number(rows[0]?.at(-1) ?? 0) }
}
