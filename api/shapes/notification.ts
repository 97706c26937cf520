import { Type } from 'typebox'
import { named, nullable, oneOf } from '../../commands/shape.ts'
import { CHANNELS } from '../../domain/notification.ts'
import { NOTIFICATION_STATUSES } from '../../reactors/notifications/list-notifications.ts'
import { listOf } from './list.ts'
import { time } from './shape.ts'

export { CHANNELS, NOTIFICATION_STATUSES }

export const Notification = named(
  'Notification',
  {
    notificationId: Type.String({ description: 'Id of the event that it is about, and the channel.' }),
    channel: Type.String({ description: 'email or sms.' }),
    template: Type.String({ description: 'What it says.' }),
    status: oneOf(NOTIFICATION_STATUSES, {
      description: '`waiting`: not sent yet. It is never sent if the customer has no address or number for it.',
    }),
    orderId: nullable(Type.String({ description: 'Order that it is about.' })),
    customerId: nullable(Type.String({ description: 'Customer whom it is for; null: the operators.' })),
    reason: nullable(Type.String({ description: 'Code: why it failed, or was not sent yet.' })),
    simulated: Type.Boolean({ description: 'Whether it was only kept for people to look at, and not sent.' }),
    at: time('When that was recorded; while it waits, when the event was that it is about.'),
  },
  {
    description: 'A message to a customer, or to the operators, and what became of it; without address and text.',
    examples: [
      {
        notificationId: '019337a0-0000-7000-8000-000000000001/email',
        channel: 'email',
        template: 'order-confirmed',
        status: 'failed',
        orderId: 'web-1001',
        customerId: 'c-1',
        reason: 'refused 550 5.1.1',
        simulated: false,
        at: '2026-11-27T08:00:00.120Z',
      },
    ],
  },
)

export const NotificationList = listOf(Notification)
