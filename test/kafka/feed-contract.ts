/** What every feed promises its readers, whatever it reads from. */
import { describe, expect, test } from 'vitest'
import { to, type Addressed } from '../../domain/decision.ts'
import { inventory } from '../../domain/inventory.ts'
import { stockReceived } from '../../domain/test-events.ts'
import { encode } from '../../schemas/codec.ts'
import type { Feed, RecordedEvent } from '../../store/log/feed.ts'
import type { Pool } from '../../store/postgres/database.ts'

export interface FeedUnderTest {
  readonly feed: Feed
  readonly pool: Pool
  /** Appends, and sees to it that the feed can have the events. Resolves with the head. */
  append(events: readonly Addressed[]): Promise<number>
  /** The log begins again, empty and as another. */
  reset(): Promise<void>
}

export function receipts(count: number, sku = 'A1'): readonly Addressed[] {
  return Array.from({ length: count }, () => to(inventory, sku, stockReceived(sku, 1)))
}

/** Of several products, so that they are in several partitions. */
export function mixed(count: number): readonly Addressed[] {
  return Array.from({ length: count }, (_, index) => receipts(1, `P${String(index % 17)}`)).flat()
}

/** Reads from a position to another, `limit` at a time. */
export async function readTo(
  feed: Feed,
  { after = 0, head, limit }: { readonly after?: number; readonly head: number; readonly limit: number },
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = []
  while (after + events.length < head) {
    events.push(...(await feed.next(after + events.length, limit, AbortSignal.timeout(60_000))))
  }
  return events
}

export function positionsOf(events: readonly RecordedEvent[]): readonly number[] {
  return events.map(({ position }) => position)
}

export function upTo(head: number, after = 0): readonly number[] {
  return Array.from({ length: head - after }, (_, index) => after + index + 1)
}

export function feedContract(name: string, around: () => FeedUnderTest): void {
  describe(`${name} keeps the contract of a feed`, () => {
    test('gives the log in its order, a page at a time, without a gap (law 1)', async () => {
      const { feed, append } = around()
      const head = await append(mixed(250))
      const first = await feed.next(0, 10, AbortSignal.timeout(60_000))
      expect(positionsOf(first)).toEqual(upTo(first.length))
      expect(first.length).toBeGreaterThan(0)
      const all = [...first, ...(await readTo(feed, { after: first.length, head, limit: 7 }))]
      expect(positionsOf(all)).toEqual(upTo(head))
    })

    test('never gives more than it was asked for', async () => {
      const { feed, append } = around()
      const head = await append(mixed(40))
      for (let after = 0; after < head;) {
        const events = await feed.next(after, 3, AbortSignal.timeout(60_000))
        expect(events.length).toBeLessThanOrEqual(3)
        after += events.length
      }
    })

    test('gives each event with all that a fold needs', async () => {
      const { feed, append, pool } = around()
      await append(receipts(1, 'A1'))
      const [event] = await feed.next(0, 1, AbortSignal.timeout(60_000))
      const { rows } = await pool.query<{ milliseconds: number }>(
        'select extract(epoch from recorded_at)::float8 * 1000 as milliseconds from log.events',
      )
      expect(event).toEqual({
        ...encode(stockReceived('A1', 1)),
        position: 1,
        stream: 'inventory-A1',
        version: 1,
        recordedAt: rows[0]?.milliseconds,
      })
    })

    test('waits for the next event, also for several readers at one position', async () => {
      const { feed, append } = around()
      const head = await append(mixed(5))
      await readTo(feed, { head, limit: 5 })
      const signal = AbortSignal.timeout(60_000)
      const waiting = Promise.all([feed.next(head, 5, signal), feed.next(head, 5, signal)])
      await append(mixed(1))
      expect((await waiting).map(positionsOf)).toEqual([[head + 1], [head + 1]])
    })

    test('can be read on from any position, further back too', async () => {
      const { feed, append } = around()
      const head = await append(mixed(60))
      for (const after of [0, 30, 59, 17, 58, 3]) {
        const events = await readTo(feed, { after, head, limit: 25 })
        expect(positionsOf(events)).toEqual(upTo(head, after))
      }
    })

    test('serves readers at different positions at once', async () => {
      const { feed, append } = around()
      const head = await append(mixed(300))
      const readers = [0, 100, 250].map(
        async (after) => [after, await readTo(feed, { after, head, limit: 11 })] as const,
      )
      for (const [after, events] of await Promise.all(readers)) expect(positionsOf(events)).toEqual(upTo(head, after))
    })

    test('resolves with nothing when it is stopped before or while it waits', async () => {
      const { feed, append } = around()
      const head = await append(mixed(3))
      expect(await feed.next(head, 1, AbortSignal.abort())).toEqual([])
      const stop = new AbortController()
      const waiting = feed.next(head, 1, stop.signal)
      stop.abort()
      expect(await waiting).toEqual([])
      const reading = new AbortController()
      const read = feed.next(head, 1, reading.signal)
      await feed.next(0, 1, AbortSignal.timeout(60_000))
      reading.abort()
      expect(await read).toEqual([])
    })

    test('begins anew with a log that was reset', async () => {
      const { feed, append, reset } = around()
      await readTo(feed, { head: await append(mixed(20)), limit: 20 })
      await reset()
      const waiting = feed.next(0, 5, AbortSignal.timeout(60_000))
      await append(receipts(2, 'another'))
      const [first, ...rest] = [...(await waiting), ...(await feed.next(1, 5, AbortSignal.timeout(60_000)))]
      expect(first).toMatchObject({ position: 1, stream: 'inventory-another' })
      expect(rest.at(-1)).toMatchObject({ position: 2, stream: 'inventory-another' })
    })
  })
}
