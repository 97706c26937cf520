import { test } from 'vitest'
import type { NotificationEvent } from '../schemas/events.ts'
import { recordNotification, type RecordNotification } from './notification.ts'
import { given, on } from './test-kit.ts'

const content = { channel: 'email', template: 'order-confirmed', orderId: 'o1', customerId: 'c1' } as const
const sent: RecordNotification = { causeId: 'e1', ...content, outcome: { status: 'sent', simulated: false } }
const failed: RecordNotification = { ...sent, outcome: { status: 'failed', reason: 'refused 550 5.1.1' } }
const sentEvent: NotificationEvent = { type: 'NotificationSent', ...content, simulated: false }
const failedEvent: NotificationEvent = { type: 'NotificationFailed', ...content, reason: 'refused 550 5.1.1' }

test('what became of a message is recorded under the event that it is about', () => {
  given({})
    .when(recordNotification, sent)
    .then(...on('notification-e1', sentEvent))
  given({})
    .when(recordNotification, failed)
    .then(...on('notification-e1', failedEvent))
})

test('each channel has its own, and one that was sent is sent once', () => {
  const mailed = { 'notification-e1': [sentEvent] } as const
  given(mailed).when(recordNotification, sent).changesNothing()
  given(mailed).when(recordNotification, failed).changesNothing()
  given(mailed)
    .when(recordNotification, { ...sent, channel: 'sms', outcome: { status: 'sent', simulated: true } })
    .then(...on('notification-e1', { ...sentEvent, channel: 'sms', simulated: true }))
})

test('one that was given up may turn out to have been sent, and is given up once', () => {
  const givenUp = { 'notification-e1': [failedEvent] } as const
  given(givenUp).when(recordNotification, failed).changesNothing()
  given(givenUp)
    .when(recordNotification, sent)
    .then(...on('notification-e1', sentEvent))
})

test('it may be about no order and no customer', () => {
  const operator = { template: 'restock-advised', orderId: null, customerId: null } as const
  given({})
    .when(recordNotification, { ...sent, ...operator })
    .then(...on('notification-e1', { ...sentEvent, ...operator }))
})
