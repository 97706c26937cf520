import { expect, test } from 'vitest'
import type { RecordedEvent } from '../../store/log/feed.ts'
import { RecentLog } from './recent-log.ts'

/** A log without an end, whose reads end one by one as the spec lets them. */
function slowLog() {
  const begun: (() => void)[] = []
  const log = new RecentLog(async (after, limit) => {
    await new Promise<void>((resolve) => begun.push(resolve))
    return Array.from({ length: limit }, (_, index) => eventAt(after + index + 1))
  })
  const oneBegins = async (): Promise<void> => {
    await expect.poll(() => begun.length, { interval: 1 }).toBeGreaterThan(0)
  }
  return {
    log,
    oneBegins,
    async letOneEnd(): Promise<void> {
      await oneBegins()
      begun.shift()?.()
    },
  }
}

function eventAt(position: number): RecordedEvent {
  const event = { stream: 's', version: position, type: 'StockReceived', schemaVersion: 1, data: Buffer.alloc(0) }
  return { ...event, position, recordedAt: position }
}

const positionsOf = (events: readonly RecordedEvent[]) => events.map(({ position }) => position)

test('what was asked for is whole, although it was to be forgotten while it was read', async () => {
  const { log, oneBegins, letOneEnd } = slowLog()
  const before = log.events(2, 4)
  await letOneEnd()
  await before
  const newer = log.events(2, 6)
  await oneBegins()
  log.forget()
  const older = log.events(0, 6)
  await letOneEnd()
  expect(positionsOf(await newer)).toEqual([3, 4, 5, 6])
  await oneBegins()
  log.forget()
  await letOneEnd()
  expect(positionsOf(await older)).toEqual([1, 2, 3, 4, 5, 6])
})

test('what was forgotten is read again', async () => {
  const { log, letOneEnd } = slowLog()
  const before = log.events(0, 3)
  await letOneEnd()
  await before
  expect(positionsOf(await log.events(1, 3))).toEqual([2, 3])
  log.forget()
  const again = log.events(1, 3)
  await letOneEnd()
  expect(positionsOf(await again)).toEqual([2, 3])
})
