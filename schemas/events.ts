// Generated from schemas/<Event>/v<N>.avsc by `orderledger schemas codegen`: change those, never this file.
import type { EventSchema } from './avro-schema.ts'

/** The status an order had when it was cancelled. */
export type CancelledFrom = 'placed' | 'confirmed'

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

export type CustomerEvent = CustomerRegistered | CustomerTierChanged

export type InventoryEvent = PriceChanged | ProductListed | StockAdjusted | StockReceived | StockReleased | StockReserved | StockShipped

export type OrderEvent = OrderCancelled | OrderCompleted | OrderConfirmed | OrderExpired | OrderPlaced | OrderRejected

export type DomainEvent = CustomerEvent | InventoryEvent | OrderEvent

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

/** The kind of a stream: the part of its name before the first dash. */
export type StreamKind = 'customer' | 'inventory' | 'order'

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
    ],
  },
  StockAdjusted: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockAdjusted","namespace":"orderledger","doc":"The count of a product was corrected by hand: on hand changes by delta.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"delta","type":"long","doc":"Units added (positive) or removed (negative), never 0."},{"name":"reason","type":"string","doc":"Why, in the words of whoever corrected it."}]},
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
  StockShipped: {
    stream: 'inventory',
    versions: [
      {"type":"record","name":"StockShipped","namespace":"orderledger","doc":"Reserved units left the house: on hand and reserved shrink.","stream":"inventory","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"orderId","type":"string","doc":"The order the units were reserved for."},{"name":"quantity","type":"long","doc":"Units shipped, at least 1."}]},
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
    ],
  },
  OrderRejected: {
    stream: 'order',
    versions: [
      {"type":"record","name":"OrderRejected","namespace":"orderledger","doc":"An order was refused for a business reason and recorded, because lost demand is worth knowing. Final: its id is not used again.","stream":"order","fields":[{"name":"orderId","type":"string","doc":"The order."},{"name":"customerId","type":"string","doc":"Who ordered, as named in the order: not necessarily a known customer."},{"name":"tier","type":["null",{"type":"enum","name":"Tier","doc":"How the shop ranks a customer.","symbols":["standard","vip"],"default":"standard"}],"doc":"Null when the customer is unknown.","default":null},{"name":"region","type":["null","string"],"doc":"Null when the customer is unknown.","default":null},{"name":"reason","type":"string","doc":"A code such as out-of-stock. A string and not an enum on purpose: the set is open, and a reader that meets a new reason must keep it instead of reading it as a default."},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"RejectedLine","doc":"One line of a rejected order, with what the catalogue knew of its product.","fields":[{"name":"sku","type":"string","doc":"The product that was asked for."},{"name":"name","type":["null","string"],"doc":"Null when the product is unknown.","default":null},{"name":"category","type":["null","string"],"doc":"Null when the product is unknown.","default":null},{"name":"quantity","type":"int","doc":"Units asked for, at least 1."},{"name":"unitPrice","type":["null",{"type":"record","name":"Money","doc":"An amount of money in one currency.","fields":[{"name":"amount","type":"long","doc":"In minor units (cents for EUR), at most 2^53 - 1."},{"name":"currency","type":"string","doc":"ISO 4217 code, upper case."}]}],"doc":"Null when the product is unknown.","default":null}]}},"doc":"In the order they were sent."},{"name":"total","type":["null","Money"],"doc":"Null when a price is unknown, currencies differ or the sum is past 2^53 - 1.","default":null},{"name":"shortages","type":{"type":"array","items":{"type":"record","name":"Shortage","doc":"A product of which fewer units were free than an order asked for.","fields":[{"name":"sku","type":"string","doc":"The product."},{"name":"wanted","type":"long","doc":"Units asked for by all lines of the order together."},{"name":"available","type":"long","doc":"Units free at that moment."}]}},"doc":"Every product that fell short; empty for other reasons."},{"name":"rejectedAt","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When the order was refused."}]},
    ],
  },
}
