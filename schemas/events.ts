// Generated from schemas/<Event>/v<N>.avsc by `orderledger schemas codegen`: change those, never this file.
import type { EventSchema } from './avro-schema.ts'

/** The status an order had when it was cancelled. */
export type CancelledFrom = 'placed' | 'confirmed'

/** The status an attempt had when its money was taken. */
export type CapturedFrom = 'open' | 'declined'

/** What was recorded of a day. */
export interface DayOfDemand {
  /** Units wanted. */
  readonly units: number
  /** Orders that wanted them. */
  readonly orders: number
}

/** The status a delivery had when it was cancelled. */
export type DeliveryCancelledFrom = 'scheduled' | 'failed'

/** What ties an attempt to pay to others: pseudonyms of 16 hex digits. */
export interface FraudKeys {
  /** Of the card. Null when not known. */
  readonly card: string | null
  /** Of the device. Null when not known. */
  readonly device: string | null
  /** Of the address. Null when not known. */
  readonly address: string | null
  /** Of the network. Null when not known. */
  readonly network: string | null
}

/** A rule of the table that gave points. */
export interface FraudReason {
  /** Name of the rule, such as accountsOnCard. The set is open: the next table may have others. */
  readonly rule: string
  /** What it gave. */
  readonly points: number
  /** What it counted, up to its highest step; of amounts minor units, of yes and no 1. */
  readonly value: number
  /** The same in words. */
  readonly text: string
  /** What the rule cardRegion compared. Null with any other rule. */
  readonly regions: FraudRegions | null
}

/** Two regions that are not the same. */
export interface FraudRegions {
  /** Country of the card, two letters. */
  readonly card: string
  /** Region of the customer, two letters. */
  readonly customer: string
}

/** An amount of money in one currency. */
export interface Money {
  /** In minor units (cents for EUR), at most 2^53 - 1. */
  readonly amount: number
  /** ISO 4217 code, upper case. */
  readonly currency: string
}

/** One line of an accepted order, as the catalogue stood when it was placed. */
export interface OrderLine {
  /** The product. */
  readonly sku: string
  /** Its name at that time. */
  readonly name: string
  /** Its category at that time. */
  readonly category: string
  /** Units ordered, at least 1. */
  readonly quantity: number
  /** Catalogue price of one unit at that time. */
  readonly unitPrice: Money
}

/** One line of a rejected order, with what the catalogue knew of its product. */
export interface RejectedLine {
  /** The product that was asked for. */
  readonly sku: string
  /** Null when the product is unknown. */
  readonly name: string | null
  /** Null when the product is unknown. */
  readonly category: string | null
  /** Units asked for, at least 1. */
  readonly quantity: number
  /** Null when the product is unknown. */
  readonly unitPrice: Money | null
}

/** A product of which fewer units were free than an order asked for. */
export interface Shortage {
  /** The product. */
  readonly sku: string
  /** Units asked for by all lines of the order together. */
  readonly wanted: number
  /** Units free at that moment. */
  readonly available: number
}

/** How the shop ranks a customer. */
export type Tier = 'standard' | 'vip'

/** A customer registered. Personal data lives in the customer streams and nowhere else. */
export interface CustomerRegistered {
  readonly type: 'CustomerRegistered'
  /** Identifies the customer for ever. */
  readonly customerId: string
  /** Personal data. */
  readonly name: string
  /** Personal data; null when not given. */
  readonly email: string | null
  /** Personal data; null when not given. */
  readonly phone: string | null
  /** Where the customer is served from; groups the figures of sales. */
  readonly region: string
  /** Rank at registration. */
  readonly tier: Tier
  /** BCP 47 tag of the language the customer is written to in. */
  readonly language: string
}

/** A customer rose or fell in rank; orders already placed keep theirs. */
export interface CustomerTierChanged {
  readonly type: 'CustomerTierChanged'
  /** The customer. */
  readonly customerId: string
  /** The new rank. */
  readonly tier: Tier
}

/** The order was cancelled, and nothing is delivered any more. */
export interface DeliveryCancelled {
  readonly type: 'DeliveryCancelled'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** Why the order was cancelled; null when not given. */
  readonly reason: string | null
  /** The status the delivery had until then. */
  readonly from: DeliveryCancelledFrom
}

/** The parcel of an order arrived. */
export interface DeliveryDelivered {
  readonly type: 'DeliveryDelivered'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again. */
  readonly dispatch: number
}

/** The parcel of an order left the house. The units left the stock with the first dispatch. */
export interface DeliveryDispatched {
  readonly type: 'DeliveryDispatched'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again. */
  readonly dispatch: number
}

/** The parcel of an order did not arrive. It may be dispatched again, or the order cancelled. */
export interface DeliveryFailed {
  readonly type: 'DeliveryFailed'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again. */
  readonly dispatch: number
  /** In the words of the carrier. */
  readonly reason: string
}

/** A confirmed order is to be delivered. */
export interface DeliveryScheduled {
  readonly type: 'DeliveryScheduled'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** What is to be delivered: the lines of the order. */
  readonly lines: readonly OrderLine[]
}

/** Demand for a product of days that this log does not know, day by day. */
export interface DemandRecorded {
  readonly type: 'DemandRecorded'
  /** The product. */
  readonly sku: string
  /** The first day, in UTC: YYYY-MM-DD. */
  readonly from: string
  /** Units wanted on each day from the first on, at least 0. */
  readonly units: readonly number[]
  /** Orders that wanted them, as many days. */
  readonly orders: readonly number[]
  /** What stood before of each of these days; null where nothing did. */
  readonly replaced: readonly (DayOfDemand | null)[]
}

/** An attempt to pay came to the threshold of the table in force. At most once for an attempt. */
export interface FraudAlertRaised {
  readonly type: 'FraudAlertRaised'
  /** Id of the event that brought the attempt to the threshold. */
  readonly alertId: string
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** The sum of the points of its reasons. */
  readonly score: number
  /** Version of the table that it was scored by. */
  readonly table: string
  /** In the order of the rules. */
  readonly reasons: readonly FraudReason[]
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** Those of the attempt. */
  readonly keys: FraudKeys
}

