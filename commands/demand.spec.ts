import { expect, test } from 'vitest'
import { demandFault, recordDemandCommand, recordDemandRequest, type WantedDemand } from './demand.ts'

const clock = () => Date.UTC(2026, 2, 3, 15)
const wanted: WantedDemand = { from: '2026-02-28', units: [1, 2, 3], orders: [1, 1, 1] }

test('days up to yesterday are taken', () => {
  expect(demandFault('A1', wanted, { clock })).toBe(null)
  expect(recordDemandCommand('A1', wanted)).toEqual({ sku: 'A1', ...wanted, replace: false })
})

test.each<[keyof WantedDemand, Partial<WantedDemand>]>([
  ['from', { from: '2026-03-01' }],
  ['from', { from: '2026-02-30' }],
  ['orders', { orders: [1, 1] }],
  ['sku', { sku: 'B2' }],
])('what is wrong with %s is told: %j', (property, change) => {
  expect(demandFault('A1', { ...wanted, ...change }, { clock })).toMatchObject({ property })
})

test.each([
  [{ ...wanted, from: 'today' }],
  [{ ...wanted, units: [] }],
  [{ ...wanted, units: [-1, 0, 0] }],
  [{ ...wanted, units: [0.5, 0, 0] }],
  [{ ...wanted, units: Array(401).fill(1) }],
  [{ ...wanted, extra: 1 }],
])('%j is no request', (body) => {
  expect(recordDemandRequest.check(body)).toHaveProperty('faults')
})
