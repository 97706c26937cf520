/** What the API knows about orders, for those that come in over Kafka: the same bounds, the same decision. */
import type { AskedLine, PlaceOrderRefusal } from '../../domain/place-order.ts'
import type { Command } from '../../store/commit/command.ts'
import type { RecordFault } from './inbound-record.ts'

/** An order as its sender wants it, within bounds. */
export interface WantedOrder {
  /** Null: the sender does not name it. */
  readonly orderId: string | null
  readonly customerId: string
  readonly lines: readonly AskedLine[]
}

export interface OrderDesk {
  /** A value from anywhere as an order, when POST /orders would take it. */
  check(value: unknown): WantedOrder | RecordFault
  /** How it is decided. */
  placing(order: PlacingOrder): Command<PlaceOrderRefusal>['decide']
  /** The correlation id in a `traceparent`; null when it has none. */
  traceIdOf(traceparent: unknown): string | null
}

export interface PlacingOrder extends WantedOrder {
  readonly orderId: string
  /** True when the sender chose the id. */
  readonly named: boolean
}
