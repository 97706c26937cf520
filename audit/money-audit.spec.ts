import { expect, test } from 'vitest'
import type { DomainEvent } from '../schemas/events.ts'
import {
  deliveryCancelled,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderReturned,
  paymentCaptured,
  fraudAlertRaised,
  fraudReviewed,
  paymentDeclined,
  paymentHeld,
  paymentRefunded,
  paymentReleased,
  paymentRequested,
  refundFailed,
  refundRequested,
  stockReserved,
} from '../domain/test-events.ts'
import { spill, spillEverything } from '../test/support/spill.ts'
import { auditMoney } from './money-audit.ts'
import type { Spill } from './spill/spill-file.ts'
import type { Located } from './tally.ts'

type Commands = readonly (readonly DomainEvent[])[]

const lines = [orderLine('A', 3), orderLine('B', 1)]
const TOTAL = 4000
const asked = [paymentRequested('o1', 1, TOTAL)]
const again = [paymentRequested('o1', 2, TOTAL)]
const declined = [paymentDeclined('o1', 1, TOTAL)]
const confirmed = [orderConfirmed('o1', lines), deliveryScheduled('o1', lines)]
const captured = [paymentCaptured('o1', 1, TOTAL), ...confirmed]
const secondCaptured = [paymentCaptured('o1', 2, TOTAL), ...confirmed]
const late = paymentCaptured('o1', 1, TOTAL, { from: 'declined', confirms: false })
const notOwed = refundRequested('o1', 1, TOTAL, { cause: 'not-owed' })
const paid = [asked, captured]
const sent = [...paid, [deliveryDispatched('o1', 1)]]
const failed = [...sent, [deliveryFailed('o1', 1)]]
const completed = [...sent, [deliveryDelivered('o1', 1), orderCompleted('o1', lines)]]
const cancelledOf = (amount: number, refund = 1) => [
  orderCancelled('o1', lines, { from: 'confirmed' }),
  ...(amount === 0 ? [] : [refundRequested('o1', refund, amount, { cause: 'cancelled' })]),
]
const returnOf = (amount: number, refund = 1) =>
  amount === 0 ? [] : [refundRequested('o1', refund, amount, { cause: 'returned' })]
const fromScheduled = deliveryCancelled('o1', { from: 'scheduled', reason: null })
const fromFailed = deliveryCancelled('o1', { from: 'failed', reason: null })
const provider = (amount: number, refund = 1) => [
  refundRequested('o1', refund, amount, { cause: 'provider' }),
  paymentRefunded('o1', refund, amount, { cause: 'provider' }),
]

/** Walks commands, each a list of events, and returns the checks. */
async function audit(commands: Commands, memory: Spill = spill()) {
  const money = auditMoney(memory)
  const seen: Located[] = []
  for (const [index, events] of commands.entries()) {
    for (const event of events) {
      const logged = { position: seen.length + 1, stream: 'a-stream', version: 1 }
      money.see({ ...logged, commandId: `command ${index}` }, event)
      seen.push({ ...logged, today: [event] })
    }
  }
  return money.finish((at) => {
    const there = seen[at - 1]
    return there === undefined ? Promise.reject(new Error(`nothing is at ${at}`)) : Promise.resolve(there)
  })
}

function breachesOf(checks: Awaited<ReturnType<typeof audit>>) {
  return checks.flatMap(({ name, first }) => (first === null ? [] : [`${name}: ${first}`]))
}

const alerted = [asked, [fraudAlertRaised('o1', 1)]]
const held = [...alerted, [paymentHeld('o1', 1, TOTAL)]]
const released = [paymentReleased('o1', 1, TOTAL)]
const honest = [fraudReviewed('o1', 'honest'), paymentReleased('o1', 1, TOTAL, { by: 'review' })]
const gone = [orderCancelled('o1', lines)]
const endedAs = (reason: string) => paymentDeclined('o1', 1, TOTAL, { reason })
/** As version 1 is read today. */
const declinedThen = (reason: string) => paymentDeclined('o1', 1, TOTAL, { reason, region: null })

