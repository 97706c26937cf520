import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { RecordedEvent } from './feed.ts'
import { HeadWatch } from './head-watch.ts'

const event = { stream: 'inventory-A1', type: 'Tested', schemaVersion: 1, data: Buffer.of(), recordedAt: 0 }

function logOf(length: number) {
  const log = { length, looks: 0 }
  const read = (after: number) => async (): Promise<readonly RecordedEvent[]> => {
    log.looks += 1
    return Array.from({ length: log.length - after }, (_, index) => {
      const position = after + index + 1
      return { ...event, position, version: position }
    })
  }
  return Object.assign(log, { read })
}

const { signal } = new AbortController()

describe('a reader of the log', () => {
  test('that was told where the log ends, and stands there, does not look until it is told more', async () => {
    const watch = new HeadWatch()
    const log = logOf(3)
    watch.headMoved(3)
    const next = watch.next(log.read(3), 3, signal)
    await setImmediate()
    expect(log.looks).toBe(0)
    log.length = 4
    watch.headMoved(4)
    expect((await next).map(({ position }) => position)).toEqual([4])
    expect(log.looks).toBe(1)
  })

  test('that was told of more, or of nothing yet, looks at once', async () => {
    for (const told of [[], [1], [5]]) {
      const watch = new HeadWatch()
      for (const head of told) watch.headMoved(head)
      const log = logOf(3)
      expect(await watch.next(log.read(2), 2, signal)).toHaveLength(1)
      expect(log.looks).toBe(1)
    }
  })

  test('looks by itself where a hint is lost', async () => {
    const watch = new HeadWatch()
    watch.headMoved(3)
    expect(await watch.next(logOf(4).read(3), 3, signal)).toHaveLength(1)
  })
})
