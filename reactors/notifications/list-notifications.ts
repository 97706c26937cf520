/** Messages with what became of them: those that wait from the mail reactor's table, the others from the read model. */
import { CHANNELS, type Channel } from '../../domain/notification.ts'
import { notificationIdOf, type NotificationView } from '../../projections/views/notifications.ts'
import { rfc3339, toCursor, type Page, type PageQuery } from '../../projections/queries/shown.ts'
import type { Views } from '../../projections/views/views.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Pool } from '../../store/postgres/database.ts'
import { readWaiting, type WaitingMessage } from './waiting-messages.ts'

export const NOTIFICATION_STATUSES = ['sent', 'failed', 'waiting'] as const

export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number]

export interface ListedNotification extends Omit<NotificationView, 'status'> {
  readonly status: NotificationStatus
}

export interface NotificationFilter extends PageQuery {
  readonly channel: Channel | null
  readonly status: NotificationStatus | null
  readonly customerId: string | null
}

export interface NotificationSources {
  readonly pool: Pool
  readonly views: Pick<Views, 'notifications'>
}

interface Placed {
  /** Its place in the list: no two have the same. */
  readonly place: number
  readonly item: ListedNotification
}

/** Places between two positions: an event asks for a message in each channel. */
const PLACES = 4

/** Newest first: one that waits by its event, the others by their outcome. */
export async function listNotifications(
  { pool, views }: NotificationSources,
  { channel, status, customerId, limit, cursor }: NotificationFilter,
): Promise<Page<ListedNotification>> {
  const before = cursor ?? Number.MAX_SAFE_INTEGER
  const asked = { channel, customerId, limit: limit + 1 }
  const end = { position: Math.floor(before / PLACES), part: before % PLACES }
  // First those that wait: one that ends meanwhile is then in both, and not in neither.
  const isWaiting = status === null || status === 'waiting'
  const waiting = isWaiting ? await readWaiting(pool, { ...asked, before: end }) : []
  const known = await views.notifications.list(
    // Before the first position there is nothing: it only says which position it shows.
    status === 'waiting'
      ? { ...asked, status: null, cursor: 1 }
      : { ...asked, status, cursor: Math.ceil(before / PLACES) },
  )
  const ended = known.items.map(({ position, item }): Placed => ({ place: position * PLACES, item }))
  const ids = new Set(ended.map(({ item }) => item.notificationId))
  const all = [...ended, ...waiting.map(placedWaiting).filter(({ item }) => !ids.has(item.notificationId))]
  all.sort((one, other) => other.place - one.place)
  const [items, last] = [all.slice(0, limit), all[limit - 1]]
  const next = all.length > limit && last !== undefined ? toCursor(last.place) : null
  return { items: items.map(({ item }) => item), next, position: known.position, asOf: known.asOf }
}

function placedWaiting({ position, causeId, channel, at, ...message }: WaitingMessage): Placed {
  const notificationId = notificationIdOf(causeId, channel)
  const item = { notificationId, channel, ...message, status: 'waiting', simulated: false, at: rfc3339(at) } as const
  return { place: placeOf(position, channel), item }
}

function placeOf(position: Position, channel: Channel): number {
  return position * PLACES + CHANNELS.indexOf(channel)
}
