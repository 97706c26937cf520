/**
 * What a customer was not told because there is no address or number to tell it to: no event says so, as nothing was sent.
 * It is worked out from the events that asked for a message, and from how the customer was at each of them.
 */
import { customer, type Customer } from '../../domain/customer.ts'
import { streamName } from '../../domain/decision.ts'
import type { Channel } from '../../domain/notification.ts'
import type { CustomerId } from '../../domain/values.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { isOfKind } from '../../schemas/is-of-kind.ts'
import type { Position } from '../../store/commit/command.ts'
import type { StoredEvent } from '../../store/log/feed.ts'
import { readLog } from '../../store/log/read-log.ts'
import { readTimeline, type Timeline } from '../../store/log/read-timeline.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { channelsOf, TOLD, wantedBy, type ToldEvent } from '../mail/messages.ts'
import { readEvent } from '../serving/read-stretch.ts'

export interface Untold {
  /** Of the event that it is about. */
  readonly position: Position
  readonly template: string
  readonly channel: Channel
}

export interface ToldTimeline extends Timeline {
  /** In log order. */
  readonly untold: readonly Untold[]
}

/** Events of a customer that are looked at: the registration, and each change of rank. */
const MOST_CHANGES = 1_000

export async function readToldTimeline(pool: Pool, orderId: string): Promise<ToldTimeline> {
  const timeline = await readTimeline(pool, orderId)
  const customerId = customerIn(timeline.events)
  if (customerId === null) return { ...timeline, untold: [] }
  const stream = streamName(customer, customerId)
  const { events } = await readLog(pool, { stream, after: 0, limit: MOST_CHANGES })
  return { ...timeline, untold: untoldIn(timeline.events, events) }
}

/** `ofCustomer`: the events of the customer, oldest first. What cannot be read is passed over. */
export function untoldIn(timeline: readonly StoredEvent[], ofCustomer: readonly StoredEvent[]): readonly Untold[] {
  const told = new Set(
    timeline.flatMap((stored) =>
      eventsIn(stored).flatMap((event) => ('channel' in event ? [`${stored.stream} ${event.channel}`] : [])),
    ),
  )
  const changes = [...ofCustomer]
  let who: Customer = customer.initial
  let isOver = false
  let wasDeclined = false
  return timeline.flatMap((stored) => {
    while (changes[0] !== undefined && changes[0].position < stored.position) {
      for (const change of eventsIn(changes[0])) if (isOfKind('customer', change)) who = customer.evolve(who, change)
      changes.shift()
    }
    return eventsIn(stored).flatMap((event) => {
      const wanted = isTold(event) ? wantedBy(event) : null
      const isLate = wanted?.template === 'payment-declined' && (isOver || wasDeclined)
      wasDeclined ||= wanted?.template === 'payment-declined'
      isOver ||= isOfKind('order', event) && event.type !== 'OrderPlaced'
      if (wanted === null || isLate) return []
      return channelsOf(wanted)
        .filter((channel) => lacks(who, channel) && !told.has(`notification-${stored.id} ${channel}`))
        .map((channel): Untold => ({ position: stored.position, template: wanted.template, channel }))
    })
  })
}

/** There is nowhere to send it. Text messages are for VIPs alone. */
function lacks(who: Customer, channel: Channel): boolean {
  if (who.status === 'none') return channel === 'email'
  const { email, phone } = who.registration
  return channel === 'email' ? email === null : who.tier === 'vip' && phone === null
}

function customerIn(timeline: readonly StoredEvent[]): CustomerId | null {
  for (const stored of timeline) {
    for (const event of eventsIn(stored))
      if ('customerId' in event && event.customerId !== null) return event.customerId
  }
  return null
}

function eventsIn(stored: StoredEvent): readonly DomainEvent[] {
  const { read } = readEvent(stored)
  return 'code' in read ? [] : read
}

function isTold(event: DomainEvent): event is ToldEvent {
  return TOLD.some((type) => type === event.type)
}
