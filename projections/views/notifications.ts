/** What became of the messages about each event: sent, or failed and why. Those that still wait are known by their reactor. */
import { idOf } from '../../domain/decision.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table } from '../projection.ts'
import { FIRST_PAGE, rfc3339, toPage, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const OUTCOMES = ['sent', 'failed'] as const

type Outcome = (typeof OUTCOMES)[number]

/** The key is the id of the event that the message is about, and the channel: `<id>/email`. */
export const notificationsTable = table({
  name: 'notifications',
  owners: (notificationId) => [`notification-${notificationId.slice(0, notificationId.lastIndexOf('/'))}`],
  key: { name: 'notification_id', type: 'text' },
  columns: {
    channel: 'text',
    template: 'text',
    status: 'text',
    order_id: 'text',
    customer_id: 'text',
    reason: 'text',
    // 1 when it was shown and sent nowhere.
    simulated: 'integer',
    at: 'bigint',
    // Of its outcome: of the later one, where it had failed and was sent all the same.
    position: 'bigint',
  },
  indexes: ['position', 'channel, position', 'status, position', 'customer_id, position'],
})

export const notifications = projection({
  name: 'notifications',
  version: 1,
  tables: [notificationsTable],
  handles: ['NotificationSent', 'NotificationFailed'],
  apply({ event, stream, position, recordedAt: at }, rows) {
    const { channel, template, orderId: order_id, customerId: customer_id } = event
    const outcome =
      event.type === 'NotificationSent'
        ? { status: 'sent', reason: null, simulated: event.simulated ? 1 : 0 }
        : { status: 'failed', reason: event.reason, simulated: 0 }
    const about = { channel, template, order_id, customer_id }
    rows.set(notificationsTable, notificationIdOf(idOf(stream), channel), { ...about, ...outcome, at, position })
  },
})

/** `causeId`: of the event that the message is about. */
export function notificationIdOf(causeId: string, channel: string): string {
  return `${causeId}/${channel}`
}

export interface NotificationView {
  readonly notificationId: string
  readonly channel: string
  readonly template: string
  readonly status: Outcome
  /** Null: it is about none. */
  readonly orderId: string | null
  /** Null: it went to operators. */
  readonly customerId: string | null
  /** Code of a failure; null otherwise. */
  readonly reason: string | null
  /** It was shown and sent nowhere. */
  readonly simulated: boolean
  readonly at: string
}

/** With the position of its outcome, by which the list is sorted. */
export interface PlacedNotification {
  readonly position: Position
  readonly item: NotificationView
}

export interface NotificationsQuery extends PageQuery {
  readonly channel: string | null
  readonly status: Outcome | null
  readonly customerId: string | null
}

export interface NotificationQueries {
  /** Newest first, by when the outcome was recorded. */
  list(query: NotificationsQuery): Promise<Page<PlacedNotification>>
}

interface NotificationRow {
  readonly notification_id: string
  readonly channel: string
  readonly template: string
  readonly status: Outcome
  readonly order_id: string | null
  readonly customer_id: string | null
  readonly reason: string | null
  readonly simulated: number
  readonly at: string
  readonly position: string
}

export function notificationQueries(reader: ViewReader): NotificationQueries {
  return {
    async list({ channel, status, customerId, limit, cursor }) {
      const filters = [channel, status, customerId].filter((value) => value !== null)
      const query = notificationsPage({
        ...{ channel: channel !== null, status: status !== null, customer: customerId !== null },
      })
      const found = await reader.read<NotificationRow>(query, [cursor ?? FIRST_PAGE, limit + 1, ...filters])
      return toPage(found, limit, { item: placed, position: (row) => Number(row.position) })
    },
  }
}

/** Values: the cursor, the limit, then those of the filters. */
export function notificationsPage(filter: Readonly<Record<'channel' | 'status' | 'customer', boolean>>): ViewQuery {
  const columns = [
    ...(filter.channel ? ['channel'] : []),
    ...(filter.status ? ['status'] : []),
    ...(filter.customer ? ['customer_id'] : []),
  ]
  return {
    name: ['page', ...columns].join('_by_'),
    rows: (physical) => `
      select * from ${physical(notificationsTable)}
      where position < $1 ${columns.map((column, index) => `and ${column} = $${String(index + 3)}`).join(' ')}
      order by position desc
      limit $2`,
    orderBy: 'position desc',
  }
}

function placed(row: NotificationRow): PlacedNotification {
  const { notification_id: notificationId, channel, template, status, reason } = row
  return {
    position: Number(row.position),
    item: {
      ...{ notificationId, channel, template, status, orderId: row.order_id, customerId: row.customer_id, reason },
      ...{ simulated: row.simulated === 1, at: rfc3339(Number(row.at)) },
    },
  }
}
