// Generated from openapi.json by `npm run generate`: the shapes of the API. Do not edit.

/** Something that happened; without personal data. */
export interface Activity {
  /** Of the event in the log. */
  readonly position: number
  /** When it was recorded. RFC 3339, UTC. */
  readonly at: string
  /** What it happened to: order, inventory, customer. */
  readonly kind: string
  /** What happened. */
  readonly type: string
  /** Of the order, the product or the customer. */
  readonly id: string
  /** Name of the product, or of the first product of an order. */
  readonly title: string | null
  /** Whose order it is. */
  readonly customerId: string | null
  readonly amount: Money | null
  /** Units. */
  readonly units: number | null
  /** Why an order was rejected. */
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
  /** In the words of whoever corrects. */
  readonly reason: string
}

/** The totals of the shop. `gmv`: the value of every order ever accepted; `revenue`: captured - refunded. */
export interface Analytics {
  readonly orders: OrderCounts
  /** Units of every order ever accepted. */
  readonly units: number
  readonly gmv: Money
  readonly revenue: Money
  readonly averageOrder: Money
  /** Distinct customers with an accepted order. */
  readonly customers: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Why an order is cancelled. */
export interface CancelOrder {
  /** In the words of whoever cancels. */
  readonly reason?: string
}

/** A new price. */
export interface ChangePrice {
  readonly price: Price
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
  /** Accepted orders, whatever became of them. Reads only. */
  readonly orders?: number
  readonly spent?: Money
  /** Of the customer: it grows with each change. */
  readonly version: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** A record that could not be handled. */
export interface DeadLetter {
  /** Of the letter. */
  readonly id: number
  /** Where the record was. */
  readonly topic: string
  /** Of the topic. */
  readonly partition: number
  /** In the partition. */
  readonly offset: number
  /** As the record says; null when that is no time. RFC 3339, UTC. */
  readonly timestamp: string | null
  /** Of the record, at most 256 bytes of it; what is no UTF-8 is replaced. */
  readonly key: string | null
  /** Of the value in bytes; null when it has none. */
  readonly size: number | null
  /** A word for what was wrong. */
  readonly class: string
  /** What was wrong. */
  readonly message: string
  /** What letters of its group share. */
  readonly cause: string
  /** `retried`: it was executed; `discarded`: nobody wants it. */
  readonly state: 'parked' | 'retried' | 'discarded'
  /** When it was parked. RFC 3339, UTC. */
  readonly parkedAt: string
  /** When the topic of dead letters was told of it; null: not yet. RFC 3339, UTC. */
  readonly publishedAt: string | null
  /** The value as JSON, where it can be read. */
  readonly decoded: string | null
  /** The value, when it is UTF-8; at most 64 KiB of it. */
  readonly text: string | null
  /** The first 64 KiB of the value. */
  readonly base64: string | null
  readonly headers: readonly ({
    readonly name: string
    /** When it is UTF-8. */
    readonly text: string | null
    readonly base64: string
  })[]
  /** What was done with it, oldest first. */
  readonly history: readonly ({
    /** When. RFC 3339, UTC. */
    readonly at: string
    /** What was done. */
    readonly act: 'retry' | 'discard'
    /** Who did it. */
    readonly by: string
    /** What came of it. */
    readonly detail: string
  })[]
}

/** What was, or would be, discarded. */
export interface DeadLetterDiscard {
  /** Nothing was changed. */
  readonly dryRun: boolean
  /** Letters that were, or would be, discarded. */
  readonly discarded: number
}

/** Records that could not be handled for one cause. */
export interface DeadLetterGroup {
  /** What its letters share. */
  readonly cause: string
  /** A word for what was wrong. */
  readonly class: string
  /** What was wrong with the newest of them. */
  readonly message: string
  /** Letters that wait. */
  readonly parked: number
  /** Letters that were executed later. */
  readonly retried: number
  /** Letters that were given up. */
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
  /** By cause, those with parked letters first. */
  readonly groups: readonly DeadLetterGroup[]
  /** A page of letters, newest first. */
  readonly items: readonly DeadLetterSummary[]
  /** `before` of the next page; null on the last. */
  readonly next: number | null
}

/** What came, or would come, of another try. */
export interface DeadLetterRetry {
  /** Nothing was changed. */
  readonly dryRun: boolean
  /** Parked letters of the selection when it began. */
  readonly total: number
  /** Placed, or would be. */
  readonly succeeded: number
  /** Rejected, which is recorded, or would be. */
  readonly refused: number
  /** Parked as before. */
  readonly failed: number
  /** Not tried this time: ask again. */
  readonly left: number
}

/** A record that could not be handled, without its bytes. */
export interface DeadLetterSummary {
  /** Of the letter. */
  readonly id: number
  /** Where the record was. */
  readonly topic: string
  /** Of the topic. */
  readonly partition: number
  /** In the partition. */
  readonly offset: number
  /** As the record says; null when that is no time. RFC 3339, UTC. */
  readonly timestamp: string | null
  /** Of the record, at most 256 bytes of it; what is no UTF-8 is replaced. */
  readonly key: string | null
  /** Of the value in bytes; null when it has none. */
  readonly size: number | null
  /** A word for what was wrong. */
  readonly class: string
  /** What was wrong. */
  readonly message: string
  /** What letters of its group share. */
  readonly cause: string
  /** `retried`: it was executed; `discarded`: nobody wants it. */
  readonly state: 'parked' | 'retried' | 'discarded'
  /** When it was parked. RFC 3339, UTC. */
  readonly parkedAt: string
  /** When the topic of dead letters was told of it; null: not yet. RFC 3339, UTC. */
  readonly publishedAt: string | null
}

/** How. */
export interface DeadLetterWish {
  /** Only say what would come of it. */
  readonly dryRun?: boolean
}

/** An event and its versions, with their schemas. */
export interface DescribedSchema {
  /** The event. */
  readonly type: string
  /** What it is called in the registry. */
  readonly subject: string
  /** The kind of stream it is appended to; null: this release does not know. */
  readonly stream: string | null
  /** What a further version must be compatible with; null: this release does not know. */
  readonly level: string | null
  /** The events written instead; null: it is not retired. */
  readonly retiredBy: readonly string[] | null
  /** Oldest first. */
  readonly versions: readonly DescribedVersion[]
  /** As in GET /schemas. */
  readonly sharedRegistry: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Of the log: up to it is counted in the end. */
  readonly head: number
}

/** A version of an event, with its schema. */
export interface DescribedVersion {
  /** From 1. */
  readonly version: number
  /** Of the event itself; null: this release does not know the version. */
  readonly fields: number | null
  /** Of the schema in the registry; null: this release does not know the version. */
  readonly registryId: number | null
  /** In the log, as far as it is counted. */
  readonly events: number
  /** Of the first of them; null: there is none. */
  readonly firstPosition: number | null
  /** When the first of them was recorded. RFC 3339, UTC. */
  readonly firstAt: string | null
  /** Of the last of them; null: there is none. */
  readonly lastPosition: number | null
  /** When the last of them was recorded. RFC 3339, UTC. */
  readonly lastAt: string | null
  /** Avro, as JSON text; null: this release does not know the version. */
  readonly schema: string | null
  /** Null: nothing comes before it, or it is unknown. */
  readonly changes: readonly SchemaChange[] | null
  /** Who has to have this version first when it is new; `nobody`: no order helps. */
  readonly deployFirst: 'any order' | 'readers' | 'writers' | 'nobody' | null
  /** An event as this version writes it. */
  readonly sample: {
    readonly [more: string]: unknown
  } | null
}

/** A row that is not what the log tells. */
export interface Difference {
  readonly table: string
  /** Of the row. */
  readonly key: string
  /** `missing`: the live table lacks it; `extra`: the log does not tell of it. */
  readonly kind: 'missing' | 'extra' | 'different'
  readonly columns: readonly ({
    readonly column: string
    readonly live: string | null
    readonly rebuilt: string | null
  })[]
}

/** An event to look at as bytes. */
export interface EncodeEvent {
  /** That writes it; the newest if absent. */
  readonly version?: number
  /** The fields of the event, without its type. */
  readonly event: {
    readonly [more: string]: unknown
  }
}

/** The bytes of an event, and what each version reads from them. */
export interface EncodedEvent {
  /** That wrote it. */
  readonly version: number
  /** Of the schema in the registry. */
  readonly schemaId: number
  /** The Avro body in hex: what the log holds. */
  readonly bytes: string
  /** In hex, as Kafka carries it: byte 0, the id in four bytes, the body. */
  readonly framed: string
  /** Every version, oldest first. */
  readonly readBy: readonly ({
    /** That reads it. */
    readonly version: number
    /** What it reads. */
    readonly event: {
      readonly [more: string]: unknown
    } | null
    /** Why it cannot read it. */
    readonly error: string | null
  })[]
}

/** An event of the log. */
export interface Event {
  /** In the log. */
  readonly position: number
  /** What it happened to: `<kind>-<id>`. */
  readonly stream: string
  /** In the stream, from 1. */
  readonly version: number
  /** What happened. */
  readonly type: string
  /** Of the schema it was written with. */
  readonly schemaVersion: number
  /** Of the event. */
  readonly id: string
  /** When it was recorded, by the database’s clock. RFC 3339, UTC. */
  readonly recordedAt: string
  /** Shared by everything that one request led to. */
  readonly correlationId: string
  /** The event that led to this one. */
  readonly causationId: string | null
  /** In the newest version of its schema. */
  readonly data: {
    readonly [more: string]: unknown
  } | null
  /** Why `data` is null: this release cannot read the event. */
  readonly error?: string
}

/** A page of the log, in its order. */
export interface EventPage {
  readonly items: readonly Event[]
  /** Where to go on (`after`); null at the end. */
  readonly next: number | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** What one part of a request did wrong. */
export interface Fault {
  /** Which part of the request. */
  readonly in: 'body' | 'query' | 'path' | 'header'
  /** JSON pointer (RFC 6901) to the value in that part. */
  readonly pointer: string
  /** What is wrong with it. */
  readonly message: string
}

/** How far a consumer group is behind, in all and by partition. */
export interface GroupLag {
  /** The consumer group. */
  readonly group: string
  /** In the words of Kafka: Stable, Empty, PreparingRebalance. */
  readonly state: string
  readonly members: readonly {
    readonly client: string
    readonly host: string
    /** That it has. */
    readonly partitions: number
  }[]
  /** Messages, or events, that are there and not done yet. */
  readonly behind: number
  /** Age of the oldest of them; 0 when there is none, null when it cannot be told. */
  readonly secondsBehind: number | null
  /** A second that come, over the last minute at most. */
  readonly inRate: number
  /** A second that are done. */
  readonly outRate: number
  /** Of `behind`. */
  readonly trend: 'falling' | 'steady' | 'rising'
  /** Until nothing is left, at these rates; null: never, or not known yet. */
  readonly etaSeconds: number | null
  /** `WARN`: falls behind though it moves; `STALLED`: does not move though it is there; `STOPPED`: nobody is there and something is left. */
  readonly verdict: 'OK' | 'WARN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched for long enough to say more than OK. */
  readonly settled: boolean
  readonly partitions: readonly ({
    readonly topic: string
    /** Of the topic. */
    readonly partition: number
    /** The next to be read. */
    readonly offset: number
    /** Behind the newest. */
    readonly end: number
    /** Messages, or events, that are there and not done yet. */
    readonly behind: number
    /** Age of the oldest of them; 0 when there is none, null when it cannot be told. */
    readonly secondsBehind: number | null
    /** A second that come, over the last minute at most. */
    readonly inRate: number
    /** A second that are done. */
    readonly outRate: number
    /** Of `behind`. */
    readonly trend: 'falling' | 'steady' | 'rising'
    /** Until nothing is left, at these rates; null: never, or not known yet. */
    readonly etaSeconds: number | null
    /** `WARN`: falls behind though it moves; `STALLED`: does not move though it is there; `STOPPED`: nobody is there and something is left. */
    readonly verdict: 'OK' | 'WARN' | 'STALLED' | 'STOPPED'
    /** False: it was not watched for long enough to say more than OK. */
    readonly settled: boolean
  })[]
}

/** How far everybody is behind; the verdict is the worst of all. */
export interface Lag {
  /** `WARN`: falls behind though it moves; `STALLED`: does not move though it is there; `STOPPED`: nobody is there and something is left. */
  readonly verdict: 'OK' | 'WARN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched for long enough to say more than OK. */
  readonly settled: boolean
  readonly kafka: {
    /** When it was last asked. */
    readonly state: 'connected' | 'unreachable' | 'not-configured'
    /** Age of what is told of it; null: it never answered. */
    readonly ageSeconds: number | null
    /** Why it is not reached. */
    readonly detail: string | null
  }
  readonly groups: readonly GroupLag[]
  readonly readers: readonly ReaderLag[]
}

/** A product for the catalogue. */
export interface ListProduct {
  /** Names the product for ever. */
  readonly sku: string
  /** As shown to customers. */
  readonly name: string
  /** Groups products in the figures of sales. */
  readonly category: string
  readonly price: Price
  /** Units of the first receipt; 0 if absent. */
  readonly stock?: number
}

/** What the shop does right now. */
export interface LiveRates {
  /** Orders accepted in the newest minute. */
  readonly ordersPerMinute: number
  /** Payments captured in the newest minute. */
  readonly paymentsPerMinute: number
  readonly gmv: Money
  readonly revenue: Money
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly lastUpdated: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** The process answers. */
export interface Liveness {
  /** Always. */
  readonly status: 'alive'
}

/** An amount of money. */
export interface Money {
  /** In minor units (cents for EUR). */
  readonly amount: number
  /** ISO 4217 code. */
  readonly currency: string
}

/** An order. */
export interface Order {
  /** The order. */
  readonly orderId: string
  /** What became of it. */
  readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
  /** Who ordered. */
  readonly customerId: string
  readonly lines: readonly OrderLine[]
  readonly total: Money | null
  /** When it was placed; null for a rejected order. RFC 3339, UTC. */
  readonly placedAt: string | null
  /** Until when its units are kept for it; null for ever, or for a rejected order. RFC 3339, UTC. */
  readonly reservedUntil: string | null
  /** When it was rejected. Reads only. RFC 3339, UTC. */
  readonly rejectedAt?: string | null
  /** Why it was rejected (a code) or cancelled (in words). Reads only. */
  readonly reason?: string | null
  /** Reads only. */
  readonly shortages?: readonly Shortage[]
  /** Of the order: it grows with each change. */
  readonly version: number
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** How many orders ever went each way. */
export interface OrderCounts {
  /** Every order ever accepted, whatever became of it. */
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

/** One line of an order. What a rejected order does not know is null. */
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
}

/** How many orders have each status now. */
export interface OrdersByStatus {
  readonly items: readonly ({
    /** What became of them. */
    readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
    /** Orders now. */
    readonly orders: number
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** An order to place. */
export interface PlaceOrder {
  /** Named by the client, it makes the request safe to repeat. Made by the shop if absent. */
  readonly orderId?: string
  /** Who orders. */
  readonly customerId: string
  /** A product may stand on several lines. Prices are the catalogue’s. */
  readonly lines: readonly {
    /** A product of the catalogue. */
    readonly sku: string
    /** Units. */
    readonly quantity: number
  }[]
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
  /** Units in the house. */
  readonly onHand: number
  /** Units of them that orders hold. */
  readonly reserved: number
  /** Units that an order can still reserve. */
  readonly available: number
  /** Of the product’s stock: it grows with each change. */
  readonly version: number
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

/** A read model and how far it is. */
export interface Projection {
  /** Of the projection. */
  readonly name: string
  /** Of the tables that are shown. */
  readonly version: number
  /** Of the tables that are shown: each rebuild makes another one. */
  readonly generation: number
  /** `replaying`: what is shown is of an older release and stands still until it is rebuilt. */
  readonly state: 'live' | 'replaying' | 'paused' | 'failed'
  /** What it shows: everything up to it. */
  readonly position: number
  /** Of the newest event in the log. */
  readonly head: number
  /** Events that it does not show yet. */
  readonly lagEvents: number
  /** Age of the oldest event that it does not show yet. */
  readonly lagSeconds: number
  /** Over the last 10 s, as far as this process heard. */
  readonly eventsPerSecond: number
  /** In all its tables. */
  readonly rows: number
  readonly lastError: {
    /** A word for what went wrong. */
    readonly code: string
    /** What went wrong. */
    readonly message: string
    /** Of the event it happened at. */
    readonly position: number
  } | null
  /** Of the replay that is under way. */
  readonly replayId: string | null
  readonly lastCheck: {
    /** Of the last replay that compared the rows with the log. */
    readonly replayId: string
    /** When it was done. RFC 3339, UTC. */
    readonly checkedAt: string
    /** At which they were compared. */
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

/** What acts where time has passed: how far it is, and what it has still to do. */
export interface Reactor {
  /** Of the reactor. */
  readonly name: string
  /** `failed`: it stands still at an event that it cannot read. `unserved`: no process does its work. */
  readonly state: 'live' | 'failed' | 'unserved'
  /** It has read everything up to it. */
  readonly position: number
  /** Of the newest event in the log. */
  readonly head: number
  /** Events that it has not read yet. */
  readonly lagEvents: number
  /** Age of the oldest event that it has not read yet. */
  readonly lagSeconds: number
  /** What it has still to act upon, now or later. */
  readonly due: number
  /** Of that, what it should have acted upon by now. */
  readonly overdue: number
  /** For how long the first of these has waited. */
  readonly overdueSeconds: number
  /** Of that, what it could not do. Each holds back its own stream alone, until it is retried. */
  readonly parked: number
  /** The first of these, at most 20. */
  readonly parkedCauses: readonly {
    readonly stream: string
    /** Of the event that asked for it. */
    readonly position: number
    /** A word for what went wrong. */
    readonly code: string
    /** What went wrong. */
    readonly message: string
  }[]
  readonly lastError: {
    /** A word for what went wrong. */
    readonly code: string
    /** What went wrong. */
    readonly message: string
    /** Of the event it happened at. */
    readonly position: number
  } | null
}

/** Every reactor. */
export interface ReactorList {
  readonly items: readonly Reactor[]
}

/** How far a reader of the log is behind. */
export interface ReaderLag {
  /** Of the reader. */
  readonly name: string
  /** What it does with the events. */
  readonly kind: 'relay' | 'projection'
  /** Of the last event that it has done. */
  readonly position: number
  /** Of the newest event in the log. */
  readonly head: number
  /** Messages, or events, that are there and not done yet. */
  readonly behind: number
  /** Age of the oldest of them; 0 when there is none, null when it cannot be told. */
  readonly secondsBehind: number | null
  /** A second that come, over the last minute at most. */
  readonly inRate: number
  /** A second that are done. */
  readonly outRate: number
  /** Of `behind`. */
  readonly trend: 'falling' | 'steady' | 'rising'
  /** Until nothing is left, at these rates; null: never, or not known yet. */
  readonly etaSeconds: number | null
  /** `WARN`: falls behind though it moves; `STALLED`: does not move though it is there; `STOPPED`: nobody is there and something is left. */
  readonly verdict: 'OK' | 'WARN' | 'STALLED' | 'STOPPED'
  /** False: it was not watched for long enough to say more than OK. */
  readonly settled: boolean
  /** Why it does not go on, where that is known. */
  readonly detail: string | null
}

/** The service can do its work. */
export interface Readiness {
  /** Every check passed. */
  readonly status: 'ready'
  readonly checks: readonly ({
    readonly name: string
    readonly ok: boolean
    /** How long ago it was found so. */
    readonly ageSeconds: number
    /** What is wrong. */
    readonly detail: string | null
  })[]
}

/** A receipt of goods. */
export interface ReceiveStock {
  /** Units that arrived. */
  readonly quantity: number
}

/** A customer to register. */
export interface RegisterCustomer {
  /** Named by the client, it makes the request safe to repeat. Made by the shop if absent. */
  readonly customerId?: string
  /** Personal data. */
  readonly name: string
  /** Personal data. */
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

/** A projection being rebuilt from the log, beside the one that is shown. */
export interface Replay {
  readonly replayId: string
  /** Of which. */
  readonly projection: string
  /** What it does, or how it ended. */
  readonly state: 'running' | 'paused' | 'comparing' | 'switched' | 'checked' | 'refused' | 'failed' | 'cancelled'
  /** It only compares. */
  readonly check: boolean
  /** Of the tables that are built. */
  readonly version: number
  /** Built up to here. */
  readonly position: number
  /** Where it has to get to, as last seen. */
  readonly target: number
  /** Over the last seconds. */
  readonly eventsPerSecond: number
  /** Until the target, at this speed; null when it is not known. */
  readonly etaSeconds: number | null
  /** Built so far, in all tables. */
  readonly rows: number
  readonly differences: {
    /** Rows that differ. */
    readonly count: number
    /** That the live tables lack. */
    readonly missing: number
    /** That the log does not tell of. */
    readonly extra: number
    /** With another value in some column. */
    readonly different: number
    /** The first ones, at most 20. */
    readonly samples: readonly Difference[]
  } | null
  readonly failure: {
    /** A word for what went wrong. */
    readonly code: string
    /** What went wrong. */
    readonly message: string
    /** Of the event it happened at. */
    readonly position: number
  } | null
  /** When it was asked for. RFC 3339, UTC. */
  readonly startedAt: string
  /** When it ended. RFC 3339, UTC. */
  readonly finishedAt: string | null
}

/** The newest replays, newest first. */
export interface ReplayList {
  readonly items: readonly Replay[]
}

/** Accepted orders by category. */
export interface SalesByCategory {
  readonly items: readonly {
    readonly category: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: Money
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by the hour they were placed in. */
export interface SalesByHour {
  readonly items: readonly {
    /** The beginning of the hour. RFC 3339, UTC. */
    readonly hour: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: Money
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** The 60 minutes that end with `asOf`, oldest first, quiet ones too; none before the first event. */
export interface SalesByMinute {
  readonly items: readonly {
    /** The beginning of the minute. RFC 3339, UTC. */
    readonly minute: string
    /** Accepted orders. */
    readonly orders: number
    /** Units of them. */
    readonly units: number
    readonly gmv: Money
    /** Rejected orders. */
    readonly rejected: number
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by product. */
export interface SalesByProduct {
  readonly items: readonly {
    readonly sku: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: Money
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by region. */
export interface SalesByRegion {
  readonly items: readonly {
    readonly region: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: Money
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** Accepted orders by the customer’s tier. */
export interface SalesByTier {
  readonly items: readonly {
    readonly tier: string
    /** Accepted orders; an order counts once per category it touches. */
    readonly orders: number
    /** Units. */
    readonly units: number
    readonly gmv: Money
  }[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** When the last event was recorded that this includes; null before the first one. RFC 3339, UTC. */
  readonly asOf: string | null
}

/** A difference between a version and the one before it. */
export interface SchemaChange {
  /** `lines[].quantity`; empty for the event itself. */
  readonly path: string
  /** What has changed, in words. */
  readonly message: string
  /** `backward only`: newer readers read older events, not the other way; `meaning`: everybody reads it, as something else. */
  readonly verdict: 'safe' | 'backward only' | 'forward only' | 'breaking' | 'meaning'
}

/** An event and its versions. */
export interface SchemaSubject {
  /** The event. */
  readonly type: string
  /** What it is called in the registry. */
  readonly subject: string
  /** The kind of stream it is appended to; null: this release does not know. */
  readonly stream: string | null
  /** What a further version must be compatible with; null: this release does not know. */
  readonly level: string | null
  /** The events written instead; null: it is not retired. */
  readonly retiredBy: readonly string[] | null
  /** Oldest first. */
  readonly versions: readonly SchemaVersion[]
}

/** Every event and its versions, by name: those of this release, and those of later ones that the log holds. */
export interface SchemaSubjectList {
  readonly items: readonly SchemaSubject[]
  /** Where the registry is that others share; null: it is this service’s own, at /registry. */
  readonly sharedRegistry: string | null
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
  /** Of the log: up to it is counted in the end. */
  readonly head: number
}

/** A version of an event. */
export interface SchemaVersion {
  /** From 1. */
  readonly version: number
  /** Of the event itself; null: this release does not know the version. */
  readonly fields: number | null
  /** Of the schema in the registry; null: this release does not know the version. */
  readonly registryId: number | null
  /** In the log, as far as it is counted. */
  readonly events: number
  /** Of the first of them; null: there is none. */
  readonly firstPosition: number | null
  /** When the first of them was recorded. RFC 3339, UTC. */
  readonly firstAt: string | null
  /** Of the last of them; null: there is none. */
  readonly lastPosition: number | null
  /** When the last of them was recorded. RFC 3339, UTC. */
  readonly lastAt: string | null
}

/** Parked letters: those of a cause, or some by their ids. */
export interface SelectDeadLetters {
  /** What letters of one group share. */
  readonly cause?: string
  /** Letters. */
  readonly ids?: readonly number[]
  /** Only say what would come of it. */
  readonly dryRun?: boolean
}

/** A product of which fewer units were free than an order asked for. */
export interface Shortage {
  /** The product. */
  readonly sku: string
  /** Units asked for by all lines together. */
  readonly wanted: number
  /** Units that were free. */
  readonly available: number
}

/** Random orders to place. */
export interface SimulateOrders {
  /** How many. */
  readonly count: number
}

/** What became of the orders. */
export interface SimulatedOrders {
  readonly items: readonly ({
    readonly orderId: string
    /** What became of it. */
    readonly status: 'placed' | 'confirmed' | 'rejected' | 'cancelled' | 'expired' | 'completed'
    /** Why it was rejected. */
    readonly reason: string | null
  })[]
  /** The position in the log that this shows: everything up to it is included. */
  readonly position: number
}

/** How to replay. */
export interface StartReplay {
  /** Compare only: nothing is switched. */
  readonly check?: boolean
  /** Events a second at most. Without: as fast as it can beside orders. */
  readonly rate?: number
  /** Switch although rows differ. */
  readonly acceptDifferences?: boolean
}

/** A topic and how it does. */
export interface Topic {
  /** As it is called in the cluster. */
  readonly name: string
  /** `log`: read by our feed; `copy`: for others; `in`: what others send us; `out`: what we tell others. */
  readonly use: 'log' | 'copy' | 'in' | 'out' | null
  readonly partitions: readonly ({
    /** From 0. */
    readonly partition: number
    /** The broker; null: there is none now. */
    readonly leader: number | null
    /** Brokers that are to have it. */
    readonly replicas: readonly number[]
    /** Those that have all of it. */
    readonly inSync: readonly number[]
    /** The oldest offset. */
    readonly start: number
    /** Behind the newest offset. */
    readonly end: number
    /** On the disk of the leader; null: not told. */
    readonly bytes: number | null
  })[]
  /** Offsets from the oldest to the newest, of all partitions. */
  readonly records: number
  /** On the disks of the leaders; null: not told. */
  readonly bytes: number | null
  /** Milliseconds for which records are kept; null: for ever, or not told. */
  readonly retentionMs: number | null
  /** Records a second that come. */
  readonly inRate: number
  /** `under-replicated`: some replica is behind; `offline`: some partition has no leader. */
  readonly health: 'healthy' | 'under-replicated' | 'offline'
}

/** The brokers and our topics. */
export interface TopicList {
  readonly kafka: {
    /** When it was last asked. */
    readonly state: 'connected' | 'unreachable' | 'not-configured'
    /** Age of what is told of it; null: it never answered. */
    readonly ageSeconds: number | null
    /** Why it is not reached. */
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

/** A message of a topic, decoded as far as it can be. */
export interface TopicMessage {
  /** Of the topic. */
  readonly partition: number
  /** In the partition. */
  readonly offset: number
  /** When it was written, as its writer says. RFC 3339, UTC. */
  readonly at: string
  /** As text, or in hex where it is none. */
  readonly key: string | null
  readonly headers: readonly {
    readonly name: string
    /** As text, or in hex. */
    readonly value: string
  }[]
  /** What the value is. */
  readonly format: 'avro' | 'json' | 'text' | 'hex' | 'empty' | 'unreadable'
  /** Of the event (`avro`). */
  readonly type: string | null
  /** The fields of the value, where it is an object. */
  readonly data: {
    readonly [more: string]: unknown
  } | null
  /** Any other value: JSON, text, hex (4 KiB at most), or why there is none. */
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
  /** Where to go on (`from`) in the partition asked for; null at its end. */
  readonly next: number | null
}

/** What runs here. */
export interface Version {
  readonly name: string
  readonly version: string
  readonly node: string
}
