/** What the API knows about orders, for those that come in over Kafka: the same bounds, the same decision, the same answers. */
import type { AskedLine, PlaceOrderRefusal } from '../../domain/place-order.ts'
import type { Answer, Command } from '../../store/commit/command.ts'
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
  /** How it is decided and answered. */
  placing(order: PlacingOrder): Pick<Command<PlaceOrderRefusal>, 'decide' | 'answer'>
  /** Why an answer has to be parked: a refusal that no event tells of. Null for all others. */
  unheard(answer: Answer): RecordFault | null
  /** What an answer comes to, for the history of a record. */
  toldOf(answer: Answer): AnswerTold
  /** The correlation id in a `traceparent`; null when it has none. */
  traceIdOf(traceparent: unknown): string | null
}

export interface AnswerTold {
  readonly placed: boolean
  readonly detail: string
}

export interface PlacingOrder extends WantedOrder {
  readonly orderId: string
  /** True when the sender chose the id. */
  readonly named: boolean
  readonly commandId: string
}
