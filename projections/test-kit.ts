/** A small shop's streams with random fates, and the orders in which a log may hold their events. */
import fc from 'fast-check'
import type { Addressed } from '../domain/decision.ts'
import {
  customerRegistered,
  customerTierChanged,
  demandRecorded,
  deliveryCancelled,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  eur,
  fraudAlertRaised,
  fraudReviewed,
  NOON,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  orderReturned,
  paymentCaptured,
  paymentDeclined,
  paymentHeld,
  paymentRefunded,
  paymentReleased,
  paymentRequested,
  priceChanged,
  productListed,
  refundFailed,
  refundRequested,
  reorderPointSet,
  restockAdvised,
  stockAdjusted,
  stockFellBelow,
  stockReceived,
  stockReleased,
  stockReserved,
  stockShipped,
} from '../domain/test-events.ts'
import type { DomainEvent, OrderLine, Tier } from '../schemas/events.ts'
import type { Projected } from './projection.ts'

/** Events of one stream, oldest first. */
export type Stream = readonly Addressed[]

const SKUS = ['A1', 'B2', 'C3']
const CUSTOMERS = ['c1', 'c2', 'c3']

const lines: fc.Arbitrary<readonly OrderLine[]> = fc.array(
  fc
    .tuple(fc.constantFrom(...SKUS), fc.integer({ min: 1, max: 5 }), fc.constantFrom('phones', 'laptops'))
    .map(([sku, quantity, category]) => orderLine(sku, quantity, { category })),
  { minLength: 1, maxLength: 3 },
)

const fate = fc.constantFrom(
  ...(['placed', 'confirmed', 'completed', 'returned', 'cancelled', 'cancelled-late', 'expired', 'rejected'] as const),
)

function orderStream(orderId: string): fc.Arbitrary<Stream> {
  const buyer = { customerId: fc.constantFrom(...CUSTOMERS), region: fc.constantFrom('north', 'south') }
  return fc
    .record({
      ...buyer,
      tier: fc.constantFrom<Tier>('standard', 'vip'),
      lines,
      fate,
      after: fc.integer({ max: 7_200_000, min: 0 }),
    })
    .map(({ lines: ordered, fate: fated, after, ...who }) => {
      const placed = orderPlaced(orderId, ordered, { ...who, placedAt: NOON + after })
      const confirmed = [placed, { ...orderConfirmed(orderId, ordered), ...who }]
      const completed = [...confirmed, { ...orderCompleted(orderId, ordered), ...who }]
      return stream(
        `order-${orderId}`,
        {
          placed: [placed],
          confirmed,
          completed,
          returned: [...completed, { ...orderReturned(orderId, ordered.slice(0, 1)), ...who }],
          cancelled: [placed, { ...orderCancelled(orderId, ordered, { reason: 'changed my mind' }), ...who }],
          'cancelled-late': [...confirmed, { ...orderCancelled(orderId, ordered, { from: 'confirmed' }), ...who }],
          expired: [placed, { ...orderExpired(orderId, ordered), ...who }],
          rejected: [orderRejected(orderId, { lines: ordered, shortages: [{ sku: 'A1', wanted: 2, available: 1 }] })],
        }[fated],
      )
    })
}

/** Paid at once, after a hold or a decline, late beside another attempt, or never; refunded, given up, or not. */
function paymentStream(orderId: string): fc.Arbitrary<Stream> {
  const first = paymentRequested(orderId, 1, 3_000)
  const captured = [first, paymentCaptured(orderId, 1, 3_000)]
  const declined = [first, paymentDeclined(orderId, 1, 3_000)]
  const second = [...declined, paymentRequested(orderId, 2, 3_000, { method: 'paypal' })]
  const notOwed = refundRequested(orderId, 1, 3_000, { cause: 'not-owed' })
  const late = [...second, paymentCaptured(orderId, 1, 3_000, { from: 'declined', confirms: false }), notOwed]
  const held = [first, paymentHeld(orderId, 1, 3_000)]
  const released = [...held, paymentReleased(orderId, 1, 3_000)]
  const goodwill = refundRequested(orderId, 1, 500)
  return fc
    .constantFrom<readonly DomainEvent[]>(
      ...[[], [first], captured, declined, second, late, held, released],
      ...[held, released].map((events) => [...events, paymentCaptured(orderId, 1, 3_000)]),
      [...held, paymentDeclined(orderId, 1, 3_000, { reason: 'fraud' })],
      [...captured, goodwill],
      [...captured, goodwill, paymentRefunded(orderId, 1, 500)],
      [...captured, goodwill, refundFailed(orderId, 1, 500), refundRequested(orderId, 2, 700)],
    )
    .map((events) => stream(`payment-${orderId}`, events))
}

/** A parcel, as far as it came. */
function deliveryStream(orderId: string): fc.Arbitrary<Stream> {
  const twice = [
    ...[deliveryScheduled(orderId, [orderLine('A1', 1)]), deliveryDispatched(orderId, 1), deliveryFailed(orderId, 1)],
    ...[deliveryDispatched(orderId, 2), deliveryDelivered(orderId, 2)],
  ]
  const cancelled = [...twice.slice(0, 3), deliveryCancelled(orderId, { from: 'failed', reason: 'lost' })]
  return fc
    .oneof(
      fc.nat({ max: twice.length }).map((length) => twice.slice(0, length)),
      fc.constant(cancelled),
    )
    .map((events) => stream(`delivery-${orderId}`, events))
}

