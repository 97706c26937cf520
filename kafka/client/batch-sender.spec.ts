import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { BatchSender } from './batch-sender.ts'
import { CheckedSender } from './checked-sender.ts'
import { silentLog } from './connection.ts'

const parts = {
  kafka: { brokers: ['127.0.0.1:1'], prefix: '', tls: null, sasl: null },
  ...{ clientId: 'spec', log: silentLog, linger: 1, patience: 60_000 },
  ...{ monotonic: () => performance.now(), now: () => 0, onAcked: () => undefined },
}

afterEach(() => vi.restoreAllMocks())

test('stores what is added while a send is under way, in the order of each partition, though sends fail', async () => {
  const stored: number[][] = [[], [], []]
  let sends = 0
  vi.spyOn(CheckedSender.prototype, 'send').mockImplementation(async ({ partition }, messages) => {
    await delay(1)
    if (++sends % 4 === 0) throw new Error('its leader moved')
    stored[partition]?.push(...messages.map(({ value }) => Number(value)))
  })
  let retries = 0
  const sender = new BatchSender({ ...parts, onRetry: () => (retries += 1) })
  const numbers = Array.from({ length: 6_000 }, (_, index) => index)
  for (const number of numbers) await (sender.add('orders', number % 3, { value: String(number) }) ?? undefined)
  await sender.flush()
  expect(stored).toEqual([0, 1, 2].map((partition) => numbers.filter((number) => number % 3 === partition)))
  expect(retries).toBeGreaterThan(0)
})
