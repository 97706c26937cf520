import { describe, expect, test } from 'vitest'
import { orderLine, orderPlaced, productListed, stockAdjusted } from '../../domain/test-events.ts'
import { encode } from '../../schemas/codec.ts'
import type { DomainEvent } from '../../schemas/events.ts'
import { asIfRetired } from '../../contract/authoring/retired-test-kit.ts'
import { LogGap, type Feed, type StoredEvent } from '../../store/log/feed.ts'
import { orders } from '../views/orders.ts'
import { products } from '../views/products.ts'
import { projection } from '../projection.ts'
import { readBatch } from './read-batch.ts'

const projections = [orders, products]
const signal = new AbortController().signal
const placed = orderPlaced('o1', [orderLine('A1', 1)])

function stored(position: number, event: DomainEvent, overrides: Partial<StoredEvent> = {}): StoredEvent {
  const ids = { id: '', commandId: '', correlationId: '', causationId: null }
  return {
    position,
    stream: 'order-o1',
    version: 1,
    recordedAt: 1_000 + position,
    ...ids,
    ...encode(event),
    ...overrides,
  }
}

/** Delivers these pages, whatever it is asked for, and then the same again. */
function feedOf(...pages: readonly (readonly StoredEvent[])[]): Feed {
  let turn = 0
  return { next: () => Promise.resolve(pages[turn++ % pages.length] ?? []) }
}

function read(feed: Feed, after = 0) {
  return readBatch({ feed, after, limit: 100, projections, signal })
}

describe('reading a batch', () => {
  test('each event is decoded, and folded for each projection', async () => {
    const batch = await read(feedOf([stored(1, productListed('A1')), stored(2, placed)]))
    expect(await batch?.events()).toMatchObject([
      { event: { type: 'ProductListed' } },
      { event: placed, recordedAt: 1_002 },
    ])
    expect(batch?.end).toMatchObject({ position: 2, recordedAt: 1_002 })
    expect([...(batch?.folds.keys() ?? [])]).toEqual(projections)
  })

  test('law 6: an event delivered twice is passed over, also at the end of a batch', async () => {
    const [first, second] = [stored(1, placed), stored(2, placed)]
    const batch = await read(feedOf([first, first, second, first, second]))
    expect((await batch?.events())?.map(({ position }) => position)).toEqual([1, 2])
    expect(batch?.end.position).toBe(2)
  })

  test('law 6: a delivery of nothing but old events is read past', async () => {
    const batch = await read(feedOf([stored(1, placed)], [stored(2, placed)]), 1)
    expect((await batch?.events())?.map(({ position }) => position)).toEqual([2])
  })

  test('law 1: a missing event is a gap', async () => {
    await expect(read(feedOf([stored(1, placed), stored(3, placed)]))).rejects.toThrow(LogGap)
    await expect(read(feedOf([stored(2, placed)]))).rejects.toMatchObject({ expected: 1 })
  })

  test('law 8: an event that cannot be read leaves projections of other events untouched', async () => {
    const batch = await read(feedOf([stored(1, placed, { data: Buffer.alloc(1) })]))
    expect(await batch?.events()).toMatchObject([{ type: 'OrderPlaced', failure: { code: 'undecodable-event' } }])
    expect([...(batch?.folds.keys() ?? [])]).toEqual([products])
  })

  test('law 8: an event of an unknown type concerns every projection', async () => {
    const batch = await read(feedOf([stored(1, placed, { type: 'OrderTeleported' })]))
    expect(batch?.folds.size).toBe(0)
  })

  describe('of an event that is retired', () => {
    const adjusted = stored(1, stockAdjusted('A1', 5))
    const prices = projection({
      name: 'prices',
      version: 1,
      tables: [],
      handles: ['PriceChanged'],
      apply: () => undefined,
    })
    const readToday = async (upcaster: () => readonly DomainEvent[], event: StoredEvent) => {
      const today = await asIfRetired(upcaster, () => import('./read-batch.ts'))
      return today.readBatch({ feed: feedOf([event]), after: 0, limit: 100, projections: [prices, orders], signal })
    }

    test('law 6: what it means today stands at its position and is one entry, so that no batch ends within it', async () => {
      const parts = [productListed('A1'), productListed('A2')]
      const batch = await readToday(() => parts, adjusted)
      expect(await batch?.events()).toMatchObject([
        { position: 1, recordedAt: 1_001, parts: parts.map((event) => ({ event, position: 1, version: 1 })) },
      ])
      expect(batch?.end.position).toBe(1)
    })

    test('law 8: one that cannot be read stops the projections of what replaces it, and no other', async () => {
      const unreadable = await readToday(() => [], { ...adjusted, data: Buffer.alloc(1) })
      expect([...(unreadable?.folds.keys() ?? [])]).toEqual([orders])
      const failing = await readToday(() => {
        throw new Error('no')
      }, adjusted)
      expect([...(failing?.folds.keys() ?? [])]).toEqual([orders])
    })
  })

  test('nothing comes of a feed that was told to end', async () => {
    expect(await read(feedOf())).toBeNull()
  })
})
