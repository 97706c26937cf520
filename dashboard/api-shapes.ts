// Generated from openapi.json by `npm run generate`: the shapes of the API. Do not edit.

/** Something that happened; without personal data. */
export interface Activity {
  /** Position of the event in the log. */
  readonly position: number
  /** When it was recorded. RFC 3339, UTC. */
  readonly at: string
  /** What it happened to: order, payment, delivery, inventory, customer. */
  readonly kind: string
  /** Type of the event. */
  readonly type: string
  /** Id of the order (of a payment or a delivery too), the product or the customer. */
  readonly id: string
  /** Name of the product, or of the first product of an order. */
  readonly title: string | null
  /** Customer of the order, the payment or the delivery. */
  readonly customerId: string | null
  readonly amount: Money | null
  /** Units. */
  readonly units: number | null
  /** Why an order was rejected or a payment declined, or the cause of a refund; a code. */
  readonly reason: string | null
}

/** A page of a list: Activity. */
export interface ActivityList {
  readonly items: readonly Activity[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A correction of the stock. */
export interface AdjustStock {
  /** Units found (positive) or missing (negative). */
  readonly delta: number
  /** In the words of the person who corrects. */
  readonly reason: string
}

/** Something that a person should know of. */
export interface Alert {
  /** Position of the event in the log. */
  readonly position: number
  /** When it was recorded. RFC 3339, UTC. */
  readonly at: string
  /** `restock-advised`: a product keeps selling out. `stock-fell-below`: fewer units of a product are available than its reorder point. `payment-reversed`: the payment provider took money back by itself. `refund-failed`: a refund was given up and counts as settled by a person. */
  readonly kind: 'restock-advised' | 'stock-fell-below' | 'payment-reversed' | 'refund-failed'
  /** Product that it is about. */
  readonly sku: string | null
  /** Order whose money it is. */
  readonly orderId: string | null
  readonly amount: Money | null
  readonly refused: {
    /** Orders that were refused within the hour because the product was short. */
    readonly orders: number
    /** Units that they asked for. */
    readonly units: number
    /** The hour begins. RFC 3339, UTC. */
    readonly from: string
    /** The hour ends. RFC 3339, UTC. */
    readonly to: string
  } | null
  readonly stock: {
    /** Units that were left of the product. */
    readonly available: number
    /** The reorder point above them. */
    readonly reorderPoint: number
  } | null
  /** Why the refund was given up, as it was recorded. */
  readonly reason: string | null
  /** What happened, in words. */
  readonly text: string
}

/** A page of a list: Alert. */
export interface AlertList {
  readonly items: readonly Alert[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** The totals of the shop. `gmv`: the value of every order ever accepted; `revenue`: captured - refunded. */
export interface Analytics {
  readonly orders: OrderCounts
  /** Units of every order ever accepted. */
  readonly units: number
  readonly gmv: MoneySum
  readonly revenue: MoneySum
  readonly refunds: {
    /** Refunds that were made. */
    readonly count: number
    readonly amount: MoneySum
  }
  readonly payments: {
    /** Captures. One that comes after a decline counts under both. */
    readonly captured: number
    /** Declines. */
    readonly declined: number
    readonly byMethod: readonly {
      /** How it was paid. */
      readonly method: string
      /** captured or declined. */
      readonly outcome: string
      /** Attempts with this outcome. */
      readonly payments: number
      readonly amount: MoneySum
    }[]
  }
  readonly conversion: {
    /** Orders accepted. */
    readonly placed: number
    /** Of them confirmed by a payment. */
    readonly paid: number
    /** Of them completed by a delivery. */
    readonly delivered: number
  }
  readonly averageOrder: Money
  /** Distinct customers with an accepted order. */
  readonly customers: number
  /** Captures. */
  readonly total_payments: number
  /** Orders accepted. */
  readonly total_orders: number
  /** Mails that were sent. */
  readonly total_emails: number
  /** `revenue` in major units, to the last digit: a program that reads it as a float may round it. */
  readonly total_revenue: number
  /** Distinct customers with a captured payment. */
  readonly unique_users: number
  /** The first 10 of them, by id. */
  readonly users: readonly string[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** How far sessions came, by day. */
export interface BehaviourFunnel {
  /** Newest day first. */
  readonly items: readonly ({
    /** Day on which the sessions began (UTC). */
    readonly day: string
    /** Sessions that are over, machines left out. */
    readonly sessions: number
    /** Sessions with a view of a product. */
    readonly product_view: number
    /** Sessions with something put into the cart. */
    readonly add_to_cart: number
    /** Sessions with a check-out. */
    readonly checkout: number
    /** Sessions with an attempt to pay. */
    readonly payment_attempt: number
    /** Sessions with an order. */
    readonly order_completed: number
    /** Sessions in which the stages up to this one all happened, none before the one ahead of it. */
    readonly strict: {
      /** Sessions with a view of a product. */
      readonly product_view: number
      /** Sessions with something put into the cart. */
      readonly add_to_cart: number
      /** Sessions with a check-out. */
      readonly checkout: number
      /** Sessions with an attempt to pay. */
      readonly payment_attempt: number
      /** Sessions with an order. */
      readonly order_completed: number
    }
    /** Percent of the sessions with an order; null over none. */
    readonly conversion: number | null
  })[]
  /** Sessions that still go on: they are in no day yet. */
  readonly open: number
  /** Time of the newest event; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Events by minute. */
export interface BehaviourMinutes {
  /** Newest first, at most 1,440. */
  readonly items: readonly {
    /** Its beginning. RFC 3339, UTC. */
    readonly minute: string
    /** Events in it. */
    readonly events: number
    /** Events by type; types without events are left out. */
    readonly byType: {
      readonly [more: string]: unknown
    }
  }[]
  /** Time of the newest event; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** What is looked at, and what is looked at together. */
export interface BehaviourProducts {
  /** The most viewed first. */
  readonly items: readonly {
    /** A product of the catalogue. */
    readonly sku: string
    /** Views. */
    readonly views: number
    /** Times that it was put into a cart. */
    readonly carts: number
    /** The 10 that are most often viewed in the same session. */
    readonly together: readonly {
      /** A product. */
      readonly sku: string
      /** Sessions that viewed both among their first 20 products. */
      readonly sessions: number
    }[]
  }[]
  /** Time of the newest event; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Sessions: what one subject does without a pause of 30 minutes. */
export interface BehaviourSessions {
  /** Sessions that are over, machines left out. */
  readonly closed: number
  /** Sessions that still go on. */
  readonly open: number
  /** Sessions of machines: over 500 events or 12 hours. */
  readonly automated: number
  /** Events that came too late for their session. */
  readonly late: number
  /** Events that came again within 10 minutes. */
  readonly duplicates: number
  /** Events that count, late ones included. */
  readonly events: number
  /** Median length of a session that is over, in whole seconds. */
  readonly medianSeconds: number | null
  /** Median number of its events. */
  readonly medianEvents: number | null
  /** Time of the newest event; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** The business by day. `gmv`: the value of the orders that were accepted, whatever became of them; `net`: of those that were confirmed, less what was cancelled after that or came back, by the day on which it was recorded. */
export interface Business {
  /** Newest day first; days on which nothing happened are left out. */
  readonly items: readonly {
    /** YYYY-MM-DD, UTC. */
    readonly day: string
    readonly gmv: MoneySum
    readonly net: MoneySum
    /** Orders accepted. */
    readonly orders: number
    readonly averageOrder: Money
    /** Orders rejected, by the day on which that was recorded. */
    readonly refused: number
    /** Refunds made, by the day on which they were recorded. */
    readonly refunds: number
  }[]
  readonly conversion: {
    /** Sessions that began on these days and are over, machines left out. */
    readonly sessions: number
    /** Percent of them with an order; null over none. */
    readonly percent: number | null
    /** How far they came. */
    readonly byStage: {
      /** Sessions with a view of a product. */
      readonly product_view: number
      /** Sessions with something put into the cart. */
      readonly add_to_cart: number
      /** Sessions with a check-out. */
      readonly checkout: number
      /** Sessions with an attempt to pay. */
      readonly payment_attempt: number
      /** Sessions with an order. */
      readonly order_completed: number
    }
  }
  readonly returning: {
    /** Customers with two confirmed orders or more, of all time. */
    readonly customers: number
    /** Percent of the customers with a confirmed order; null over none. */
    readonly percent: number | null
  }
  readonly fraud: {
    /** Alerts raised on these days that were reviewed as fraud. `amount`: of their orders, each once. */
    readonly reviewed: {
      /** Alerts. */
      readonly count: number
      readonly amount: MoneySum
    }
    /** Those that nobody has reviewed yet. They may be honest trade: never money saved. `amount`: of their orders, each once. */
    readonly open: {
      /** Alerts. */
      readonly count: number
      readonly amount: MoneySum
    }
  }
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Why an order is cancelled. */
export interface CancelOrder {
  /** In the words of the person who cancels. */
  readonly reason?: string
  /** Of units that a failed delivery brings back: whether to sell them again; true if absent. */
  readonly sellable?: boolean
}

/** A line of a cart. */
export interface CartItem {
  /** Name of a product, exactly as the catalogue has it. */
  readonly name: string
  /** Of one unit, in major units (19.99); it must be the price in the catalogue. */
  readonly price: number
  /** Units. */
  readonly quantity: number
}

/** A new price. */
export interface ChangePrice {
  readonly price: Price
}

/** A cart to order and to pay by card. */
export interface CheckOut {
  /** The customer; one whom the shop does not know is registered. */
  readonly user_id: string | number
  /** A product can be on several lines. */
  readonly cart: readonly CartItem[]
}

/** A cart that was ordered, and the payment of it. */
export interface CheckedOut {
  /** What became of the payment; `pending`: not known yet. The order stays placed unless it is paid. */
  readonly status: 'success' | 'declined' | 'pending'
  /** The same in words. */
  readonly message: string
  /** The customer; one whom the shop does not know is registered. */
  readonly user_id: string | number
  /** As it was sent. */
  readonly cart: readonly CartItem[]
  /** The order that was placed. */
  readonly order_id: string
  readonly payment: PaymentAttempt
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A customer. */
export interface Customer {
  /** The customer. */
  readonly customerId: string
  /** Personal data. */
  readonly name: string
  /** Personal data. */
  readonly email: string | null
  /** Personal data. */
  readonly phone: string | null
  /** Where the customer is served from. */
  readonly region: string
  /** Rank. */
  readonly tier: 'standard' | 'vip'
  /** BCP 47 tag of the language to write in. */
  readonly language: string
  /** Accepted orders, including later cancelled ones. Only in reads. */
  readonly orders?: number
  readonly spent?: MoneySum
  /** Version of the customer; it grows with each change. */
  readonly version: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A record that could not be handled. */
export interface DeadLetter {
  /** Id of the letter. */
  readonly id: number
  /** Topic of the record. */
  readonly topic: string
  /** Of the topic; null for a user event that came over HTTP. */
  readonly partition: number | null
  /** In the partition; null as well. */
  readonly offset: number | null
  /** Time in the record; null if it is not a valid time. RFC 3339, UTC. */
  readonly timestamp: string | null
  /** Key of the record, at most 256 bytes; invalid UTF-8 is replaced. */
  readonly key: string | null
  /** Size of the value in bytes; null if the record has no value. */
  readonly size: number | null
  /** Class of the error. */
  readonly class: string
  /** Error message. */
  readonly message: string
  /** Id of the cause. */
  readonly cause: string
  /** `retried`: it was executed; `discarded`: it was given up. */
  readonly state: 'parked' | 'retried' | 'discarded'
  /** When it was parked. RFC 3339, UTC. */
  readonly parkedAt: string
  /** When it was published to the dead-letters topic; null: not yet. RFC 3339, UTC. */
  readonly publishedAt: string | null
  /** The value as JSON, if it can be decoded. */
  readonly decoded: string | null
  /** The value if it is UTF-8; at most 64 KiB. */
  readonly text: string | null
  /** The first 64 KiB of the value. */
  readonly base64: string | null
  readonly headers: readonly ({
    /** The name; invalid UTF-8 is replaced. */
    readonly name: string
    /** The name if it is not UTF-8. */
    readonly nameBase64: string | null
    /** The value if it is UTF-8. */
    readonly text: string | null
    readonly base64: string
  })[]
  /** Actions on this record, oldest first. */
  readonly history: readonly ({
    /** When. RFC 3339, UTC. */
    readonly at: string
    /** The action. */
    readonly act: 'retry' | 'discard'
    /** Who did it. */
    readonly by: string
    /** The result. */
    readonly detail: string
  })[]
}

/** Result of a discard or of its dry run. */
export interface DeadLetterDiscard {
  /** Whether this was a dry run: nothing was changed. */
  readonly dryRun: boolean
  /** Letters that were, or would be, discarded. */
  readonly discarded: number
}

/** Records that could not be handled, with the same cause. */
export interface DeadLetterGroup {
  /** Id of the cause. */
  readonly cause: string
  /** Class of the error. */
  readonly class: string
  /** Error message of the newest letter. */
  readonly message: string
  /** Letters that are still parked. */
  readonly parked: number
  /** Letters that were executed later. */
  readonly retried: number
  /** Letters that were discarded. */
  readonly discarded: number
  /** When the first one was parked. RFC 3339, UTC. */
  readonly firstAt: string
  /** When the newest one was parked. RFC 3339, UTC. */
  readonly lastAt: string
  /** The newest letter. */
  readonly sample: number
}

/** Records that could not be handled. */
export interface DeadLetterList {
  /** Groups by cause; those with parked letters first. */
  readonly groups: readonly DeadLetterGroup[]
  readonly room: DeadLetterRoom
  /** A page of letters, newest first. */
  readonly items: readonly DeadLetterSummary[]
  /** `before` of the next page; null on the last. */
  readonly next: number | null
}

/** Result of a retry or of its dry run. */
export interface DeadLetterRetry {
  /** Whether this was a dry run: nothing was changed. */
  readonly dryRun: boolean
  /** Number of selected letters that were parked at the start. */
  readonly total: number
  /** Orders placed, or that would be placed. */
  readonly succeeded: number
  /** Orders rejected and recorded, or that would be. */
  readonly refused: number
  /** Letters that stay parked. */
  readonly failed: number
  /** Letters not retried this time; ask again. */
  readonly left: number
}

/** How much is kept of records that could not be handled. */
export interface DeadLetterRoom {
  /** Letters that are kept. */
  readonly letters: number
  /** Their size. */
  readonly bytes: number
  /** Those of them that are still parked. */
  readonly parked: number
  /** Their size. */
  readonly parkedBytes: number
  /** DEAD_LETTERS_MAX: retried and discarded letters beyond it are deleted, the oldest first. */
  readonly most: number
  /** DEAD_LETTERS_MAX_BYTES, in the same way. */
  readonly mostBytes: number
  /** Why no order is read from Kafka until letters are retried or discarded; null: orders are read. */
  readonly full: string | null
}

/** A record that could not be handled, without its bytes. */
export interface DeadLetterSummary {
  /** Id of the letter. */
  readonly id: number
  /** Topic of the record. */
  readonly topic: string
  /** Of the topic; null for a user event that came over HTTP. */
  readonly partition: number | null
  /** In the partition; null as well. */
  readonly offset: number | null
  /** Time in the record; null if it is not a valid time. RFC 3339, UTC. */
  readonly timestamp: string | null
  /** Key of the record, at most 256 bytes; invalid UTF-8 is replaced. */
  readonly key: string | null
  /** Size of the value in bytes; null if the record has no value. */
  readonly size: number | null
  /** Class of the error. */
  readonly class: string
  /** Error message. */
  readonly message: string
  /** Id of the cause. */
  readonly cause: string
  /** `retried`: it was executed; `discarded`: it was given up. */
  readonly state: 'parked' | 'retried' | 'discarded'
  /** When it was parked. RFC 3339, UTC. */
  readonly parkedAt: string
  /** When it was published to the dead-letters topic; null: not yet. RFC 3339, UTC. */
  readonly publishedAt: string | null
  /** Of a user event alone: the first 4 KiB of it. */
  readonly text?: string | null
}

/** How. */
export interface DeadLetterWish {
  /** Dry run: only say what would happen. */
  readonly dryRun?: boolean
}

/** The parcel arrived. */
export interface DeliverOrder {
  /** Number of the dispatch that this speaks of; the present one if absent. */
  readonly dispatch?: number
}

/** The delivery of an order. */
export interface Delivery {
  /** The order. */
  readonly orderId: string
  /** The customer who ordered. Only in reads. */
  readonly customerId?: string
  /** Status of the delivery. */
  readonly status: 'scheduled' | 'dispatched' | 'delivered' | 'failed' | 'cancelled'
  /** How often it was dispatched. */
  readonly dispatches: number
  /** Why it failed or was cancelled, in words; null otherwise. Only in reads. */
  readonly reason?: string | null
  /** When each was recorded; null: it never was. Only in reads. */
  readonly times?: {
    /** When the order was paid. RFC 3339, UTC. */
    readonly scheduled: string | null
    /** When it was last dispatched. RFC 3339, UTC. */
    readonly dispatched: string | null
    /** When it was delivered. RFC 3339, UTC. */
    readonly delivered: string | null
    /** When it last failed. RFC 3339, UTC. */
    readonly failed: string | null
    /** When it was cancelled. RFC 3339, UTC. */
    readonly cancelled: string | null
  }
  /** Version of the delivery; it grows with each change. */
  readonly version: number
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first?: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A page of a list: Delivery. */
export interface DeliveryList {
  readonly items: readonly Delivery[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** An event and its versions, with their schemas. */
export interface DescribedSchema {
  /** The event. */
  readonly type: string
  /** Its subject in the registry. */
  readonly subject: string
  /** The kind of its stream; null: unknown to this release. */
  readonly stream: string | null
  /** Compatibility level for new versions; null: unknown to this release. */
  readonly level: string | null
  /** The events that replace it; null: it is not retired. */
  readonly retiredBy: readonly string[] | null
  /** Oldest first. */
  readonly versions: readonly DescribedVersion[]
  /** As in GET /schemas. */
  readonly sharedRegistry: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Position of the newest event in the log. */
  readonly head: number
}

/** A version of an event, with its schema. */
export interface DescribedVersion {
  /** From 1. */
  readonly version: number
  /** Number of fields of the event; null: this release does not know the version. */
  readonly fields: number | null
  /** Id of the schema in the registry; null: this release does not know the version. */
  readonly registryId: number | null
  /** Events in the log, as far as it is counted. */
  readonly events: number
  /** Position of the first of them; null: the log has none. */
  readonly firstPosition: number | null
  /** When the first of them was recorded. RFC 3339, UTC. */
  readonly firstAt: string | null
  /** Position of the last of them; null: the log has none. */
  readonly lastPosition: number | null
  /** When the last of them was recorded. RFC 3339, UTC. */
  readonly lastAt: string | null
  /** Avro, as JSON text; null: this release does not know the version. */
  readonly schema: string | null
  /** Changes from the version before; null: it is the first, or unknown. */
  readonly changes: readonly SchemaChange[] | null
  /** Whom to deploy first with a new version; `nobody`: no order is safe. */
  readonly deployFirst: 'any order' | 'readers' | 'writers' | 'nobody' | null
  /** An event as this version writes it. */
  readonly sample: {
    readonly [more: string]: unknown
  } | null
}

/** A row that differs from the log. */
export interface Difference {
  readonly table: string
  /** Of the row. */
  readonly key: string
  /** `missing`: the live table lacks it; `extra`: the log does not have it. */
  readonly kind: 'missing' | 'extra' | 'different'
  readonly columns: readonly ({
    readonly column: string
    readonly live: string | null
    readonly rebuilt: string | null
  })[]
}

/** The parcel leaves the house. */
export interface DispatchOrder {
  /** Number of the dispatch to begin; the next if absent. One that began before changes nothing. */
  readonly dispatch?: number
}

/** A mail in the embedded inbox. */
export interface Email {
  /** The local part of its Message-ID. */
  readonly emailId: string
  /** Personal data. */
  readonly to: string
  /** Subject. */
  readonly subject: string
  /** The text again, under the name that some clients know. */
  readonly body: string
  /** The text. */
  readonly text: string
  /** The same as HTML. */
  readonly html: string
  /** The template that it was made from. */
  readonly template: string
  /** The order that it is about; null: it is about none. */
  readonly orderId: string | null
  /** When it was taken. RFC 3339, UTC. */
  readonly sentAt: string
}

/** A page of the embedded inbox, the newest first. */
export interface EmailList {
  readonly items: readonly Email[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The same mails under other names; only without query parameters. */
  readonly emails_sent?: readonly {
    /** Personal data. */
    readonly to: string
    /** Subject. */
    readonly subject: string
    /** The text. */
    readonly body: string
  }[]
}

/** An event to encode. */
export interface EncodeEvent {
  /** Version that writes it; the newest if absent. */
  readonly version?: number
  /** The fields of the event, without its type. */
  readonly event: {
    readonly [more: string]: unknown
  }
}

/** The bytes of an event, and what each version reads from them. */
export interface EncodedEvent {
  /** Version that wrote it. */
  readonly version: number
  /** Of the schema in the registry. */
  readonly schemaId: number
  /** The Avro body in hex, as the log stores it. */
  readonly bytes: string
  /** Framed message in hex, as on Kafka: byte 0, the id in four bytes, the body. */
  readonly framed: string
  /** Every version, oldest first. */
  readonly readBy: readonly ({
    /** Version that reads it. */
    readonly version: number
    /** Result of reading. */
    readonly event: {
      readonly [more: string]: unknown
    } | null
    /** Why this version cannot read it. */
    readonly error: string | null
  })[]
}

/** An event of the log. */
export interface Event {
  /** In the log. */
  readonly position: number
  /** Stream of the event: `<kind>-<id>`. */
  readonly stream: string
  /** In the stream, from 1. */
  readonly version: number
  /** Type of the event. */
  readonly type: string
  /** Schema version that it was written with. */
  readonly schemaVersion: number
  /** Of the event. */
  readonly id: string
  /** When it was recorded, by the database’s clock. RFC 3339, UTC. */
  readonly recordedAt: string
  /** Shared by all events that one request caused. */
  readonly correlationId: string
  /** Id of the event that caused this one. */
  readonly causationId: string | null
  /** Content, in the newest version of its schema. */
  readonly data: {
    readonly [more: string]: unknown
  } | null
  /** Why `data` is null: this release cannot read the event. */
  readonly error?: string
  /** The Avro body as the log stores it, in hex; null where personal data is masked. Only where one event is asked for. */
  readonly bytes?: string | null
}

/** A page of the log, in its order. */
export interface EventPage {
  readonly items: readonly Event[]
  /** `after` of the next page; null at the end. */
  readonly next: number | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** The parcel did not arrive. */
export interface FailDelivery {
  /** Number of the dispatch that this speaks of; the present one if absent. */
  readonly dispatch?: number
  /** In the words of the carrier. */
  readonly reason: string
}

/** What is wrong with one part of a request. */
export interface Fault {
  /** Part of the request. */
  readonly in: 'body' | 'query' | 'path' | 'header'
  /** JSON pointer (RFC 6901) to the value in that part. */
  readonly pointer: string
  /** What is wrong with it. */
  readonly message: string
}

/** A forecast of demand, with how far earlier forecasts were off. */
export interface Forecast {
  /** The product; absent: the whole shop. */
  readonly sku?: string
  /** From the day of `asOf` on. */
  readonly days: readonly {
    /** UTC. */
    readonly day: string
    /** Units, as forecast. */
    readonly units: number
  }[]
  readonly total: {
    /** Sum of all these days. For a product, single large orders are left out, so more than this may be sold. */
    readonly units: number
    /** The total will lie between low and high in four of five cases. Null: too few forecasts to say. */
    readonly low: number | null
    /** See low. */
    readonly high: number | null
  }
  /** `too-little-demand`: chance alone puts the total off by more than 15 %, or fewer than four whole weeks are known. */
  readonly verdict: 'ok' | 'too-little-demand'
  /** By which share of the total chance alone puts it off, on average; null: unknown. */
  readonly closerThan: number | null
  readonly accuracy: {
    /** Days that the judged forecasts were for. */
    readonly days: number
    /** Forecasts of the past that it rests on, at most 4. */
    readonly origins: number
    /** 100 less the percentage by which their totals were off. May be negative. */
    readonly percent: number | null
    /** The same for repeating the last seven days. */
    readonly seasonalNaive: number | null
  }
  readonly history: {
    /** First known day. */
    readonly from: string | null
    /** Last known day; at most the day before `asOf`. */
    readonly to: string | null
  }
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the newest event that it rests on was recorded. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** An attempt to pay that looks like fraud. */
export interface FraudAlert {
  /** The alert: id of the event that caused it. */
  readonly alertId: string
  /** The order. */
  readonly orderId: string
  /** The customer who ordered. */
  readonly customerId: string
  /** Number of the attempt to pay, from 1. */
  readonly attempt: number
  /** The sum of the points of its reasons. */
  readonly score: number
  /** Version of the table of rules that it was scored by. */
  readonly table: string
  /** The rules that gave points. */
  readonly reasons: readonly ({
    /** Name of the rule. */
    readonly rule: string
    /** What it gave. */
    readonly points: number
    /** What it counted, up to its highest step; of amounts minor units, of yes and no 1. */
    readonly value: number
    /** The same in words. */
    readonly text: string
    /** What the rule cardRegion compared; null with any other, and where an alert does not say it. */
    readonly regions?: {
      /** Country of the card. */
      readonly card: string
      /** Region of the customer. */
      readonly customer: string
    } | null
  })[]
  readonly amount: Money
  /** Pseudonyms that tie it to other attempts. The list takes them as filters. */
  readonly keys: {
    /** 16 hex digits; null if not known. */
    readonly card: string | null
    /** 16 hex digits; null if not known. */
    readonly device: string | null
    /** 16 hex digits; null if not known. */
    readonly address: string | null
    /** 16 hex digits; null if not known. */
    readonly network: string | null
  }
  /** When it was raised. RFC 3339, UTC. */
  readonly raisedAt: string
  /** fraud or honest; null while nobody has reviewed it. */
  readonly verdict: string | null
  /** In the words of the person who reviewed it. */
  readonly note: string | null
  /** What the review did to the order. `too-late`: it is on its way or delivered. Only in the answer to a review. */
  readonly order?: 'cancelled' | 'too-late' | 'unchanged'
  /** Version of what is known of the order’s alerts; it grows with each change. */
  readonly version: number
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A page of a list: FraudAlert. */
export interface FraudAlertList {
  readonly items: readonly FraudAlert[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** How far a consumer group is behind, in total and by partition. */
export interface GroupLag {
  /** The consumer group. */
  readonly group: string
  /** `classic`; `consumer`: of the consumer protocol (KIP-848); `share`: a share group, whose offsets are those of its oldest unfinished records; `streams`: of Kafka Streams; null: unknown. A kind that is not described has a detail that says so. */
  readonly kind: string | null
  /** State in Kafka: Stable, Empty, PreparingRebalance. */
  readonly state: string
  readonly members: readonly {
    readonly client: string
    readonly host: string
    /** Partitions that the member has. */
    readonly partitions: number
  }[]
  /** Messages or events that are not processed yet; null: unknown. */
  readonly behind: number | null
  /** Age of the oldest of them; 0 if all are processed, null if unknown. */
  readonly secondsBehind: number | null
  /** Incoming per second, over at most the last minute. */
  readonly inRate: number
  /** Processed per second. */
  readonly outRate: number
  /** Of `behind`. */
  readonly trend: 'falling' | 'steady' | 'rising'
  /** Seconds until it has caught up, at these rates; null: never, or unknown yet. */
  readonly etaSeconds: number | null
  /** `WARN`: moves, but falls behind; `UNKNOWN`: could not be looked at, or not in the last 10 s; `STALLED`: runs, but does not move; `STOPPED`: does not run although something is unread. */
  readonly verdict: 'OK' | 'WARN' | 'UNKNOWN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched long enough for a verdict other than OK. */
  readonly settled: boolean
  /** How old this is; null: it was never seen. */
  readonly ageSeconds: number | null
  /** Why, if more is known than the verdict says. */
  readonly detail: string | null
  readonly partitions: readonly ({
    readonly topic: string
    /** Of the topic. */
    readonly partition: number
    /** Next offset to read; null: unknown. */
    readonly offset: number | null
    /** Offset after the newest message; null: unknown. */
    readonly end: number | null
    /** Messages or events that are not processed yet; null: unknown. */
    readonly behind: number | null
    /** Age of the oldest of them; 0 if all are processed, null if unknown. */
    readonly secondsBehind: number | null
    /** Incoming per second, over at most the last minute. */
    readonly inRate: number
    /** Processed per second. */
    readonly outRate: number
    /** Of `behind`. */
    readonly trend: 'falling' | 'steady' | 'rising'
    /** Seconds until it has caught up, at these rates; null: never, or unknown yet. */
    readonly etaSeconds: number | null
    /** `WARN`: moves, but falls behind; `UNKNOWN`: could not be looked at, or not in the last 10 s; `STALLED`: runs, but does not move; `STOPPED`: does not run although something is unread. */
    readonly verdict: 'OK' | 'WARN' | 'UNKNOWN' | 'STALLED' | 'STOPPED'
    /** False: it was not watched long enough for a verdict other than OK. */
    readonly settled: boolean
    /** How old this is; null: it was never seen. */
    readonly ageSeconds: number | null
    /** Why, if more is known than the verdict says. */
    readonly detail: string | null
  })[]
}

/** An order under the names that some clients know. */
export interface KnownOrder {
  /** The order. */
  readonly order_id: string
  /** The customer who ordered. */
  readonly user_id: string
  readonly items: readonly ({
    /** As the catalogue had it; null when the product is unknown. */
    readonly name: string | null
    /** Of one unit, in major units; null when the product is unknown. */
    readonly price: number | null
    /** Units. */
    readonly quantity: number
  })[]
  /** Status of the order. */
  readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
}

/** How far all readers are behind; the verdict is the worst of all. */
export interface Lag {
  /** `WARN`: moves, but falls behind; `UNKNOWN`: could not be looked at, or not in the last 10 s; `STALLED`: runs, but does not move; `STOPPED`: does not run although something is unread. */
  readonly verdict: 'OK' | 'WARN' | 'UNKNOWN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched long enough for a verdict other than OK. */
  readonly settled: boolean
  readonly kafka: {
    /** When it was last asked. */
    readonly state: 'connected' | 'unreachable' | 'not-configured'
    /** Age of the data; null: it never answered. */
    readonly ageSeconds: number | null
    /** Why the cluster cannot be reached, or what this user may not see. */
    readonly detail: string | null
  }
  readonly log: {
    /** When it was last asked. */
    readonly state: 'connected' | 'unreachable' | 'not-configured'
    /** Age of the data; null: it never answered. */
    readonly ageSeconds: number | null
    /** Why the database cannot be reached. */
    readonly detail: string | null
  }
  /** Those of this service always, then all that read its topics. */
  readonly groups: readonly GroupLag[]
  readonly readers: readonly ReaderLag[]
}

/** A product for the catalogue. */
export interface ListProduct {
  /** Identifies the product permanently. */
  readonly sku: string
  /** As shown to customers. */
  readonly name: string
  /** Groups products in the figures of sales. */
  readonly category: string
  readonly price: Price
  /** Units of the first receipt; 0 if absent. */
  readonly stock?: number
  /** Units below which operators hear of it; 0: never; 100 if absent. */
  readonly reorderPoint?: number
}

/** Current rates of the shop. */
export interface LiveRates {
  /** Orders accepted in the last 60 seconds. They end now, by the database’s clock, where this shows the head of the log, else with `lastUpdated`. */
  readonly ordersPerMinute: number
  /** Payments captured in the same 60 seconds. */
  readonly paymentsPerMinute: number
  readonly gmv: MoneySum
  readonly revenue: MoneySum
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly lastUpdated: string | null
  /** `paymentsPerMinute`. */
  readonly payments_per_minute: number
  /** `ordersPerMinute`. */
  readonly orders_per_minute: number
  /** `revenue` in major units, to the last digit: a program that reads it as a float may round it. */
  readonly total_revenue: number
  /** Distinct customers with a captured payment. */
  readonly unique_users: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly last_updated: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** The process answers. */
export interface Liveness {
  /** Always. */
  readonly status: 'alive'
}

/** A customer without personal data. */
export interface MaskedCustomer {
  /** The customer. */
  readonly customerId: string
  /** Its first letter: `W…`. */
  readonly name: string
  /** Its first letter: `w…@…`. */
  readonly email: string | null
  /** Its last two digits: `…42`. */
  readonly phone: string | null
  /** Where the customer is served from. */
  readonly region: string
  /** Rank. */
  readonly tier: 'standard' | 'vip'
  /** Accepted orders, including later cancelled ones. */
  readonly orders: number
  readonly spent: MoneySum
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A page of a list: MaskedCustomer. */
export interface MaskedCustomerList {
  readonly items: readonly MaskedCustomer[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** An amount of money. */
export interface Money {
  /** In minor units (cents for EUR). */
  readonly amount: number
  /** ISO 4217 code. */
  readonly currency: string
}

/** A sum of money. */
export interface MoneySum {
  /** In minor units (cents for EUR). An integer, or beyond 2^53 - 1 (9007199254740991) either way a string of its digits. */
  readonly amount: number | string
  /** ISO 4217 code. */
  readonly currency: string
}

/** A message to a customer, or to the operators, and what became of it; without address and text. */
export interface Notification {
  /** Id of the event that it is about, and the channel. */
  readonly notificationId: string
  /** email or sms. */
  readonly channel: string
  /** What it says. */
  readonly template: string
  /** `waiting`: not sent yet. It is never sent if the customer has no address or number for it. */
  readonly status: 'sent' | 'failed' | 'waiting'
  /** Order that it is about. */
  readonly orderId: string | null
  /** Customer whom it is for; null: the operators. */
  readonly customerId: string | null
  /** Code: why it failed, or was not sent yet. */
  readonly reason: string | null
  /** Whether it was only kept for people to look at, and not sent. */
  readonly simulated: boolean
  /** When that was recorded; while it waits, when the event was that it is about. RFC 3339, UTC. */
  readonly at: string
}

/** A page of a list: Notification. */
export interface NotificationList {
  readonly items: readonly Notification[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** An order. */
export interface Order {
  /** The order. */
  readonly orderId: string
  /** Status of the order. */
  readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
  /** The customer who ordered. */
  readonly customerId: string
  readonly lines: readonly OrderLine[]
  readonly total: Money | null
  /** When it was placed; null for a rejected order. RFC 3339, UTC. */
  readonly placedAt: string | null
  /** Until when its units are reserved; null: without limit, or a rejected order. RFC 3339, UTC. */
  readonly reservedUntil: string | null
  /** When it was rejected. Only in reads. RFC 3339, UTC. */
  readonly rejectedAt?: string | null
  /** Why it was rejected (a code) or cancelled (in words). Only in reads. */
  readonly reason?: string | null
  /** Only in reads. */
  readonly shortages?: readonly Shortage[]
  /** How it is paid, the sums over all attempts; null before the first. Only in reads. */
  readonly payment?: {
    /** As GET /payments/{orderId} has it. */
    readonly status: 'pending' | 'held' | 'captured' | 'declined' | 'partly-refunded' | 'refunded'
    /** Attempts to pay it. */
    readonly attempts: number
    readonly captured: MoneySum
    readonly refunded: MoneySum
    readonly underWay: MoneySum
  } | null
  /** How it is delivered; null until it is paid. Only in reads. */
  readonly delivery?: {
    /** Status of the delivery. */
    readonly status: 'scheduled' | 'dispatched' | 'delivered' | 'failed' | 'cancelled'
    /** How often it was dispatched. */
    readonly dispatches: number
  } | null
  /** What came back, by product. In reads, and in answers once something did. */
  readonly returned?: readonly {
    /** The product. */
    readonly sku: string
    /** Units that came back. */
    readonly quantity: number
  }[]
  /** Version of the order; it grows with each change. */
  readonly version: number
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first?: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** Number of orders that ever had each status. */
export interface OrderCounts {
  /** Orders ever accepted, including later cancelled ones. */
  readonly placed: number
  /** Ever confirmed. */
  readonly confirmed: number
  /** Ever rejected. */
  readonly rejected: number
  /** Ever cancelled. */
  readonly cancelled: number
  /** Ever expired. */
  readonly expired: number
  /** Ever completed. */
  readonly completed: number
}

/** The events of an order, its payment, its delivery and their stock with measured times; oldest first. */
export interface OrderHops {
  readonly items: readonly ({
    /** In the log. */
    readonly position: number
    /** Stream of the event: `<kind>-<id>`. */
    readonly stream: string
    /** Type of the event. */
    readonly type: string
    /** When it was recorded, by the database’s clock. RFC 3339, UTC. */
    readonly recordedAt: string
    /** When this process decided it, by its own clock; null where it did not, or too long ago. RFC 3339, UTC. */
    readonly decided: string | null
    /** When this process knew that it is committed, by its own clock; null where it did not, or too long ago. RFC 3339, UTC. */
    readonly committed: string | null
    /** When this process knew that Kafka has it, by its own clock; null where it did not, or too long ago. RFC 3339, UTC. */
    readonly published: string | null
    /** When this process showed it in the read model of orders, by its own clock; null where it did not, or too long ago. RFC 3339, UTC. */
    readonly projected: string | null
    /** When this process sent it to the first live page that follows orders, by its own clock; null where it did not, or too long ago. RFC 3339, UTC. */
    readonly pushed: string | null
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** One line of an order. Unknown values of a rejected order are null. */
export interface OrderLine {
  /** The product. */
  readonly sku: string
  /** As the catalogue had it; null when the product is unknown. */
  readonly name: string | null
  /** As the catalogue had it; null when the product is unknown. */
  readonly category: string | null
  /** Units. */
  readonly quantity: number
  readonly unitPrice: Money | null
}

/** A page of a list: Order. */
export interface OrderList {
  readonly items: readonly Order[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** The same orders under other names; only without query parameters. */
  readonly orders?: readonly KnownOrder[]
}

/** Rejected orders by reason, the most frequent first, each in the hour in which it was recorded. */
export interface OrdersByReason {
  readonly items: readonly {
    /** Why; a code. */
    readonly reason: string
    /** Rejected orders. */
    readonly orders: number
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** How far orders came: all four stages in their order, each in the hour in which the step was recorded. */
export interface OrdersByStage {
  readonly items: readonly ({
    /** How far an order came. */
    readonly stage: 'placed' | 'paid' | 'dispatched' | 'delivered'
    /** Orders that came so far. */
    readonly orders: number
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Number of orders with each status now. */
export interface OrdersByStatus {
  readonly items: readonly ({
    /** Status of the orders. */
    readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
    /** Orders now. */
    readonly orders: number
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Something that a reactor could not do, and holds until it is retried. */
export interface ParkedCause {
  /** Position of the event that caused it. */
  readonly position: number
  /** Stream of that event. */
  readonly stream: string
  /** How often it was tried. */
  readonly attempts: number
  /** Code of the error. */
  readonly code: string
  /** What failed. */
  readonly reason: string
  /** When it was parked. RFC 3339, UTC. */
  readonly since: string
  /** Number of the payment provider's message that is meant; null: the event itself. */
  readonly webhook: number | null
}

/** The payment of an order: every attempt and every refund, and their sums. */
export interface Payment {
  /** The order. */
  readonly orderId: string
  /** Of the attempt that confirmed the order, by its own refunds. If none did: `held` while one is on hold, `pending` while one is open, else `refunded` or `partly-refunded` if money was taken, else `declined`. */
  readonly status: 'pending' | 'held' | 'captured' | 'declined' | 'partly-refunded' | 'refunded'
  readonly captured: MoneySum
  readonly refunded: MoneySum
  readonly underWay: MoneySum
  readonly attempts: readonly ({
    /** Number of the attempt, from 1. */
    readonly attempt: number
    /** How it is paid: card, paypal, bank-transfer, on-account. */
    readonly method: string
    /** Status of the attempt; `held`: it is not charged before somebody has looked at its alert. */
    readonly status: 'pending' | 'held' | 'captured' | 'declined'
    readonly amount: Money
    /** The provider's name for the charge. */
    readonly reference: string | null
    /** When it was requested. RFC 3339, UTC. */
    readonly requestedAt: string
    /** Code of a decline; null otherwise. Only in reads. */
    readonly reason?: string | null
    /** Why nothing is charged yet; null: it is not on hold. Only in reads. */
    readonly hold?: {
      /** The alert that somebody has to look at: GET /fraud-alerts/{alertId}. */
      readonly alertId: string
      /** Since when it is on hold. RFC 3339, UTC. */
      readonly since: string
    } | null
    /** When its outcome was recorded; null while it is pending or held. Only in reads. RFC 3339, UTC. */
    readonly settledAt?: string | null
  })[]
  readonly refunds: readonly ({
    /** Number of the refund, from 1. */
    readonly refund: number
    /** The attempt whose money goes back. */
    readonly attempt: number
    readonly amount: Money
    /** cancelled, returned, not-owed, goodwill or provider. */
    readonly cause: string
    /** `failed`: settled outside by a person. */
    readonly status: 'pending' | 'refunded' | 'failed'
    /** The provider's name for the refund. */
    readonly reference: string | null
  })[]
  /** Version of the payment; it grows with each change. */
  readonly version: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** What an order costs. */
export interface PaymentAmount {
  /** In minor units (cents for EUR). */
  readonly amount: number
  /** ISO 4217 code; it must be that of the order. */
  readonly currency: string
}

/** An attempt to pay an order. */
export interface PaymentAttempt {
  /** The attempt: `<orderId>/<attempt>`. */
  readonly paymentId: string
  /** The order. */
  readonly orderId: string
  /** The customer who ordered. Only in reads. */
  readonly customerId?: string
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** How it is paid: card, paypal, bank-transfer, on-account. */
  readonly method: string
  /** Status of the attempt; `held`: it is not charged before somebody has looked at its alert. */
  readonly status: 'pending' | 'held' | 'captured' | 'declined'
  readonly amount: Money
  /** The provider's name for the charge. */
  readonly reference?: string | null
  /** When it was requested. RFC 3339, UTC. */
  readonly requestedAt?: string
  /** Code of a decline; null otherwise. Only in reads. */
  readonly reason?: string | null
  /** Why nothing is charged yet; null: it is not on hold. Only in reads. */
  readonly hold?: {
    /** The alert that somebody has to look at: GET /fraud-alerts/{alertId}. */
    readonly alertId: string
    /** Since when it is on hold. RFC 3339, UTC. */
    readonly since: string
  } | null
  /** When its outcome was recorded; null while it is pending or held. Only in reads. RFC 3339, UTC. */
  readonly settledAt?: string | null
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first?: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A page of a list: PaymentAttempt. */
export interface PaymentAttemptList {
  readonly items: readonly PaymentAttempt[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** Payments by method, each in the hour in which its outcome was recorded. `amount`: what was captured; refunds are not taken off. */
export interface PaymentsByMethod {
  readonly items: readonly {
    /** How it was paid. */
    readonly method: string
    /** Captures. One that comes after a decline counts under both. */
    readonly captured: number
    /** Declines. */
    readonly declined: number
    readonly amount: MoneySum
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** An order to place. */
export interface PlaceOrder {
  /** Chosen by the client, it makes the request safe to repeat. If absent, the shop creates one. */
  readonly orderId?: string
  /** The customer who orders. */
  readonly customerId: string
  /** A product can be on several lines. Prices come from the catalogue. */
  readonly lines: readonly {
    /** A product of the catalogue. */
    readonly sku: string
    /** Units. */
    readonly quantity: number
  }[]
  /** The provider's name for the card, never its number. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly card?: string
  /** The device that it comes from. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly device?: string
  /** The address that it is for. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly address?: string
  /** The network that it comes from. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly network?: string
  /** Country of the card, two letters. */
  readonly cardRegion?: string
}

/** The price of one unit. */
export interface Price {
  /** In minor units (cents for EUR). */
  readonly amount: number
  /** ISO 4217 code; it must be the shop's. */
  readonly currency: string
}

/** An error (RFC 9457). What each code means: GET /problems/{code}. */
export interface Problem {
  /** Documentation of this kind of problem. */
  readonly type: string
  /** The kind of problem in a few words. */
  readonly title: string
  /** The status code of the answer. */
  readonly status: number
  /** What happened this time. */
  readonly detail: string
  /** The path that was asked for. */
  readonly instance: string
  /** The kind of problem, for programs. */
  readonly code: string
  /** Names the request in the logs. */
  readonly requestId: string
  readonly errors?: readonly Fault[]
  readonly [more: string]: unknown
}

/** A product and its stock. */
export interface Product {
  /** The product. */
  readonly sku: string
  /** As shown to customers. */
  readonly name: string
  /** Groups products in the figures of sales. */
  readonly category: string
  readonly price: Money
  /** Units on hand. */
  readonly onHand: number
  /** Units on hand that orders have reserved. */
  readonly reserved: number
  /** Units that an order can still reserve. */
  readonly available: number
  /** Units below which operators hear of it; 0: never. */
  readonly reorderPoint: number
  /** Version of the product’s stock; it grows with each change. */
  readonly version: number
  /** Position of the event that made it; lists are in its order. Only in reads. */
  readonly first?: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A page of a list: Product. */
export interface ProductList {
  readonly items: readonly Product[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A read model and its progress. */
export interface Projection {
  /** Name of the projection. */
  readonly name: string
  /** Version of the live tables. */
  readonly version: number
  /** Generation of the live tables; each rebuild creates a new one. */
  readonly generation: number
  /** `replaying`: the rows come from an older release and do not change until they are rebuilt. */
  readonly state: 'live' | 'replaying' | 'paused' | 'failed'
  /** It shows all events up to this position. */
  readonly position: number
  /** Position of the newest event in the log. */
  readonly head: number
  /** Events that it does not show yet. */
  readonly lagEvents: number
  /** Age of the oldest event that it does not show yet. */
  readonly lagSeconds: number
  /** Over the last 10 s, as seen by this process. */
  readonly eventsPerSecond: number
  /** Rows in all its tables. */
  readonly rows: number
  readonly lastError: {
    /** Code of the error. */
    readonly code: string
    /** Error message. */
    readonly message: string
    /** Position of the event that failed. */
    readonly position: number
  } | null
  /** Id of the running replay. */
  readonly replayId: string | null
  readonly lastCheck: {
    /** Id of the last replay that compared the rows with the log. */
    readonly replayId: string
    /** When it was done. RFC 3339, UTC. */
    readonly checkedAt: string
    /** Position of the comparison. */
    readonly position: number
    /** Rows that differed. */
    readonly differences: number
  } | null
}

/** Every projection, by name. */
export interface ProjectionList {
  readonly items: readonly Projection[]
  readonly feed: {
    /** What the projector of this process reads. */
    readonly source: 'kafka' | 'store'
    /** Why it does not read Kafka. */
    readonly reason: string | null
  } | null
}

/** A reactor acts when something has happened or is due: its position and its pending work; `paused` and `outage`: since when it does nothing, or waits for something outside, and why. */
export interface Reactor {
  /** Name of the reactor. */
  readonly name: string
  /** `paused`: it begins nothing until it is resumed. `failed`: it stopped at an event that it cannot read. `unserved`: no process runs it. */
  readonly state: 'live' | 'paused' | 'failed' | 'unserved'
  /** It has read all events up to this position. */
  readonly position: number
  /** Position of the newest event in the log. */
  readonly head: number
  /** Events that it has not read yet. */
  readonly lagEvents: number
  /** Age of the oldest event that it has not read yet. */
  readonly lagSeconds: number
  /** Causes that it still has to act on, now or later. */
  readonly due: number
  /** Of these, what is overdue. */
  readonly overdue: number
  /** Age of the oldest overdue one. */
  readonly overdueSeconds: number
  readonly paused: {
    /** Since when. RFC 3339, UTC. */
    readonly since: string
    /** Why; null as a whole: it is not so. */
    readonly reason: string
  } | null
  readonly outage: {
    /** Since when. RFC 3339, UTC. */
    readonly since: string
    /** Why; null as a whole: it is not so. */
    readonly reason: string
  } | null
  /** The parked causes, the oldest first, at most 100. */
  readonly parked: readonly ParkedCause[]
  /** Number of parked causes. Each blocks only its own stream until it is retried. */
  readonly parkedCount: number
  readonly lastError: {
    /** Code of the error. */
    readonly code: string
    /** Error message. */
    readonly message: string
    /** Position of the event that failed. */
    readonly position: number
  } | null
}

/** Every reactor. */
export interface ReactorList {
  readonly items: readonly Reactor[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** How far a reader of the log is behind. */
export interface ReaderLag {
  /** Of the reader. */
  readonly name: string
  /** Kind of the reader. */
  readonly kind: 'relay' | 'projection' | 'reactor'
  /** Position of the last processed event; null: unknown. */
  readonly position: number | null
  /** Position of the newest event in the log; null: unknown. */
  readonly head: number | null
  /** Messages or events that are not processed yet; null: unknown. */
  readonly behind: number | null
  /** Age of the oldest of them; 0 if all are processed, null if unknown. */
  readonly secondsBehind: number | null
  /** Incoming per second, over at most the last minute. */
  readonly inRate: number
  /** Processed per second. */
  readonly outRate: number
  /** Of `behind`. */
  readonly trend: 'falling' | 'steady' | 'rising'
  /** Seconds until it has caught up, at these rates; null: never, or unknown yet. */
  readonly etaSeconds: number | null
  /** `WARN`: moves, but falls behind; `UNKNOWN`: could not be looked at, or not in the last 10 s; `STALLED`: runs, but does not move; `STOPPED`: does not run although something is unread. */
  readonly verdict: 'OK' | 'WARN' | 'UNKNOWN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched long enough for a verdict other than OK. */
  readonly settled: boolean
  /** How old this is; null: it was never seen. */
  readonly ageSeconds: number | null
  /** Why, if more is known than the verdict says. */
  readonly detail: string | null
}

/** The service takes requests. */
export interface Readiness {
  /** ready: every check passed. degraded: orders are taken, but a check that is not `ok` needs an operator. */
  readonly status: 'ready' | 'degraded'
  readonly checks: readonly ({
    readonly name: string
    readonly ok: boolean
    /** Age of this result in seconds. */
    readonly ageSeconds: number
    /** What is wrong. */
    readonly detail: string | null
  })[]
}

/** A receipt of goods. */
export interface ReceiveStock {
  /** Units received. */
  readonly quantity: number
}

/** What to offer. It does not predict how many customers will buy it. */
export interface Recommendations {
  /** At most 10: bought together first, then viewed together, then popular. */
  readonly items: readonly ({
    /** Product to offer: it is in stock, and not in the basket. */
    readonly sku: string
    /** How strongly it goes with the basket, summed over the products in it; 0 if it is only popular. */
    readonly score: number
    readonly why: {
      /** Why it is offered. */
      readonly rule: 'boughtTogether' | 'viewedTogether' | 'popular'
      /** The product of the basket that it goes with most; for a popular one, itself. */
      readonly sku: string
      /** Orders, or sessions, with both. */
      readonly together: number
      /** Orders, or sessions, with `sku` among their first 20 products. */
      readonly of: number
    }
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Newest event of behaviour that this rests on; null: on none. RFC 3339, UTC. */
  readonly behaviourAsOf: string | null
}

/** What was wanted of a product before the shop, day by day. */
export interface RecordDemand {
  /** The product, if it is said twice: a line of a file says it. */
  readonly sku?: string
  /** The first day, in UTC: YYYY-MM-DD. All days lie before today. */
  readonly from: string
  /** Units wanted on each day from the first on. */
  readonly units: readonly number[]
  /** Orders that wanted them, as many days. */
  readonly orders: readonly number[]
  /** Whether other numbers of a day may be replaced; not if absent. */
  readonly replace?: boolean
}

/** What is recorded of the days that were asked for. */
export interface RecordedDemand {
  /** The product. */
  readonly sku: string
  /** The first day, in UTC. */
  readonly from: string
  readonly units: readonly number[]
  readonly orders: readonly number[]
  /** Version of what is recorded of the product; it grows with each change. */
  readonly version: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** What goes back. */
export interface RefundAmount {
  /** In minor units (cents for EUR), at most what is left. */
  readonly amount: number
  /** ISO 4217 code; it must be that of the order. */
  readonly currency: string
}

/** A customer to register. */
export interface RegisterCustomer {
  /** Chosen by the client, it makes the request safe to repeat. If absent, the shop creates one. */
  readonly customerId?: string
  /** Personal data. */
  readonly name: string
  /** Personal data. One mailbox: no quotes, commas or brackets before the @. */
  readonly email?: string
  /** Personal data. */
  readonly phone?: string
  /** Where the customer is served from; groups the figures of sales. */
  readonly region: string
  /** Rank; standard if absent. */
  readonly tier?: 'standard' | 'vip'
  /** BCP 47 tag of the language to write in; en if absent. */
  readonly language?: string
}

/** A rebuild of a projection from the log, next to the live one. */
export interface Replay {
  readonly replayId: string
  /** Of which. */
  readonly projection: string
  /** State or outcome. */
  readonly state: 'running' | 'paused' | 'comparing' | 'switched' | 'checked' | 'refused' | 'failed' | 'cancelled'
  /** Whether it only compares. */
  readonly check: boolean
  /** Version of the new tables. */
  readonly version: number
  /** Position up to which it has built. */
  readonly position: number
  /** Last known target position. */
  readonly target: number
  /** Over the last seconds. */
  readonly eventsPerSecond: number
  /** Seconds until the target, at this speed; null if unknown. */
  readonly etaSeconds: number | null
  /** Built so far, in all tables. */
  readonly rows: number
  readonly differences: {
    /** Rows that differ. */
    readonly count: number
    /** Rows that the live tables lack. */
    readonly missing: number
    /** Rows that the log does not have. */
    readonly extra: number
    /** With another value in some column. */
    readonly different: number
    /** The first ones, at most 20. */
    readonly samples: readonly Difference[]
  } | null
  readonly failure: {
    /** Code of the error. */
    readonly code: string
    /** Error message. */
    readonly message: string
    /** Position of the event that failed. */
    readonly position: number
  } | null
  /** When it was requested. RFC 3339, UTC. */
  readonly startedAt: string
  /** When it ended. RFC 3339, UTC. */
  readonly finishedAt: string | null
}

/** The newest replays, newest first. */
export interface ReplayList {
  readonly items: readonly Replay[]
}

/** A payment of a whole order. `amount`, where given, must be its total. */
export interface RequestPayment {
  /** The order to pay. */
  readonly orderId: string
  /** How to pay it; on-account is for VIPs. */
  readonly method: 'card' | 'paypal' | 'bank-transfer' | 'on-account'
  readonly amount?: PaymentAmount
  /** The provider's name for the card, never its number. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly card?: string
  /** The device that it comes from. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly device?: string
  /** The address that it is for. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly address?: string
  /** The network that it comes from. Only a pseudonym of it is kept (docs/privacy.md). */
  readonly network?: string
  /** Country of the card, two letters. */
  readonly cardRegion?: string
}

/** Money to give back as goodwill: all that is left if `amount` is absent. The order keeps its status. */
export interface RequestRefund {
  readonly amount?: RefundAmount
  /** In the words of the person who refunds. */
  readonly reason: string
}

/** What comes back of a completed order. Its value is refunded, at most what is left of the payment. */
export interface ReturnOrder {
  /** What comes back; all that has not come back yet if absent. */
  readonly lines?: readonly {
    /** A product of the order. */
    readonly sku: string
    /** Units. */
    readonly quantity: number
  }[]
  /** In the words of the person who takes it back. */
  readonly reason: string
  /** Whether the units can be sold again; true if absent. If not, they are written off. */
  readonly sellable?: boolean
}

/** A verdict on an alert. */
export interface ReviewFraudAlert {
  /** `fraud` cancels the order too, if it still can be cancelled. */
  readonly verdict: 'fraud' | 'honest'
  /** In the words of the person who reviews it. Customers never see it. */
  readonly note?: string
}

/** When a product runs out. */
export interface RunOut {
  /** The product. */
  readonly sku: string
  /** Units on hand. */
  readonly onHand: number
  /** Units on hand that orders have reserved. */
  readonly reserved: number
  /** Units that an order can still reserve. */
  readonly available: number
  /** When nothing is left, UTC; null: not within 28 days. */
  readonly expected: string | null
  /** In four of five cases it runs out between earliest and latest. */
  readonly earliest: string | null
  /** See earliest. */
  readonly latest: string | null
  /** `too-little-demand`: chance alone puts the total off by more than 15 %, or fewer than four whole weeks are known. */
  readonly verdict: 'ok' | 'too-little-demand'
}

/** A page of a list: RunOut. */
export interface RunOutList {
  readonly items: readonly RunOut[]
  /** The cursor of the next page; null on the last. */
  readonly next: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** Accepted orders by category. `net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded. */
export interface SalesByCategory {
  readonly items: readonly {
    readonly category: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: MoneySum
    readonly net: MoneySum
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by the hour they were placed in, the newest 1,000 hours in which anything happened. `net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded. */
export interface SalesByHour {
  readonly items: readonly {
    /** The beginning of the hour. RFC 3339, UTC. */
    readonly hour: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: MoneySum
    readonly net: MoneySum
    /** Captures recorded in it. */
    readonly captured: number
    /** Declines recorded in it. */
    readonly declined: number
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** The last 120 minutes, oldest first, quiet ones too; none before the first event. They end now, by the database’s clock, where this shows the head of the log, else with `asOf`. `revenue` is captured minus refunded. */
export interface SalesByMinute {
  readonly items: readonly {
    /** The beginning of the minute. RFC 3339, UTC. */
    readonly minute: string
    /** Accepted orders. */
    readonly orders: number
    /** Units of them. */
    readonly units: number
    readonly gmv: MoneySum
    /** Rejected orders. */
    readonly rejected: number
    /** Payments captured. */
    readonly payments: number
    /** Refunds made. */
    readonly refunds: number
    readonly revenue: MoneySum
    /** Orders delivered. */
    readonly deliveries: number
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by product. `net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded. */
export interface SalesByProduct {
  readonly items: readonly {
    readonly sku: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: MoneySum
    readonly net: MoneySum
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by region. `net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded. */
export interface SalesByRegion {
  readonly items: readonly {
    readonly region: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: MoneySum
    readonly net: MoneySum
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by the customer’s tier. `net`: what was confirmed less what was cancelled after that or came back, by the hour in which that was recorded. */
export interface SalesByTier {
  readonly items: readonly {
    readonly tier: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: MoneySum
    readonly net: MoneySum
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Time of the last event that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** A difference between a version and the one before it. */
export interface SchemaChange {
  /** `lines[].quantity`; empty for the event itself. */
  readonly path: string
  /** What changed, in words. */
  readonly message: string
  /** `backward only`: newer readers read older events, but not the other way round; `meaning`: all can read it, but its meaning changes. */
  readonly verdict: 'safe' | 'backward only' | 'forward only' | 'breaking' | 'meaning'
}

/** An event and its versions. */
export interface SchemaSubject {
  /** The event. */
  readonly type: string
  /** Its subject in the registry. */
  readonly subject: string
  /** The kind of its stream; null: unknown to this release. */
  readonly stream: string | null
  /** Compatibility level for new versions; null: unknown to this release. */
  readonly level: string | null
  /** The events that replace it; null: it is not retired. */
  readonly retiredBy: readonly string[] | null
  /** Oldest first. */
  readonly versions: readonly SchemaVersion[]
}

/** Every event and its versions, by name: those of this release, and later ones that are in the log. */
export interface SchemaSubjectList {
  readonly items: readonly SchemaSubject[]
  /** URL of the shared registry; null: the embedded one, at /registry. */
  readonly sharedRegistry: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Position of the newest event in the log. */
  readonly head: number
}

/** A version of an event. */
export interface SchemaVersion {
  /** From 1. */
  readonly version: number
  /** Number of fields of the event; null: this release does not know the version. */
  readonly fields: number | null
  /** Id of the schema in the registry; null: this release does not know the version. */
  readonly registryId: number | null
  /** Events in the log, as far as it is counted. */
  readonly events: number
  /** Position of the first of them; null: the log has none. */
  readonly firstPosition: number | null
  /** When the first of them was recorded. RFC 3339, UTC. */
  readonly firstAt: string | null
  /** Position of the last of them; null: the log has none. */
  readonly lastPosition: number | null
  /** When the last of them was recorded. RFC 3339, UTC. */
  readonly lastAt: string | null
}

/** Parked letters: those of a cause, or some by their ids. */
export interface SelectDeadLetters {
  /** Id of the cause; letters of one group share it. */
  readonly cause?: string
  /** Letters. */
  readonly ids?: readonly number[]
  /** Dry run: only say what would happen. */
  readonly dryRun?: boolean
}

/** A new reorder point. */
export interface SetReorderPoint {
  /** Units below which operators hear of it; 0: never. */
  readonly reorderPoint: number
}

/** A product with fewer available units than an order asked for. */
export interface Shortage {
  /** The product. */
  readonly sku: string
  /** Units asked for by all lines together. */
  readonly wanted: number
  /** Units that were available. */
  readonly available: number
}

/** Random orders to place. */
export interface SimulateOrders {
  /** Number of letters. */
  readonly count: number
}

/** Results of the orders. */
export interface SimulatedOrders {
  readonly items: readonly ({
    readonly orderId: string
    /** Status of the order. */
    readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
    /** Why it was rejected. */
    readonly reason: string | null
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** Options of the replay. */
export interface StartReplay {
  /** Compare only, do not switch. */
  readonly check?: boolean
  /** Maximum events per second. If absent: as fast as possible without slowing orders. */
  readonly rate?: number
  /** Switch even if rows differ. */
  readonly acceptDifferences?: boolean
}

/** What happened to an order, its payment, its delivery and their stock, and the messages about it; oldest first. */
export interface Timeline {
  readonly items: readonly ({
    /** In the log. */
    readonly position: number
    /** Stream of the event: `<kind>-<id>`. */
    readonly stream: string
    /** Type of the event. */
    readonly type: string
    /** Schema version that it was written with. */
    readonly schemaVersion: number
    /** Of the event. */
    readonly id: string
    /** When it was recorded, by the database’s clock. RFC 3339, UTC. */
    readonly recordedAt: string
    /** Id of the event that caused this one. */
    readonly causationId: string | null
    /** Milliseconds since the item before it was recorded; null for the first. Below 0 if a clock was set back. */
    readonly sincePreviousMs: number | null
    /** Content, in the newest version of its schema. */
    readonly data: {
      readonly [more: string]: unknown
    } | null
    /** Why `data` is null: this release cannot read the event. */
    readonly error?: string
  })[]
  /** Messages that could not be sent, because the customer has no address or number for them. */
  readonly untold: readonly ({
    /** Position of the event that it is about. */
    readonly position: number
    /** What it would have said. */
    readonly template: string
    /** Channel for which the customer has no address or number. */
    readonly channel: 'email' | 'sms'
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A topic and its health. */
export interface Topic {
  /** Its name in the cluster. */
  readonly name: string
  /** `log`: read by the projector; `copy`: a copy for other readers; `in`: input from other systems; `out`: output for other systems. */
  readonly use: 'log' | 'copy' | 'in' | 'out' | null
  readonly partitions: readonly ({
    /** From 0. */
    readonly partition: number
    /** Leader broker; null: the partition has no leader now. */
    readonly leader: number | null
    /** Brokers that should have a replica. */
    readonly replicas: readonly number[]
    /** Brokers whose replica is in sync. */
    readonly inSync: readonly number[]
    /** The oldest offset; null: the partition has no leader now. */
    readonly start: number | null
    /** Offset after the newest message; null: the same. */
    readonly end: number | null
    /** Offset of the first message of an open transaction; else the end. */
    readonly stable: number | null
    /** Bytes on the disk of the leader; null: unknown. */
    readonly bytes: number | null
  })[]
  /** Offsets from the oldest to the newest, of all partitions. */
  readonly records: number
  /** Bytes on the disks of the leaders; null: unknown. */
  readonly bytes: number | null
  /** Milliseconds for which records are kept; null: no limit, or unknown. */
  readonly retentionMs: number | null
  /** Incoming records per second. */
  readonly inRate: number
  /** `under-replicated`: some replica is behind; `offline`: some partition has no leader. */
  readonly health: 'healthy' | 'under-replicated' | 'offline'
}

/** The brokers and the topics. */
export interface TopicList {
  readonly kafka: {
    /** When it was last asked. */
    readonly state: 'connected' | 'unreachable' | 'not-configured'
    /** Age of the data; null: it never answered. */
    readonly ageSeconds: number | null
    /** Why the cluster cannot be reached, or what this user may not see. */
    readonly detail: string | null
  }
  readonly clusterId: string | null
  /** The broker that is the controller. */
  readonly controller: number | null
  readonly brokers: readonly {
    /** Of the broker. */
    readonly id: number
    readonly host: string
    /** Where it listens. */
    readonly port: number
  }[]
  /** By name. */
  readonly items: readonly Topic[]
}

/** A message of a topic, decoded if possible. */
export interface TopicMessage {
  /** Of the topic. */
  readonly partition: number
  /** In the partition. */
  readonly offset: number
  /** When it was written, according to its writer. RFC 3339, UTC. */
  readonly at: string
  /** As text, or in hex if it is not text. */
  readonly key: string | null
  readonly headers: readonly {
    readonly name: string
    /** As text, or in hex. */
    readonly value: string
  }[]
  /** Format of the value. */
  readonly format: 'avro' | 'json' | 'text' | 'hex' | 'empty' | 'unreadable'
  /** Of the event (`avro`). */
  readonly type: string | null
  /** The fields of the value, if it is an object. */
  readonly data: {
    readonly [more: string]: unknown
  } | null
  /** Any other value as JSON, text or hex (at most 4 KiB), or why it is missing. */
  readonly text: string | null
  /** Of the value. */
  readonly bytes: number
  /** Why a framed event could not be decoded. */
  readonly fault: string | null
}

/** Messages of a topic. */
export interface TopicMessages {
  /** The oldest first. */
  readonly items: readonly TopicMessage[]
  /** `from` of the next page in the requested partition; null at its end. */
  readonly next: number | null
}

/** What somebody does in the shop. */
export interface UserEvent {
  /** A UUID, drawn where it happened: the same event sent again within 10 minutes counts once. */
  readonly eventId: string
  /** What was done. */
  readonly type: 'page_view' | 'product_view' | 'search' | 'click' | 'add_to_cart' | 'remove_from_cart' | 'checkout' | 'payment_attempt' | 'payment_success' | 'payment_failure' | 'order_completed'
  /** When, RFC 3339 in UTC. */
  readonly at: string
  /** Who: the customer once known, else the visitor. Absent: `customerId`. */
  readonly subject?: string
  /** The customer, where known. */
  readonly customerId?: string | null
  /** The product that it is about. */
  readonly sku?: string | null
  /** Units of it. */
  readonly quantity?: number
  /** Money in minor units of `currency`. */
  readonly amount?: number
  /** ISO 4217. */
  readonly currency?: string
  /** The order that it is about. */
  readonly orderId?: string | null
  /** Where it was done. */
  readonly channel?: 'web' | 'mobile' | 'api'
  /** Country or region. */
  readonly region?: string
  /** The device. */
  readonly device?: string | null
  /** The provider's name for the card, never its number. */
  readonly card?: string | null
  /** The address. */
  readonly address?: string | null
  /** The network. */
  readonly network?: string | null
  /** Country of the card, two letters. */
  readonly cardRegion?: string
  /** Why it failed, a code. */
  readonly reason?: string | null
}

/** What became of an event. */
export interface UserEventVerdict {
  /** Of the event; null if it has none that is text. */
  readonly eventId: string | null
  /** `late`: counted, but in no session. `duplicate` and `late` are known where the process also reads the events; elsewhere they are `accepted`. */
  readonly verdict: 'accepted' | 'duplicate' | 'late' | 'parked'
  /** Why it was parked. */
  readonly code?: 'invalid' | 'no-subject' | 'too-old' | 'from-the-future' | 'too-large' | 'card-number'
  /** Where in the event (JSON pointer). */
  readonly pointer?: string
}

/** What became of the events of a request. */
export interface UserEventVerdicts {
  /** Events that count. */
  readonly accepted: number
  /** Events that had come before. */
  readonly duplicates: number
  /** Events that came too late for their session. */
  readonly late: number
  /** Events that cannot be taken; GET /dead-letters?topic=user-events shows them. */
  readonly parked: number
  /** In the order in which they were sent. */
  readonly items: readonly UserEventVerdict[]
}

/** The running release, and the currency of the shop. */
export interface Version {
  readonly name: string
  readonly version: string
  readonly node: string
  /** Of the shop (ISO 4217). */
  readonly currency: string
  /** Of an amount in minor units, those behind the point: with 2, 1999 EUR are 19.99 euros. */
  readonly digits: number
}
