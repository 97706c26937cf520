/** Laws 4 and 10 over random lives of orders, with faults between any two steps, and over every race of two. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { moneyFaults, stockFaults } from './law-test-kit.ts'
import {
  arrive,
  asks,
  decideCharge,
  finalFaults,
  HEALTHY,
  kill,
  LINES,
  openWorld,
  settle,
  stages,
  TOTAL,
  webhook,
  work,
  type Mood,
  type World,
} from './life-test-kit.ts'
import {
  customerRegistered,
  NOON,
  orderCancelled,
  orderLine,
  orderPlaced,
  paymentCaptured,
  paymentDeclined,
  paymentHeld,
  paymentReleased,
  paymentRequested,
  productListed,
  refundRequested,
  stockReceived,
  stockReserved,
} from './test-events.ts'
import type { Log } from './test-kit.ts'

const ORDERS = ['o1', 'o1', 'o1', 'o2', 'o3']
const METHODS = ['card', 'card', 'paypal', 'bank-transfer', 'on-account'] as const
const DECISIONS = ['captured', 'captured', 'captured', 'declined', 'pending', 'wrong-amount'] as const
const LOSSES = ['nothing', 'nothing', 'nothing', 'request', 'answer', 'delays'] as const

/** Two orders of one stock, the second of a VIP, and one that costs nothing. */
const opening: Log = {
  'customer-c1': [customerRegistered('c1')],
  'inventory-A': [productListed('A'), stockReceived('A', 9), stockReserved('A', 'o1', 3), stockReserved('A', 'o2', 3)],
  'inventory-B': [productListed('B'), stockReceived('B', 9), stockReserved('B', 'o1', 1), stockReserved('B', 'o2', 1)],
  'inventory-Z': [productListed('Z'), stockReceived('Z', 9), stockReserved('Z', 'o3', 1)],
  'order-o1': [orderPlaced('o1', LINES, { reservedUntil: NOON })],
  'order-o2': [orderPlaced('o2', LINES, { reservedUntil: NOON, tier: 'vip' })],
  'order-o3': [
    orderPlaced('o3', [orderLine('Z', 1, { unitPrice: { amount: 0, currency: 'EUR' } })], { reservedUntil: NOON }),
  ],
}

/** Deals out the parts of a number, so that one number says all about a step. */
function dealing(number: number): <Value>(from: readonly Value[]) => Value {
  let rest = number
  return (from) => {
    const value = from[rest % from.length]
    rest = Math.floor(rest / from.length)
    if (value === undefined) throw new Error('it deals out of an empty hand')
    return value
  }
}

type Step = (world: World, deal: ReturnType<typeof dealing>) => void

const upTo = (most: number) => Array.from({ length: most + 1 }, (_, index) => index)
const moodOf = (deal: ReturnType<typeof dealing>): Mood => ({ decides: deal(DECISIONS), loses: deal(LOSSES) })

