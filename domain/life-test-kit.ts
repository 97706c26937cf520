/**
 * A shop in memory with a gateway that fails and a reactor that is killed, for the laws over whole lives of orders.
 *
 * Whatever happens is one step: a command, which is decided and appended at once, or one of the four steps in which a
 * worker of the reactor carries out a request: it reads the streams, asks the gateway, records the outcome, and settles
 * the request. Between any two steps anything else may happen: another step of anybody, the death of a worker, which
 * then begins again, and a second worker at the same request, as after a lease that ran out.
 * The gateway acts under each key once. It may act and lose its answer, take no decision yet, take another amount than
 * it was asked for, refuse a refund, and send what it knows as often and as late as it likes. A request to charge may reach it
 * long after its sender has given up.
 * The laws are held to after every step.
 */
import type { Money } from '../schemas/events.ts'
import { idOf, type Addressed, type Decide } from './decision.ts'
import { delivery, deliverOrder, dispatchOrder, failDelivery } from './delivery.ts'
import { cancelOrder, expireOrder } from './end-order.ts'
import { moneyFaults, stockFaults } from './law-test-kit.ts'
import { order } from './order.ts'
import { raiseAlert, reviewAlert, type Verdict } from './payments/fraud.ts'
import { holdPayment, releasePayment } from './payments/hold.ts'
import { attemptOf, isOnHold, openAttempt, payment, type PaymentMethod } from './payments/payment.ts'
import { recordRefunded, recordRefundFailed, recordReversal, requestRefund } from './payments/refund.ts'
import { requestPayment } from './payments/request-payment.ts'
import { recordCapture, recordDecline } from './payments/settle-payment.ts'
import { returnOrder } from './return-order.ts'
import {
  customerRegistered,
  deliveryDelivered,
  deliveryDispatched,
  deliveryFailed,
  deliveryScheduled,
  eur,
  fraudAlertRaised,
  NOON,
  orderCompleted,
  orderConfirmed,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentHeld,
  paymentRequested,
  productListed,
  stockReceived,
  stockReserved,
  stockShipped,
} from './test-events.ts'
import { appended, decideOn, foldFrozen, type Log } from './test-kit.ts'
import { NO_KEYS } from './payments/payer-keys.ts'

/** Of a product A with two units, and one of B: 4000 cents. */
export const LINES = [orderLine('A', 3), orderLine('B', 1)]
export const TOTAL = 4000

interface Charge {
  status: 'pending' | 'captured' | 'declined'
  /** What it says that it took. */
  readonly amount: Money
  readonly isWrong: boolean
}

interface Worker {
  /** Position of the event that it works on. */
  request: number | null
  step: 'read' | 'ask' | 'record' | 'settle'
  /** Whether the gateway may act, or is only asked what it knows. */
  mayAct: boolean
  answer: Answer | null
}

type Answer = 'captured' | 'declined' | 'unknown' | 'refunded'

export interface World {
  log: Log
  readonly events: Addressed[]
  readonly charges: Map<string, Charge>
  /** Requests to charge that have not reached the gateway, by key. */
  readonly late: Map<string, Charge>
  readonly refunds: Map<string, number>
  /** Positions of requests that nothing is left to do for. */
  readonly settled: Set<number>
  readonly workers: readonly [Worker, Worker]
  /** Each command with what became of it, and each step of a worker. */
  readonly seen: string[]
  minutes: number
}

/** How the gateway behaves at one step. */
export interface Mood {
  readonly decides: Charge['status'] | 'wrong-amount'
  /** `delays`: the request reaches it later, when nobody waits for the answer. */
  readonly loses: 'nothing' | 'request' | 'answer' | 'delays'
}

export const HEALTHY: Mood = { decides: 'captured', loses: 'nothing' }

export function openWorld(log: Log): World {
  const worker = (): Worker => ({ request: null, step: 'read', mayAct: false, answer: null })
  return {
    log,
    events: Object.entries(log).flatMap(([stream, events]) =>
      events.map((event) => ({ stream: stream as Addressed['stream'], event })),
    ),
    charges: new Map(),
    late: new Map(),
    refunds: new Map(),
    settled: new Set(),
    workers: [worker(), worker()],
    seen: [],
    minutes: 0,
  }
}

/** Decides, appends, and holds the log to the laws. */
export function execute<Command, Refusal extends { readonly reason: string }>(
  world: World,
  decide: Decide<Command, Refusal>,
  command: Command,
): void {
  const { decision } = decideOn(world.log, decide, command)
  const { events } = decision
  const end = decision.outcome === 'accepted' ? (events.length > 0 ? 'done' : 'nothing') : decision.refusal.reason
  world.seen.push(`${decide.name}: ${end}`)
  if (events.length === 0) return
  world.log = appended(world.log, events)
  world.events.push(...events)
  const faults = [...moneyFaults(world.log), ...stockFaults(world.log)]
  if (faults.length > 0) throw new Error(`${faults.join('; ')} after ${world.seen.join(', ')}`)
}

