import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { History } from './history.ts'
import type { PaymentFact } from './payment-facts.ts'
import { Scorer, type Scored, type ScorerState } from './scorer.ts'
import type { CountingRule } from './table.ts'
import { paymentFact, tableOne } from './test-kit.ts'

const MINUTE = 60_000
const START = 1_000_000

function scorer(histories = new Map<string, History>()): Scorer {
  const made = new Scorer(histories)
  made.setTable(tableOne())
  return made
}

/** The rules of the last fact, with their values. */
function rulesOf(facts: readonly PaymentFact[], one = scorer()): Readonly<Record<string, number>> {
  const scored = facts.map((fact) => one.see(fact))
  return Object.fromEntries((scored.at(-1)?.reasons ?? []).map(({ rule, value }) => [rule, value]))
}

const known = (more: Partial<PaymentFact> = {}) => paymentFact('before', { kind: 'captured', ...more })

describe('an attempt to pay', () => {
  test('of a new customer with nothing known has the points of a first payment alone', () => {
    expect(scorer().see(paymentFact('o1'))).toEqual({
      score: 8,
      reasons: [
        { rule: 'firstPayment', points: 8, value: 1, text: 'the first payment of this customer', regions: null },
      ],
      alerts: false,
    })
  })

  test('is not scored without a table, and counts for those that come after it', () => {
    const one = new Scorer(new Map())
    expect(one.see(paymentFact('o1', { card: 'k', customerId: 'a' }))).toBeNull()
    one.setTable(tableOne())
    expect(rulesOf([paymentFact('o2', { card: 'k', customerId: 'b' })], one)).toMatchObject({ accountsOnCard: 2 })
  })

  test('with a card that a second customer uses, and a third', () => {
    const facts = ['a', 'b', 'c', 'd'].map((customerId, index) => paymentFact(`o${index}`, { customerId, card: 'k' }))
    expect(rulesOf(facts.slice(0, 1))).not.toHaveProperty('accountsOnCard')
    expect(rulesOf(facts.slice(0, 2))).toMatchObject({ accountsOnCard: 2 })
    expect(rulesOf(facts)).toMatchObject({ accountsOnCard: 3 })
    expect(scorer().see(facts[0] as PaymentFact)).toMatchObject({ alerts: false })
  })

  test('with a card of a wallet is tied to no other', () => {
    const facts = ['a', 'b', 'c'].map((customerId, index) =>
      paymentFact(`o${index}`, { customerId, card: 'k', method: 'paypal' }),
    )
    expect(rulesOf(facts)).toEqual({ firstPayment: 1 })
  })

  test('counts what was less than five minutes ago, to the millisecond', () => {
    const at = (millis: number) =>
      rulesOf([
        paymentFact('o1', { customerId: 'a', card: 'k', at: START }),
        paymentFact('o2', { customerId: 'b', card: 'k', at: START + millis }),
      ])
    expect(at(5 * MINUTE - 1)).toHaveProperty('accountsOnCard')
    expect(at(5 * MINUTE)).not.toHaveProperty('accountsOnCard')
  })

  test('leaves out what is five minutes ago also where somebody paid with the card since', () => {
    const at = (millis: number) =>
      rulesOf([
        paymentFact('o1', { customerId: 'a', card: 'k', at: START }),
        paymentFact('o2', { customerId: 'b', card: 'k', at: START + MINUTE }),
        paymentFact('o3', { customerId: 'c', card: 'k', at: START + millis }),
      ])
    expect(at(5 * MINUTE - 1)).toMatchObject({ accountsOnCard: 3 })
    expect(at(5 * MINUTE)).toMatchObject({ accountsOnCard: 2 })
  })

  test('that was recorded behind a later one counts at the time of that', () => {
    const facts = [
      paymentFact('o1', { customerId: 'a', card: 'k', at: START }),
      paymentFact('o2', { customerId: 'x', at: START + 5 * MINUTE }),
      paymentFact('o3', { customerId: 'b', card: 'k', at: START + 1 }),
    ]
    expect(rulesOf(facts)).not.toHaveProperty('accountsOnCard')
  })

  test('that was recorded over five minutes behind a later one counts itself alone', () => {
    const far = START + 60 * MINUTE
    const behind = (index: number): PaymentFact =>
      paymentFact(`o${index}`, { customerId: `c${index}`, at: START + index * MINUTE, card: 'k', device: 'd' })
    const one = scorer()
    one.see(paymentFact('ahead', { customerId: 'x', at: far }))
    for (let index = 0; index < 10; index++) expect(rulesOf([behind(index)], one)).toEqual({ firstPayment: 1 })
    expect(one.state().recent.map(({ orderId }) => orderId)).toEqual(['ahead'])
    // Once the clock has come there, all is as it was.
    const now = [1, 2, 3].map((index) =>
      paymentFact(`n${index}`, { customerId: `n${index}`, at: far + index, card: 'k' }),
    )
    expect(rulesOf(now, one)).toMatchObject({ accountsOnCard: 3 })
  })

  test('is scored again when the gateway declines it, and raises one alert', () => {
    const one = scorer()
    const ask = (attempt: number) => paymentFact('o1', { attempt, device: 'd', card: `k${attempt}` })
    const decline = (attempt: number): PaymentFact => ({ ...ask(attempt), kind: 'declined' })
    const scores = [1, 2, 3, 4].flatMap((attempt) => [one.see(ask(attempt)), one.see(decline(attempt))])
    expect(scores.map((scored) => scored?.score)).toEqual([8, 8, 8, 8, 58, 78, 78, 78])
    expect(scores.map((scored) => scored?.alerts)).toEqual([false, false, false, false, false, true, true, false])
  })

  test('raises nothing alone, however often a bank declines the one card of its customer', () => {
    const one = scorer()
    const ask = (attempt: number) => paymentFact('o1', { attempt, device: 'd', card: 'k' })
    const decline = (attempt: number): PaymentFact => ({ ...ask(attempt), kind: 'declined' })
    const scores = [1, 2, 3, 4, 5, 6].flatMap((attempt) => [one.see(ask(attempt)), one.see(decline(attempt))])
    expect(scores.map((scored) => scored?.score)).toEqual([8, 8, 8, 8, 8, 28, 28, 28, 53, 53, 53, 53])
  })

  test('that ends for a reason of ours is not scored again and counts as no decline', () => {
    const one = scorer()
    for (const attempt of [1, 2, 3]) {
      one.see(paymentFact('o1', { attempt }))
      expect(one.see(paymentFact('o1', { attempt, kind: 'ended' }))).toBeNull()
    }
    expect(rulesOf([paymentFact('o1', { attempt: 4 })], one)).not.toHaveProperty('declinedOfCustomer')
  })

  test('is judged by what its customer has paid', () => {
    const paid = known({ device: 'd1', address: 'a1' })
    const now = (more: Partial<PaymentFact>) => rulesOf([paid, paid, paymentFact('o1', more)])
    const same = { device: 'd1', address: 'a1' }
    expect(now(same)).toEqual({})
    expect(now({ ...same, device: 'd2' })).toEqual({ newDevice: 1 })
    expect(now({ ...same, address: 'a2' })).toEqual({ newAddress: 1 })
    expect(now({ ...same, cardRegion: 'de' })).toEqual({ cardRegion: 1 })
    expect(now({ ...same, cardRegion: 'fr' })).toEqual({})
    expect(now({ ...same, cardRegion: 'DE', region: 'north' })).toEqual({})
    expect(now({ ...same, amount: { amount: 3_999, currency: 'EUR' } })).toEqual({})
    expect(now({ ...same, amount: { amount: 4_000, currency: 'EUR' } })).toEqual({ amountAgainstMean: 4 })
    expect(now({ ...same, amount: { amount: 20_000, currency: 'EUR' } })).toEqual({
      amountAgainstMean: 20,
      amount: 20_000,
    })
    expect(now({ ...same, amount: { amount: 20_000, currency: 'USD' } })).toEqual({})
    expect(rulesOf([known(), paymentFact('o1', { device: 'd1' })])).toEqual({})
  })

  test('is judged by the eight newest devices and addresses of its customer', () => {
    const paid = Array.from({ length: 9 }, (_, index) => known({ device: `d${index}`, address: `a${index}` }))
    const now = (number: number) =>
      rulesOf([...paid, paymentFact('o1', { device: `d${number}`, address: `a${number}` })])
    expect([now(0), now(1), now(8)]).toEqual([{ newDevice: 1, newAddress: 1 }, {}, {}])
  })

  test('of nothing, after others of nothing, is no multiple of what was paid', () => {
    const amount = { amount: 0, currency: 'EUR' }
    const paid = known({ amount })
    expect(rulesOf([paid, paid, paymentFact('o1', { amount })])).toEqual({})
  })

  test('of 2^53 - 1 minor units is compared exactly', () => {
    const amount = { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' }
    const paid = known({ amount })
    expect(rulesOf([paid, paid, paymentFact('o1', { amount })])).toEqual({ amount: Number.MAX_SAFE_INTEGER })
  })

  test('of as much, by somebody who paid next to nothing, has reasons that its alert can hold', () => {
    const paidOne = known({ amount: { amount: 1, currency: 'EUR' } })
    const paidNothing = known({ amount: { amount: 0, currency: 'EUR' } })
    const amount = { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' }
    const found = rulesOf([paidOne, paidNothing, paymentFact('o1', { amount })])
    expect(found).toEqual({ amountAgainstMean: Number.MAX_SAFE_INTEGER, amount: Number.MAX_SAFE_INTEGER })
  })
})

/** A clock that was wrong, or is. */
const JUMP = fc.constantFrom(-3_600_000, -300_000, -299_999, 3_600_000)

const fact = fc
  .record({
    kind: fc.constantFrom<PaymentFact['kind']>('requested', 'requested', 'requested', 'declined', 'captured', 'ended'),
    step: fc.oneof({ weight: 19, arbitrary: fc.integer({ min: -2_000, max: 90_000 }) }, { weight: 1, arbitrary: JUMP }),
    order: fc.integer({ min: 1, max: 6 }),
    attempt: fc.integer({ min: 1, max: 3 }),
    customerId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    method: fc.constantFrom('card', 'card', 'card', 'paypal'),
    amount: fc.record({ amount: fc.integer({ min: 0, max: 50_000 }), currency: fc.constantFrom('EUR', 'EUR', 'USD') }),
    region: fc.constantFrom('FR', 'north', null),
    card: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6', null),
    device: fc.constantFrom('d1', 'd2', null),
    address: fc.constantFrom('x1', 'x2', null),
    network: fc.constantFrom('n1', null),
    cardRegion: fc.constantFrom('FR', 'de', null),
  })
  .map(({ step, order, ...rest }) => ({ ...rest, step, orderId: `o${order}` }))

const facts = fc.array(fact, { maxLength: 60 }).map((all) => {
  let at = START
  return all.map(({ step, ...rest }): PaymentFact => ({ ...rest, at: (at += step) }))
})

/** What each rule counts, worked out from all facts again for each: no windows, nothing kept. */
function countsBefore(all: readonly PaymentFact[], index: number): Readonly<Record<CountingRule, number>> {
  const times: number[] = []
  for (const { at } of all) times.push(Math.max(at, times.at(-1) ?? 0))
  const now = times[index] ?? 0
  const one = all[index] as PaymentFact
  const id = ({ orderId, attempt }: PaymentFact) => `${orderId}/${attempt}`
  const card = ({ method, card: sent }: PaymentFact) => (method === 'card' ? sent : null)
  const isLate = ({ at }: PaymentFact, each: number) => at <= (times[each] ?? 0) - 5 * MINUTE
  const recent = all.filter((of, each) => each <= index && (times[each] ?? 0) > now - 5 * MINUTE && !isLate(of, each))
  const asked = recent.filter(({ kind }) => kind === 'requested')
  const distinct = (
    of: readonly PaymentFact[],
    key: (each: PaymentFact) => string | null,
    member: (each: PaymentFact) => string | null,
    countsSelf = true,
  ) => {
    if (key(one) === null) return 0
    const same = [...of, ...(countsSelf ? [one] : [])].filter((each) => key(each) === key(one))
    return new Set(same.flatMap((each) => member(each) ?? [])).size
  }
  const customer = (each: PaymentFact) => each.customerId
  const cards = Math.max(
    distinct(asked, ({ device }) => device, card),
    distinct(asked, customer, card),
  )
  return {
    accountsOnCard: Math.min(3, distinct(asked, card, customer)),
    cardsOnDeviceOrAccount: card(one) === null ? 0 : Math.min(5, cards),
    accountsOnDevice: Math.min(
      3,
      distinct(asked, ({ device }) => device, customer),
    ),
    accountsAtAddress: Math.min(
      4,
      distinct(asked, ({ address }) => address, customer),
    ),
    attemptsOfCustomer: Math.min(5, distinct(asked, customer, id)),
    declinedOfCustomer: Math.min(
      3,
      distinct(
        recent.filter(({ kind }) => kind === 'declined'),
        customer,
        id,
        one.kind === 'declined',
      ),
    ),
    attemptsOfNetwork: Math.min(
      12,
      distinct(asked, ({ network }) => network, id),
    ),
  }
}

const FLOOR: Readonly<Record<CountingRule, number>> = {
  ...{ accountsOnCard: 2, cardsOnDeviceOrAccount: 3, accountsOnDevice: 3, accountsAtAddress: 4 },
  ...{ attemptsOfCustomer: 5, declinedOfCustomer: 3, attemptsOfNetwork: 12 },
}

describe('whatever happened before', () => {
  test('each rule counts what a count over all facts gives', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const one = scorer()
        all.forEach((each, index) => {
          const scored = one.see(each)
          if (scored === null) return
          const expected = Object.entries(countsBefore(all, index)).filter(
            ([rule, value]) => value >= FLOOR[rule as CountingRule],
          )
          const found = scored.reasons.flatMap(({ rule, value }) => (rule in FLOOR ? [[rule, value]] : []))
          expect(found).toEqual(expected)
        })
      }),
      { numRuns: 300 },
    )
  })

  test('a scorer that was saved and restored after any fact goes on as the one that was not', () => {
    fc.assert(
      fc.property(facts, fc.array(fc.nat(60)), (all, saves) => {
        const whole = scorer()
        const histories = new Map<string, History>()
        let parted = scorer(histories)
        const scores = (of: (each: PaymentFact, index: number) => Scored | null) => all.map(of)
        const expected = scores((each) => whole.see(each))
        const found = scores((each, index) => {
          if (saves.includes(index)) {
            const state = JSON.parse(JSON.stringify(parted.state())) as ScorerState
            parted = new Scorer(histories, state)
          }
          return parted.see(each)
        })
        expect(found).toEqual(expected)
        expect(parted.state()).toEqual(whole.state())
      }),
      { numRuns: 300 },
    )
  })

  test('no attempt raises more than one alert until it has an outcome', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const one = scorer()
        const open = new Set<string>()
        for (const each of all) {
          const id = `${each.orderId}/${each.attempt}`
          const scored = one.see(each)
          if (scored?.alerts) {
            expect(open.has(id)).toBe(false)
            expect(scored.score).toBeGreaterThanOrEqual(60)
            open.add(id)
          }
          if (each.kind !== 'requested') open.delete(id)
        }
      }),
    )
  })

  test('what is kept is that of five or six minutes', () => {
    const one = scorer()
    let most = 0
    for (let index = 0; index < 20_000; index++) {
      one.see(paymentFact(`o${index}`, { customerId: `c${index}`, card: `k${index}`, at: START + index * 1_000 }))
      most = Math.max(most, one.size)
    }
    expect(one.state().recent).toHaveLength(300)
    expect(most).toBeLessThanOrEqual(3 * 360)
  })
})
