/** What became of the messages about one event, by channel. The stream bears the id of that event. */
import type { NotificationEvent } from '../schemas/events.ts'
import { accept, to, type Aggregate, type Decision, type Read } from './decision.ts'
import type { CustomerId, OrderId } from './values.ts'

export const CHANNELS = ['email', 'sms'] as const

export type Channel = (typeof CHANNELS)[number]

/** By channel; the recorded set is open. */
export type Notification = Readonly<Record<string, 'sent' | 'failed'>>

export const notification: Aggregate<Notification, NotificationEvent> = {
  kind: 'notification',
  fold: 1,
  initial: {},
  evolve(state, event) {
    switch (event.type) {
      case 'NotificationSent':
        return { ...state, [event.channel]: 'sent' }
      case 'NotificationFailed':
        return { ...state, [event.channel]: 'failed' }
    }
  },
}

export interface RecordNotification {
  /** The id of the event that the message is about. */
  readonly causeId: string
  readonly channel: Channel
  readonly template: string
  readonly orderId: OrderId | null
  readonly customerId: CustomerId | null
  readonly outcome:
    { readonly status: 'sent'; readonly simulated: boolean } | { readonly status: 'failed'; readonly reason: string }
}

/**
 * Records it once for each channel. A message that was sent stays sent; one that was given up may turn out to have been
 * sent, by a process that was thought dead.
 */
export function recordNotification(command: RecordNotification, read: Read): Decision<never> {
  const { causeId, channel, template, orderId, customerId, outcome } = command
  const known = read(notification, causeId)[channel]
  if (known === 'sent' || known === outcome.status) return accept()
  const content = { channel, template, orderId, customerId }
  return accept(
    to(
      notification,
      causeId,
      outcome.status === 'sent'
        ? { type: 'NotificationSent', ...content, simulated: outcome.simulated }
        : { type: 'NotificationFailed', ...content, reason: outcome.reason },
    ),
  )
}
