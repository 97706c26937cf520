/**
 * What payments and deliveries do to orders, fact by fact, and whether it adds up at the end of each command. Worked out
 * without the code of `domain/`.
 */
import { IntegerTable } from '../spill/integer-table.ts'
import { isHold, type MoneyFact, type MoneyType } from './money-fact.ts'

/** Which check a fault belongs to. */
export type MoneyCheck = 'money' | 'payments' | 'deliveries'

export type TellFault = (check: MoneyCheck, position: number, fault: string) => void

const ORDER = { state: 0, value: 1, attempts: 2, refunds: 3, open: 4, delivery: 5, dispatches: 6 } as const
/** Of the command that was seen last: the position of its last fact, what happened in it, and 1 once a fault was reported. */
const COMMAND = { position: 7, happened: 8, told: 9, columns: 10 } as const
const ATTEMPT = { state: 0, amount: 1, content: 2, confirms: 3, captured: 4, refunded: 5, underWay: 6 } as const
const GONE = { outside: 7, goodwill: 8, provider: 9, columns: 10 } as const
const REFUND = { state: 0, amount: 1, content: 2, attempt: 3, columns: 4 } as const

const ORDER_STATES = ['placed', 'confirmed', 'cancelled', 'expired', 'completed'] as const
const ATTEMPT_STATES = ['not requested', 'open', 'captured', 'declined'] as const
const REFUND_STATES = ['not requested', 'under way', 'refunded', 'failed'] as const
const DELIVERY_STATES = ['not scheduled', 'scheduled', 'dispatched', 'delivered', 'failed', 'cancelled'] as const

type DeliveryType = Extract<MoneyType, `Delivery${string}`>
type DeliveryState = (typeof DELIVERY_STATES)[number]

const DELIVERY_STEPS: {
  readonly [Type in DeliveryType]: { readonly from: readonly DeliveryState[]; readonly to: DeliveryState }
} = {
  DeliveryScheduled: { from: ['not scheduled'], to: 'scheduled' },
  DeliveryDispatched: { from: ['scheduled', 'failed'], to: 'dispatched' },
  DeliveryDelivered: { from: ['dispatched'], to: 'delivered' },
  DeliveryFailed: { from: ['dispatched'], to: 'failed' },
  DeliveryCancelled: { from: ['scheduled', 'failed'], to: 'cancelled' },
}

/** What may happen in one command only together. */
const TOGETHER = ['PaymentCaptured', 'OrderConfirmed', 'DeliveryScheduled', 'OrderCompleted', 'DeliveryDelivered']
const [CONFIRMING, COMPLETING, CANCELLING] = [0b111, 0b11000, 0b1100000]
const [CANCELS_CONFIRMED, CANCELS_DELIVERY] = [5, 6]

/** Mixed into the hash of an order for the hash of its n-th attempt or refund. */
const [ATTEMPTS, REFUNDS] = [0x9e3779b1, 0x85ebca6b]

export class OrderMoney {
  readonly #tell: TellFault
  readonly #orders = new IntegerTable(COMMAND.columns)
  readonly #attempts = new IntegerTable(GONE.columns)
  readonly #refunds = new IntegerTable(REFUND.columns)

  constructor(tell: TellFault) {
    this.#tell = tell
  }

  /** The next fact of an order, whose hash is given. */
  see(low: number, high: number, fact: MoneyFact): void {
    const row = this.#orders.rowOf(low, high)
    if (fact.opens) this.#settle(row)
    this.#orders.set(row, COMMAND.position, fact.position)
    const { type } = fact
    if (isHold(type)) return
    if (isDelivery(type)) this.#fault('deliveries', row, this.#delivery(row, type, fact))
    else if (type === 'RefundRequested' || type === 'PaymentRefunded' || type === 'RefundFailed')
      this.#fault('payments', row, this.#refund(row, type, fact))
    else if (type === 'PaymentRequested' || type === 'PaymentCaptured' || type === 'PaymentDeclined')
      this.#fault('payments', row, this.#attempt(row, type, fact))
    else this.#order(row, type, fact)
  }

