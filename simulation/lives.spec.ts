import { expect, test } from 'vitest'
import { lifeGenerator, type Life } from './lives.ts'

function lives(seed: number, tier: 'standard' | 'vip' = 'standard', count = 10_000): readonly Life[] {
  const next = lifeGenerator(seed)
  return Array.from({ length: count }, () => next(tier))
}

const share = (all: readonly Life[], is: (life: Life) => boolean) => all.filter(is).length / all.length

test('the same seed gives the same lives, another one others', () => {
  expect(lives(3, 'vip', 100)).toEqual(lives(3, 'vip', 100))
  expect(lives(4, 'vip', 100)).not.toEqual(lives(3, 'vip', 100))
})

test('most orders are paid, some never, and some are given up before or after that', () => {
  const all = lives(1)
  expect(share(all, ({ methods, cancel }) => methods.length > 0 && cancel === null)).toBeCloseTo(0.89, 1)
  for (const is of [
    ({ methods, cancel }: Life) => methods.length === 0 && cancel === null,
    ({ methods, cancel }: Life) => methods.length === 0 && cancel?.from === 'placed',
    ({ methods, cancel }: Life) => methods.length > 0 && cancel?.from === 'paid',
  ]) {
    expect(share(all, is)).toBeGreaterThan(0.02)
    expect(share(all, is)).toBeLessThan(0.06)
  }
})

test('VIPs pay mostly on account, nobody else does, and whoever tries again uses another method', () => {
  const onAccount = ({ methods }: Life) => methods.includes('on-account')
  expect(share(lives(1, 'vip'), onAccount)).toBeGreaterThan(0.5)
  expect(share(lives(1), onAccount)).toBe(0)
  expect(lives(1).filter(({ methods }) => new Set(methods).size < methods.length)).toEqual([])
  expect(share(lives(1), ({ methods }) => methods.length === 2)).toBeGreaterThan(0.3)
})
