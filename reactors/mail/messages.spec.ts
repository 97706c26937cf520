import { describe, expect, test } from 'vitest'
import type { Addressed, StreamName } from '../../domain/decision.ts'
import { OUR_DECLINES } from '../../domain/payments/decline-reasons.ts'
import { decideOn, on, recordingRead, type Log } from '../../domain/test-kit.ts'
import {
  customerRegistered,
  deliveryDelivered,
  deliveryDispatched,
  fraudAlertRaised,
  orderCancelled,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentDeclined,
  paymentHeld,
  paymentRefunded,
  paymentReleased,
  paymentRequested,
  productListed,
  refundRequested,
  stockReceived,
  stockReserved,
  NOON,
} from '../../domain/test-events.ts'
import { reviewAlert } from '../../domain/payments/fraud.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { languages, type Rendered } from './render.ts'
import { messageOf, TOLD, wantedBy, type ToldEvent } from './messages.ts'

const LINES = [orderLine('A1', 2)]
const NOTE = 'the card of Mr Miller was stolen'
const placed = orderPlaced('o1', LINES)
const requested = paymentRequested('o1', 1, 2_000)
const held = paymentHeld('o1', 1, 2_000)

function isTold(event: DomainEvent): event is ToldEvent {
  return TOLD.some((type) => type === event.type)
}

function logOf(events: readonly Addressed[]): Log {
  const log: Record<StreamName, readonly DomainEvent[]> = {}
  for (const { stream, event } of events) log[stream] = [...(log[stream] ?? []), event]
  return log
}

/** What a customer reads of these events once all of them are in the log. */
function read(events: readonly Addressed[], language = 'en'): readonly { template: string; said: Rendered }[] {
  const who = customerRegistered('c1', { email: 'c1@x.test', language })
  const { read: readLog } = recordingRead(logOf([...on('customer-c1', who), ...events]))
  return events.flatMap(({ stream, event }) => {
    const wanted = isTold(event) ? wantedBy(event) : null
    if (wanted === null) return []
    const asked = { stream, wanted, channel: 'email', operator: null, falls: { count: 0, first: [] } } as const
    const message = messageOf(asked, readLog)
    return message === null ? [] : [{ template: wanted.template, said: message.render() }]
  })
}

const templates = (events: readonly Addressed[]) => read(events).map(({ template }) => template)

describe('an attempt on hold', () => {
  const onHold = [...on('order-o1', placed), ...on('payment-o1', requested, held)]

  test('is told: that it is looked at, that nothing is charged, that nothing is to be done', () => {
    expect(templates(onHold)).toEqual(['payment-held'])
    const [english, french] = languages.map((language) => read(onHold, language)[0]?.said)
    expect(english?.text).toMatch(
      /looking at your payment of €20\.00[^]*Nothing has been charged[^]*need not do anything/,
    )
    expect(french?.text).toMatch(/examinons votre paiement[^]*Rien n'a été débité[^]*n'avez rien à faire/)
  })

  test.each([
    ['released', [paymentReleased('o1', 1, 2_000)]],
    ['captured', [paymentCaptured('o1', 1, 2_000)]],
    ['ended with its order', [paymentDeclined('o1', 1, 2_000, { reason: 'fraud' })]],
  ])('that is %s meanwhile is told no more', (_, after) => {
    expect(templates([...onHold, ...on('payment-o1', ...after)])).toEqual([])
  })
})

/** All that customers get messages about, with every reason of ours, and an order that a review ended. */
function everything(): readonly (readonly [string, readonly Addressed[]])[] {
  const open = [...on('order-o1', placed), ...on('payment-o1', requested)]
  const paid = [
    ...open,
    ...on('payment-o1', paymentCaptured('o1', 1, 2_000)),
    ...on('order-o1', orderConfirmed('o1', LINES)),
  ]
  const alert = fraudAlertRaised('o1', 1)
  const suspected = [...open, ...on('fraud-o1', alert), ...on('payment-o1', held)]
  const { decision } = decideOn(
    logOf([
      ...on('inventory-A1', productListed('A1'), stockReceived('A1', 5), stockReserved('A1', 'o1', 2)),
      ...suspected,
    ]),
    reviewAlert,
    {
      alertId: alert.alertId,
      orderId: 'o1',
      verdict: 'fraud',
      note: NOTE,
      at: NOON,
    },
  )
  return [
    ['a hold', [...open, ...on('payment-o1', held)]],
    ...[...OUR_DECLINES, 'no-funds'].map(
      (reason) =>
        [`a decline: ${reason}`, [...open, ...on('payment-o1', paymentDeclined('o1', 1, 2_000, { reason }))]] as const,
    ),
    [
      'a confirmation, its delivery and a refund',
      [
        ...paid,
        ...on('delivery-o1', deliveryDispatched('o1', 1), deliveryDelivered('o1', 1)),
        ...on('payment-o1', refundRequested('o1', 1, 500, { note: NOTE }), paymentRefunded('o1', 1, 500)),
      ],
    ],
    ['an order that expired', [...open, ...on('order-o1', orderExpired('o1', LINES))]],
    [
      'an order that was cancelled for a reason',
      [...open, ...on('order-o1', orderCancelled('o1', LINES, { reason: NOTE }))],
    ],
    ['an order that a review ended', [...suspected, ...decision.events]],
  ]
}

describe.each(languages)('what customers read in %s', (language) => {
  test.each(everything())('of %s names neither fraud nor a note', (_, events) => {
    for (const { said } of read(events, language)) {
      const all = [said.subject, said.text, said.html, said.sms ?? ''].join('\n')
      expect(all).not.toMatch(/fraud|suspi|suspect|soupçon|suspendu|on hold|verdict|alert|score/i)
      expect(all).not.toContain('Miller')
    }
  })
})

test('an order that a review ended is told as cancelled, without a reason, and its attempt not at all', () => {
  const [, events] = everything().at(-1) ?? ['', []]
  expect(templates(events)).toEqual(['order-cancelled'])
  const ended = events.filter(({ event }) => event.type === 'OrderCancelled')
  expect(ended.map(({ event }) => 'reason' in event && event.reason)).toEqual([null])
  expect(JSON.stringify(events)).toContain(NOTE)
})