function productStream(sku: string): fc.Arbitrary<Stream> {
  const quantity = fc.integer({ min: 1, max: 9 })
  const change = fc.oneof(
    quantity.map((units) => stockReceived(sku, units)),
    quantity.map((units) => stockAdjusted(sku, -units)),
    quantity.map((amount) => priceChanged(sku, amount)),
    quantity.map((units) => stockReserved(sku, 'o1', units)),
    quantity.map((units) => stockReleased(sku, 'o1', units)),
    quantity.map((units) => stockShipped(sku, 'o1', units)),
    quantity.map((point) => reorderPointSet(sku, point)),
    quantity.map((units) => stockFellBelow(sku, 20, units)),
    quantity.map((hours) => restockAdvised(sku, 11, 30, NOON + hours * 3_600_000)),
  )
  return fc
    .array(change, { maxLength: 8 })
    .map((changes) => stream(`inventory-${sku}`, [productListed(sku, { price: eur(1_999) }), ...changes]))
}

/** Days of before the shop, recorded once or twice. */
function demandStream(sku: string): fc.Arbitrary<Stream> {
  const units = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 3, maxLength: 3 })
  return fc.option(fc.tuple(units, fc.option(units))).map((recorded) => {
    if (recorded === null) return []
    const [first, second] = recorded
    const again = demandRecorded(sku, '2025-11-02', second ?? [], {
      replaced: [...first.slice(1).map((count) => ({ units: count, orders: count })), null],
    })
    return stream(`demand-${sku}`, [demandRecorded(sku, '2025-11-01', first), ...(second === null ? [] : [again])])
  })
}

function customerStream(id: string): fc.Arbitrary<Stream> {
  return fc
    .array(fc.constantFrom('standard', 'vip'), { maxLength: 3 })
    .map((tiers) =>
      stream(`customer-${id}`, [customerRegistered(id), ...tiers.map((tier) => customerTierChanged(id, tier))]),
    )
}

/** What became of the messages about an event: sent, failed, or sent after all. */
function notificationStream(orderId: string): fc.Arbitrary<Stream> {
  const about = { template: 'order-confirmed', orderId, customerId: 'c1' }
  const sent = (channel: string) => ({ type: 'NotificationSent', ...about, channel, simulated: false }) as const
  const failed = (channel: string) => ({ type: 'NotificationFailed', ...about, channel, reason: 'gave-up' }) as const
  return fc
    .constantFrom<readonly DomainEvent[]>(
      ...[[], [sent('email')], [failed('sms'), sent('email')], [failed('email'), sent('email'), sent('sms')]],
    )
    .map((events) => stream(`notification-of-${orderId}`, events))
}

/** What looked like fraud of two attempts, and what somebody said of the first. */
function fraudStream(orderId: string): fc.Arbitrary<Stream> {
  const raised = [fraudAlertRaised(orderId, 1), fraudAlertRaised(orderId, 2, { score: 62 })]
  return fc
    .constantFrom<readonly DomainEvent[]>(
      ...[[], raised.slice(0, 1), [...raised, fraudReviewed(orderId, 'fraud', 'four cards')]],
    )
    .map((events) => stream(`fraud-${orderId}`, events))
}

/** Streams of three products, three customers and up to twelve orders, with their payments, deliveries and messages. */
export const shop: fc.Arbitrary<readonly Stream[]> = fc
  .integer({ min: 1, max: 12 })
  .chain((orders) =>
    fc.tuple(
      ...SKUS.map(productStream),
      ...SKUS.map(demandStream),
      ...CUSTOMERS.map(customerStream),
      ...Array.from({ length: orders }, (_, index) => `o${String(index + 1)}`).flatMap((orderId) => [
        orderStream(orderId),
        paymentStream(orderId),
        deliveryStream(orderId),
        notificationStream(orderId),
        fraudStream(orderId),
      ]),
    ),
  )

/** Numbers that choose, event by event, which stream is next. */
export const choices: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { minLength: 8, maxLength: 64 })

/** One log of the streams: each stream keeps its order, which comes first among them is chosen. */
export function interleave(streams: readonly Stream[], chosen: readonly number[]): readonly Addressed[] {
  const open = streams.map((events) => [...events])
  const log: Addressed[] = []
  for (let turn = 0; open.some((events) => events.length > 0); turn++) {
    const left = open.filter((events) => events.length > 0)
    const next = left[(chosen[turn % chosen.length] ?? 0) % left.length]?.shift()
    if (next !== undefined) log.push(next)
  }
  return log
}

/** The log as projections see it: positions and versions as a store would number it. */
export function projected(log: readonly Addressed[]): readonly Projected[] {
  const versions = new Map<string, number>()
  return log.map(({ stream: name, event }, index) => {
    const version = (versions.get(name) ?? 0) + 1
    versions.set(name, version)
    return { event, stream: name, version, position: index + 1, recordedAt: NOON + index }
  })
}

function stream(name: Addressed['stream'], events: readonly DomainEvent[]): Stream {
  return events.map((event) => ({ stream: name, event }))
}