const working: Step = (world, deal) => work(world, deal(world.workers), moodOf(deal), deal(upTo(3)))
const steps: readonly Step[] = [
  ...Array.from({ length: 9 }, () => working),
  (world, deal) => asks.pay(world, deal(ORDERS), deal(METHODS)),
  (world, deal) => asks.pay(world, deal(ORDERS), deal(METHODS)),
  (world, deal) => asks.pay(world, deal(ORDERS), deal(METHODS)),
  (world, deal) => kill(deal(world.workers)),
  (world, deal) => webhook(world, deal(upTo(3))),
  (world, deal) => webhook(world, deal(upTo(3))),
  (world, deal) => arrive(world, deal(upTo(3))),
  (world, deal) => decideCharge(world, deal(upTo(3)), deal(['captured', 'declined'])),
  (world, deal) => asks.noAnswer(world, deal(ORDERS), deal(['no-answer', 'no-answer', 'skipped'])),
  (world, deal) => asks.cancel(world, deal(ORDERS), deal([true, false])),
  (world, deal) => asks.expire(world, deal(ORDERS)),
  (world, deal) => asks.dispatch(world, deal(ORDERS), deal([null, null, 1, 2])),
  (world, deal) => asks.dispatch(world, deal(ORDERS), deal([null, null, 1, 2])),
  (world, deal) => asks.deliver(world, deal(ORDERS), deal([null, null, 1, 2])),
  (world, deal) => asks.deliver(world, deal(ORDERS), deal([null, null, 1, 2])),
  (world, deal) => asks.fail(world, deal(ORDERS), deal([null, null, 1, 2])),
  (world, deal) => asks.giveBack(world, deal(ORDERS), deal([null, 1, 2, 3]), deal([true, false])),
  (world, deal) => asks.giveBack(world, deal(ORDERS), deal([null, 1, 2, 3]), deal([true, false])),
  (world, deal) => asks.goodwill(world, deal(ORDERS), deal([null, 1, 700, 1500, TOTAL])),
  (world, deal) => asks.reverse(world, deal(ORDERS), deal([1, 1, 2]), deal([1, 900, TOTAL]), deal(['rv-1', 'rv-2'])),
  (world, deal) => asks.skipRefund(world, deal(ORDERS), deal([1, 2, 3])),
  (world) => void (world.minutes += 3),
]

/** Of every second life: attempts look like fraud. */
const holding: readonly Step[] = [
  ...Array.from({ length: 5 }, () => working),
  (world, deal) => asks.pay(world, deal(ORDERS), deal(METHODS)),
  (world, deal) => asks.pay(world, deal(ORDERS), deal(METHODS)),
  (world, deal) => kill(deal(world.workers)),
  (world, deal) => webhook(world, deal(upTo(3))),
  (world, deal) => asks.noAnswer(world, deal(ORDERS), deal(['no-answer', 'no-answer', 'skipped'])),
  (world, deal) => asks.cancel(world, deal(ORDERS), deal([true, false])),
  (world, deal) => asks.expire(world, deal(ORDERS)),
  (world, deal) => asks.raise(world, deal(ORDERS), deal([1, 1, 2])),
  (world, deal) => asks.raise(world, deal(ORDERS), deal([1, 2, 3])),
  (world, deal) => asks.hold(world, deal(ORDERS), deal([1, 1, 2])),
  (world, deal) => asks.hold(world, deal(ORDERS), deal([1, 2, 3])),
  (world, deal) => asks.release(world, deal(ORDERS), deal([1, 1, 2])),
  (world, deal) => asks.review(world, deal(ORDERS), deal([1, 1, 2]), deal(['honest', 'fraud'])),
  (world, deal) => asks.review(world, deal(ORDERS), deal([1, 2, 3]), deal(['honest', 'fraud'])),
  (world) => void (world.minutes += 3),
]

const history = fc.array(fc.nat(2 ** 31 - 1), { minLength: 20, maxLength: 60, size: 'max' })

function live(numbers: readonly number[], taken: readonly Step[]): World {
  const world = openWorld(opening)
  for (const number of numbers) {
    const deal = dealing(number)
    deal(taken)(world, deal)
  }
  return world
}

