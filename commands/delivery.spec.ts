import { expect, test } from 'vitest'
import { deliveryDispatched, deliveryFailed, orderConfirmed, orderLine, orderPlaced } from '../domain/test-events.ts'
import type { Read } from '../domain/decision.ts'
import { given, on } from '../domain/test-kit.ts'
import {
  decideReport,
  deliverOrderCommand,
  deliverOrderRequest,
  deliveryReportRequest,
  dispatchOrderCommand,
  dispatchOrderRequest,
  failDeliveryCommand,
  failDeliveryRequest,
  type WantedReport,
} from './delivery.ts'

test('the number of the dispatch may be left out, and so may all of the request', () => {
  for (const [value, dispatch] of [
    [null, null],
    [{}, null],
    [{ dispatch: 2 }, 2],
  ] as const) {
    const [begins, arrives] = [dispatchOrderRequest.check(value), deliverOrderRequest.check(value)]
    if ('faults' in begins || 'faults' in arrives) throw new Error('it is within bounds')
    expect(dispatchOrderCommand('o1', begins.wanted)).toEqual({ orderId: 'o1', dispatch })
    expect(deliverOrderCommand('o1', arrives.wanted)).toEqual({ orderId: 'o1', dispatch })
  }
})

test('a failure has a reason', () => {
  for (const wanted of [{}, { reason: '' }, { reason: 'r'.repeat(201) }, { reason: 'lost', dispatch: 0 }]) {
    expect(failDeliveryRequest.check(wanted)).toHaveProperty('faults')
  }
  expect(failDeliveryRequest.check({ reason: 'lost' })).toHaveProperty('wanted')
  expect(failDeliveryCommand('o1', { reason: 'lost' })).toEqual({ orderId: 'o1', dispatch: null, cause: 'lost' })
})

test.each<[string, unknown, string | null]>([
  ['a dispatch', { orderId: 'o1', action: 'dispatch' }, null],
  ['a failure', { orderId: 'o1', action: 'fail', reason: 'lost', dispatch: 1 }, null],
  ['a failure without a reason', { orderId: 'o1', action: 'fail' }, '/reason'],
  ['another action', { orderId: 'o1', action: 'lose' }, '/action'],
  ['an id that no order has', { orderId: '-', action: 'deliver' }, '/orderId'],
  ['more than that', { orderId: 'o1', action: 'deliver', at: 1 }, '/at'],
])('of a report of %s it says where it is wrong', (_, value, place) => {
  const checked = deliveryReportRequest.check(value)
  expect('faults' in checked ? checked.faults[0]?.pointer : null).toBe(place)
})

test('a report asks for the decision of its action', () => {
  const lines = [orderLine('A1', 1)]
  const sent = {
    'order-o1': [orderPlaced('o1', lines), orderConfirmed('o1', lines)],
    'delivery-o1': [deliveryDispatched('o1', 1)],
  }
  const report = (action: WantedReport['action']): WantedReport => ({
    orderId: 'o1',
    action,
    dispatch: 1,
    reason: 'lost',
  })
  const decide = (wanted: WantedReport, read: Read) => decideReport(wanted)(read)
  given(sent).when(decide, report('dispatch')).changesNothing()
  given(sent)
    .when(decide, report('fail'))
    .then(...on('delivery-o1', deliveryFailed('o1', 1, 'lost')))
  given({}).when(decide, report('deliver')).refuses({ reason: 'unknown-delivery', orderId: 'o1' })
})