/** Somebody looked at an alert. Once; with the verdict fraud the order is cancelled in the same append, where it can be. */
export interface FraudReviewed {
  readonly type: 'FraudReviewed'
  /** The alert. */
  readonly alertId: string
  /** The order. */
  readonly orderId: string
  /** What it was: fraud or honest. A string and not an enum on purpose: neither can stand for one that a reader does not know. */
  readonly verdict: string
  /** In the words of whoever looked. Null when nothing was said. */
  readonly note: string | null
}

/** From here on attempts to pay are scored by this table of rules and points. */
export interface FraudTableSet {
  readonly type: 'FraudTableSet'
  /** Its version, as the table itself says it. */
  readonly table: string
  /** The table, as JSON without blanks. What raised an alert can be worked out again from it. */
  readonly content: string
}

/** The catalogue price of a product changed; orders already placed keep theirs. */
export interface PriceChanged {
  readonly type: 'PriceChanged'
  /** The product. */
  readonly sku: string
  /** The new price of one unit. */
  readonly price: Money
}

/** A product entered the catalogue. */
export interface ProductListed {
  readonly type: 'ProductListed'
  /** Identifies the product for ever. */
  readonly sku: string
  /** As shown to customers. */
  readonly name: string
  /** Groups products in the figures of sales. */
  readonly category: string
  /** Catalogue price of one unit. */
  readonly price: Money
  /** Units available below which somebody is to hear of it; 0: never. */
  readonly reorderPoint: number
}

/** Somebody set below how many units available a product is to be told of. */
export interface ReorderPointSet {
  readonly type: 'ReorderPointSet'
  /** The product. */
  readonly sku: string
  /** Units; 0: never. */
  readonly reorderPoint: number
}

/** A product refused more orders in an hour than the shop accepts without notice. At most one for each product and hour. */
export interface RestockAdvised {
  readonly type: 'RestockAdvised'
  /** The product. */
  readonly sku: string
  /** Orders refused in the hour because this product was short, up to this advice. */
  readonly refusedOrders: number
  /** Units of this product that they asked for. */
  readonly refusedUnits: number
  /** Where the hour begins: a clock hour in UTC. */
  readonly from: number
  /** Where the hour ends. */
  readonly to: number
}

/** The count of a product was corrected by hand: on hand changes by delta. */
export interface StockAdjusted {
  readonly type: 'StockAdjusted'
  /** The product. */
  readonly sku: string
  /** Units added (positive) or removed (negative), never 0. */
  readonly delta: number
  /** Why, in the words of whoever corrected it. */
  readonly reason: string
}

/** What is available of a product fell below its reorder point, in the append that holds this. */
export interface StockFellBelow {
  readonly type: 'StockFellBelow'
  /** The product. */
  readonly sku: string
  /** The reorder point, in units. */
  readonly threshold: number
  /** Units available after that append. */
  readonly available: number
}

/** Units of a product arrived: on hand grows. */
export interface StockReceived {
  readonly type: 'StockReceived'
  /** The product. */
  readonly sku: string
  /** Units received; 0 only in the first receipt of a product listed without stock. */
  readonly quantity: number
}

/** The reservation of an order ended without a sale: reserved shrinks, the units are free again. */
export interface StockReleased {
  readonly type: 'StockReleased'
  /** The product. */
  readonly sku: string
  /** The order the units were reserved for. */
  readonly orderId: string
  /** Units released, at least 1. */
  readonly quantity: number
}

/** Units of a product were set aside for an order: reserved grows. */
export interface StockReserved {
  readonly type: 'StockReserved'
  /** The product. */
  readonly sku: string
  /** The order the units are reserved for. */
  readonly orderId: string
  /** Units of all lines of the order with this product together, at least 1. */
  readonly quantity: number
}

/** Units of a product came back after they were shipped. */
export interface StockReturned {
  readonly type: 'StockReturned'
  /** The product. */
  readonly sku: string
  /** The order the units were shipped for. */
  readonly orderId: string
  /** Units returned, at least 1. */
  readonly quantity: number
  /** True: on hand grows by these units. False: they are written off, and on hand stays as it is. */
  readonly sellable: boolean
}

/** Reserved units left the house: on hand and reserved shrink. */
export interface StockShipped {
  readonly type: 'StockShipped'
  /** The product. */
  readonly sku: string
  /** The order the units were reserved for. */
  readonly orderId: string
  /** Units shipped, at least 1. */
  readonly quantity: number
}

/** A message about the event that names this stream was given up. Its content and its address are in no event. */
export interface NotificationFailed {
  readonly type: 'NotificationFailed'
  /** How the message went: email or sms. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly channel: string
  /** What it said, such as order-confirmed. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly template: string
  /** A code with the numbers of the server's reply, such as `refused 550 5.1.1`, gave-up, bad-address or skipped; never the server's words, which repeat the address. */
  readonly reason: string
  /** The order that it is about; null when it is about none. */
  readonly orderId: string | null
  /** The customer it was for; null when it was for an operator. Names and addresses stand in the customer streams alone. */
  readonly customerId: string | null
}

/** A message about the event that names this stream was sent. Its content and its address are in no event. */
export interface NotificationSent {
  readonly type: 'NotificationSent'
  /** How the message went: email or sms. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly channel: string
  /** What it said, such as order-confirmed. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly template: string
  /** The order that it is about; null when it is about none. */
  readonly orderId: string | null
  /** The customer it was for; null when it was for an operator. Names and addresses stand in the customer streams alone. */
  readonly customerId: string | null
  /** True when no service for this channel is configured: the message is shown and went nowhere. */
  readonly simulated: boolean
}

/** An order was cancelled and its reservations released. */
export interface OrderCancelled {
  readonly type: 'OrderCancelled'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** In the order they were sent; one product may stand on several. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over the lines. */
  readonly total: Money
  /** When the order was placed. */
  readonly placedAt: number
  /** In the words of whoever cancelled; null when not given. */
  readonly reason: string | null
  /** The status it had until then. */
  readonly from: CancelledFrom
}