/** Everything that somebody may ask of an order. */
export const asks = {
  pay: (world: World, orderId: string, method: PaymentMethod) =>
    execute(world, requestPayment, {
      ...{ orderId, method, amount: null, keys: NO_KEYS },
      at: NOON + world.minutes * 60_000,
    }),
  cancel: (world: World, orderId: string, sellable = true) =>
    execute(world, cancelOrder, { orderId, reason: null, sellable }),
  expire: (world: World, orderId: string) => execute(world, expireOrder, { orderId, at: NOON + 3_600_000 }),
  goodwill: (world: World, orderId: string, amount: number | null) =>
    execute(world, requestRefund, { orderId, amount: amount === null ? null : eur(amount), note: null }),
  reverse: (world: World, orderId: string, attempt: number, amount: number, reference: string) =>
    execute(world, recordReversal, { orderId, attempt, amount: eur(amount), reference }),
  dispatch: (world: World, orderId: string, dispatch: number | null = null) =>
    execute(world, dispatchOrder, { orderId, dispatch }),
  deliver: (world: World, orderId: string, dispatch: number | null = null) =>
    execute(world, deliverOrder, { orderId, dispatch }),
  fail: (world: World, orderId: string, dispatch: number | null = null) =>
    execute(world, failDelivery, { orderId, dispatch, cause: 'nobody at home' }),
  giveBack: (world: World, orderId: string, quantity: number | null, sellable = true) =>
    execute(world, returnOrder, {
      orderId,
      lines: quantity === null ? null : [{ sku: 'A', quantity }],
      cause: 'too small',
      sellable,
    }),
  noAnswer: (world: World, orderId: string, reason = 'no-answer') => {
    const open = openAttempt(foldFrozen(payment, world.log[`payment-${orderId}`] ?? []))
    if (open !== null) execute(world, recordDecline, { orderId, attempt: open.number, reason })
  },
  raise: (world: World, orderId: string, attempt: number) => {
    const { type: _, ...alert } = fraudAlertRaised(orderId, attempt)
    execute(world, raiseAlert, alert)
  },
  hold: (world: World, orderId: string, attempt: number) =>
    execute(world, holdPayment, { orderId, attempt, score: 80, at: NOON + world.minutes * 60_000 }),
  release: (world: World, orderId: string, attempt: number) =>
    execute(world, releasePayment, { orderId, attempt, holdMs: 0, at: NOON + world.minutes * 60_000 }),
  review: (world: World, orderId: string, attempt: number, verdict: Verdict) =>
    execute(world, reviewAlert, {
      ...{ alertId: `alert-${orderId}-${attempt}`, orderId, verdict, note: null },
      at: NOON + world.minutes * 60_000,
    }),
  skipRefund: (world: World, orderId: string, refund: number) =>
    execute(world, recordRefundFailed, { orderId, refund, reason: 'paid in cash' }),
}

/** The gateway sends what it knows of a charge, once more perhaps. */
export function webhook(world: World, index: number): void {
  const known = [...world.charges].filter(([, { status }]) => status !== 'pending')
  const [key, charge] = known[index % Math.max(1, known.length)] ?? []
  if (key !== undefined && charge !== undefined) recordCharge(world, key, charge)
}

/** A request that was delayed reaches the gateway. */
export function arrive(world: World, index: number): void {
  const [key, charge] = [...world.late][index % Math.max(1, world.late.size)] ?? []
  if (key === undefined || charge === undefined) return
  world.late.delete(key)
  if (!world.charges.has(key)) world.charges.set(key, charge)
}

/** A charge that was pending is decided. */
export function decideCharge(world: World, index: number, status: 'captured' | 'declined'): void {
  const pending = [...world.charges.values()].filter((charge) => charge.status === 'pending')
  const charge = pending[index % Math.max(1, pending.length)]
  if (charge !== undefined) charge.status = status
}

/** A worker dies; what it had not settled is begun again. */
export function kill(worker: Worker): void {
  worker.request = null
}

/** One step of a worker. Without a request it takes the one at `index` of those that are not settled. */
export function work(world: World, worker: Worker, mood: Mood, index = 0): void {
  if (worker.request === null) {
    const requests = requestsOf(world)
    const request = requests[index % Math.max(1, requests.length)]
    if (request === undefined) return
    Object.assign(worker, { request, step: 'read', answer: null })
  }
  const addressed = world.events[worker.request ?? 0]
  if (addressed === undefined) throw new Error('a request has an event')
  world.seen.push(worker.step)
  const { event } = addressed
  if (event.type === 'PaymentRequested') workOnCharge(world, worker, event, mood)
  else if (event.type === 'RefundRequested') workOnRefund(world, worker, event, mood)
}

