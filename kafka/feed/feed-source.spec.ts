import { expect, test } from 'vitest'
import { CAUGHT_UP_MS, FeedSource, SILENT_MS, type Reading } from './feed-source.ts'

function source(): { readonly from: FeedSource; readonly changes: Reading['from'][] } {
  const changes: Reading['from'][] = []
  return { from: new FeedSource((reading) => changes.push(reading.from)), changes }
}

test('the store is read until the group has dealt out its partitions, and an idle log is then waited for on Kafka', () => {
  const { from } = source()
  from.idle()
  expect(from.reading).toMatchObject({ from: 'store', reason: expect.stringContaining('not joined') })
  from.join()
  expect(from.reading.from).toBe('store')
  from.idle()
  expect(from.reading).toEqual({ from: 'kafka' })
})

test('a reader of the store turns to Kafka when that shows what it had not read a second ago', () => {
  const { from } = source()
  from.join()
  from.asks(100, 0, 0)
  from.asks(200, 100, CAUGHT_UP_MS)
  expect(from.reading.from).toBe('store')
  from.asks(300, 101, CAUGHT_UP_MS)
  expect(from.reading.from).toBe('kafka')
})

test('a Kafka that trails by more than a second is not turned to', () => {
  const { from } = source()
  from.join()
  for (let second = 0; second < 10; second++) {
    const now = second * (CAUGHT_UP_MS + 1)
    from.asks(1_000 * (second + 1), 1_000 * second, now)
    expect(from.reading.from).toBe('store')
  }
})

test('the store is read when nothing came for long enough though the log has grown, and not before', () => {
  const { from, changes } = source()
  from.join()
  from.found()
  expect(from.isSilent(10, 0)).toBe(false)
  expect(from.isSilent(10, SILENT_MS - 1)).toBe(false)
  expect(from.isSilent(11, SILENT_MS)).toBe(false)
  expect(from.isSilent(11, 2 * SILENT_MS)).toBe(true)
  expect(from.reading).toMatchObject({ from: 'store', reason: expect.stringContaining('5 s') })
  expect(changes).toEqual(['kafka', 'store'])
})

test('what was found in between ends a silence', () => {
  const { from } = source()
  from.join()
  from.isSilent(10, 0)
  from.found()
  expect(from.isSilent(10, SILENT_MS)).toBe(false)
})

test('after a silence only an event from Kafka leads back to it', () => {
  const { from } = source()
  from.join()
  from.isSilent(10, 0)
  from.isSilent(10, SILENT_MS)
  from.idle()
  expect(from.reading.from).toBe('store')
  from.asks(10, 10, 0)
  from.asks(10, 10, 10)
  expect(from.reading.from).toBe('store')
  from.asks(11, 11, 20)
  expect(from.reading.from).toBe('kafka')
})

test('a client that is gone is not waited for', () => {
  const { from } = source()
  from.join()
  from.found()
  from.lose('broker away')
  expect(from.reading).toEqual({ from: 'store', reason: 'broker away' })
  from.found()
  from.asks(1, 100, 0)
  from.asks(1, 100, 1)
  expect(from.reading.from).toBe('store')
})