/** A confirmed order was fulfilled. */
export interface OrderCompleted {
  readonly type: 'OrderCompleted'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** In the order they were sent; one product may stand on several. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over the lines. */
  readonly total: Money
  /** When the order was placed. */
  readonly placedAt: number
}

/** A placed order was confirmed. */
export interface OrderConfirmed {
  readonly type: 'OrderConfirmed'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** In the order they were sent; one product may stand on several. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over the lines. */
  readonly total: Money
  /** When the order was placed. */
  readonly placedAt: number
}

/** A placed order was not paid in time; its reservations were released. */
export interface OrderExpired {
  readonly type: 'OrderExpired'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** In the order they were sent; one product may stand on several. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over the lines. */
  readonly total: Money
  /** When the order was placed. */
  readonly placedAt: number
}

/** An order was accepted: every one of its lines is reserved. */
export interface OrderPlaced {
  readonly type: 'OrderPlaced'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** In the order they were sent; one product may stand on several. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over the lines. */
  readonly total: Money
  /** When the order was placed. */
  readonly placedAt: number
  /** When an unpaid order may expire; null = never. */
  readonly reservedUntil: number | null
  /** Pseudonym of the card, 16 hex digits. Null when not known. */
  readonly card: string | null
  /** Pseudonym of the device, 16 hex digits. Null when not known. */
  readonly device: string | null
  /** Pseudonym of the address, 16 hex digits. Null when not known. */
  readonly address: string | null
  /** Pseudonym of the network, 16 hex digits. Null when not known. */
  readonly network: string | null
  /** Country of the card, two letters as they were sent. Null when not known. */
  readonly cardRegion: string | null
}

/** An order was refused for a business reason and recorded, because lost demand is worth knowing. Final: its id is not used again. */
export interface OrderRejected {
  readonly type: 'OrderRejected'
  /** The order. */
  readonly orderId: string
  /** Who ordered, as named in the order: not necessarily a known customer. */
  readonly customerId: string
  /** Null when the customer is unknown. */
  readonly tier: Tier | null
  /** Null when the customer is unknown. */
  readonly region: string | null
  /** A code such as out-of-stock. A string and not an enum on purpose: the set is open, and a reader that meets a new reason must keep it instead of reading it as a default. */
  readonly reason: string
  /** In the order they were sent. */
  readonly lines: readonly RejectedLine[]
  /** Null when a price is unknown, currencies differ or the sum is past 2^53 - 1. */
  readonly total: Money | null
  /** Every product that fell short; empty for other reasons. */
  readonly shortages: readonly Shortage[]
  /** When the order was refused. */
  readonly rejectedAt: number
}

/** Units of a completed order came back. The order stays completed. */
export interface OrderReturned {
  readonly type: 'OrderReturned'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** What came back: a line for each product, with the units that came back, and name, category and price as in the order. */
  readonly lines: readonly OrderLine[]
  /** Sum of quantity times unit price over these lines. The refund is at most what is left of the payment. */
  readonly value: Money
  /** In the words of the person who takes them back. */
  readonly reason: string
}

/** The money of an attempt was taken. In the same append the order is confirmed, or a refund of all of it is requested. */
export interface PaymentCaptured {
  readonly type: 'PaymentCaptured'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** What the gateway calls the charge; free for a total of 0, account for a payment on account. */
  readonly reference: string
  /** The status the attempt had until then: declined when the capture came late. */
  readonly from: CapturedFrom
  /** True when this capture confirmed the order; false when the order could not take it, and all of it is refunded as not-owed. */
  readonly confirms: boolean
  /** Pseudonym of the card, 16 hex digits. Null when not known. */
  readonly card: string | null
  /** Pseudonym of the device, 16 hex digits. Null when not known. */
  readonly device: string | null
  /** Pseudonym of the address, 16 hex digits. Null when not known. */
  readonly address: string | null
  /** Pseudonym of the network, 16 hex digits. Null when not known. */
  readonly network: string | null
  /** Country of the card, two letters as they were sent. Null when not known. */
  readonly cardRegion: string | null
  /** Region of the customer when the order was placed. Null when not known. */
  readonly region: string | null
}

/** An attempt to pay ended without money. */
export interface PaymentDeclined {
  readonly type: 'PaymentDeclined'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** A code of the gateway, or one of ours: no-answer, wrong-amount, replaced, skipped, cancelled or fraud; one of the gateway that equals one of ours begins with gateway-. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly reason: string
  /** Pseudonym of the card, 16 hex digits. Null when not known. */
  readonly card: string | null
  /** Pseudonym of the device, 16 hex digits. Null when not known. */
  readonly device: string | null
  /** Pseudonym of the address, 16 hex digits. Null when not known. */
  readonly address: string | null
  /** Pseudonym of the network, 16 hex digits. Null when not known. */
  readonly network: string | null
  /** Country of the card, two letters as they were sent. Null when not known. */
  readonly cardRegion: string | null
  /** Region of the customer when the order was placed. Null when not known. */
  readonly region: string | null
}

/** An open attempt to pay is not charged before somebody has looked at its alert, or the time for that is over. At most once for an attempt. */
export interface PaymentHeld {
  readonly type: 'PaymentHeld'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** The alert: an event of the order's fraud stream. */
  readonly alertId: string
  /** When it was put on hold. */
  readonly at: number
}

/** Money of a captured attempt went back. */
export interface PaymentRefunded {
  readonly type: 'PaymentRefunded'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the refund within the order, from 1. */
  readonly refund: number
  /** The attempt whose money goes back. */
  readonly attempt: number
  /** How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What goes back, at least 1. */
  readonly amount: Money
  /** Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly cause: string
  /** What the gateway or the provider calls the refund; account for a payment on account. */
  readonly reference: string
}