function workOnCharge(
  world: World,
  worker: Worker,
  { orderId, attempt, amount }: { readonly orderId: string; readonly attempt: number; readonly amount: Money },
  { decides, loses }: Mood,
): void {
  const key = `${orderId}/${attempt}`
  const known = attemptOf(foldFrozen(payment, world.log[`payment-${orderId}`] ?? []), attempt)
  switch (worker.step) {
    case 'read': {
      const isPlaced = foldFrozen(order, world.log[`order-${orderId}`] ?? []).status === 'placed'
      const held = known !== null && isOnHold(known)
      worker.mayAct = known?.status === 'open' && isPlaced && !held
      worker.step = known?.status === 'captured' || held ? 'settle' : 'ask'
      return
    }
    case 'ask': {
      if (worker.mayAct && loses !== 'request' && !world.charges.has(key)) {
        const isWrong = decides === 'wrong-amount'
        const taken = isWrong ? { ...amount, amount: amount.amount - 1 } : amount
        const charge: Charge = { status: isWrong ? 'captured' : decides, amount: taken, isWrong }
        const reached = loses === 'delays' ? world.late : world.charges
        reached.set(key, charge)
      }
      const charge = world.charges.get(key)
      const isAnswered = loses === 'nothing' && charge?.status !== 'pending'
      worker.answer = isAnswered ? (charge?.status === undefined ? 'unknown' : (charge.status as Answer)) : null
      worker.step = isAnswered ? 'record' : 'read'
      return
    }
    case 'record': {
      const charge = world.charges.get(key)
      if (worker.answer === 'unknown') execute(world, recordDecline, { orderId, attempt, reason: 'no-answer' })
      else if (charge !== undefined) recordCharge(world, key, charge)
      worker.step = 'settle'
      return
    }
    case 'settle':
      // One that has no outcome of the gateway is read again for a day: a request may still be on its way there.
      if (known?.status === 'captured' || worker.answer === 'declined') world.settled.add(worker.request ?? 0)
      worker.request = null
  }
}

function workOnRefund(
  world: World,
  worker: Worker,
  { orderId, refund, amount }: { readonly orderId: string; readonly refund: number; readonly amount: Money },
  { decides, loses }: Mood,
): void {
  const key = `${orderId}/r${refund}`
  const status = foldFrozen(payment, world.log[`payment-${orderId}`] ?? []).refunds[refund - 1]?.status
  switch (worker.step) {
    case 'read':
      worker.step = status === 'under-way' ? 'ask' : 'settle'
      return
    case 'ask': {
      if (loses !== 'request' && decides === 'captured') world.refunds.set(key, amount.amount)
      const isAnswered = loses === 'nothing' && world.refunds.has(key)
      worker.step = isAnswered ? 'record' : 'read'
      return
    }
    case 'record':
      execute(world, recordRefunded, { orderId, refund, reference: `re-${key}` })
      worker.step = 'settle'
      return
    case 'settle':
      if (status !== 'under-way') world.settled.add(worker.request ?? 0)
      worker.request = null
  }
}

function recordCharge(world: World, key: string, { status, amount }: Charge): void {
  const [orderId = '', attempt] = key.split('/')
  const named = { orderId, attempt: Number(attempt) }
  if (status === 'captured') execute(world, recordCapture, { ...named, reference: `ch-${key}`, amount })
  else execute(world, recordDecline, { ...named, reason: 'no-funds' })
}

function requestsOf({ events, settled }: World): readonly number[] {
  return events.flatMap(({ event }, position) => {
    const isRequest = event.type === 'PaymentRequested' || event.type === 'RefundRequested'
    return isRequest && !settled.has(position) ? [position] : []
  })
}

/** Everybody is well and time passes: whatever was asked for comes to its end. */
export function settle(world: World): void {
  while (world.late.size > 0) arrive(world, 0)
  for (let round = 0; round < 3; round++) {
    for (const stream of Object.keys(world.log).filter((name) => name.startsWith('payment-'))) {
      const open = openAttempt(foldFrozen(payment, world.log[stream as Addressed['stream']] ?? []))
      if (open !== null && isOnHold(open)) asks.release(world, idOf(stream), open.number)
    }
    for (const charge of world.charges.values()) if (charge.status === 'pending') charge.status = 'captured'
    for (const worker of world.workers) kill(worker)
    for (const position of requestsOf(world)) {
      const worker: Worker = { request: position, step: 'read', mayAct: false, answer: null }
      for (let step = 0; step < 4 && worker.request !== null; step++) work(world, worker, HEALTHY)
    }
  }
}

