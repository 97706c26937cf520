import { expect, test } from 'vitest'
import { fold } from './aggregates.ts'
import { dayNumber, dayText, demand, recordDemand, type RecordDemand } from './demand.ts'
import { demandRecorded, productListed } from './test-events.ts'
import { given, on } from './test-kit.ts'

const listed = { 'inventory-A1': [productListed('A1')] } as const
const days: RecordDemand = { sku: 'A1', from: '2026-02-27', units: [3, 0, 5], orders: [2, 0, 1], replace: false }
const event = demandRecorded('A1', '2026-02-27', [3, 0, 5], { orders: [2, 0, 1] })
const recorded = { ...listed, 'demand-A1': [event] } as const

test('demand of days that nobody recorded is recorded', () =>
  given(listed)
    .when(recordDemand, days)
    .then(...on('demand-A1', event)))

test('the same numbers again change nothing', () => given(recorded).when(recordDemand, days).changesNothing())

test('other numbers of a day are refused, and the first such day is named', () =>
  given(recorded)
    .when(recordDemand, { ...days, units: [3, 1, 6] })
    .refuses({ reason: 'demand-exists', sku: 'A1', day: '2026-02-28' }))

test('with `replace` they take the place of those before, which the event repeats', () =>
  given(recorded)
    .when(recordDemand, { sku: 'A1', from: '2026-02-28', units: [1, 6, 7], orders: [1, 1, 1], replace: true })
    .then(
      ...on(
        'demand-A1',
        demandRecorded('A1', '2026-02-28', [1, 6, 7], {
          orders: [1, 1, 1],
          replaced: [{ units: 0, orders: 0 }, { units: 5, orders: 1 }, null],
        }),
      ),
    ))

test('a day that follows is recorded beside those that are there already', () =>
  given(recorded)
    .when(recordDemand, { ...days, units: [3, 0, 5, 9], orders: [2, 0, 1, 4] })
    .then(
      ...on(
        'demand-A1',
        demandRecorded('A1', '2026-02-27', [3, 0, 5, 9], {
          orders: [2, 0, 1, 4],
          replaced: [{ units: 3, orders: 2 }, { units: 0, orders: 0 }, { units: 5, orders: 1 }, null],
        }),
      ),
    ))

test('of a product that nobody listed nothing is recorded', () =>
  given({}).when(recordDemand, days).refuses({ reason: 'unknown-product', sku: 'A1' }))

test('the state knows each day by its own name, over the end of a month', () => {
  expect(fold(demand, [event])).toEqual({
    '2026-02-27': { units: 3, orders: 2 },
    '2026-02-28': { units: 0, orders: 0 },
    '2026-03-01': { units: 5, orders: 1 },
  })
  expect(dayText(dayNumber('2026-02-28') + 1)).toBe('2026-03-01')
})