describe('over random lives of orders', () => {
  test('laws 4 and 10 hold after every command, and everything comes to one end', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (numbers, looksLikeFraud) => {
        const world = live(numbers, looksLikeFraud ? holding : steps)
        settle(world)
        expect(finalFaults(world)).toEqual([])
      }),
      { numRuns: 10_000 },
    )
  })

  // A law that is never put to the test holds too.
  test('these lives meet the outcomes that the laws are about', () => {
    const met = new Set<string>()
    for (const numbers of fc.sample(history, { numRuns: 2_500, seed: 7 })) {
      for (const taken of [steps, holding]) for (const seen of live(numbers, taken).seen) met.add(seen)
    }
    const outcomes = {
      requestPayment: ['done', 'order-not-payable', 'payment-open', 'payment-method-refused'],
      recordCapture: ['done', 'nothing', 'wrong-amount'],
      recordDecline: ['done', 'nothing', 'already-captured'],
      requestRefund: ['done', 'refund-too-large', 'nothing-to-refund', 'unknown-payment'],
      recordRefunded: ['done', 'nothing', 'refund-settled'],
      recordRefundFailed: ['done', 'nothing', 'refund-settled', 'unknown-refund'],
      recordReversal: ['done', 'nothing', 'reversal-too-large', 'payment-not-captured', 'unknown-attempt'],
      cancelOrder: ['done', 'order-not-cancellable'],
      raiseAlert: ['done', 'nothing'],
      holdPayment: ['done', 'nothing', 'not-holdable'],
      releasePayment: ['done', 'nothing'],
      reviewAlert: ['done', 'nothing', 'already-reviewed', 'unknown-alert'],
      expireOrder: ['done', 'payment-open', 'order-not-expirable'],
      dispatchOrder: ['done', 'nothing', 'unknown-delivery', 'delivery-not-possible'],
      deliverOrder: ['done', 'nothing', 'unknown-delivery', 'delivery-not-possible'],
      failDelivery: ['done', 'nothing', 'unknown-delivery', 'delivery-not-possible'],
      returnOrder: ['done', 'order-not-returnable', 'return-too-large'],
    }
    const expected = Object.entries(outcomes).flatMap(([name, ends]) => ends.map((end) => `${name}: ${end}`))
    expect(expected.filter((label) => !met.has(label))).toEqual([])
  })
})

describe('law 10 in the lives that are easily got wrong', () => {
  const left = (world: World) => {
    const events = world.log['payment-o1'] ?? []
    return events.reduce((sum, event) => {
      if (event.type === 'PaymentCaptured') return sum + event.amount.amount
      return event.type === 'RefundRequested' ? sum - event.amount.amount : sum
    }, 0)
  }

  test('an order that is cancelled after goodwill', () => {
    const world = openWorld(stages.confirmed)
    asks.goodwill(world, 'o1', 1500)
    asks.cancel(world, 'o1')
    expect(left(world)).toBe(0)
    expect(world.log['payment-o1']?.at(-1)).toEqual(refundRequested('o1', 2, 2500, { cause: 'cancelled' }))
  })

  test('goodwill under way, everything returned, and the goodwill then skipped', () => {
    const world = openWorld(stages.completed)
    asks.goodwill(world, 'o1', 1500)
    asks.giveBack(world, 'o1', 2)
    expect(left(world)).toBe(500)
    asks.giveBack(world, 'o1', null)
    expect(world.log['payment-o1']?.at(-1)).toEqual(refundRequested('o1', 3, 500, { cause: 'returned' }))
    asks.skipRefund(world, 'o1', 1)
    expect(left(world)).toBe(0)
    expect(world.seen.at(-1)).toBe('recordRefundFailed: done')
  })

  test('two captures of which the provider reverses one', () => {
    const late = { ...stages.placed, 'payment-o1': [paymentRequested('o1', 1, TOTAL)] }
    for (const reversed of [1, 2]) {
      const world = openWorld(late)
      work(world, world.workers[0], { ...HEALTHY, loses: 'answer' })
      work(world, world.workers[0], { ...HEALTHY, loses: 'answer' })
      asks.noAnswer(world, 'o1')
      asks.pay(world, 'o1', 'card')
      world.charges.set('o1/2', { status: 'captured', amount: { amount: TOTAL, currency: 'EUR' }, isWrong: false })
      webhook(world, 1)
      webhook(world, 0)
      asks.reverse(world, 'o1', reversed, TOTAL, 'rv-1')
      // The money of the first was not owed, and goes back already: the provider's is then too much.
      const [end, rest] = reversed === 1 ? ['reversal-too-large', TOTAL] : ['done', 0]
      expect(world.seen.at(-1)).toBe(`recordReversal: ${end}`)
      expect(left(world)).toBe(rest)
      settle(world)
      expect(finalFaults(world)).toEqual([])
    }
  })

  test('a late capture after a late capture', () => {
    const world = openWorld(stages['being paid'])
    for (const key of ['o1/1', 'o1/2']) {
      world.charges.set(key, { status: 'captured', amount: { amount: TOTAL, currency: 'EUR' }, isWrong: false })
    }
    asks.noAnswer(world, 'o1')
    asks.pay(world, 'o1', 'paypal')
    asks.noAnswer(world, 'o1')
    webhook(world, 0)
    webhook(world, 1)
    expect(world.log['payment-o1']?.slice(-3)).toEqual([
      paymentCaptured('o1', 1, TOTAL, { from: 'declined', reference: 'ch-o1/1' }),
      paymentCaptured('o1', 2, TOTAL, { from: 'declined', reference: 'ch-o1/2', method: 'paypal', confirms: false }),
      refundRequested('o1', 1, TOTAL, { attempt: 2, cause: 'not-owed', method: 'paypal' }),
    ])
    expect(left(world)).toBe(TOTAL)
  })
})

