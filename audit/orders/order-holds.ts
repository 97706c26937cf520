/**
 * Whether attempts to pay are on hold as they may be, fact by fact: at most once each, while they are open, for an alert
 * that nobody has reviewed; and that each hold ends in the command that ends its order or reviews its alert. Worked out
 * without the code of `domain/`.
 */
import { IntegerTable } from '../spill/integer-table.ts'
import type { MoneyFact } from './money-fact.ts'
import type { TellFault } from './order-money.ts'

const ORDER = { position: 0, over: 1, open: 2, held: 3, endsHold: 4, columns: 5 } as const
const ATTEMPT = { hold: 0, alert: 1, verdict: 2, order: 3, columns: 4 } as const

const PLACED = 0
const ORDER_ENDS = { OrderConfirmed: 1, OrderCompleted: 1, OrderExpired: 2, OrderCancelled: 3 } as const
const CANCELLED = ORDER_ENDS.OrderCancelled
const HOLD_STATES = ['not on hold', 'on hold', 'released', 'over'] as const
const [NEVER, HELD, RELEASED, OVER] = [0, 1, 2, 3] as const
const [OPEN, HONEST, FRAUD] = [0, 1, 2] as const

/** Mixed into the hash of an order for the hash of its n-th attempt. */
const ATTEMPTS = 0x9e3779b1

export class OrderHolds {
  readonly #tell: TellFault
  readonly #orders = new IntegerTable(ORDER.columns)
  readonly #attempts = new IntegerTable(ATTEMPT.columns)
  /** Alerts by their hashes: the row of the attempt + 1. */
  readonly #alerts = new IntegerTable(1)

  constructor(tell: TellFault) {
    this.#tell = tell
  }

  /** The next fact of an order, whose hash is given. */
  see(low: number, high: number, fact: MoneyFact): void {
    const orders = this.#orders
    const row = orders.rowOf(low, high)
    if (fact.opens) this.#settle(row)
    orders.set(row, ORDER.position, fact.position)
    const fault = this.#fault(row, this.#attemptRow(low, high, fact.number), fact)
    if (fault !== null) this.#tell('payments', fact.position, fault)
  }

  /** After the last fact: what was seen is judged and forgotten. */
  end(): void {
    for (let row = 0; row < this.#orders.size; row++) this.#settle(row)
    for (const table of [this.#orders, this.#attempts, this.#alerts]) table.clear()
  }

  #fault(row: number, at: number, { type, number, refund: alert, confirms, late }: MoneyFact): string | null {
    const [orders, attempts] = [this.#orders, this.#attempts]
    const hold = attempts.get(at, ATTEMPT.hold)
    const state = HOLD_STATES[hold] ?? ''
    switch (type) {
      case 'OrderConfirmed':
      case 'OrderCompleted':
      case 'OrderExpired':
      case 'OrderCancelled':
        orders.set(row, ORDER.over, ORDER_ENDS[type])
        return null
      case 'PaymentRequested':
        orders.set(row, ORDER.open, number)
        return null
      case 'FraudAlertRaised':
        attempts.set(at, ATTEMPT.alert, alert)
        this.#alerts.set(this.#alerts.rowOf(alert, orders.low(row)), 0, at + 1)
        return null
      case 'FraudReviewed': {
        const of = this.#alerts.get(this.#alerts.rowOf(alert, orders.low(row)), 0) - 1
        if (of >= 0) attempts.set(of, ATTEMPT.verdict, confirms ? HONEST : FRAUD)
        return null
      }
      case 'PaymentHeld': {
        const fault = this.#heldFault(row, at, alert, number)
        attempts.set(at, ATTEMPT.hold, HELD)
        orders.set(row, ORDER.held, number)
        return fault
      }
      case 'PaymentReleased': {
        attempts.set(at, ATTEMPT.hold, RELEASED)
        orders.set(row, ORDER.held, 0)
        if (hold !== HELD) return `attempt ${number} is ${state} and is released`
        const verdict = attempts.get(at, ATTEMPT.verdict)
        return (confirms ? verdict === HONEST : verdict === OPEN)
          ? null
          : `attempt ${number} is released ${confirms ? 'by a review that did not find it honest' : 'by time after a review'}`
      }
      case 'PaymentDeclined':
      case 'PaymentCaptured': {
        if (orders.get(row, ORDER.open) === number) orders.set(row, ORDER.open, 0)
        if (hold === HELD) orders.set(row, ORDER.held, 0)
        if (hold !== NEVER) attempts.set(at, ATTEMPT.hold, OVER)
        const endsHold = type === 'PaymentDeclined' && late
        if (endsHold) orders.set(row, ORDER.endsHold, number)
        return endsHold && hold !== HELD ? `attempt ${number} is ${state} and ends as one that is on hold` : null
      }
      case 'OrderReturned':
      case 'RefundRequested':
      case 'PaymentRefunded':
      case 'RefundFailed':
      case 'DeliveryScheduled':
      case 'DeliveryDispatched':
      case 'DeliveryDelivered':
      case 'DeliveryFailed':
      case 'DeliveryCancelled':
        return null
    }
  }

  #heldFault(row: number, at: number, alert: number, number: number): string | null {
    const [orders, attempts] = [this.#orders, this.#attempts]
    const hold = attempts.get(at, ATTEMPT.hold)
    if (hold !== NEVER) return `attempt ${number} is ${HOLD_STATES[hold] ?? ''} and is put on hold again`
    if (orders.get(row, ORDER.open) !== number) return `attempt ${number} is put on hold and is not open`
    if (orders.get(row, ORDER.over) !== PLACED) return `attempt ${number} is put on hold, and its order is over`
    if (attempts.get(at, ATTEMPT.alert) !== alert)
      return `attempt ${number} is put on hold for an alert that it does not have`
    if (attempts.get(at, ATTEMPT.verdict) !== OPEN)
      return `attempt ${number} is put on hold, and its alert was reviewed`
    return null
  }

  /** The end of a command, for an order that it touched. */
  #settle(row: number): void {
    const orders = this.#orders
    const position = orders.get(row, ORDER.position)
    if (position === 0) return
    const held = orders.get(row, ORDER.held)
    const over = orders.get(row, ORDER.over)
    const ended = orders.get(row, ORDER.endsHold)
    orders.set(row, ORDER.endsHold, 0)
    orders.set(row, ORDER.position, 0)
    if (held > 0 && over !== PLACED)
      this.#tell('payments', position, `attempt ${held} is on hold, and its order is over`)
    else if (held > 0 && this.#verdictOf(row, held) !== OPEN)
      this.#tell('payments', position, `attempt ${held} is on hold, and its alert was reviewed`)
    if (ended > 0 && over !== CANCELLED)
      this.#tell('payments', position, `attempt ${ended} ended on hold, and its order was not cancelled`)
  }

  #verdictOf(row: number, attempt: number): number {
    const at = this.#attemptRow(this.#orders.low(row), this.#orders.high(row), attempt)
    return this.#attempts.get(at, ATTEMPT.verdict)
  }

  #attemptRow(low: number, high: number, number: number): number {
    return this.#attempts.rowOf((low ^ Math.imul(number, ATTEMPTS)) >>> 0, high)
  }
}
