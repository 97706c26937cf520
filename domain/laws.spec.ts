/**
 * Laws 2, 3, 4 and 10 over random histories: few products, customers and orders, so that commands meet each other often.
 * Each command is decided on the log as it stands, and its events are appended before the next one. Over 300 lines, as all that
 * may be asked of a shop stands in one list.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DomainEvent } from '../schemas/events.ts'
import { aggregateOf, fold } from './aggregates.ts'
import { changeTier, registerCustomer } from './customer.ts'
import type { Decide } from './decision.ts'
import { deliverOrder, dispatchOrder, failDelivery } from './delivery.ts'
import { cancelOrder, expireOrder } from './end-order.ts'
import {
  adjustStock,
  adviseRestock,
  changePrice,
  inventory,
  listProduct,
  receiveStock,
  setReorderPoint,
} from './inventory.ts'
import { moneyFaults, stockFaults } from './law-test-kit.ts'
import { recordRefunded, recordRefundFailed, recordReversal, requestRefund } from './payments/refund.ts'
import { requestPayment } from './payments/request-payment.ts'
import { recordCapture, recordDecline } from './payments/settle-payment.ts'
import { placeOrder } from './place-order.ts'
import { returnOrder } from './return-order.ts'
import { NOON, eur } from './test-events.ts'
import { appended, decideOn, foldFrozen, type Log } from './test-kit.ts'
import { NO_KEYS } from './payments/payer-keys.ts'

/** Takes the log one step on. */
interface Step {
  /** For whom asking again changes nothing: only right after it, or however late. */
  readonly idempotent: 'never' | 'at once' | 'for ever'
  readonly run: (log: Log) => Run
}

interface Run {
  readonly log: Log
  readonly events: readonly DomainEvent[]
  /** The command and what became of it, such as `placeOrder: out-of-stock`. */
  readonly label: string
  readonly answer: unknown
  readonly streams: ReadonlySet<string>
}

const SKUS = ['A1', 'B1', 'C1', 'D1']
const ORDERS = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7', 'o8']
const empty: Log = {}

const currency = 'EUR'
const sku = fc.constantFrom(...SKUS)
const orderId = fc.constantFrom(...ORDERS)
const customerId = fc.constantFrom('c1', 'c2')
const tier = fc.constantFrom('standard' as const, 'vip' as const)
const at = fc.integer({ min: 0, max: 40 }).map((minutes) => NOON + minutes * 60_000)
const lines = fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 6 }) }), { minLength: 1, maxLength: 5 })
const reservationMinutes = fc.constantFrom(0, 15)

const reorderPoint = fc.integer({ min: 0, max: 12 })

const place = fc
  .record({ orderId, customerId, lines, reservationMinutes, keys: fc.constant(NO_KEYS), at })
  .map((asked) => ({ ...asked, named: true, currency }))
const cancel = fc.record({ orderId, reason: fc.constant(null), sellable: fc.boolean() })
const expire = fc.record({ orderId, at })
const receive = fc.record({ sku, quantity: fc.integer({ min: 1, max: 10 }) })
const adjust = fc.record({ sku, delta: fc.integer({ min: -12, max: 12 }), reason: fc.constant('counted') })
const list = fc
  .record({ sku, price: fc.integer({ min: 0, max: 2 }).map(eur), stock: fc.integer({ min: 0, max: 20 }), reorderPoint })
  .map((asked) => ({ ...asked, name: asked.sku, category: 'all', currency }))
const change = fc.record({ sku, price: fc.integer({ min: 0, max: 9 }).map(eur), currency: fc.constant(currency) })
const register = fc
  .record({ customerId, tier })
  .map((asked) => ({ ...asked, named: true, name: 'Ada', email: null, phone: null, region: 'north', language: 'en' }))

function step<Command, Refusal extends { readonly reason: string }>(
  decide: Decide<Command, Refusal>,
  commands: fc.Arbitrary<Command>,
  idempotent: Step['idempotent'],
): fc.Arbitrary<Step> {
  return commands.map((command) => ({
    idempotent,
    run: (log) => {
      const { decision, streams } = decideOn(log, decide, command)
      const { outcome, events } = decision
      const answer = outcome === 'accepted' ? outcome : decision.refusal
      const label = `${decide.name}: ${outcome === 'accepted' ? outcome : decision.refusal.reason}`
      return { log: appended(log, events), events: events.map(({ event }) => event), label, answer, streams }
    },
  }))
}