/** What is wrong with the shop once everything has come to its end. */
export function finalFaults({ log, charges, refunds }: World): readonly string[] {
  return Object.keys(log).flatMap((stream) => {
    if (!stream.startsWith('order-')) return []
    const id = idOf(stream)
    const { status } = foldFrozen(order, log[`order-${id}`] ?? [])
    const { attempts, refunds: known } = foldFrozen(payment, log[`payment-${id}`] ?? [])
    const sent = foldFrozen(delivery, log[`delivery-${id}`] ?? []).status
    const faults: string[] = []
    const allowed = {
      none: [],
      rejected: ['none'],
      placed: ['none'],
      expired: ['none'],
      cancelled: ['none', 'cancelled'],
    }
    const further = { confirmed: ['scheduled', 'dispatched', 'failed'], completed: ['delivered'] }
    if (!({ ...allowed, ...further }[status] as readonly string[]).includes(sent))
      faults.push(`it is ${status}, and its delivery is ${sent}`)
    if (
      (status === 'confirmed' || status === 'completed') !== attempts.some((one) => one.confirms) &&
      status !== 'cancelled'
    )
      faults.push(`it is ${status}, and its capture says otherwise`)
    attempts.forEach((one, index) => {
      const charge = charges.get(`${id}/${index + 1}`)
      if (one.status === 'open') faults.push(`attempt ${index + 1} is open`)
      if (charge?.status === 'captured' && !charge.isWrong && one.status !== 'captured')
        faults.push(`attempt ${index + 1} was taken and is ${one.status}`)
      if (one.status === 'captured' && charge !== undefined && charge.status !== 'captured')
        faults.push(`attempt ${index + 1} was not taken and is captured`)
    })
    known.forEach((refund, index) => {
      const key = `${id}/r${index + 1}`
      if (refund.status === 'under-way') faults.push(`refund ${index + 1} is under way`)
      const isOnAccount = attempts[refund.attempt - 1]?.method === 'on-account'
      if (isOnAccount && refunds.has(key)) faults.push(`refund ${index + 1} is on account, and the gateway made it`)
      if (
        refund.cause !== 'provider' &&
        !isOnAccount &&
        refund.status === 'refunded' &&
        refunds.get(key) !== refund.amount
      )
        faults.push(`refund ${index + 1} is recorded and was not made`)
    })
    return faults.map((fault) => `order ${id}: ${fault}`)
  })
}

const placed = orderPlaced('o1', LINES, { reservedUntil: NOON + 900_000 })
const stock = {
  'customer-c1': [customerRegistered('c1')],
  'inventory-A': [productListed('A'), stockReceived('A', 9), stockReserved('A', 'o1', 3)],
  'inventory-B': [productListed('B'), stockReceived('B', 9), stockReserved('B', 'o1', 1)],
}
const shipped = {
  'inventory-A': [...stock['inventory-A'], stockShipped('A', 'o1', 3)],
  'inventory-B': [...stock['inventory-B'], stockShipped('B', 'o1', 1)],
}
const paid = {
  ...stock,
  'order-o1': [placed, orderConfirmed('o1', LINES)],
  'payment-o1': [paymentRequested('o1', 1, TOTAL), paymentCaptured('o1', 1, TOTAL)],
}
const scheduled = deliveryScheduled('o1', LINES)

/** Order o1 at the stages of its life. */
export const stages = {
  placed: { ...stock, 'order-o1': [placed] },
  'being paid': { ...stock, 'order-o1': [placed], 'payment-o1': [paymentRequested('o1', 1, TOTAL)] },
  'looking like fraud': {
    ...{ ...stock, 'order-o1': [placed], 'payment-o1': [paymentRequested('o1', 1, TOTAL)] },
    'fraud-o1': [fraudAlertRaised('o1', 1)],
  },
  'on hold': {
    ...{ ...stock, 'order-o1': [placed], 'fraud-o1': [fraudAlertRaised('o1', 1)] },
    'payment-o1': [paymentRequested('o1', 1, TOTAL), paymentHeld('o1', 1, TOTAL)],
  },
  confirmed: { ...paid, 'delivery-o1': [scheduled] },
  'on its way': { ...paid, ...shipped, 'delivery-o1': [scheduled, deliveryDispatched('o1', 1)] },
  'not delivered': {
    ...paid,
    ...shipped,
    'delivery-o1': [scheduled, deliveryDispatched('o1', 1), deliveryFailed('o1', 1)],
  },
  completed: {
    ...paid,
    ...shipped,
    'order-o1': [placed, orderConfirmed('o1', LINES), orderCompleted('o1', LINES)],
    'delivery-o1': [scheduled, deliveryDispatched('o1', 1), deliveryDelivered('o1', 1)],
  },
} as const satisfies Readonly<Record<string, Log>>
