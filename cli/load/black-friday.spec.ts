import { expect, test } from 'vitest'
import { fold, type StockAudit } from './audit-stock.ts'
import { breachesOf } from './black-friday.ts'

const nothing: StockAudit = { onHand: 0, reserved: 0, oversold: 0, version: 0 }

function auditOf(...events: readonly (readonly [type: string, units: number])[]): StockAudit {
  return events.reduce((audit, [type, units], index) => fold(audit, { type, units, version: index + 1 }), nothing)
}

const soldOut = { stock: 2, sold: 2, failed: 0, soldInView: 2 }

test('the stock of a product follows every event of its stream', () => {
  const audit = auditOf(
    ['ProductListed', 0],
    ['StockReceived', 10],
    ['StockReserved', 4],
    ['StockReleased', 1],
    ['PriceChanged', 0],
    ['StockShipped', 2],
    ['StockAdjusted', -3],
  )
  expect(audit).toEqual({ onHand: 5, reserved: 1, oversold: 0, version: 7 })
})

test('a unit promised twice is seen though it was given back later', () => {
  const audit = auditOf(['StockReceived', 1], ['StockReserved', 1], ['StockReserved', 1], ['StockReleased', 1])
  expect(audit.oversold).toBe(1)
})

test('answers, log and view that agree have no breach', () => {
  const audit = auditOf(['StockReceived', 2], ['StockReserved', 1], ['StockReserved', 1])
  expect(breachesOf(soldOut, audit, 5)).toEqual([])
})

test('an order that failed may have been placed or not', () => {
  const audit = auditOf(['StockReceived', 3], ['StockReserved', 1], ['StockReserved', 1])
  expect(breachesOf({ stock: 3, sold: 2, failed: 1, soldInView: 2 }, audit, 3)).toEqual([])
  expect(breachesOf({ stock: 3, sold: 1, failed: 1, soldInView: 2 }, audit, 2)).toEqual([])
})

test.each([
  ['an oversold unit', soldOut, auditOf(['StockReceived', 2], ['StockReserved', 3]), /1 more units were promised/],
  ['a lost unit', soldOut, auditOf(['StockReceived', 1]), /1 units on hand, not 2/],
  [
    'a promise that is not in the log',
    soldOut,
    auditOf(['StockReceived', 2], ['StockReserved', 1]),
    /promised 2 units/,
  ],
  ['a reservation without a promise', { ...soldOut, sold: 1 }, auditOf(['StockReserved', 2]), /promised 1 units/],
  ['another view', { ...soldOut, soldInView: 1 }, auditOf(['StockReserved', 2]), /shows 1 units sold, the log has 2/],
  [
    'a customer refused though there was stock',
    { stock: 2, sold: 1, failed: 0, soldInView: 1 },
    auditOf(['StockReceived', 2], ['StockReserved', 1]),
    /only 1 units were sold, although the stock was enough for 2 customers/,
  ],
])('%s is a breach', (_, figures, audit, breach) => {
  expect(breachesOf(figures, audit, 5)).toContainEqual(expect.stringMatching(breach))
})
