import { expect, test } from 'vitest'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { asIfRetired } from '../../contract/authoring/retired-test-kit.ts'
import { foldEvent } from './fold-event.ts'

const adjusted = encode({ type: 'StockAdjusted', sku: 'A1', delta: 5, reason: 'found' })
const received = (quantity: number): DomainEvent => ({ type: 'StockReceived', sku: 'A1', quantity })
const before = { state: { listed: null, onHand: 10, reserved: 0 }, version: 7 }

test('an event leads to the next version of its stream', () => {
  const after = foldEvent('inventory-A1', before, { ...adjusted, version: 8 })
  expect(after).toEqual({ state: { listed: null, onHand: 15, reserved: 0 }, version: 8 })
})

test('law 1: an event that is not the next one is a gap', () => {
  expect(() => foldEvent('inventory-A1', before, { ...adjusted, version: 9 })).toThrow('from version 7 to 9')
})

test.each<[string, number, readonly DomainEvent[]]>([
  ['renamed', 12, [received(2)]],
  ['split', 15, [received(2), received(3)]],
  ['that means nothing today', 10, []],
])('law 1: a retired event %s is folded as what it means today, and is one version', async (_, onHand, today) => {
  const { foldEvent: fold } = await asIfRetired(
    () => today,
    () => import('./fold-event.ts'),
  )
  const after = fold('inventory-A1', before, { ...adjusted, version: 8 })
  expect(after).toEqual({ state: { listed: null, onHand, reserved: 0 }, version: 8 })
})
