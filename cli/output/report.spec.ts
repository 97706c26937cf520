import { expect, test } from 'vitest'
import type { Delivery } from '../load/delivery.ts'
import { DeliveryTally, reportRows } from './report.ts'

const refusedFor = (reason: string): Delivery => ({ outcome: 'refused', reason })

function tallyOf(...deliveries: readonly Delivery[]): DeliveryTally {
  const tally = new DeliveryTally()
  for (const [index, delivery] of deliveries.entries()) tally.count(delivery, index + 1)
  return tally
}

test('every outcome is counted, reasons by frequency, and all of them make up what was sent', () => {
  const tally = tallyOf(
    { outcome: 'accepted' },
    { outcome: 'accepted' },
    { outcome: 'already-there' },
    refusedFor('unknown-customer'),
    refusedFor('out-of-stock'),
    refusedFor('out-of-stock'),
    { outcome: 'invalid', faults: [] },
    { outcome: 'failed', reason: 'internal', gone: false },
  )
  tally.countUnsent()
  const report = tally.report(3_000)
  expect(report).toMatchObject({ sent: 9, accepted: 2, alreadyThere: 1, refused: 3, invalid: 2, failed: 1 })
  expect(Object.entries(report.refusedBy)).toEqual([
    ['out-of-stock', 2],
    ['unknown-customer', 1],
  ])
  expect(report.failedBy).toEqual({ internal: 1 })
  expect(report).toMatchObject({ seconds: 3, ratePerSecond: 3 })
})

test('latencies are those of answers: what was given up has none', () => {
  const tally = tallyOf({ outcome: 'accepted' })
  tally.count({ outcome: 'failed', reason: 'no-answer', gone: false }, 60_000)
  expect(tally.report(60_000).latencyMs).toEqual({ p50: 1, p90: 1, p99: 1, max: 1 })
})

test('a report of nothing divides by nothing', () => {
  expect(new DeliveryTally().report(0)).toMatchObject({ sent: 0, ratePerSecond: 0 })
})

test('the table names reasons, groups thousands and leaves out what did not occur', () => {
  const tally = tallyOf(...Array.from({ length: 1_234 }, () => refusedFor('out-of-stock')))
  expect(reportRows(tally.report(2_000))).toEqual([
    ['sent', '1,234'],
    ['accepted', '0'],
    ['refused', '1,234 (out-of-stock 1,234)'],
    ['rate', '617 a second, 2.0 s'],
    ['latency', expect.stringMatching(/^p50 [\d.]+ ms, p90 [\d.]+ ms, p99 [\d.]+ ms, max 1234 ms$/)],
  ])
})
