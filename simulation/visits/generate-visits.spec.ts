import { describe, expect, test } from 'vitest'
import { judgeUserEvent } from '../../commands/user-event.ts'
import { fromFor, generateVisits, type VisitPlan } from './generate-visits.ts'

const FROM = Date.UTC(2026, 10, 2)
const skus = Array.from({ length: 40 }, (_, index) => `P${String(index)}`)
const plan: VisitPlan = { seed: 7, count: 40_000, perDay: 20_000, from: FROM, skus }
const arrived = [...generateVisits(plan)]

describe('what is made up', () => {
  test('has as many events as asked for, in the order in which they arrive', () => {
    expect(arrived).toHaveLength(40_000)
    expect(arrived.every(({ at }, index) => at >= (arrived[index - 1]?.at ?? FROM))).toBe(true)
  })

  test('begins the same however many are asked for, and otherwise with another seed', () => {
    expect([...generateVisits({ ...plan, count: 1_000 })]).toEqual(arrived.slice(0, 1_000))
    expect([...generateVisits({ ...plan, count: 10, seed: 8 })]).not.toEqual(arrived.slice(0, 10))
  })

  test('is taken at the door as it is', () => {
    for (const { at, event } of arrived.slice(0, 2_000)) {
      const sent = { ...event, at: new Date(event.at).toISOString() }
      expect(judgeUserEvent(sent, 200, { receivedAt: at, skew: 0, pseudonym: () => null })).toMatchObject({
        verdict: 'taken',
      })
    }
  })

  test('has clicks, carts and orders as a real shop has them: 800 to 52 to 10', () => {
    const having = (type: string) => arrived.filter(({ event }) => event.type === type).length
    const clicks = having('product_view')
    expect((having('add_to_cart') / clicks) * 800).toBeGreaterThan(42)
    expect((having('add_to_cart') / clicks) * 800).toBeLessThan(62)
    expect((having('order_completed') / clicks) * 800).toBeGreaterThan(6)
    expect((having('order_completed') / clicks) * 800).toBeLessThan(14)
  })

  test('lasts about as long as its rate says', () => {
    expect(((arrived.at(-1)?.at ?? 0) - FROM) / 86_400_000).toBeCloseTo(2, 0)
    const end = Date.UTC(2026, 11, 1, 9, 30)
    expect(fromFor({ count: 20_000, perDay: 20_000 }, end)).toBe(Date.UTC(2026, 10, 30, 9))
  })

  test('comes late and twice as often as it should', () => {
    const share = (found: number) => (found / arrived.length) * 100
    expect(share(arrived.filter(({ at, event }) => at > event.at).length)).toBeCloseTo(2.1, 0)
    expect(share(arrived.length - new Set(arrived.map(({ event }) => event.eventId)).size)).toBeCloseTo(0.1, 1)
  })
})