test('a charge that reaches the gateway after it had not seen the key, for an order that is over, goes back', () => {
  for (const end of [asks.cancel, asks.expire]) {
    const world = openWorld(stages['being paid'])
    const [sender, reader] = world.workers
    // It was sent, and nobody heard the answer: the next who looks finds the order over, and the key unknown.
    work(world, sender, HEALTHY)
    work(world, sender, { ...HEALTHY, loses: 'delays' })
    kill(sender)
    if (end === asks.expire) asks.noAnswer(world, 'o1')
    end(world, 'o1')
    for (let step = 0; step < 4; step++) work(world, reader, HEALTHY)
    settle(world)
    expect(finalFaults(world)).toEqual([])
    expect(world.log['payment-o1']?.slice(-3)).toMatchObject([
      { type: 'PaymentCaptured', from: 'declined', confirms: false },
      { type: 'RefundRequested', cause: 'not-owed' },
      { type: 'PaymentRefunded' },
    ])
  }
})

/** What may happen at once, each as its steps; the outcome of one step is known to the next. */
const racers: Readonly<Record<string, () => readonly ((world: World) => void)[]>> = {
  cancel: () => [(world) => asks.cancel(world, 'o1')],
  capture: () => [...Array.from({ length: 4 }, () => (world: World) => work(world, world.workers[0], HEALTHY))],
  'capture by webhook': () => [(world) => webhook(world, 0), (world) => webhook(world, 0)],
  expiry: () => [(world) => asks.noAnswer(world, 'o1'), (world) => asks.expire(world, 'o1')],
  hold: () => [(world) => asks.hold(world, 'o1', 1)],
  'release by time': () => [(world) => asks.release(world, 'o1', 1)],
  'review honest': () => [(world) => asks.review(world, 'o1', 1, 'honest')],
  'review fraud': () => [(world) => asks.review(world, 'o1', 1, 'fraud')],
  pay: () => [
    (world) => asks.pay(world, 'o1', 'card'),
    ...Array.from({ length: 4 }, () => (world: World) => work(world, world.workers[1], HEALTHY, 1)),
  ],
  return: () => [
    (world) => asks.dispatch(world, 'o1'),
    (world) => asks.deliver(world, 'o1'),
    (world) => asks.giveBack(world, 'o1', 2),
    (world) => asks.giveBack(world, 'o1', null),
  ],
  refund: () => [
    (world) => asks.goodwill(world, 'o1', 1500),
    ...Array.from({ length: 4 }, () => (world: World) => work(world, world.workers[1], HEALTHY)),
  ],
}

/** Runs the programs in the order that `turns` says, and everything to its end. */
function race(stage: Log, names: readonly string[], turns: readonly number[]): World {
  const world = openWorld(stage)
  const programs = names.map((name) => [...(racers[name]?.() ?? [])])
  for (const turn of turns) programs[turn]?.shift()?.(world)
  settle(world)
  return world
}