/** An attempt to pay is on hold no longer and is charged. Its times count from here as those of others count from PaymentRequested. */
export interface PaymentReleased {
  readonly type: 'PaymentReleased'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** What released it: review (its alert was found honest) or time (nobody looked). A string and not an enum on purpose: neither can stand for one that a reader does not know. */
  readonly by: string
  /** When it was released. */
  readonly at: number
}

/** An attempt to pay an order began. The gateway is asked only after this event, under a key of the order and the attempt. */
export interface PaymentRequested {
  readonly type: 'PaymentRequested'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay within the order, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What the attempt is to take: the total of the order. */
  readonly amount: Money
  /** Rank of the customer when the order was placed. */
  readonly tier: Tier
  /** Region of the customer when the order was placed. */
  readonly region: string
  /** When it was asked for. */
  readonly at: number
  /** Pseudonym of the card, 16 hex digits. Null when not known. */
  readonly card: string | null
  /** Pseudonym of the device, 16 hex digits. Null when not known. */
  readonly device: string | null
  /** Pseudonym of the address, 16 hex digits. Null when not known. */
  readonly address: string | null
  /** Pseudonym of the network, 16 hex digits. Null when not known. */
  readonly network: string | null
  /** Country of the card, two letters as they were sent. Null when not known. */
  readonly cardRegion: string | null
}

/** A refund was given up: a person settles it outside. It counts as gone from what is left of the attempt, and not as refunded. */
export interface RefundFailed {
  readonly type: 'RefundFailed'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the refund within the order, from 1. */
  readonly refund: number
  /** The attempt whose money goes back. */
  readonly attempt: number
  /** How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What goes back, at least 1. */
  readonly amount: Money
  /** Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly cause: string
  /** In the words of the person who gave it up. */
  readonly reason: string
}

/** Money of a captured attempt is to go back. The gateway is asked only after this event, under a key of the order and the refund. */
export interface RefundRequested {
  readonly type: 'RefundRequested'
  /** The order. */
  readonly orderId: string
  /** Who ordered. */
  readonly customerId: string
  /** Number of the refund within the order, from 1. */
  readonly refund: number
  /** The attempt whose money goes back. */
  readonly attempt: number
  /** How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly method: string
  /** What goes back, at least 1. */
  readonly amount: Money
  /** Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default. */
  readonly cause: string
  /** In the words of the person who refunds; null when not given. */
  readonly note: string | null
}

export type CustomerEvent = CustomerRegistered | CustomerTierChanged

export type DeliveryEvent = DeliveryCancelled | DeliveryDelivered | DeliveryDispatched | DeliveryFailed | DeliveryScheduled

export type DemandEvent = DemandRecorded

export type FraudEvent = FraudAlertRaised | FraudReviewed | FraudTableSet

export type InventoryEvent = PriceChanged | ProductListed | ReorderPointSet | RestockAdvised | StockAdjusted | StockFellBelow | StockReceived | StockReleased | StockReserved | StockReturned | StockShipped

export type NotificationEvent = NotificationFailed | NotificationSent

export type OrderEvent = OrderCancelled | OrderCompleted | OrderConfirmed | OrderExpired | OrderPlaced | OrderRejected | OrderReturned

export type PaymentEvent = PaymentCaptured | PaymentDeclined | PaymentHeld | PaymentRefunded | PaymentReleased | PaymentRequested | RefundFailed | RefundRequested

export type DomainEvent = CustomerEvent | DeliveryEvent | DemandEvent | FraudEvent | InventoryEvent | NotificationEvent | OrderEvent | PaymentEvent

export type EventType = DomainEvent['type']

/** Events that are read and no longer written; `upcasters.ts` says what each of them means today. */
export type RetiredEvent = never

/** Every event that the log can contain, in the newest version of its own type. */
export type HistoricEvent = DomainEvent | RetiredEvent

export type HistoricType = HistoricEvent['type']

/** What each retired event means today, in the order in which to fold them. A missing one does not compile. */
export type Upcasters = {
  readonly [T in RetiredEvent['type']]: (event: Extract<RetiredEvent, { readonly type: T }>) => readonly DomainEvent[]
}

/** The events that replace a retired one: code that needs one of them needs the retired one too. */
export const retiredEvents: { readonly [T in RetiredEvent['type']]: { readonly by: readonly EventType[] } } = {
}

/** What is written to the streams of each kind. */
export interface EventsOf {
  readonly customer: CustomerEvent
  readonly delivery: DeliveryEvent
  readonly demand: DemandEvent
  readonly fraud: FraudEvent
  readonly inventory: InventoryEvent
  readonly notification: NotificationEvent
  readonly order: OrderEvent
  readonly payment: PaymentEvent
}

/** The kind of a stream: the part of its name before the first dash. */
export type StreamKind = keyof EventsOf