  /** After the last fact: what was seen is judged and forgotten. */
  end(): void {
    for (let row = 0; row < this.#orders.size; row++) this.#settle(row)
    for (const table of [this.#orders, this.#attempts, this.#refunds]) table.clear()
  }

  #order(row: number, type: Extract<MoneyType, `Order${string}`>, { amount }: MoneyFact): void {
    const orders = this.#orders
    switch (type) {
      case 'OrderConfirmed':
        orders.set(row, ORDER.value, amount)
        orders.set(row, ORDER.state, ORDER_STATES.indexOf('confirmed'))
        return this.#happens(row, TOGETHER.indexOf(type))
      case 'OrderCompleted':
        orders.set(row, ORDER.state, ORDER_STATES.indexOf('completed'))
        return this.#happens(row, TOGETHER.indexOf(type))
      case 'OrderReturned':
        return orders.set(row, ORDER.value, orders.get(row, ORDER.value) - amount)
      case 'OrderCancelled':
        if (orders.get(row, ORDER.state) === ORDER_STATES.indexOf('confirmed')) this.#happens(row, CANCELS_CONFIRMED)
        orders.set(row, ORDER.state, ORDER_STATES.indexOf('cancelled'))
        return orders.set(row, ORDER.value, 0)
      case 'OrderExpired':
        orders.set(row, ORDER.state, ORDER_STATES.indexOf('expired'))
    }
  }

  #attempt(
    row: number,
    type: 'PaymentRequested' | 'PaymentCaptured' | 'PaymentDeclined',
    fact: MoneyFact,
  ): string | null {
    const { number, amount, content } = fact
    const [orders, attempts] = [this.#orders, this.#attempts]
    const open = orders.get(row, ORDER.open)
    if (type === 'PaymentRequested') {
      const next = orders.get(row, ORDER.attempts) + 1
      if (number !== next) return `attempt ${number} is requested, the next one is ${next}`
      const at = this.#attemptRow(row, number)
      attempts.set(at, ATTEMPT.state, ATTEMPT_STATES.indexOf('open'))
      attempts.set(at, ATTEMPT.amount, amount)
      attempts.set(at, ATTEMPT.content, content)
      orders.set(row, ORDER.attempts, number)
      orders.set(row, ORDER.open, number)
      if (open > 0) return `attempt ${number} is requested while attempt ${open} is open`
      const state = ORDER_STATES[orders.get(row, ORDER.state)]
      return state === 'placed' ? null : `attempt ${number} is requested of an order that is ${state}`
    }
    if (!this.#isKnown(row, number)) return `${type} of attempt ${number}, which was not requested`
    const at = this.#attemptRow(row, number)
    const state = ATTEMPT_STATES[attempts.get(at, ATTEMPT.state)]
    if (open === number) orders.set(row, ORDER.open, 0)
    if (type === 'PaymentDeclined') {
      if (state !== 'open') return `attempt ${number} is ${state} and is declined`
      attempts.set(at, ATTEMPT.state, ATTEMPT_STATES.indexOf('declined'))
      return this.#contentFault(at, fact)
    }
    attempts.set(at, ATTEMPT.state, ATTEMPT_STATES.indexOf('captured'))
    attempts.set(at, ATTEMPT.captured, attempts.get(at, ATTEMPT.captured) + amount)
    if (state === 'captured') return `attempt ${number} is captured twice`
    const from = fact.late ? 'declined' : 'open'
    if (fact.confirms) {
      attempts.set(at, ATTEMPT.confirms, 1)
      this.#happens(row, TOGETHER.indexOf(type))
      if (open > 0 && open !== number) return `attempt ${number} confirms the order while attempt ${open} is open`
    }
    return state === from ? this.#contentFault(at, fact) : `attempt ${number} is ${state}, its capture says ${from}`
  }

  #contentFault(at: number, { type, number, amount, content }: MoneyFact): string | null {
    const same =
      this.#attempts.get(at, ATTEMPT.amount) === amount && this.#attempts.get(at, ATTEMPT.content) === content
    return same ? null : `${type} of attempt ${number} has another amount than its request`
  }

  #refund(
    row: number,
    type: 'RefundRequested' | 'PaymentRefunded' | 'RefundFailed',
    { number, refund, amount, content, gift }: MoneyFact,
  ): string | null {
    const [orders, attempts, refunds] = [this.#orders, this.#attempts, this.#refunds]
    if (!this.#isKnown(row, number)) return `${type} of attempt ${number}, which was not requested`
    const of = this.#attemptRow(row, number)
    const add = (column: number, sum: number) => attempts.set(of, column, attempts.get(of, column) + sum)
    if (type === 'RefundRequested') {
      const next = orders.get(row, ORDER.refunds) + 1
      if (refund !== next) return `refund ${refund} is requested, the next one is ${next}`
      orders.set(row, ORDER.refunds, refund)
      const at = this.#refundRow(row, refund)
      refunds.set(at, REFUND.state, REFUND_STATES.indexOf('under way'))
      refunds.set(at, REFUND.amount, amount)
      refunds.set(at, REFUND.content, content)
      refunds.set(at, REFUND.attempt, number)
      add(ATTEMPT.underWay, amount)
      if (gift === 'goodwill') add(GONE.goodwill, amount)
      if (gift === 'provider') add(GONE.provider, amount)
      return amount > 0 ? null : `refund ${refund} is of ${amount}`
    }
    if (refund < 1 || refund > orders.get(row, ORDER.refunds))
      return `${type} of refund ${refund}, which was not requested`
    const at = this.#refundRow(row, refund)
    const state = REFUND_STATES[refunds.get(at, REFUND.state)]
    if (state !== 'under way') return `refund ${refund} is ${state} and ends again: ${type}`
    const same = refunds.get(at, REFUND.amount) === amount && refunds.get(at, REFUND.attempt) === number
    refunds.set(at, REFUND.state, REFUND_STATES.indexOf(type === 'PaymentRefunded' ? 'refunded' : 'failed'))
    add(ATTEMPT.underWay, -amount)
    add(type === 'PaymentRefunded' ? ATTEMPT.refunded : GONE.outside, amount)
    if (same && refunds.get(at, REFUND.content) === content) return null
    return `${type} of refund ${refund} has another content than its request`
  }

  #delivery(row: number, type: DeliveryType, { number, late }: MoneyFact): string | null {
    const orders = this.#orders
    const state = DELIVERY_STATES[orders.get(row, ORDER.delivery)] ?? 'not scheduled'
    const { from, to } = DELIVERY_STEPS[type]
    orders.set(row, ORDER.delivery, DELIVERY_STATES.indexOf(to))
    if (type === 'DeliveryScheduled' || type === 'DeliveryDelivered') this.#happens(row, TOGETHER.indexOf(type))
    if (type === 'DeliveryCancelled') this.#happens(row, CANCELS_DELIVERY)
    const before = orders.get(row, ORDER.dispatches)
    if (type === 'DeliveryDispatched') orders.set(row, ORDER.dispatches, number)
    if (!from.includes(state)) return `${type} of a delivery that is ${state}`
    if (type === 'DeliveryScheduled') return null
    if (type === 'DeliveryCancelled') {
      return late === (state === 'failed') ? null : `the delivery is ${state}, its cancellation says otherwise`
    }
    const expected = type === 'DeliveryDispatched' ? before + 1 : before
    return number === expected ? null : `${type} of dispatch ${number}, it should be ${expected}`
  }

  /** The end of a command, for an order that it touched. */
  #settle(row: number): void {
    const orders = this.#orders
    if (orders.get(row, COMMAND.position) === 0) return
    const happened = orders.get(row, COMMAND.happened)
    this.#fault('payments', row, this.#openFault(row))
    if (![0, CONFIRMING].includes(happened & CONFIRMING))
      this.#fault('payments', row, `one command has ${namesOf(happened & CONFIRMING)} alone`)
    if (![0, COMPLETING].includes(happened & COMPLETING))
      this.#fault('deliveries', row, `one command has ${namesOf(happened & COMPLETING)} alone`)
    if (![0, CANCELLING].includes(happened & CANCELLING))
      this.#fault('deliveries', row, 'a confirmed order and its delivery are not cancelled in one command')
    this.#fault('money', row, this.#sumFault(row))
    for (const column of [COMMAND.position, COMMAND.happened, COMMAND.told]) orders.set(row, column, 0)
  }

  #openFault(row: number): string | null {
    const open = this.#orders.get(row, ORDER.open)
    const state = ORDER_STATES[this.#orders.get(row, ORDER.state)]
    return open === 0 || state === 'placed' || state === 'cancelled'
      ? null
      : `it is ${state}, and attempt ${open} is open`
  }

  /** Law 10. */
  #sumFault(row: number): string | null {
    const attempts = this.#attempts
    const value = this.#orders.get(row, ORDER.value)
    if (value < 0) return `${-value} more was returned than it was worth`
    let paid = false
    for (let number = 1; number <= this.#orders.get(row, ORDER.attempts); number++) {
      const at = this.#attemptRow(row, number)
      const confirms = attempts.get(at, ATTEMPT.confirms) === 1
      if (confirms && paid) return `attempt ${number} confirms it too`
      paid ||= confirms
      const gone =
        attempts.get(at, ATTEMPT.refunded) + attempts.get(at, ATTEMPT.underWay) + attempts.get(at, GONE.outside)
      const left = attempts.get(at, ATTEMPT.captured) - gone
      const gifts = attempts.get(at, GONE.goodwill) + attempts.get(at, GONE.provider)
      const right = Math.max(0, (confirms ? value : 0) - gifts)
      if (left !== right) return `attempt ${number} has ${left} left, it should be ${right}`
    }
    return null
  }

