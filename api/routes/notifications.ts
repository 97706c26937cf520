/** Messages to customers over HTTP: which were sent, which failed, and which wait. */
import { Type } from 'typebox'
import { closed, id, oneOf, ref } from '../../commands/shape.ts'
import type { Page } from '../../projections/queries/shown.ts'
import type { ListedNotification, NotificationFilter } from '../../reactors/notifications/list-notifications.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { CHANNELS, NOTIFICATION_STATUSES, NotificationList } from '../shapes/notification.ts'
import { pageQuery, sendHistory } from '../answers/read-answers.ts'

export interface NotificationParts {
  readonly listNotifications: (filter: NotificationFilter) => Promise<Page<ListedNotification>>
}

export const notifications = resource(
  {
    listNotifications: viewing('/notifications', {
      tag: 'messages',
      view: 'notifications',
      summary: 'List messages to customers, newest first',
      description:
        'Those that wait are sorted by the event that they are about, the others by their outcome. Messages without an address or number are in `untold` of the timeline of their order.',
      params: NOTHING,
      query: closed({
        channel: Type.Optional(oneOf(CHANNELS, { description: 'Only messages over this channel.' })),
        status: Type.Optional(oneOf(NOTIFICATION_STATUSES, { description: 'Only messages with this status.' })),
        customer: Type.Optional(id('Only messages to this customer.')),
        limit,
        cursor,
        after,
      }),
      shape: ref(NotificationList),
    }),
  },
  ({ listNotifications: list }: NotificationParts) => ({
    async listNotifications(request, reply) {
      const { channel = null, status = null, customer: customerId = null } = request.query
      return sendHistory({ request, reply }, await list({ ...pageQuery(request.query), channel, status, customerId }))
    },
  }),
)
