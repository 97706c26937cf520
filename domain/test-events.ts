/** Events of a small shop for specs: each has what a spec is about as parameters, and the rest made up. */
import type {
  CustomerRegistered,
  CustomerTierChanged,
  DeliveryCancelled,
  DemandRecorded,
  DeliveryDelivered,
  DeliveryDispatched,
  DeliveryFailed,
  DeliveryScheduled,
  FraudAlertRaised,
  FraudEvent,
  InventoryEvent,
  OrderCancelled,
  OrderCompleted,
  OrderConfirmed,
  OrderExpired,
  OrderLine,
  OrderPlaced,
  OrderRejected,
  OrderReturned,
  PaymentCaptured,
  PaymentDeclined,
  PaymentHeld,
  PaymentRefunded,
  PaymentReleased,
  PaymentRequested,
  ProductListed,
  RefundFailed,
  RefundRequested,
  Tier,
} from '../schemas/events.ts'
import { NO_KEYS } from './payments/payer-keys.ts'
import { money, totalOf } from './values.ts'

/** Customer c1 of the north, of whom nothing else is known. */
const PAYER = { ...NO_KEYS, region: 'north' }

/** When the shop of the specs accepts its orders. */
export const NOON = Date.UTC(2025, 10, 28, 12)

export function eur(amount: number) {
  return money(amount, 'EUR')
}

export function productListed(sku: string, overrides: Partial<ProductListed> = {}): ProductListed {
  const about = { name: `Product ${sku}`, category: 'phones', price: eur(1000), reorderPoint: 0 }
  return { type: 'ProductListed', sku, ...about, ...overrides }
}

export function priceChanged(sku: string, amount: number): InventoryEvent {
  return { type: 'PriceChanged', sku, price: eur(amount) }
}

export function reorderPointSet(sku: string, reorderPoint: number): InventoryEvent {
  return { type: 'ReorderPointSet', sku, reorderPoint }
}

export function stockFellBelow(sku: string, threshold: number, available: number): InventoryEvent {
  return { type: 'StockFellBelow', sku, threshold, available }
}

export function stockReceived(sku: string, quantity: number): InventoryEvent {
  return { type: 'StockReceived', sku, quantity }
}

export function stockAdjusted(sku: string, delta: number, reason = 'counted'): InventoryEvent {
  return { type: 'StockAdjusted', sku, delta, reason }
}

export function stockReserved(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockReserved', sku, orderId, quantity }
}

export function stockReleased(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockReleased', sku, orderId, quantity }
}

export function stockShipped(sku: string, orderId: string, quantity: number): InventoryEvent {
  return { type: 'StockShipped', sku, orderId, quantity }
}

export function stockReturned(sku: string, orderId: string, quantity: number, sellable = true): InventoryEvent {
  return { type: 'StockReturned', sku, orderId, quantity, sellable }
}

/** Of orders of one unit each; nothing stood before. */
export function demandRecorded(
  sku: string,
  from: string,
  units: readonly number[],
  given: Partial<Pick<DemandRecorded, 'orders' | 'replaced'>> = {},
): DemandRecorded {
  return { type: 'DemandRecorded', sku, from, units, orders: units, replaced: units.map(() => null), ...given }
}

/** Advice for the hour that ends at `to`. */
export function restockAdvised(sku: string, refusedOrders: number, refusedUnits: number, to = NOON): InventoryEvent {
  return { type: 'RestockAdvised', sku, refusedOrders, refusedUnits, from: to - 3_600_000, to }
}

export function customerRegistered(
  customerId: string,
  overrides: Partial<CustomerRegistered> = {},
): CustomerRegistered {
  return {
    type: 'CustomerRegistered',
    customerId,
    name: 'Ada Example',
    email: 'ada@example.test',
    phone: null,
    region: 'north',
    tier: 'standard',
    language: 'en',
    ...overrides,
  }
}

export function customerTierChanged(customerId: string, tier: Tier): CustomerTierChanged {
  return { type: 'CustomerTierChanged', customerId, tier }
}

