import { describe, expect, test } from 'vitest'
import { NOON, orderRejected } from '../domain/test-events.ts'
import { encode } from '../schemas/codec.ts'
import type { PageEvent } from '../store/log/read-page.ts'
import { readEvent, stretchOf } from './serving/read-stretch.ts'
import { stockOuts } from './stock-outs.ts'
import { Tallies, type TallyRow } from './serving/tallies.ts'

const HOUR = 3_600_000
const reactor = stockOuts({ limit: 2 })

interface Refused {
  readonly at?: number
  readonly reason?: string
}

/** Each order is refused for these products, this many units of each. */
function refused(first: number, orders: readonly (Refused & Record<'wanted', Readonly<Record<string, number>>>)[]) {
  return orders.map(({ at = NOON, reason = 'out-of-stock', wanted }, index): PageEvent => {
    const position = first + index
    const shortages = Object.entries(wanted).map(([sku, units]) => ({ sku, wanted: units, available: 0 }))
    const event = orderRejected(`o${String(position)}`, { reason, shortages })
    return {
      position,
      stream: `order-o${String(position)}`,
      id: `id-${String(position)}`,
      recordedAt: at,
      ...encode(event),
    }
  })
}

function ofA(count: number, at = NOON) {
  return Array.from({ length: count }, () => ({ at, wanted: { A: 3 } }))
}

function counting(rows: readonly TallyRow[] = [], since = NOON) {
  return new Tallies(HOUR, since, rows)
}

function advised(events: readonly PageEvent[], tallies = counting(), actedTo = 0, counted = reactor) {
  const to = events.at(-1)?.position ?? 0
  const { stretch } = stretchOf(counted, events.map(readEvent), { from: 0, to, actedTo, tallies })
  return stretch.due.map(({ position, part, detail }) => ({ position, part, ...detail }))
}

describe('a product that refuses orders', () => {
  test('is to be restocked at the first refusal beyond the limit, with the sums up to it, and at no other', () => {
    expect(advised(refused(1, ofA(2)))).toEqual([])
    expect(advised(refused(1, ofA(50)))).toEqual([
      { position: 3, part: 0, sku: 'A', refusedOrders: 3, refusedUnits: 9, from: NOON, to: NOON + HOUR },
    ])
  })

  test('is counted apart from the others that an order is short of', () => {
    const both = { wanted: { A: 1, B: 7 } }
    const found = advised(refused(1, [...ofA(1), both, both, both]))
    expect(found).toMatchObject([
      { position: 3, part: 0, sku: 'A', refusedOrders: 3, refusedUnits: 5 },
      { position: 4, part: 1, sku: 'B', refusedOrders: 3, refusedUnits: 21 },
    ])
  })

  test('is counted in the clock hour in which each refusal was recorded, also one that comes late', () => {
    const last = NOON + HOUR - 1
    const events = refused(1, [...ofA(2, last), ...ofA(1, NOON + HOUR), ...ofA(1, last), ...ofA(2, NOON + HOUR)])
    expect(advised(events)).toMatchObject([
      { position: 4, refusedOrders: 3, from: NOON, to: NOON + HOUR },
      { position: 6, refusedOrders: 3, from: NOON + HOUR, to: NOON + 2 * HOUR },
    ])
  })

  test('for another reason than stock is not counted', () => {
    expect(
      advised(
        refused(
          1,
          Array.from({ length: 9 }, () => ({ reason: 'order-too-large', wanted: { A: 1 } })),
        ),
      ),
    ).toEqual([])
  })

  test('is advised for at the next refusal where the limit was lowered, and no second time where it was raised', () => {
    const tallies = counting()
    expect(advised(refused(1, ofA(3)), tallies)).toHaveLength(1)
    expect(advised(refused(4, ofA(9)), tallies, 0, stockOuts({ limit: 10 }))).toEqual([])
    const lenient = counting()
    expect(advised(refused(1, ofA(5)), lenient, 0, stockOuts({ limit: 10 }))).toEqual([])
    expect(advised(refused(6, ofA(2)), lenient)).toMatchObject([{ position: 6, refusedOrders: 6 }])
  })
})

describe('the sums of an hour', () => {
  test('that are read back are advised for by what comes after them', () => {
    const found = advised(refused(1, ofA(9)), counting(), 7)
    expect(found).toMatchObject([{ position: 8, refusedOrders: 8, refusedUnits: 24 }])
  })

  test('go on after a restart as they were written', () => {
    const before = counting()
    advised(refused(1, ofA(2)), before)
    const written = before.take()
    expect(written).toEqual([{ windowAt: NOON, name: 'A', times: 2, units: 6, passed: false }])
    expect(advised(refused(3, ofA(2)), counting(written))).toMatchObject([{ position: 3, refusedOrders: 3 }])
  })

  test('are written once for each product, however many refusals there were, and only where they changed', () => {
    const tallies = counting()
    advised(refused(1, [...ofA(5_000), { wanted: { B: 1 } }]), tallies)
    expect(tallies.take().map(({ name, times }) => [name, times])).toEqual([
      ['A', 5_000],
      ['B', 1],
    ])
    expect(tallies.take()).toEqual([])
    advised(refused(1, [{ wanted: { B: 1 } }]), tallies)
    expect(tallies.take().map(({ name }) => name)).toEqual(['B'])
  })

  test('are kept for two hours, and what is older is not counted', () => {
    const tallies = counting()
    advised(refused(1, [...ofA(1), ...ofA(1, NOON + 2 * HOUR), ...ofA(5)]), tallies)
    expect(tallies.since).toBe(NOON + HOUR)
    expect(tallies.take()).toMatchObject([{ windowAt: NOON + 2 * HOUR, times: 1 }])
  })
})
