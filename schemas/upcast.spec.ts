import { expect, test } from 'vitest'
import { encode as encodeToday } from './codec.ts'
import type { DomainEvent, StockAdjusted } from './events.ts'
import { asIfRetired, REPLACED_BY } from '../contract/authoring/retired-test-kit.ts'
import { isRetired, readAs, upcast } from './upcast.ts'

const adjusted: StockAdjusted = { type: 'StockAdjusted', sku: 'lamp-1', delta: 2, reason: 'found' }
const received: DomainEvent = { type: 'StockReceived', sku: 'lamp-1', quantity: 2 }

const modules = (upcaster: (event: StockAdjusted) => readonly DomainEvent[]) =>
  asIfRetired(upcaster, async () => ({ ...(await import('./upcast.ts')), ...(await import('./codec.ts')) }))

test('an event that is not retired is itself', () => {
  expect(isRetired(received)).toBe(false)
  expect(upcast(received)).toEqual([received])
  expect(readAs('StockReceived')).toEqual(['StockReceived'])
})

test('a retired event is read as what it means today, in order', async () => {
  const retired = await modules(({ sku, delta }) => [received, { type: 'StockReceived', sku, quantity: delta }])
  expect(retired.isRetired(adjusted)).toBe(true)
  expect(retired.upcast(adjusted)).toEqual([received, received])
  expect(retired.upcast(received)).toEqual([received])
  expect(retired.readAs('StockAdjusted')).toEqual(REPLACED_BY)
})

test('law 9: the bytes of a retired event still decode, and nothing writes more of them', async () => {
  const { data } = encodeToday(adjusted)
  const { decode, encode } = await modules(() => [])
  expect(decode('StockAdjusted', 1, data)).toEqual(adjusted)
  expect(() => encode(adjusted)).toThrow('StockAdjusted is retired and no longer written')
})

test('law 8: an event whose upcaster fails cannot be read, and says why', async () => {
  const retired = await modules(() => {
    throw new Error('a delta of 0')
  })
  expect(() => retired.upcast(adjusted)).toThrow(
    expect.objectContaining({
      code: 'undecodable-event',
      message: 'StockAdjusted: its upcaster failed: a delta of 0',
    }),
  )
})