/** A line of a product as `productListed` lists it. */
export function orderLine(sku: string, quantity: number, overrides: Partial<OrderLine> = {}): OrderLine {
  return { sku, name: `Product ${sku}`, category: 'phones', quantity, unitPrice: eur(1000), ...overrides }
}

/** Placed at noon by customer c1, reserved without a limit. */
export function orderPlaced(
  orderId: string,
  lines: readonly OrderLine[],
  overrides: Partial<OrderPlaced> = {},
): OrderPlaced {
  return { type: 'OrderPlaced', ...contentOf(orderId, lines), reservedUntil: null, ...NO_KEYS, ...overrides }
}

export function orderConfirmed(orderId: string, lines: readonly OrderLine[]): OrderConfirmed {
  return { type: 'OrderConfirmed', ...contentOf(orderId, lines) }
}

export function orderCancelled(
  orderId: string,
  lines: readonly OrderLine[],
  overrides: Partial<OrderCancelled> = {},
): OrderCancelled {
  return { type: 'OrderCancelled', ...contentOf(orderId, lines), reason: null, from: 'placed', ...overrides }
}

export function orderExpired(orderId: string, lines: readonly OrderLine[]): OrderExpired {
  return { type: 'OrderExpired', ...contentOf(orderId, lines) }
}

export function orderCompleted(orderId: string, lines: readonly OrderLine[]): OrderCompleted {
  return { type: 'OrderCompleted', ...contentOf(orderId, lines) }
}

/** Rejected at noon for lack of stock, unless the overrides say otherwise. */
export function orderRejected(orderId: string, overrides: Partial<OrderRejected> = {}): OrderRejected {
  return {
    type: 'OrderRejected',
    orderId,
    customerId: 'c1',
    tier: 'standard',
    region: 'north',
    reason: 'out-of-stock',
    lines: [],
    total: null,
    shortages: [],
    rejectedAt: NOON,
    ...overrides,
  }
}

/** Lines of an order that came back, with their value. */
export function orderReturned(orderId: string, lines: readonly OrderLine[], reason = 'too small'): OrderReturned {
  const { customerId, tier, region, total: value } = contentOf(orderId, lines)
  return { type: 'OrderReturned', orderId, customerId, tier, region, lines, value, reason }
}

type Of<Event> = Partial<Omit<Event, 'type' | 'orderId' | 'attempt' | 'amount' | 'refund' | 'dispatch'>>

/** By card of customer c1, asked for at noon. */
export function paymentRequested(
  orderId: string,
  attempt: number,
  amount: number,
  overrides: Of<PaymentRequested> = {},
): PaymentRequested {
  const buyer = { tier: 'standard', ...PAYER } as const
  return { type: 'PaymentRequested', ...attemptOf(orderId, attempt, amount), ...buyer, at: NOON, ...overrides }
}

/** Of an open attempt; it confirms the order. */
export function paymentCaptured(
  orderId: string,
  attempt: number,
  amount: number,
  overrides: Of<PaymentCaptured> = {},
): PaymentCaptured {
  const outcome = { reference: `ch-${attempt}`, from: 'open', confirms: true } as const
  return { type: 'PaymentCaptured', ...attemptOf(orderId, attempt, amount), ...PAYER, ...outcome, ...overrides }
}

export function paymentDeclined(
  orderId: string,
  attempt: number,
  amount: number,
  overrides: Of<PaymentDeclined> = {},
): PaymentDeclined {
  return { type: 'PaymentDeclined', ...attemptOf(orderId, attempt, amount), ...PAYER, reason: 'no-funds', ...overrides }
}

/** Held at noon, for the alert that `fraudAlertRaised` makes. */
export function paymentHeld(
  orderId: string,
  attempt: number,
  amount: number,
  overrides: Of<PaymentHeld> = {},
): PaymentHeld {
  const hold = { alertId: `alert-${orderId}-${String(attempt)}`, at: NOON }
  return { type: 'PaymentHeld', ...attemptOf(orderId, attempt, amount), ...hold, ...overrides }
}

