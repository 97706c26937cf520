import { describe, expect, test } from 'vitest'
import { fromFor, generatePayments } from './generate-payments.ts'
import type { PaymentPlan } from './payment.ts'

const plan: PaymentPlan = { seed: 7, count: 6_000, perDay: 1_000, fraud: 0.03, from: Date.UTC(2026, 0, 5) }
const payments = [...generatePayments(plan)]

describe('payments that are made up', () => {
  test('are the same for the same seed, and others for another one', () => {
    expect([...generatePayments({ ...plan, count: 300 })]).toEqual(payments.slice(0, 300))
    expect([...generatePayments({ ...plan, count: 300, seed: 8 })]).not.toEqual(payments.slice(0, 300))
  })

  test('come in the order of their times, each attempt once, with its outcome behind it', () => {
    expect(payments).toHaveLength(plan.count)
    const times = payments.map(({ at }) => at)
    expect(times).toEqual([...times].sort((one, other) => one - other))
    expect(new Set(payments.map(({ orderId, attempt }) => `${orderId}/${String(attempt)}`)).size).toBe(plan.count)
    expect(payments.every(({ at, settledAt }) => settledAt > at)).toBe(true)
    expect(payments.every(({ outcome, reason }) => (outcome === 'declined') === (reason !== undefined))).toBe(true)
  })

  test('have about as much fraud, of every kind, and as many a day as was asked for', () => {
    const fraud = payments.flatMap((payment) => payment.fraud ?? [])
    expect(fraud.length / plan.count).toBeGreaterThan(0.015)
    expect(fraud.length / plan.count).toBeLessThan(0.05)
    expect(new Set(fraud.map(({ kind }) => kind))).toEqual(new Set(['ring', 'testing', 'takeover']))
    const days = ((payments.at(-1)?.at ?? 0) - plan.from) / 86_400_000
    expect(days).toBeGreaterThan(4)
    expect(days).toBeLessThan(7)
    expect([...generatePayments({ ...plan, fraud: 0 })].some(({ fraud: some }) => some !== null)).toBe(false)
  })

  test('have honest customers who look like others: shared devices and networks, second tries, cards of other countries', () => {
    const honest = payments.filter(({ fraud }) => fraud === null)
    const customersBy = (key: 'device' | 'network' | 'address') => {
      const found = new Map<string, Set<string>>()
      for (const each of honest) found.set(each[key], (found.get(each[key]) ?? new Set()).add(each.customerId))
      return Math.max(...[...found.values()].map((customers) => customers.size))
    }
    expect(customersBy('device')).toBeGreaterThan(1)
    expect(customersBy('address')).toBeGreaterThan(2)
    expect(customersBy('network')).toBeGreaterThan(10)
    expect(honest.filter(({ attempt }) => attempt > 1).length).toBeGreaterThan(plan.count / 100)
    expect(
      honest.filter(({ region, cardRegion }) => cardRegion !== null && cardRegion !== region).length,
    ).toBeGreaterThan(50)
  })

  test('may come from one network by half', () => {
    const together = [...generatePayments({ ...plan, oneNetwork: 0.5 })]
    const share = together.filter(({ network }) => network === 'carrier').length / together.length
    expect(share).toBeGreaterThan(0.45)
    expect(share).toBeLessThan(0.55)
  })

  test('begin so long before their end that they last until then', () => {
    const end = Date.UTC(2026, 5, 10, 12, 34)
    const from = fromFor(plan, end)
    expect(from % 3_600_000).toBe(0)
    const last = [...generatePayments({ ...plan, from })].at(-1)?.at ?? 0
    expect(Math.abs(end - last)).toBeLessThan(86_400_000)
  })
})