const lives: readonly (readonly [string, Commands])[] = [
  ['is delivered', completed],
  ['is declined, then paid', [asked, declined, again, secondCaptured]],
  ['is asked for again in the command that ends its attempt', [asked, [...declined, ...again], secondCaptured]],
  ['is paid at once', [[...asked, ...captured]]],
  ['is paid late', [asked, declined, [paymentCaptured('o1', 1, TOTAL, { from: 'declined' }), ...confirmed]]],
  ['expires, and is captured then', [asked, declined, [orderExpired('o1', lines)], [late, notOwed]]],
  [
    'is captured after another capture',
    [asked, declined, again, secondCaptured, [late, notOwed], [paymentRefunded('o1', 1, TOTAL, { cause: 'not-owed' })]],
  ],
  [
    'was declined by a provider in words that are ours today',
    [asked, [declinedThen('cancelled')], again, secondCaptured],
  ],
  ['is on hold and charged when nobody looked', [...held, released, captured]],
  ['is on hold and found honest', [...held, honest, captured]],
  ['is on hold and found to be fraud', [...held, [fraudReviewed('o1', 'fraud'), endedAs('fraud'), ...gone]]],
  ['is on hold and cancelled', [...held, [endedAs('cancelled'), ...gone]]],
  ['is on hold and captured by what was asked for before', [...held, captured, [fraudReviewed('o1', 'honest')]]],
  ['is released and reviewed after', [...held, released, [fraudReviewed('o1', 'fraud'), ...gone], declined]],
  ['is cancelled while an attempt is open', [asked, [orderCancelled('o1', lines)], declined]],
  ['is cancelled before its dispatch', [...paid, [...cancelledOf(TOTAL), fromScheduled]]],
  ['is cancelled after a failed delivery', [...failed, [...cancelledOf(TOTAL), fromFailed]]],
  ['is dispatched again', [...failed, [deliveryDispatched('o1', 2)], [deliveryFailed('o1', 2)]]],
  ['is cancelled after goodwill', [...paid, [refundRequested('o1', 1, 500)], [...cancelledOf(3500, 2), fromScheduled]]],
  [
    'comes back while goodwill is under way, which then is settled outside',
    [
      ...completed,
      [refundRequested('o1', 1, 500)],
      [orderReturned('o1', lines), ...returnOf(3500, 2)],
      [refundFailed('o1', 1, 500)],
    ],
  ],
  [
    'comes back line by line',
    [
      ...completed,
      [orderReturned('o1', [orderLine('A', 3)]), ...returnOf(3000)],
      [orderReturned('o1', [orderLine('B', 1)]), ...returnOf(1000, 2)],
    ],
  ],
  ['comes back when the provider has moved the money', [...completed, provider(TOTAL), [orderReturned('o1', lines)]]],
]

test.each(lives)('law 10: an order that %s breaks nothing', async (_, commands) => {
  for (const memory of [spill(), spillEverything()]) {
    const checks = await audit(commands, memory)
    memory.close()
    expect(breachesOf(checks)).toEqual([])
    expect(checks.map(({ law, name }) => `${law} ${name}`)).toEqual(['10 money', '10 payments', '10 deliveries'])
  }
})

test('law 10: orders, payments and deliveries are counted', async () => {
  const checks = await audit([[stockReserved('A', 'o1', 3)], ...completed])
  expect(checks.map(({ counted }) => counted)).toEqual([completed.length, 2, 3])
})