  #isKnown(row: number, attempt: number): boolean {
    return attempt >= 1 && attempt <= this.#orders.get(row, ORDER.attempts)
  }

  #attemptRow(row: number, number: number): number {
    return this.#attempts.rowOf((this.#orders.low(row) ^ Math.imul(number, ATTEMPTS)) >>> 0, this.#orders.high(row))
  }

  #refundRow(row: number, number: number): number {
    return this.#refunds.rowOf((this.#orders.low(row) ^ Math.imul(number, REFUNDS)) >>> 0, this.#orders.high(row))
  }

  #happens(row: number, what: number): void {
    this.#orders.set(row, COMMAND.happened, this.#orders.get(row, COMMAND.happened) | (1 << what))
  }

  /** One fault for each order and command. */
  #fault(check: MoneyCheck, row: number, fault: string | null): void {
    if (fault === null || this.#orders.get(row, COMMAND.told) === 1) return
    this.#orders.set(row, COMMAND.told, 1)
    this.#tell(check, this.#orders.get(row, COMMAND.position), fault)
  }
}

function isDelivery(type: MoneyType): type is DeliveryType {
  return Object.hasOwn(DELIVERY_STEPS, type)
}

function namesOf(happened: number): string {
  return TOGETHER.filter((_, index) => (happened & (1 << index)) !== 0).join(' and ')
}
