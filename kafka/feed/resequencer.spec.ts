import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { Resequencer } from './resequencer.ts'

function event(position: number): RecordedEvent {
  const rest = { stream: 'order-a', version: 1, type: 'OrderPlaced', schemaVersion: 1, recordedAt: 0 }
  return { position, data: Buffer.alloc(0), ...rest }
}

function offered(resequencer: Resequencer, positions: readonly number[], now = 0): readonly string[] {
  return positions.map((position) => resequencer.offer(event(position), 'p', now))
}

function taken(resequencer: Resequencer, limit = 1_000): readonly number[] {
  return resequencer.take(limit).map(({ position }) => position)
}

describe('the resequencer', () => {
  test('gives events in the order of the log, up to the first that is not there', () => {
    const resequencer = new Resequencer(10)
    offered(resequencer, [3, 1, 2, 5])
    expect(taken(resequencer, 2)).toEqual([1, 2])
    expect(taken(resequencer)).toEqual([3])
    expect(taken(resequencer)).toEqual([])
    offered(resequencer, [4])
    expect(taken(resequencer)).toEqual([4, 5])
    expect(resequencer.held).toBe(0)
  })

  test('drops and counts what comes again, before and after it was taken', () => {
    const resequencer = new Resequencer(10)
    expect(offered(resequencer, [1, 1, 2])).toEqual(['taken', 'duplicate', 'taken'])
    expect(taken(resequencer)).toEqual([1, 2])
    expect(offered(resequencer, [2, 1])).toEqual(['duplicate', 'duplicate'])
    expect(resequencer.duplicates).toBe(3)
    expect(taken(resequencer)).toEqual([])
  })

  test('refuses what is beyond its window, and welcomes its partition when there is room again', () => {
    const resequencer = new Resequencer(4)
    expect(offered(resequencer, [4, 5])).toEqual(['taken', 'beyond'])
    expect(resequencer.offer(event(9), 'q', 0)).toBe('beyond')
    expect(resequencer.held).toBe(1)
    resequencer.skipTo(4)
    expect(resequencer.takeWelcome()).toEqual([])
    resequencer.skipTo(5)
    expect(resequencer.takeWelcome()).toEqual(['p'])
    expect(resequencer.takeWelcome()).toEqual([])
    resequencer.skipTo(9)
    expect(resequencer.takeWelcome()).toEqual(['q'])
  })

  test('goes on behind what was had from elsewhere', () => {
    const resequencer = new Resequencer(10)
    offered(resequencer, [2, 3, 6])
    resequencer.skipTo(3)
    expect(taken(resequencer)).toEqual([3])
    resequencer.skipTo(2)
    expect(resequencer.expected).toBe(4)
    resequencer.skipTo(100)
    expect([resequencer.held, resequencer.expected]).toEqual([0, 100])
    expect(offered(resequencer, [99, 100])).toEqual(['duplicate', 'taken'])
  })

  test('begins another log with nothing of the one before', () => {
    const resequencer = new Resequencer(4)
    offered(resequencer, [1, 3, 9])
    resequencer.startOver(1)
    expect([resequencer.held, resequencer.furthest, resequencer.waitingSince()]).toEqual([0, 0, null])
    offered(resequencer, [1])
    expect(taken(resequencer)).toEqual([1])
  })
})

describe('what is missing', () => {
  test('is overdue when something behind it has been there for long enough, and not before', () => {
    const resequencer = new Resequencer(10)
    expect(resequencer.waitingSince()).toBe(null)
    offered(resequencer, [4], 1_000)
    offered(resequencer, [8], 2_000)
    expect(resequencer.waitingSince()).toBe(1_000)
    expect(resequencer.overdue(10, 999)).toBe(0)
    expect(resequencer.overdue(10, 1_000)).toBe(3)
    expect(resequencer.overdue(10, 2_000)).toBe(7)
    expect(resequencer.missing(7)).toBe(6)
    expect(resequencer.overdue(5, 2_000)).toBe(5)
    expect(resequencer.overdue(2, 1_000)).toBe(2)
  })

  test('is overdue too when all that is there is beyond the window', () => {
    const resequencer = new Resequencer(4)
    offered(resequencer, [900], 1_000)
    expect(resequencer.overdue(2, 999)).toBe(0)
    expect(resequencer.overdue(2, 1_000)).toBe(2)
    expect(resequencer.overdue(10, 1_000)).toBe(4)
    resequencer.forgetRefused()
    expect(resequencer.overdue(10, 1_000)).toBe(0)
  })

  test('is nothing where nothing is there, or everything', () => {
    const resequencer = new Resequencer(4)
    expect(resequencer.overdue(4, Infinity)).toBe(0)
    offered(resequencer, [1, 2, 3, 4])
    expect(resequencer.overdue(4, 0)).toBe(0)
  })
})

test('law 1: however partitions are interleaved, cut, doubled, dropped and offered again, each event is given once, in order, and the memory is bounded', () => {
  const step = fc.record({
    partition: fc.nat(3),
    count: fc.integer({ min: 1, max: 12 }),
    back: fc.nat(4),
    drop: fc.nat(9),
    take: fc.nat(15),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (steps, capacity) => {
      const head = 60
      const resequencer = new Resequencer(capacity)
      const given: number[] = []
      const partitions = [0, 1, 2, 3].map((rest) => ({
        positions: Array.from({ length: head }, (_, index) => index + 1).filter((position) => position % 4 === rest),
        next: 0,
      }))
      let now = 0
      const offer = ({ partition, count, back, drop }: (typeof steps)[number]) => {
        const source = partitions[partition]
        if (source === undefined) return
        source.next = Math.max(0, source.next - back)
        for (let done = 0; done < count; done++) {
          const position = source.positions[source.next]
          if (position === undefined) return
          const lost = drop === position % 10
          if (!lost && resequencer.offer(event(position), String(partition), now) === 'beyond') return
          source.next += 1
        }
      }
      const read = (limit: number) => {
        given.push(...taken(resequencer, limit))
        const count = resequencer.overdue(5, now - 3)
        // What the store is asked for.
        for (let done = 0; done < count; done++) given.push(resequencer.expected + done)
        resequencer.skipTo(resequencer.expected + count)
      }
      for (const each of steps) {
        now += 1
        offer(each)
        expect(resequencer.held).toBeLessThanOrEqual(capacity)
        read(each.take)
        expect(given).toEqual(given.map((_, index) => index + 1))
      }
      // Whatever happened, all of it comes once everything but the last event may be missing.
      for (const { positions } of partitions)
        for (const position of positions) resequencer.offer(event(position), 'all', now)
      for (let round = 0; given.length < head && round < 10 * head; round++) {
        now += 10
        resequencer.offer(event(head), 'last', now - 5)
        read(20)
      }
      expect(given).toEqual(given.map((_, index) => index + 1))
      expect(given.length).toBe(head)
    }),
  )
})