/** At one o'clock, as nobody looked. */
export function paymentReleased(
  orderId: string,
  attempt: number,
  amount: number,
  overrides: Of<PaymentReleased> = {},
): PaymentReleased {
  const release = { by: 'time', at: NOON + 3_600_000 }
  return { type: 'PaymentReleased', ...attemptOf(orderId, attempt, amount), ...release, ...overrides }
}

/** As goodwill for the first attempt. */
export function refundRequested(
  orderId: string,
  refund: number,
  amount: number,
  overrides: Partial<RefundRequested> = {},
): RefundRequested {
  return { type: 'RefundRequested', ...refundOf(orderId, refund, amount), note: null, ...overrides }
}

export function paymentRefunded(
  orderId: string,
  refund: number,
  amount: number,
  overrides: Partial<PaymentRefunded> = {},
): PaymentRefunded {
  return { type: 'PaymentRefunded', ...refundOf(orderId, refund, amount), reference: `re-${refund}`, ...overrides }
}

export function refundFailed(
  orderId: string,
  refund: number,
  amount: number,
  overrides: Partial<RefundFailed> = {},
): RefundFailed {
  return { type: 'RefundFailed', ...refundOf(orderId, refund, amount), reason: 'paid in cash', ...overrides }
}

export function deliveryScheduled(orderId: string, lines: readonly OrderLine[]): DeliveryScheduled {
  return { type: 'DeliveryScheduled', ...toWhom(orderId), lines }
}

export function deliveryDispatched(orderId: string, dispatch: number): DeliveryDispatched {
  return { type: 'DeliveryDispatched', ...toWhom(orderId), dispatch }
}

export function deliveryDelivered(orderId: string, dispatch: number): DeliveryDelivered {
  return { type: 'DeliveryDelivered', ...toWhom(orderId), dispatch }
}

export function deliveryFailed(orderId: string, dispatch: number, reason = 'nobody at home'): DeliveryFailed {
  return { type: 'DeliveryFailed', ...toWhom(orderId), dispatch, reason }
}

export function deliveryCancelled(
  orderId: string,
  overrides: Pick<DeliveryCancelled, 'from' | 'reason'>,
): DeliveryCancelled {
  return { type: 'DeliveryCancelled', ...toWhom(orderId), ...overrides }
}

function contentOf(orderId: string, lines: readonly OrderLine[]) {
  const content = { orderId, customerId: 'c1', tier: 'standard', region: 'north', lines, placedAt: NOON } as const
  return { ...content, total: totalOf(lines) ?? eur(0) }
}

function toWhom(orderId: string) {
  return { orderId, customerId: 'c1', tier: 'standard', region: 'north' } as const
}

function attemptOf(orderId: string, attempt: number, amount: number) {
  return { orderId, customerId: 'c1', attempt, method: 'card', amount: eur(amount) }
}

function refundOf(orderId: string, refund: number, amount: number) {
  return { ...attemptOf(orderId, 1, amount), refund, cause: 'goodwill' }
}

/** Of a card that two others have paid with too. */
export function fraudAlertRaised(
  orderId: string,
  attempt: number,
  overrides: Partial<FraudAlertRaised> = {},
): FraudAlertRaised {
  const text = '3 customers or more paid with this card'
  const reason = { rule: 'accountsOnCard', points: 80, value: 3, text, regions: null }
  return {
    ...{ type: 'FraudAlertRaised', alertId: `alert-${orderId}-${String(attempt)}`, orderId, customerId: 'c1', attempt },
    ...{ score: 80, table: '1', reasons: [reason], amount: eur(1000) },
    ...{ keys: { card: '0123456789abcdef', device: null, address: null, network: null } },
    ...overrides,
  }
}

/** Of the alert that `fraudAlertRaised` makes for its first attempt. */
export function fraudReviewed(orderId: string, verdict: 'fraud' | 'honest', note: string | null = null): FraudEvent {
  return { type: 'FraudReviewed', alertId: `alert-${orderId}-1`, orderId, verdict, note }
}