/** Every order in which programs of these lengths can take turns. */
function turnsOf(lengths: readonly number[]): readonly (readonly number[])[] {
  if (lengths.every((length) => length === 0)) return [[]]
  return lengths.flatMap((length, index) => {
    if (length === 0) return []
    const rest = lengths.map((other, at) => (at === index ? other - 1 : other))
    return turnsOf(rest).map((turns) => [index, ...turns])
  })
}

const names = Object.keys(racers)
const lengthOf = (name: string) => racers[name]?.().length ?? 0
const stageNames = Object.keys(stages) as (keyof typeof stages)[]

describe('races', () => {
  test.each(names.flatMap((one, index) => names.slice(index).map((other) => [one, other] as const)))(
    'of %s and %s keep laws 4 and 10 and come to one end, in every order',
    (one, other) => {
      for (const stage of stageNames) {
        for (const turns of turnsOf([lengthOf(one), lengthOf(other)])) {
          expect(finalFaults(race(stages[stage], [one, other], turns)), `${stage}: ${turns.join('')}`).toEqual([])
        }
      }
    },
  )

  test('of three keep laws 4 and 10 and come to one end, in 10,000 random orders', () => {
    const racing = fc
      .tuple(fc.constantFrom(...stageNames), fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(...names))))
      .chain(([stage, three]) =>
        fc.record({
          stage: fc.constant(stage),
          three: fc.constant(three),
          turns: fc.shuffledSubarray(
            three.flatMap((name, index) => Array.from({ length: lengthOf(name) }, () => index)),
            { minLength: three.reduce((sum, name) => sum + lengthOf(name), 0) },
          ),
        }),
      )
    fc.assert(
      fc.property(racing, ({ stage, three, turns }) => {
        expect(finalFaults(race(stages[stage], three, turns))).toEqual([])
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('the laws of these lives find', () => {
  test.each<[string, Log, RegExp]>([
    [
      'money that stays although the order was not confirmed with it',
      {
        ...stages.placed,
        'payment-o1': [paymentRequested('o1', 1, TOTAL), paymentCaptured('o1', 1, TOTAL, { confirms: false })],
      },
      /order o1, attempt 1: 4000 is left, it should be 0/,
    ],
    [
      'a cancelled order that keeps its money',
      { ...stages.confirmed, 'order-o1': stages.placed['order-o1'] },
      /attempt 1: 4000 is left, it should be 0/,
    ],
    [
      'a refund of more than there was',
      { ...stages.confirmed, 'payment-o1': [...stages.confirmed['payment-o1'], refundRequested('o1', 1, 4001)] },
      /attempt 1: -1 is left, it should be 0/,
    ],
    [
      'two open attempts',
      { ...stages.placed, 'payment-o1': [paymentRequested('o1', 1, TOTAL), paymentRequested('o1', 2, TOTAL)] },
      /2 attempts are open/,
    ],
    [
      'an order that is cancelled while its attempt is on hold',
      { ...stages['on hold'], 'order-o1': [...stages['on hold']['order-o1'], orderCancelled('o1', LINES)] },
      /attempt 1: on hold after OrderCancelled/,
    ],
    [
      'an attempt that is put on hold again',
      {
        ...stages['on hold'],
        'payment-o1': [
          ...stages['on hold']['payment-o1'],
          paymentReleased('o1', 1, TOTAL),
          paymentHeld('o1', 1, TOTAL),
        ],
      },
      /attempt 1: it is released and is put on hold/,
    ],
    [
      'an attempt on hold that another one replaced',
      {
        ...stages['on hold'],
        'payment-o1': [...stages['on hold']['payment-o1'], paymentDeclined('o1', 1, TOTAL, { reason: 'replaced' })],
      },
      /attempt 1: on hold and replaced/,
    ],
    [
      'units that were dispatched and never left the stock',
      { ...stages['on its way'], 'inventory-B': stages.placed['inventory-B'] },
      /StockShipped of 0 B, it should be 1/,
    ],
  ])('%s', (_, log, words) => {
    expect([...moneyFaults(log), ...stockFaults(log)].join('; ')).toMatch(words)
  })
})