const damages: readonly (readonly [string, Commands, RegExp])[] = [
  ['a hold without an alert', [asked, [paymentHeld('o1', 1, TOTAL)]], /on hold for an alert that it does not have/],
  [
    'a hold for the alert of another attempt',
    [...alerted, declined, again, [paymentHeld('o1', 2, TOTAL, { alertId: 'alert-o1-1' })]],
    /attempt 2 is put on hold for an alert that it does not have/,
  ],
  [
    'a hold after a verdict',
    [...alerted, [fraudReviewed('o1', 'honest')], [paymentHeld('o1', 1, TOTAL)]],
    /its alert was reviewed/,
  ],
  ['a second hold', [...held, released, [paymentHeld('o1', 1, TOTAL)]], /is released and is put on hold again/],
  ['a hold of what is not open', [...alerted, declined, [paymentHeld('o1', 1, TOTAL)]], /is not open/],
  ['a hold that outlives its order', [...held, gone], /attempt 1 is on hold, and its order is over/],
  [
    'a hold that outlives its review',
    [...held, [fraudReviewed('o1', 'honest')]],
    /on hold, and its alert was reviewed/,
  ],
  ['a release of what is not on hold', [...alerted, released], /is not on hold and is released/],
  ['a second release', [...held, released, released], /is released and is released/],
  [
    'a release by a review that found fraud',
    [...held, [fraudReviewed('o1', 'fraud'), paymentReleased('o1', 1, TOTAL, { by: 'review' })]],
    /by a review that did not find it honest/,
  ],
  ['an end as fraud of what is not on hold', [asked, [endedAs('fraud'), ...gone]], /ends as one that is on hold/],
  ['an end as fraud without the end of the order', [...held, [endedAs('fraud')]], /its order was not cancelled/],
  [
    'a cancellation that refunds too little',
    [...paid, [...cancelledOf(3999), fromScheduled]],
    /money.*1 has 1 left, .* 0/,
  ],
  ['a cancellation that refunds nothing', [...paid, [...cancelledOf(0), fromScheduled]], /money.* 1 has 4000 left/],
  [
    'a return that refunds too much',
    [...completed, [orderReturned('o1', [orderLine('B', 1)]), ...returnOf(1001)]],
    /money.* 1 has 2999 left, it should be 3000/,
  ],
  [
    'a return of more than there was',
    [...completed, [orderReturned('o1', [orderLine('A', 5)]), ...returnOf(TOTAL)]],
    /money.*1000 more was returned/,
  ],
  [
    'a capture of less than the total',
    [[paymentRequested('o1', 1, 3999)], [paymentCaptured('o1', 1, 3999), ...confirmed]],
    /money.*3999 left, it should be 4000/,
  ],
  ['a refund beyond what is left', [...paid, [refundRequested('o1', 1, 4001)]], /money.*-1 left/],
  [
    'a refund of another cause than those that count',
    [...paid, [refundRequested('o1', 1, 500, { cause: 'returned' })]],
    /money.*3500 left, it should be 4000/,
  ],
  [
    'a late capture that is kept',
    [asked, declined, [orderExpired('o1', lines)], [late]],
    /money.*4000 left, it should be 0/,
  ],
  [
    'a late capture that is refunded in another command',
    [asked, declined, [orderExpired('o1', lines)], [late], [notOwed]],
    /money: position 4/,
  ],
  [
    'a late capture whose refund is of another attempt',
    [
      asked,
      declined,
      again,
      secondCaptured,
      [late, refundRequested('o1', 1, TOTAL, { cause: 'not-owed', attempt: 2 })],
    ],
    /money.*attempt 1 has 4000 left/,
  ],
  ['two open attempts', [asked, again], /payments: position 2, .*2 is requested while attempt 1 is open/],
  [
    'an attempt that leaves a number out',
    [asked, declined, [paymentRequested('o1', 3, TOTAL)]],
    /payments.*the next one is 2/,
  ],
  ['an attempt for a confirmed order', [...paid, again], /payments.*requested of an order that is confirmed/],
  [
    'an expiry while an attempt is open',
    [asked, [orderExpired('o1', lines)]],
    /payments.*expired, and attempt 1 is open/,
  ],
  [
    'a capture of nothing',
    [[paymentCaptured('o1', 1, TOTAL), ...confirmed]],
    /payments.*attempt 1, which was not requested/,
  ],
  [
    'a second capture of an attempt',
    [...paid, [paymentCaptured('o1', 1, TOTAL, { confirms: false }), notOwed]],
    /payments.*captured twice/,
  ],
  [
    'a late capture that says it was in time',
    [asked, declined, captured],
    /payments.*is declined, its capture says open/,
  ],
  [
    'a capture of another amount than was asked for',
    [asked, [paymentCaptured('o1', 1, 3999), ...confirmed]],
    /payments.*another amount/,
  ],
  ['a decline of captured money', [...paid, declined], /payments.*is captured and is declined/],
  ['a refund that leaves a number out', [...paid, [refundRequested('o1', 2, 500)]], /payments.*the next one is 1/],
  ['a refund of nothing', [...paid, [refundRequested('o1', 1, 0)]], /payments.*is of 0/],
  [
    'a refund that was never requested',
    [...paid, [paymentRefunded('o1', 1, 500)]],
    /payments.*refund 1, which was not requested/,
  ],
  [
    'a refund that ends twice',
    [...paid, provider(500), [refundFailed('o1', 1, 500, { cause: 'provider' })]],
    /payments.*is refunded and ends again/,
  ],
  [
    'a refund that ends with another amount',
    [...paid, [refundRequested('o1', 1, 500)], [paymentRefunded('o1', 1, 400)]],
    /payments.*another content/,
  ],
  [
    'a refund that ends for another cause',
    [...paid, [refundRequested('o1', 1, 500)], [paymentRefunded('o1', 1, 500, { cause: 'provider' })]],
    /payments.*another content/,
  ],
  ['a capture that confirms nothing', [asked, [paymentCaptured('o1', 1, TOTAL)]], /payments.*PaymentCaptured alone/],
  [
    'a capture whose delivery is scheduled later',
    [asked, [paymentCaptured('o1', 1, TOTAL), orderConfirmed('o1', lines)], [deliveryScheduled('o1', lines)]],
    /payments.*PaymentCaptured and OrderConfirmed alone/,
  ],
  ['a confirmation without money', [confirmed], /payments.*OrderConfirmed and DeliveryScheduled alone/],
  ['a delivery that completes nothing', [...sent, [deliveryDelivered('o1', 1)]], /deliveries.*DeliveryDelivered alone/],
  ['a completion without a delivery', [...sent, [orderCompleted('o1', lines)]], /deliveries.*OrderCompleted alone/],
  [
    'a cancelled order with a delivery that goes on',
    [...paid, cancelledOf(TOTAL)],
    /deliveries.*not cancelled in one command/,
  ],
  [
    'a cancelled delivery of an order that stands',
    [...paid, [fromScheduled]],
    /deliveries.*not cancelled in one command/,
  ],
  [
    'a cancellation under way',
    [...sent, [...cancelledOf(TOTAL), fromScheduled]],
    /deliveries.*DeliveryCancelled of a delivery that is dispatched/,
  ],
  [
    'a cancellation that says that the delivery failed',
    [...paid, [...cancelledOf(TOTAL), fromFailed]],
    /deliveries.*says otherwise/,
  ],
  ['a dispatch before the money', [[deliveryDispatched('o1', 1)]], /deliveries.*of a delivery that is not scheduled/],
  [
    'a dispatch that leaves a number out',
    [...paid, [deliveryDispatched('o1', 2)]],
    /deliveries.*dispatch 2, it should be 1/,
  ],
  [
    'a report of another dispatch',
    [...failed, [deliveryDispatched('o1', 2)], [deliveryFailed('o1', 1)]],
    /deliveries.*dispatch 1, it should be 2/,
  ],
  ['a parcel that fails twice', [...failed, [deliveryFailed('o1', 1)]], /deliveries.*of a delivery that is failed/],
]

test.each(damages)('law 10: %s is found', async (_, commands, words) => {
  for (const memory of [spill(), spillEverything()]) {
    const found = breachesOf(await audit(commands, memory))
    memory.close()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(words)
    expect(found[0]).toContain('order o1: ')
  }
})

test('the orders of one command are judged apart, and each breach is counted once', async () => {
  const both = ['o1', 'o2'].map((id) => [paymentRequested(id, 1, TOTAL), paymentRequested(id, 3, TOTAL)])
  const checks = await audit([both.flat(), [paymentRequested('o3', 1, TOTAL)]])
  expect(checks.find(({ name }) => name === 'payments')).toMatchObject({ counted: 5, breaches: 2 })
})
