import { expect, test } from 'vitest'
import { sendAll } from './send-all.ts'

const never = new AbortController().signal

/** Resolves when `condition` holds, looking again whenever the event loop has gone round. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield i
}

test('everything is sent once, with no more than the given number under way', async () => {
  const sent: number[] = []
  let underWay = 0
  let most = 0
  await sendAll({
    source: numbers(100),
    concurrency: 7,
    signal: never,
    async send(item) {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setImmediate(resolve))
      sent.push(item)
      underWay -= 1
      return 'go-on'
    },
  })
  expect(sent.toSorted((a, b) => a - b)).toEqual([...numbers(100)])
  expect(most).toBe(7)
})

test('an interruption lets what is under way finish and takes nothing more', async () => {
  const controller = new AbortController()
  const started: number[] = []
  const finished: number[] = []
  let open = false
  const sending = sendAll({
    source: numbers(100),
    concurrency: 3,
    signal: controller.signal,
    async send(item) {
      started.push(item)
      await until(() => open)
      finished.push(item)
      return 'go-on'
    },
  })
  await until(() => started.length === 3)
  controller.abort()
  open = true
  await sending
  expect(finished).toEqual([0, 1, 2])
  expect(started).toEqual([0, 1, 2])
})

test('a thing that says stop is the last one taken, and what is under way is finished', async () => {
  const finished: number[] = []
  await sendAll({
    source: numbers(100),
    concurrency: 3,
    signal: never,
    async send(item) {
      await new Promise((resolve) => setImmediate(resolve))
      finished.push(item)
      return item === 4 ? 'stop' : 'go-on'
    },
  })
  expect(finished.slice(0, 5)).toEqual([0, 1, 2, 3, 4])
  expect(finished.length).toBeLessThanOrEqual(7)
})

test('a source that fails ends it after what is under way', async () => {
  const finished: number[] = []
  async function* failing() {
    yield 1
    await Promise.resolve()
    throw new Error('unexpected end of file')
  }
  const sending = sendAll({
    source: failing(),
    concurrency: 2,
    signal: never,
    async send(item) {
      await new Promise((resolve) => setImmediate(resolve))
      finished.push(item)
      return 'go-on'
    },
  })
  await expect(sending).rejects.toThrow('unexpected end of file')
  expect(finished).toEqual([1])
})

test('the source is released when it was not read to its end', async () => {
  let released = false
  function* source() {
    try {
      yield* numbers(10)
    } finally {
      released = true
    }
  }
  await sendAll({ source: source(), concurrency: 1, signal: AbortSignal.abort(), send: () => Promise.resolve('go-on') })
  const controller = new AbortController()
  await sendAll({
    source: source(),
    concurrency: 1,
    signal: controller.signal,
    send() {
      controller.abort()
      return Promise.resolve('go-on')
    },
  })
  expect(released).toBe(true)
})

test('with a schedule nothing is sent before its moment, and its wait begins there however late it is sent', async () => {
  // The clock stands still except while something is sent: each takes 10 ms, and one is due every 4 ms.
  let clock = 0
  const waits: number[] = []
  await sendAll({
    source: numbers(5),
    concurrency: 1,
    signal: never,
    schedule: (index) => index * 4,
    now: () => clock,
    send(_, dueAt) {
      expect(clock).toBeGreaterThanOrEqual(dueAt)
      clock += 10
      waits.push(clock - dueAt)
      return Promise.resolve('go-on')
    },
  })
  // A closed loop would have measured 10 each time; the one that was due at 16 had to wait for four others.
  expect(waits).toEqual([10, 16, 22, 28, 34])
})

test('an interruption ends waiting for the next moment', async () => {
  const controller = new AbortController()
  const sent: number[] = []
  const sending = sendAll({
    source: numbers(2),
    concurrency: 1,
    signal: controller.signal,
    schedule: (index) => index * 3_600_000,
    send(item) {
      sent.push(item)
      return Promise.resolve('go-on')
    },
  })
  await until(() => sent.length === 1)
  controller.abort()
  await sending
  expect(sent).toEqual([0])
})
