import { describe, expect, test } from 'vitest'
import { fold } from '../aggregates.ts'
import { fraud, raiseAlert, reviewAlert, setTable, TABLES, type RaiseAlert, type ReviewAlert } from './fraud.ts'
import {
  deliveryCancelled,
  deliveryDispatched,
  deliveryScheduled,
  fraudAlertRaised,
  fraudReviewed,
  NOON,
  orderCancelled,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentRequested,
  productListed,
  refundRequested,
  stockReceived,
  stockReleased,
  stockReserved,
  stockShipped,
} from '../test-events.ts'
import { given, on, type Log } from '../test-kit.ts'

const lines = [orderLine('A1', 2)]
const placed = orderPlaced('o1', lines)
const confirmed = orderConfirmed('o1', lines)
const captured = [paymentRequested('o1', 1, 2000), paymentCaptured('o1', 1, 2000)]
const stock = [productListed('A1'), stockReceived('A1', 9), stockReserved('A1', 'o1', 2)]
const raised: Log = { 'inventory-A1': stock, 'order-o1': [placed], 'fraud-o1': [fraudAlertRaised('o1', 1)] }
const content = ({ type: _, ...alert }: ReturnType<typeof fraudAlertRaised>): RaiseAlert => alert

describe('a table', () => {
  const table = { table: '1', content: '{"version":"1"}' }
  const set = on('fraud-_table', { type: 'FraudTableSet', ...table })

  test('that is not in force is put in force', () =>
    given({})
      .when(setTable, table)
      .then(...set))

  test('that is in force is not put in force again', () =>
    given({ 'fraud-_table': set.map(({ event }) => event) })
      .when(setTable, table)
      .changesNothing())

  test('of before comes in force again behind another one', () =>
    given({
      'fraud-_table': [
        { type: 'FraudTableSet', ...table },
        { type: 'FraudTableSet', table: '2', content: '{}' },
      ],
    })
      .when(setTable, table)
      .then(...set))

  test('of the same name and with other rules is another one', () =>
    given({ 'fraud-_table': [{ type: 'FraudTableSet', table: '1', content: '{}' }] })
      .when(setTable, table)
      .then(...set))
})

describe('an alert', () => {
  const alert = fraudAlertRaised('o1', 1)

  test('is raised', () =>
    given({})
      .when(raiseAlert, content(alert))
      .then(...on('fraud-o1', alert)))

  test('is raised once for an attempt, whatever event causes it again', () =>
    given(raised)
      .when(raiseAlert, content(fraudAlertRaised('o1', 1, { alertId: 'later', score: 99 })))
      .changesNothing())

  test('is raised for each attempt', () =>
    given(raised)
      .when(raiseAlert, content(fraudAlertRaised('o1', 2)))
      .then(...on('fraud-o1', fraudAlertRaised('o1', 2))))
})

describe('a review', () => {
  const honest: ReviewAlert = { alertId: 'alert-o1-1', orderId: 'o1', verdict: 'honest', note: 'a gift', at: NOON }
  const cheat: ReviewAlert = { ...honest, verdict: 'fraud', note: 'four cards' }
  const honestly = on('fraud-o1', fraudReviewed('o1', 'honest', 'a gift'))
  const cheating = on('fraud-o1', fraudReviewed('o1', 'fraud', 'four cards'))

  test('that finds it honest leaves the order alone', () =>
    given(raised)
      .when(reviewAlert, honest)
      .then(...honestly))

  test('that finds fraud cancels an order that is placed, and does not say why', () =>
    given(raised)
      .when(reviewAlert, cheat)
      .then(
        ...cheating,
        ...on('order-o1', orderCancelled('o1', lines, { reason: null })),
        ...on('inventory-A1', stockReleased('A1', 'o1', 2)),
      ))

  test('that finds fraud cancels a confirmed order and refunds it', () =>
    given({
      ...raised,
      'order-o1': [placed, confirmed],
      'payment-o1': captured,
      'delivery-o1': [deliveryScheduled('o1', lines)],
    })
      .when(reviewAlert, cheat)
      .then(
        ...cheating,
        ...on('order-o1', orderCancelled('o1', lines, { from: 'confirmed', reason: null })),
        ...on('inventory-A1', stockReleased('A1', 'o1', 2)),
        ...on('payment-o1', refundRequested('o1', 1, 2000, { cause: 'cancelled' })),
        ...on('delivery-o1', deliveryCancelled('o1', { from: 'scheduled', reason: null })),
      ))

  test.each<[string, Log]>([
    ['on its way', { 'delivery-o1': [deliveryScheduled('o1', lines), deliveryDispatched('o1', 1)] }],
    ['over', { 'order-o1': [placed, orderExpired('o1', lines)] }],
  ])('that finds fraud with an order that is %s is recorded alone', (_, more) =>
    given({
      ...{ ...raised, 'inventory-A1': [...stock, stockShipped('A1', 'o1', 2)] },
      ...{ 'order-o1': [placed, confirmed], 'payment-o1': captured },
      ...more,
    })
      .when(reviewAlert, cheat)
      .then(...cheating),
  )

  test('with the same verdict again changes nothing, and its first note stays', () => {
    const log: Log = { ...raised, 'fraud-o1': [fraudAlertRaised('o1', 1), fraudReviewed('o1', 'honest', 'a gift')] }
    given(log)
      .when(reviewAlert, { ...honest, note: 'never mind' })
      .changesNothing()
    expect(fold(fraud, log['fraud-o1'] as never).alerts).toMatchObject([{ verdict: 'honest', note: 'a gift' }])
  })

  test('with another verdict is refused', () =>
    given({ ...raised, 'fraud-o1': [fraudAlertRaised('o1', 1), fraudReviewed('o1', 'honest')] })
      .when(reviewAlert, cheat)
      .refuses({ reason: 'already-reviewed', alertId: 'alert-o1-1', verdict: 'honest' }))

  test('of an alert that nobody raised is refused', () => {
    given(raised)
      .when(reviewAlert, { ...honest, alertId: 'other' })
      .refuses({ reason: 'unknown-alert', alertId: 'other' })
  })
})

test('the stream of tables can be that of no order', () => expect(TABLES).not.toMatch(/^[A-Za-z0-9]/))
