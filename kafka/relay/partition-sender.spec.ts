import { describe, expect, test } from 'vitest'
import type { EventRecord } from '../event-record.ts'
import { PartitionSender } from './partition-sender.ts'
import type { RecordBlock } from '../client/record-block.ts'

function record(bytes = 10): EventRecord {
  return { key: 'k', value: Buffer.alloc(bytes), headers: {}, timestamp: '1700000000000' }
}

/** A sender whose sends are settled by hand. */
function openSender() {
  const underWay: { readonly count: number; readonly first: number; acknowledge(): void; fail(error: Error): void }[] =
    []
  const sent: number[] = []
  const failures: unknown[] = []
  const acknowledged: (readonly number[])[] = []
  const sender = new PartitionSender({
    send: (block: RecordBlock) =>
      new Promise((resolve, reject) => {
        const count = block.messages.length
        const first = sender.firstUnacknowledged() ?? 0
        sent.push(count)
        const settle = (how: () => void) => {
          underWay.shift()
          how()
        }
        underWay.push({
          count,
          first,
          acknowledge: () => settle(resolve),
          fail: (error) => settle(() => reject(error)),
        })
      }),
    sent: () => undefined,
    acknowledged: (positions) => acknowledged.push(positions),
    failed: (error) => failures.push(error),
  })
  const add = (from: number, to: number, bytes?: number) => {
    for (let position = from; position <= to; position++) sender.add(position, record(bytes))
    sender.flush('all')
  }
  return { sender, underWay, sent, failures, acknowledged, add }
}

/** Lets everything that is settled be heard. */
const heard = () => new Promise(setImmediate)

describe('the sender of a partition', () => {
  test('has one send under way; what comes meanwhile goes with the next one, in its order', async () => {
    const { sender, underWay, sent, acknowledged, add } = openSender()
    add(1, 1)
    add(2, 3)
    add(4, 5)
    expect(acknowledged).toEqual([])
    expect(underWay).toHaveLength(1)
    expect(sender.firstUnacknowledged()).toBe(1)
    underWay[0]?.acknowledge()
    await heard()
    expect(underWay).toMatchObject([{ first: 2, count: 4 }])
    expect(sender.firstUnacknowledged()).toBe(2)
    underWay[0]?.acknowledge()
    await heard()
    expect(sender.firstUnacknowledged()).toBeNull()
    expect(sent).toEqual([1, 4])
    expect(acknowledged).toEqual([[1], [2, 3, 4, 5]])
  })

  test('sends at most 500 records and about half a megabyte at a time', async () => {
    const { underWay, sent, add } = openSender()
    add(1, 1_201)
    for (let send = 1; send <= 3; send++) {
      underWay[0]?.acknowledge()
      await heard()
    }
    expect(sent).toEqual([500, 500, 201])
    add(2_000, 2_009, 200_000)
    for (let send = 1; send <= 4; send++) {
      underWay[0]?.acknowledge()
      await heard()
    }
    expect(sent.slice(3)).toEqual([3, 3, 3, 1])
  })

  test('sends full blocks alone, until it is flushed whole', async () => {
    const { sender, underWay, sent } = openSender()
    const give = (from: number, to: number, what: 'full' | 'all') => {
      for (let position = from; position <= to; position++) sender.add(position, record())
      sender.flush(what)
    }
    give(1, 499, 'full')
    expect(sent).toEqual([])
    give(500, 700, 'full')
    expect(sent).toEqual([500])
    underWay[0]?.acknowledge()
    await heard()
    expect(sent).toEqual([500])
    give(701, 701, 'all')
    expect(sent).toEqual([500, 201])
  })

  test('sends nothing after a failure: what follows must not overtake what failed', async () => {
    const { sender, underWay, sent, failures, add } = openSender()
    add(1, 1)
    add(2, 2)
    underWay[0]?.fail(new Error('away'))
    await heard()
    add(3, 3)
    expect(sent).toEqual([1])
    expect(failures).toMatchObject([{ message: 'away' }])
    expect(sender.firstUnacknowledged()).toBe(1)
  })

  test('that is closed finishes what is under way and leaves what waits', async () => {
    const { sender, underWay, sent, add } = openSender()
    add(1, 1)
    add(2, 2)
    let closed = false
    const closing = sender.close().then(() => (closed = true))
    await heard()
    expect(closed).toBe(false)
    underWay[0]?.acknowledge()
    await closing
    expect(sent).toEqual([1])
    expect(sender.firstUnacknowledged()).toBe(2)
  })
})