/** Every version of every event, oldest first: version n stands at index n - 1. */
export const eventSchemas: {
  readonly [T in HistoricType]: {
    readonly stream: StreamKind
    readonly versions: readonly [EventSchema, ...EventSchema[]]
  }
} = {
  CustomerRegistered: {
    stream: 'customer',
    versions: [
      {"type":"record","name":"CustomerRegistered","namespace":"orderledger","doc":"A customer registered. Personal data lives in the customer streams and nowhere else.","stream":"customer","fields":[{"name":"customerId","type":"string","doc":"Identifies the customer for ever."},{"name":"name","type":"string","doc":"Personal data."},{"name":"email","type":["null","string"],"doc":"Personal data; null when not given.","default":null},{"name":"phone","type":["null","string"],"doc":"Personal data; null when not given.","default":null},{"name":"region","type":"string","doc":"Where the customer is served from; groups the figures of sales."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank at registration."}]},
      {"type":"record","name":"CustomerRegistered","namespace":"orderledger","doc":"A customer registered. Personal data lives in the customer streams and nowhere else.","stream":"customer","fields":[{"name":"customerId","type":"string","doc":"Identifies the customer for ever."},{"name":"name","type":"string","doc":"Personal data."},{"name":"email","type":["null","string"],"doc":"Personal data; null when not given.","default":null},{"name":"phone","type":["null","string"],"doc":"Personal data; null when not given.","default":null},{"name":"region","type":"string","doc":"Where the customer is served from; groups the figures of sales."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank at registration."},{"name":"language","type":"string","doc":"BCP 47 tag of the language the customer is written to in.","default":"en"}]},
    ],
  },
  CustomerTierChanged: {
    stream: 'customer',
    versions: [
      {"type":"record","name":"CustomerTierChanged","namespace":"orderledger","doc":"A customer rose or fell in rank; orders already placed keep theirs.","stream":"customer","fields":[{"name":"customerId","type":"string","doc":"The customer."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"The new rank."}]},
    ],
  },
  DeliveryCancelled: {
    stream: 'delivery',
    versions: [
      {"type":"record","name":"DeliveryCancelled","namespace":"orderledger","doc":"The order was cancelled, and nothing is delivered any more.","stream":"delivery","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"reason","type":["null","string"],"doc":"Why the order was cancelled; null when not given.","default":null},{"name":"from","type":{"type":"enum","name":"DeliveryCancelledFrom","doc":"The status a delivery had when it was cancelled.","symbols":["scheduled","failed"],"default":"scheduled"},"doc":"The status the delivery had until then."}]},
    ],
  },
  DeliveryDelivered: {
    stream: 'delivery',
    versions: [
      {"type":"record","name":"DeliveryDelivered","namespace":"orderledger","doc":"The parcel of an order arrived.","stream":"delivery","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"dispatch","type":"int","doc":"Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again."}]},
    ],
  },
  DeliveryDispatched: {
    stream: 'delivery',
    versions: [
      {"type":"record","name":"DeliveryDispatched","namespace":"orderledger","doc":"The parcel of an order left the house. The units left the stock with the first dispatch.","stream":"delivery","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"dispatch","type":"int","doc":"Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again."}]},
    ],
  },
  DeliveryFailed: {
    stream: 'delivery',
    versions: [
      {"type":"record","name":"DeliveryFailed","namespace":"orderledger","doc":"The parcel of an order did not arrive. It may be dispatched again, or the order cancelled.","stream":"delivery","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"dispatch","type":"int","doc":"Number of the dispatch within the order, from 1: a delivery that failed may be dispatched again."},{"name":"reason","type":"string","doc":"In the words of the carrier."}]},
    ],
  },
  DeliveryScheduled: {
    stream: 'delivery',
    versions: [
      {"type":"record","name":"DeliveryScheduled","namespace":"orderledger","doc":"A confirmed order is to be delivered.","stream":"delivery","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"What is to be delivered: the lines of the order."}]},
    ],
  },
  DemandRecorded: {
    stream: 'demand',
    versions: [
      {"type":"record","name":"DemandRecorded","namespace":"orderledger","doc":"Demand for a product of days that this log does not know, day by day.","stream":"demand","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"from","type":"string","doc":"The first day, in UTC: YYYY-MM-DD."},{"name":"units","type":{"type":"array","items":"long"},"doc":"Units wanted on each day from the first on, at least 0."},{"name":"orders","type":{"type":"array","items":"long"},"doc":"Orders that wanted them, as many days."},{"name":"replaced","type":{"type":"array","items":["null",{"type":"record","name":"DayOfDemand","doc":"What was recorded of a day.","fields":[{"name":"units","type":"long","doc":"Units wanted."},{"name":"orders","type":"long","doc":"Orders that wanted them."}]}]},"doc":"What stood before of each of these days; null where nothing did."}]},
    ],
  },
  FraudAlertRaised: {
    stream: 'fraud',
    versions: [
      {"type":"record","name":"FraudAlertRaised","namespace":"orderledger","doc":"An attempt to pay came to the threshold of the table in force. At most once for an attempt.","stream":"fraud","fields":[{"name":"alertId","type":"string","doc":"Id of the event that brought the attempt to the threshold."},{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"score","type":"int","doc":"The sum of the points of its reasons."},{"name":"table","type":"string","doc":"Version of the table that it was scored by."},{"name":"reasons","type":{"type":"array","items":{"type":"record","name":"FraudReason","doc":"A rule of the table that gave points.","fields":[{"name":"rule","type":"string","doc":"Name of the rule, such as accountsOnCard. The set is open: the next table may have others."},{"name":"points","type":"int","doc":"What it gave."},{"name":"value","type":"long","doc":"What it counted, up to its highest step; of amounts minor units, of yes and no 1."},{"name":"text","type":"string","doc":"The same in words."}]}},"doc":"In the order of the rules."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"keys","type":{"type":"record","name":"FraudKeys","doc":"What ties an attempt to pay to others: pseudonyms of 16 hex digits.","fields":[{"name":"card","type":["null","string"],"doc":"Of the card. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Of the device. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Of the address. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Of the network. Null when not known.","default":null}]},"doc":"Those of the attempt."}]},
      {"type":"record","name":"FraudAlertRaised","namespace":"orderledger","doc":"An attempt to pay came to the threshold of the table in force. At most once for an attempt.","stream":"fraud","fields":[{"name":"alertId","type":"string","doc":"Id of the event that brought the attempt to the threshold."},{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"score","type":"int","doc":"The sum of the points of its reasons."},{"name":"table","type":"string","doc":"Version of the table that it was scored by."},{"name":"reasons","type":{"type":"array","items":{"type":"record","name":"FraudReason","doc":"A rule of the table that gave points.","fields":[{"name":"rule","type":"string","doc":"Name of the rule, such as accountsOnCard. The set is open: the next table may have others."},{"name":"points","type":"int","doc":"What it gave."},{"name":"value","type":"long","doc":"What it counted, up to its highest step; of amounts minor units, of yes and no 1."},{"name":"text","type":"string","doc":"The same in words."},{"name":"regions","type":["null",{"type":"record","name":"FraudRegions","doc":"Two regions that are not the same.","fields":[{"name":"card","type":"string","doc":"Country of the card, two letters."},{"name":"customer","type":"string","doc":"Region of the customer, two letters."}]}],"doc":"What the rule cardRegion compared. Null with any other rule.","default":null}]}},"doc":"In the order of the rules."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"keys","type":{"type":"record","name":"FraudKeys","doc":"What ties an attempt to pay to others: pseudonyms of 16 hex digits.","fields":[{"name":"card","type":["null","string"],"doc":"Of the card. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Of the device. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Of the address. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Of the network. Null when not known.","default":null}]},"doc":"Those of the attempt."}]},
    ],
  },
  FraudReviewed: {
    stream: 'fraud',
    versions: [
      {"type":"record","name":"FraudReviewed","namespace":"orderledger","doc":"Somebody looked at an alert. Once; with the verdict fraud the order is cancelled in the same append, where it can be.","stream":"fraud","fields":[{"name":"alertId","type":"string","doc":"The alert."},{"name":"orderId","type":"string","doc":"The order."},{"name":"verdict","type":"string","doc":"What it was: fraud or honest. A string and not an enum on purpose: neither can stand for one that a reader does not know."},{"name":"note","type":["null","string"],"doc":"In the words of whoever looked. Null when nothing was said.","default":null}]},
    ],
  },
  FraudTableSet: {
    stream: 'fraud',
    versions: [
      {"type":"record","name":"FraudTableSet","namespace":"orderledger","doc":"From here on attempts to pay are scored by this table of rules and points.","stream":"fraud","fields":[{"name":"table","type":"string","doc":"Its version, as the table itself says it."},{"name":"content","type":"string","doc":"The table, as JSON without blanks. What raised an alert can be worked out again from it."}]},
    ],
  },
  PriceChanged: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"PriceChanged","namespace":"orderledger","doc":"The catalogue price of a product changed; orders already placed keep theirs.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"price","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"The new price of one unit."}]},
    ],
  },
  ProductListed: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"ProductListed","namespace":"orderledger","doc":"A product entered the catalogue.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"Identifies the product for ever."},{"name":"name","type":"string","doc":"As shown to customers."},{"name":"category","type":"string","doc":"Groups products in the figures of sales."},{"name":"price","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit."}]},
      {"type":"record","name":"ProductListed","namespace":"orderledger","doc":"A product entered the catalogue.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"Identifies the product for ever."},{"name":"name","type":"string","doc":"As shown to customers."},{"name":"category","type":"string","doc":"Groups products in the figures of sales."},{"name":"price","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit."},{"name":"reorderPoint","type":"long","doc":"Units available below which somebody is to hear of it; 0: never.","default":100}]},
    ],
  },
  ReorderPointSet: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"ReorderPointSet","namespace":"orderledger","doc":"Somebody set below how many units available a product is to be told of.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"reorderPoint","type":"long","doc":"Units; 0: never."}]},
    ],
  },
  RestockAdvised: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"RestockAdvised","namespace":"orderledger","doc":"A product refused more orders in an hour than the shop accepts without notice. At most one for each product and hour.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"refusedOrders","type":"long","doc":"Orders refused in the hour because this product was short, up to this advice."},{"name":"refusedUnits","type":"long","doc":"Units of this product that they asked for."},{"name":"from","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"Where the hour begins: a clock hour in UTC."},{"name":"to","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"Where the hour ends."}]},
    ],
  },
  StockAdjusted: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockAdjusted","namespace":"orderledger","doc":"The count of a product was corrected by hand: on hand changes by delta.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"delta","type":"long","doc":"Units added (positive) or removed (negative), never 0."},{"name":"reason","type":"string","doc":"Why, in the words of whoever corrected it."}]},
    ],
  },
  StockFellBelow: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockFellBelow","namespace":"orderledger","doc":"What is available of a product fell below its reorder point, in the append that holds this.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"threshold","type":"long","doc":"The reorder point, in units."},{"name":"available","type":"long","doc":"Units available after that append."}]},
    ],
  },
  StockReceived: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockReceived","namespace":"orderledger","doc":"Units of a product arrived: on hand grows.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"quantity","type":"long","doc":"Units received; 0 only in the first receipt of a product listed without stock."}]},
    ],
  },
  StockReleased: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockReleased","namespace":"orderledger","doc":"The reservation of an order ended without a sale: reserved shrinks, the units are free again.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"orderId","type":"string","doc":"The order the units were reserved for."},{"name":"quantity","type":"long","doc":"Units released, at least 1."}]},
    ],
  },
  StockReserved: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockReserved","namespace":"orderledger","doc":"Units of a product were set aside for an order: reserved grows.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"orderId","type":"string","doc":"The order the units are reserved for."},{"name":"quantity","type":"long","doc":"Units of all lines of the order with this product together, at least 1."}]},
    ],
  },
  StockReturned: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockReturned","namespace":"orderledger","doc":"Units of a product came back after they were shipped.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"orderId","type":"string","doc":"The order the units were shipped for."},{"name":"quantity","type":"long","doc":"Units returned, at least 1."},{"name":"sellable","type":"boolean","doc":"True: on hand grows by these units. False: they are written off, and on hand stays as it is."}]},
    ],
  },
  StockShipped: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockShipped","namespace":"orderledger","doc":"Reserved units left the house: on hand and reserved shrink.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"orderId","type":"string","doc":"The order the units were reserved for."},{"name":"quantity","type":"long","doc":"Units shipped, at least 1."}]},
    ],
  },
  NotificationFailed: {
    stream: 'notification',
    versions: [
      {"type":"record","name":"NotificationFailed","namespace":"orderledger","doc":"A message about the event that names this stream was given up. Its content and its address are in no event.","stream":"notification","fields":[{"name":"channel","type":"string","doc":"How the message went: email or sms. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"template","type":"string","doc":"What it said, such as order-confirmed. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"reason","type":"string","doc":"A code with the numbers of the server's reply, such as `refused 550 5.1.1`, gave-up, bad-address or skipped; never the server's words, which repeat the address."},{"name":"orderId","type":["null","string"],"doc":"The order that it is about; null when it is about none.","default":null},{"name":"customerId","type":["null","string"],"doc":"The customer it was for; null when it was for an operator. Names and addresses stand in the customer streams alone.","default":null}]},
    ],
  },
  NotificationSent: {
    stream: 'notification',
    versions: [
      {"type":"record","name":"NotificationSent","namespace":"orderledger","doc":"A message about the event that names this stream was sent. Its content and its address are in no event.","stream":"notification","fields":[{"name":"channel","type":"string","doc":"How the message went: email or sms. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"template","type":"string","doc":"What it said, such as order-confirmed. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"orderId","type":["null","string"],"doc":"The order that it is about; null when it is about none.","default":null},{"name":"customerId","type":["null","string"],"doc":"The customer it was for; null when it was for an operator. Names and addresses stand in the customer streams alone.","default":null},{"name":"simulated","type":"boolean","doc":"True when no service for this channel is configured: the message is shown and went nowhere."}]},
    ],
  },
  OrderCancelled: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderCancelled","namespace":"orderledger","doc":"An order was cancelled and its reservations released.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."},{"name":"reason","type":["null","string"],"doc":"In the words of whoever cancelled; null when not given.","default":null},{"name":"from","type":{"type":"enum","name":"CancelledFrom","doc":"The status an order had when it was cancelled.","symbols":["placed","confirmed"],"default":"placed"},"doc":"The status it had until then."}]},
    ],
  },
  OrderCompleted: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderCompleted","namespace":"orderledger","doc":"A confirmed order was fulfilled.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."}]},
    ],
  },
  OrderConfirmed: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderConfirmed","namespace":"orderledger","doc":"A placed order was confirmed.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."}]},
    ],
  },
  OrderExpired: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderExpired","namespace":"orderledger","doc":"A placed order was not paid in time; its reservations were released.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."}]},
    ],
  },
  OrderPlaced: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderPlaced","namespace":"orderledger","doc":"An order was accepted: every one of its lines is reserved.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."},{"name":"reservedUntil","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"doc":"When an unpaid order may expire; null = never.","default":null}]},
      {"type":"record","name":"OrderPlaced","namespace":"orderledger","doc":"An order was accepted: every one of its lines is reserved.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"In the order they were sent; one product may stand on several."},{"name":"total","type":"Money","doc":"Sum of quantity times unit price over the lines."},{"name":"placedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was placed."},{"name":"reservedUntil","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"doc":"When an unpaid order may expire; null = never.","default":null},{"name":"card","type":["null","string"],"doc":"Pseudonym of the card, 16 hex digits. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Pseudonym of the device, 16 hex digits. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Pseudonym of the address, 16 hex digits. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Pseudonym of the network, 16 hex digits. Null when not known.","default":null},{"name":"cardRegion","type":["null","string"],"doc":"Country of the card, two letters as they were sent. Null when not known.","default":null}]},
    ],
  },
  OrderRejected: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderRejected","namespace":"orderledger","doc":"An order was refused for a business reason and recorded, because lost demand is worth knowing. Final: its id is not used again.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered, as named in the order: not necessarily a known customer."},{"name":"tier","type":["null",{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"}],"doc":"Null when the customer is unknown.","default":null},{"name":"region","type":["null","string"],"doc":"Null when the customer is unknown.","default":null},{"name":"reason","type":"string","doc":"A code such as out-of-stock. A string and not an enum on purpose: the set is open, and a reader that meets a new reason must keep it instead of reading it as a default."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"RejectedLine","doc":"One line of a rejected order, with what the catalogue knew of its product.","fields":[{"name":"sku","type":"string","doc":"The product that was asked for."},{"name":"name","type":["null","string"],"doc":"Null when the product is unknown.","default":null},{"name":"category","type":["null","string"],"doc":"Null when the product is unknown.","default":null},{"name":"quantity","type":"int","doc":"Units asked for, at least 1."},{"name":"unitPrice","type":["null",{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]}],"doc":"Null when the product is unknown.","default":null}]}},"doc":"In the order they were sent."},{"name":"total","type":["null","Money"],"doc":"Null when a price is unknown, currencies differ or the sum is past 2^53 - 1.","default":null},{"name":"shortages","type":{"type":"array","items":{"type":"record","name":"Shortage","doc":"A product of which fewer units were free than an order asked for.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"wanted","type":"long","doc":"Units asked for by all lines of the order together."},{"name":"available","type":"long","doc":"Units free at that moment."}]}},"doc":"Every product that fell short; empty for other reasons."},{"name":"rejectedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was refused."}]},
    ],
  },
  OrderReturned: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderReturned","namespace":"orderledger","doc":"Units of a completed order came back. The order stays completed.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"OrderLine","doc":"One line of an accepted order, as the catalogue stood when it was placed.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"name","type":"string","doc":"Its name at that time."},{"name":"category","type":"string","doc":"Its category at that time."},{"name":"quantity","type":"int","doc":"Units ordered, at least 1."},{"name":"unitPrice","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"Catalogue price of one unit at that time."}]}},"doc":"What came back: a line for each product, with the units that came back, and name, category and price as in the order."},{"name":"value","type":"Money","doc":"Sum of quantity times unit price over these lines. The refund is at most what is left of the payment."},{"name":"reason","type":"string","doc":"In the words of the person who takes them back."}]},
    ],
  },
  PaymentCaptured: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentCaptured","namespace":"orderledger","doc":"The money of an attempt was taken. In the same append the order is confirmed, or a refund of all of it is requested.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"reference","type":"string","doc":"What the gateway calls the charge; free for a total of 0, account for a payment on account."},{"name":"from","type":{"type":"enum","name":"CapturedFrom","doc":"The status an attempt had when its money was taken.","symbols":["open","declined"],"default":"open"},"doc":"The status the attempt had until then: declined when the capture came late."},{"name":"confirms","type":"boolean","doc":"True when this capture confirmed the order; false when the order could not take it, and all of it is refunded as not-owed."}]},
      {"type":"record","name":"PaymentCaptured","namespace":"orderledger","doc":"The money of an attempt was taken. In the same append the order is confirmed, or a refund of all of it is requested.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"reference","type":"string","doc":"What the gateway calls the charge; free for a total of 0, account for a payment on account."},{"name":"from","type":{"type":"enum","name":"CapturedFrom","doc":"The status an attempt had when its money was taken.","symbols":["open","declined"],"default":"open"},"doc":"The status the attempt had until then: declined when the capture came late."},{"name":"confirms","type":"boolean","doc":"True when this capture confirmed the order; false when the order could not take it, and all of it is refunded as not-owed."},{"name":"card","type":["null","string"],"doc":"Pseudonym of the card, 16 hex digits. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Pseudonym of the device, 16 hex digits. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Pseudonym of the address, 16 hex digits. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Pseudonym of the network, 16 hex digits. Null when not known.","default":null},{"name":"cardRegion","type":["null","string"],"doc":"Country of the card, two letters as they were sent. Null when not known.","default":null},{"name":"region","type":["null","string"],"doc":"Region of the customer when the order was placed. Null when not known.","default":null}]},
    ],
  },
  PaymentDeclined: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentDeclined","namespace":"orderledger","doc":"An attempt to pay ended without money.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"reason","type":"string","doc":"A code of the gateway, or no-answer, replaced, skipped or wrong-amount. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."}]},
      {"type":"record","name":"PaymentDeclined","namespace":"orderledger","doc":"An attempt to pay ended without money.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"reason","type":"string","doc":"A code of the gateway, or one of ours: no-answer, wrong-amount, replaced, skipped, cancelled or fraud; one of the gateway that equals one of ours begins with gateway-. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"card","type":["null","string"],"doc":"Pseudonym of the card, 16 hex digits. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Pseudonym of the device, 16 hex digits. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Pseudonym of the address, 16 hex digits. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Pseudonym of the network, 16 hex digits. Null when not known.","default":null},{"name":"cardRegion","type":["null","string"],"doc":"Country of the card, two letters as they were sent. Null when not known.","default":null},{"name":"region","type":["null","string"],"doc":"Region of the customer when the order was placed. Null when not known.","default":null}]},
    ],
  },
  PaymentHeld: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentHeld","namespace":"orderledger","doc":"An open attempt to pay is not charged before somebody has looked at its alert, or the time for that is over. At most once for an attempt.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"alertId","type":"string","doc":"The alert: an event of the order's fraud stream."},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was put on hold."}]},
    ],
  },
  PaymentRefunded: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentRefunded","namespace":"orderledger","doc":"Money of a captured attempt went back.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"refund","type":"int","doc":"Number of the refund within the order, from 1."},{"name":"attempt","type":"int","doc":"The attempt whose money goes back."},{"name":"method","type":"string","doc":"How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What goes back, at least 1."},{"name":"cause","type":"string","doc":"Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"reference","type":"string","doc":"What the gateway or the provider calls the refund; account for a payment on account."}]},
    ],
  },
  PaymentReleased: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentReleased","namespace":"orderledger","doc":"An attempt to pay is on hold no longer and is charged. Its times count from here as those of others count from PaymentRequested.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"by","type":"string","doc":"What released it: review (its alert was found honest) or time (nobody looked). A string and not an enum on purpose: neither can stand for one that a reader does not know."},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was released."}]},
    ],
  },
  PaymentRequested: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"PaymentRequested","namespace":"orderledger","doc":"An attempt to pay an order began. The gateway is asked only after this event, under a key of the order and the attempt.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was asked for."}]},
      {"type":"record","name":"PaymentRequested","namespace":"orderledger","doc":"An attempt to pay an order began. The gateway is asked only after this event, under a key of the order and the attempt.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"attempt","type":"int","doc":"Number of the attempt to pay within the order, from 1."},{"name":"method","type":"string","doc":"How it is paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What the attempt is to take: the total of the order."},{"name":"tier","type":{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"},"doc":"Rank of the customer when the order was placed."},{"name":"region","type":"string","doc":"Region of the customer when the order was placed."},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was asked for."},{"name":"card","type":["null","string"],"doc":"Pseudonym of the card, 16 hex digits. Null when not known.","default":null},{"name":"device","type":["null","string"],"doc":"Pseudonym of the device, 16 hex digits. Null when not known.","default":null},{"name":"address","type":["null","string"],"doc":"Pseudonym of the address, 16 hex digits. Null when not known.","default":null},{"name":"network","type":["null","string"],"doc":"Pseudonym of the network, 16 hex digits. Null when not known.","default":null},{"name":"cardRegion","type":["null","string"],"doc":"Country of the card, two letters as they were sent. Null when not known.","default":null}]},
    ],
  },
  RefundFailed: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"RefundFailed","namespace":"orderledger","doc":"A refund was given up: a person settles it outside. It counts as gone from what is left of the attempt, and not as refunded.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"refund","type":"int","doc":"Number of the refund within the order, from 1."},{"name":"attempt","type":"int","doc":"The attempt whose money goes back."},{"name":"method","type":"string","doc":"How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What goes back, at least 1."},{"name":"cause","type":"string","doc":"Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"reason","type":"string","doc":"In the words of the person who gave it up."}]},
    ],
  },
  RefundRequested: {
    stream: 'payment',
    versions: [
      {"type":"record","name":"RefundRequested","namespace":"orderledger","doc":"Money of a captured attempt is to go back. The gateway is asked only after this event, under a key of the order and the refund.","stream":"payment","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered."},{"name":"refund","type":"int","doc":"Number of the refund within the order, from 1."},{"name":"attempt","type":"int","doc":"The attempt whose money goes back."},{"name":"method","type":"string","doc":"How that attempt was paid: card, paypal, bank-transfer or on-account. A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"amount","type":{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]},"doc":"What goes back, at least 1."},{"name":"cause","type":"string","doc":"Why: cancelled, returned, not-owed (a capture that the order could not take), goodwill, or provider (moved by the provider itself: a refund at its desk, a chargeback). A string and not an enum on purpose: the set is open, and a reader that meets a new one must keep it instead of reading it as a default."},{"name":"note","type":["null","string"],"doc":"In the words of the person who refunds; null when not given.","default":null}]},
    ],
  },
}