/** Few, so that one order goes a long way. */
const standing = fc.constantFrom('o1', 'o1', 'o2')
const attempt = fc.constantFrom(1, 1, 1, 2)
const method = fc.constantFrom('card' as const, 'bank-transfer' as const, 'on-account' as const)
const amount = fc.option(fc.integer({ min: 1, max: 9 }).map(eur))
const dispatch = fc.option(fc.integer({ min: 1, max: 2 }))
const cause = fc.constant('lost')
const reference = fc.constantFrom('r1', 'r2')
const sellable = fc.boolean()

/** What may become of an order that stands: it is paid, sent, brought and given back. */
const lifeOf = fc.oneof(
  {
    weight: 3,
    arbitrary: step(
      requestPayment,
      fc.record({ orderId: standing, method, amount: fc.constant(null), keys: fc.constant(NO_KEYS), at }),
      'never',
    ),
  },
  {
    weight: 4,
    arbitrary: step(
      recordCapture,
      fc.record({ orderId: standing, attempt, reference, amount: fc.constant(null) }),
      'at once',
    ),
  },
  {
    weight: 1,
    arbitrary: step(
      recordDecline,
      fc.record({ orderId: standing, attempt, reason: fc.constant('no-funds') }),
      'at once',
    ),
  },
  {
    weight: 1,
    arbitrary: step(requestRefund, fc.record({ orderId: standing, amount, note: fc.constant(null) }), 'never'),
  },
  {
    weight: 1,
    arbitrary: step(
      recordReversal,
      fc.record({ orderId: standing, attempt, amount: fc.constant(eur(3)), reference }),
      'at once',
    ),
  },
  {
    weight: 1,
    arbitrary: step(recordRefunded, fc.record({ orderId: standing, refund: attempt, reference }), 'at once'),
  },
  {
    weight: 1,
    arbitrary: step(recordRefundFailed, fc.record({ orderId: standing, refund: attempt, reason: cause }), 'at once'),
  },
  { weight: 3, arbitrary: step(dispatchOrder, fc.record({ orderId: standing, dispatch }), 'never') },
  { weight: 3, arbitrary: step(deliverOrder, fc.record({ orderId: standing, dispatch }), 'at once') },
  { weight: 1, arbitrary: step(failDelivery, fc.record({ orderId: standing, dispatch, cause }), 'at once') },
  {
    weight: 2,
    arbitrary: step(returnOrder, fc.record({ orderId: standing, lines: fc.option(lines), cause, sellable }), 'never'),
  },
)

const advice = fc.record({ sku, hour: fc.integer({ min: 0, max: 2 }) }).map(({ sku: id, hour }) => {
  const from = NOON + hour * 3_600_000
  return { sku: id, refusedOrders: 11, refusedUnits: 20, from, to: from + 3_600_000 }
})

const anyStep = fc.oneof(
  { weight: 8, arbitrary: step(placeOrder, place, 'for ever') },
  { weight: 2, arbitrary: step(cancelOrder, cancel, 'never') },
  { weight: 2, arbitrary: step(expireOrder, expire, 'never') },
  { weight: 2, arbitrary: step(receiveStock, receive, 'never') },
  { weight: 3, arbitrary: step(adjustStock, adjust, 'never') },
  { weight: 1, arbitrary: step(listProduct, list, 'for ever') },
  { weight: 1, arbitrary: step(changePrice, change, 'at once') },
  { weight: 2, arbitrary: step(setReorderPoint, fc.record({ sku, reorderPoint }), 'at once') },
  { weight: 1, arbitrary: step(registerCustomer, register, 'for ever') },
  { weight: 1, arbitrary: step(changeTier, fc.record({ customerId, tier }), 'at once') },
  { weight: 16, arbitrary: lifeOf },
  { weight: 1, arbitrary: step(adviseRestock, advice, 'at once') },
)

/** Most products are listed and a customer is known from the start: else most orders would meet an empty shop. */
const opening = fc.tuple(
  step(
    registerCustomer,
    register.map((asked) => ({ ...asked, customerId: 'c1' })),
    'for ever',
  ),
  ...SKUS.slice(1).map((id) =>
    step(
      listProduct,
      list.map((asked) => ({ ...asked, sku: id })),
      'for ever',
    ),
  ),
)
const historyOf = (minLength: number, maxLength: number) =>
  fc
    .tuple(opening, fc.array(anyStep, { minLength, maxLength, size: 'max' }))
    .map(([first, rest]) => [...first, ...rest])
const history = historyOf(1, 60)

/** Runs the steps one after the other and shows each to `check`. */
function runAll(steps: readonly Step[], check: (run: Run, step: Step, before: Log) => void = () => undefined): Log {
  return steps.reduce((log, each) => {
    const run = each.run(log)
    check(run, each, log)
    return run.log
  }, empty)
}

