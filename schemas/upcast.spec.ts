import { expect, test, vi } from 'vitest'
import { goldenSamples } from './golden-samples.ts'
import type { DomainEvent, HistoricEvent } from './events.ts'

const [adjusted] = goldenSamples.StockAdjusted
const received: DomainEvent = { type: 'StockReceived', sku: 'lamp-1', quantity: 3 }

/** The module as it is when StockAdjusted is retired: the real tables are made from files that say otherwise. */
async function withStockAdjustedRetired(upcaster: (event: HistoricEvent) => readonly DomainEvent[]) {
  vi.resetModules()
  vi.doMock('./upcasters.ts', () => ({ upcasters: { StockAdjusted: upcaster } }))
  vi.doMock('./events.ts', async (original) => ({
    ...(await original<object>()),
    retiredEvents: { StockAdjusted: { by: ['StockReceived', 'PriceChanged'] } },
  }))
  try {
    return { ...(await import('./upcast.ts')), ...(await import('./codec.ts')) }
  } finally {
    vi.doUnmock('./upcasters.ts')
    vi.doUnmock('./events.ts')
  }
}

test('an event that is not retired is itself', async () => {
  const { upcast, isRetired, readAs } = await import('./upcast.ts')
  expect(isRetired(received)).toBe(false)
  expect(upcast(received)).toEqual([received])
  expect(readAs('StockReceived')).toEqual(['StockReceived'])
})

test('a retired event is read as what it means today, in order', async () => {
  const { upcast, isRetired, readAs } = await withStockAdjustedRetired(() => [received, received])
  expect(isRetired(adjusted!)).toBe(true)
  expect(upcast(adjusted!)).toEqual([received, received])
  expect(upcast(received)).toEqual([received])
  expect(readAs('StockAdjusted')).toEqual(['StockReceived', 'PriceChanged'])
})

test('law 9: the bytes of a retired event still decode, and nothing writes more of them', async () => {
  const { decode, encode } = await withStockAdjustedRetired(() => [])
  const { data } = (await import('./codec.ts')).encode(received)
  expect(decode('StockReceived', 1, data)).toEqual(received)
  expect(() => encode(adjusted!)).toThrow('StockAdjusted is retired: nothing writes it any more')
})

test('law 8: an event whose upcaster fails cannot be read, and says why', async () => {
  const { upcast } = await withStockAdjustedRetired(() => {
    throw new Error('a delta of 0')
  })
  expect(() => upcast(adjusted!)).toThrow(
    expect.objectContaining({
      code: 'undecodable-event',
      message: 'StockAdjusted: its upcaster failed: a delta of 0',
    }),
  )
})