describe('over random histories', () => {
  test('law 2: a decision reads every stream it writes, and rests on nothing that it did not read', () => {
    fc.assert(
      fc.property(history, (steps) => {
        // A write to a stream that was not read throws in `decideOn`.
        runAll(steps, ({ streams, events, answer }, { run }, before) => {
          const known = Object.fromEntries(Object.entries(before).filter(([stream]) => streams.has(stream)))
          expect(run(known)).toMatchObject({ events, answer })
        })
      }),
    )
  })

  test('law 3: decided twice is decided once', () => {
    fc.assert(
      fc.property(history, (steps) => {
        runAll(steps, ({ log, answer }, { run, idempotent }) => {
          if (idempotent !== 'never') expect(run(log)).toMatchObject({ events: [], answer })
        })
      }),
    )
  })

  test('law 3: what creates something has the same answer and nothing more to say, however late it is asked again', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const answers: (readonly [Step, unknown])[] = []
        const log = runAll(steps, ({ answer }, each) => void answers.push([each, answer]))
        for (const [{ run, idempotent }, answer] of answers) {
          if (idempotent === 'for ever') expect(run(log)).toMatchObject({ events: [], answer })
        }
      }),
    )
  })

  test('law 4: 0 <= reserved <= on hand at every version of every product', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const log = runAll(steps)
        for (const id of SKUS) {
          let state = inventory.initial
          for (const event of log[`inventory-${id}`] ?? []) {
            state = foldFrozen(inventory, [event], state)
            expect(state.reserved).toBeGreaterThanOrEqual(0)
            expect(state.onHand).toBeGreaterThanOrEqual(state.reserved)
          }
        }
      }),
    )
  })

  test('laws 4 and 10: orders and stock, orders and money agree after every command', () => {
    fc.assert(
      fc.property(history, (steps) => {
        runAll(steps, ({ log }) => expect([...stockFaults(log), ...moneyFaults(log)]).toEqual([]))
      }),
    )
  })

  test('a fold in batches, from states that went through JSON as snapshots do, is a fold one by one', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 7 }), (steps, size) => {
        for (const [stream, events] of Object.entries(runAll(steps))) {
          const aggregate = aggregateOf(stream)
          if (!aggregate) throw new Error(`${stream} has no aggregate`)
          let state = aggregate.initial
          for (let start = 0; start < events.length; start += size) {
            state = JSON.parse(JSON.stringify(fold(aggregate, events.slice(start, start + size), state)))
          }
          expect(state).toStrictEqual(foldFrozen(aggregate, events))
        }
      }),
    )
  })

  // A law that is never put to the test holds too.
  test('these histories meet the outcomes that the laws are about', () => {
    const met = new Set<string>()
    // Long ones: few orders of short ones come as far as being returned.
    const long = fc.sample(historyOf(200, 300), { numRuns: 200, seed: 4 })
    for (const steps of long) runAll(steps, ({ label }) => void met.add(label))
    const outcomes = {
      placeOrder: ['accepted', 'out-of-stock', 'unknown-customer', 'unknown-product', 'order-exists'],
      cancelOrder: ['accepted', 'unknown-order', 'order-not-cancellable'],
      expireOrder: ['accepted', 'unknown-order', 'order-not-expirable', 'not-due'],
      requestPayment: ['accepted', 'unknown-order', 'order-not-payable', 'payment-open', 'payment-method-refused'],
      recordCapture: ['accepted', 'unknown-attempt'],
      recordDecline: ['accepted', 'unknown-attempt', 'already-captured'],
      requestRefund: ['accepted', 'unknown-payment', 'nothing-to-refund'],
      recordReversal: ['payment-not-captured', 'unknown-attempt'],
      dispatchOrder: ['accepted', 'unknown-delivery', 'delivery-not-possible'],
      deliverOrder: ['accepted', 'unknown-delivery', 'delivery-not-possible'],
      failDelivery: ['unknown-delivery', 'delivery-not-possible'],
      returnOrder: ['accepted', 'unknown-order', 'order-not-returnable', 'return-too-large'],
      adviseRestock: ['accepted', 'unknown-product'],
      receiveStock: ['accepted', 'unknown-product'],
      adjustStock: ['accepted', 'unknown-product', 'stock-below-reserved'],
      listProduct: ['accepted', 'product-exists'],
      changePrice: ['accepted', 'unknown-product'],
      setReorderPoint: ['accepted', 'unknown-product'],
      registerCustomer: ['accepted', 'customer-exists'],
      changeTier: ['accepted', 'unknown-customer'],
    }
    const expected = Object.entries(outcomes).flatMap(([name, ends]) => ends.map((end) => `${name}: ${end}`))
    expect(expected.filter((label) => !met.has(label))).toEqual([])
  })
})
