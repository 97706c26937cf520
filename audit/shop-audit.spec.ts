import { expect, test } from 'vitest'
import type { DomainEvent, OrderLine } from '../schemas/events.ts'
import {
  customerRegistered,
  deliveryDispatched,
  deliveryScheduled,
  eur,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderExpired,
  orderLine,
  orderPlaced,
  orderRejected,
  orderReturned,
  productListed,
  reorderPointSet,
  stockAdjusted,
  stockFellBelow,
  stockReceived,
  stockReleased,
  stockReserved,
  stockReturned,
  stockShipped,
} from '../domain/test-events.ts'
import { auditShop } from './shop-audit.ts'
import { Spill } from './spill/spill-file.ts'
import type { Located } from './tally.ts'

const lines = [orderLine('A', 2), orderLine('B', 1), orderLine('A', 1)]
const reservedB = stockReserved('B', 'o1', 1)
const reserved = [stockReserved('A', 'o1', 3), reservedB]
const released = [stockReleased('A', 'o1', 3), stockReleased('B', 'o1', 1)]
const shipped = [stockShipped('A', 'o1', 3), stockShipped('B', 'o1', 1)]
const returned = (sku: string, quantity: number) => stockReturned(sku, 'o1', quantity, true)
const allBack = [returned('A', 3), returned('B', 1)]
const backOf = (some: readonly OrderLine[]) => orderReturned('o1', some)
const partOfA = [backOf([orderLine('A', 1), orderLine('B', 1)]), returned('A', 1), returned('B', 1)]
const confirmed = [[orderPlaced('o1', lines), ...reserved], [orderConfirmed('o1', lines)]]
const completed = [...confirmed, shipped, [orderCompleted('o1', lines)]]
const scheduled = [
  [orderPlaced('o1', lines), ...reserved],
  [orderConfirmed('o1', lines), deliveryScheduled('o1', lines)],
]
const dispatched = (dispatch: number) => deliveryDispatched('o1', dispatch)
const opening = [
  [productListed('A'), stockReceived('A', 10)],
  [productListed('B'), stockReceived('B', 10)],
  [customerRegistered('c1')],
]

/** Walks commands, each a list of events, and returns the checks by name. */
async function audit(...commands: readonly (readonly DomainEvent[])[]) {
  const shop = auditShop(new Spill('nowhere', Infinity))
  const seen: Located[] = []
  const versions = new Map<string, number>()
  let position = 0
  for (const [index, events] of [...opening, ...commands].entries()) {
    for (const event of events) {
      const stream = streamOf(event)
      const version = (versions.get(stream) ?? 0) + 1
      versions.set(stream, version)
      shop.see({ position: ++position, stream, version, commandId: `command ${index}` }, event)
      seen.push({ position, stream, version, today: [event] })
    }
  }
  const checks = await shop.finish((at) => Promise.resolve(seen[at - 1] ?? nothingAt(at)))
  return Object.fromEntries(checks.map((check) => [check.name, check]))
}

function nothingAt(position: number): never {
  throw new Error(`nothing is at ${position}`)
}

function streamOf(event: DomainEvent): string {
  if ('sku' in event) return `inventory-${event.sku}`
  if ('orderId' in event) return `order-${event.orderId}`
  return 'customerId' in event ? `customer-${event.customerId}` : 'fraud-_table'
}

function breachesOf(checks: Awaited<ReturnType<typeof audit>>) {
  return Object.values(checks).flatMap(({ name, first }) => (first === null ? [] : [`${name}: ${first}`]))
}

test.each([
  ['placed and kept', [[orderPlaced('o1', lines), ...reserved]]],
  [
    'cancelled',
    [
      [orderPlaced('o1', lines), ...reserved],
      [orderCancelled('o1', lines), ...released],
    ],
  ],
  [
    'expired',
    [
      [orderPlaced('o1', lines), ...reserved],
      [orderExpired('o1', lines), ...released],
    ],
  ],
  [
    'shipped, then completed',
    [[orderPlaced('o1', lines), ...reserved], [orderConfirmed('o1', lines)], shipped, [orderCompleted('o1', lines)]],
  ],
  [
    'completed and shipped in one command',
    [[orderPlaced('o1', lines), ...reserved], [orderConfirmed('o1', lines)], [orderCompleted('o1', lines), ...shipped]],
  ],
  ['rejected', [[orderRejected('o1', { lines, total: eur(4000) })]]],
  ['completed, and returned in two parts', [...completed, [backOf([orderLine('A', 2)]), returned('A', 2)], partOfA]],
  ['dispatched with all that it holds, and once more', [...scheduled, [dispatched(1), ...shipped], [dispatched(2)]]],
  ['cancelled after it was shipped', [...confirmed, shipped, [orderCancelled('o1', lines), ...allBack]]],
])('an order %s breaks no law', async (_, commands) => {
  const checks = await audit(...commands)
  expect(breachesOf(checks)).toEqual([])
  expect(checks['stock']?.counted).toBeGreaterThanOrEqual(4)
  expect(checks['orders']?.counted).toBeGreaterThanOrEqual(1)
  expect(checks['reservations']?.counted).toBeGreaterThanOrEqual(3)
})

test('law 4: stock below what is reserved is found at the version where it happens', async () => {
  const checks = await audit([orderPlaced('o1', lines), ...reserved], [stockAdjusted('A', -8)], [stockReceived('A', 8)])
  expect(breachesOf(checks)).toEqual(['stock: position 9, inventory-A version 4: 3 of 2 units on hand are reserved'])
})

const watched = [productListed('C', { reorderPoint: 10 }), stockReceived('C', 12)]
const C_FELL = [stockAdjusted('C', -3), stockFellBelow('C', 10, 9)]

test('what falls below its reorder point, and is said to, each time and once, breaks no law', async () => {
  const checks = await audit(
    watched,
    C_FELL,
    [stockAdjusted('C', -1), stockReceived('C', 2), stockAdjusted('C', -1)],
    [stockReceived('C', 3)],
    C_FELL,
    [reorderPointSet('C', 9)],
    [stockAdjusted('C', -1), stockFellBelow('C', 9, 8)],
    [reorderPointSet('C', 8)],
    [reorderPointSet('C', 20), stockFellBelow('C', 20, 8)],
    [reorderPointSet('C', 0)],
    [stockAdjusted('C', -1)],
  )
  expect(breachesOf(checks)).toEqual([])
})

test.each([
  [[watched, [stockAdjusted('C', -3)], C_FELL.slice(1)], []],
  [[watched, C_FELL, [stockAdjusted('C', -1), stockFellBelow('C', 10, 8)]], ['8 units fell below 10, and nothing did']],
  [[watched, [stockAdjusted('C', -3), stockFellBelow('C', 10, 8)]], ['it should be 9 below 10']],
  [
    [watched, C_FELL, [stockReceived('C', 2)], [stockAdjusted('C', -2)]],
    ['C: 9 units are available, below the reorder'],
  ],
  [
    [watched, C_FELL, [stockReceived('C', 2)], [stockAdjusted('C', -2)], [stockReceived('C', 1)]],
    ['version 7: 9 units are available, below the reorder point of 10, and no event says so'],
  ],
  [[[reorderPointSet('A', 11)]], ['A: 10 units are available, below the reorder point of 11']],
  [[watched, C_FELL, [reorderPointSet('C', 11), stockFellBelow('C', 11, 9)]], ['nothing did']],
])('what is said of reorder points is found where it is wrong: %#', async (commands, words) => {
  const found = breachesOf(await audit(...commands))
  expect(found).toEqual(words.map((each) => expect.stringContaining(each)))
})

test('that nobody said a word before there were reorder points is no breach', async () => {
  expect(breachesOf(await audit(watched, [stockAdjusted('C', -3)], [stockReceived('C', 1)]))).toEqual([])
})

test('law 4: stock below zero is found although nothing is reserved', async () => {
  expect(breachesOf(await audit([stockAdjusted('A', -11)]))).toEqual([
    'stock: position 6, inventory-A version 3: 0 of -1 units on hand are reserved',
  ])
})

test.each([
  ['a line that is not reserved', [[orderPlaced('o1', lines), stockReserved('A', 'o1', 3)]], /lines have \+1 of B/],
  ['fewer units than the lines', [[orderPlaced('o1', lines), stockReserved('A', 'o1', 2), reservedB]], /\+3 of A/],
  ['a reservation for another order', [[orderPlaced('o1', lines), stockReserved('A', 'o2', 3), reservedB]], /\+3 of A/],
  ['a rejected order that reserves', [[orderRejected('o1'), stockReserved('A', 'o1', 1)]], /have \+1/],
  ['a reservation without an order', [[stockReserved('A', 'o9', 1)]], /order o9.*have \+1/],
  [
    'a cancelled order that keeps its units',
    [[orderPlaced('o1', lines), ...reserved], [orderCancelled('o1', lines)]],
    /its lines have -3 of A, but its stock events have 0/,
  ],
  [
    'a completed order that was not shipped',
    [[orderPlaced('o1', lines), ...reserved], [orderConfirmed('o1', lines)], [orderCompleted('o1', lines)]],
    /completed and still holds 4 units/,
  ],
  [
    'more shipped than held',
    [[orderPlaced('o1', lines), ...reserved], [stockShipped('A', 'o1', 3)], [stockShipped('A', 'o1', 2)]],
    /1 more units were released or shipped/,
  ],
  ['a return without stock', [...completed, [backOf(lines)]], /lines have -3 of A, but its stock events have 0/],
  [
    'stock that comes back alone',
    [...completed, [returned('A', 1)]],
    /lines have 0 of A, but its stock events have -1/,
  ],
  [
    'more returned than shipped',
    [...completed, [backOf(lines), ...allBack], [backOf([orderLine('A', 1)]), returned('A', 1)]],
    /1 more units were returned than shipped/,
  ],
  [
    'a cancelled order whose units come back unshipped',
    [...confirmed, [orderCancelled('o1', lines), ...allBack]],
    /4 more units were returned than shipped/,
  ],
  ['a first dispatch that ships nothing', [...scheduled, [dispatched(1)]], /dispatched and still holds 4 units/],
  [
    'a first dispatch that ships less than is held',
    [...scheduled, [dispatched(1), stockShipped('A', 'o1', 3)]],
    /dispatched and still holds 1 units/,
  ],
  [
    'a first dispatch that ships as much of other products',
    [...scheduled, [dispatched(1), stockShipped('A', 'o1', 2), stockShipped('B', 'o1', 2)]],
    /other products were released or shipped than it held/,
  ],
  ['a second dispatch that ships', [...scheduled, [dispatched(1), ...shipped], [dispatched(2), ...shipped]], /4 more/],
  ['stock that is shipped without a dispatch', [...scheduled, shipped], /not with its first dispatch/],
  [
    'a cancelled order whose shipped units are released',
    [...confirmed, shipped, [orderCancelled('o1', lines), ...released]],
    /4 more units were released or shipped than it held/,
  ],
])('law 4: %s is found', async (_, commands, words) => {
  const { reservations } = await audit(...commands)
  expect(reservations?.first).toMatch(words)
})

test.each([
  [
    'a wrong total',
    [[orderPlaced('o1', lines, { total: eur(3999) }), ...reserved]],
    /total is 3999, the sum of its lines is 4000/,
  ],
  [
    'a total in another currency',
    [[orderPlaced('o1', lines, { total: { amount: 4000, currency: 'USD' } }), ...reserved]],
    /total is in USD/,
  ],
  [
    'lines of two currencies',
    [[orderPlaced('o1', [orderLine('A', 1), orderLine('B', 1, { unitPrice: { amount: 1, currency: 'USD' } })])]],
    /no common currency/,
  ],
  ['an order without lines', [[orderPlaced('o1', [])]], /no lines/],
  [
    'a rejected order with a wrong total',
    [[orderRejected('o1', { lines, total: eur(1) })]],
    /sum of its lines is 4000/,
  ],
  [
    'an order placed twice',
    [
      [orderPlaced('o1', lines), ...reserved],
      [orderPlaced('o1', lines), ...reserved],
    ],
    /OrderPlaced of an order that is placed/,
  ],
  [
    'a return of what was not delivered',
    [...confirmed, [backOf(lines)]],
    /OrderReturned of an order that is confirmed/,
  ],
  [
    'a return of another value',
    [...completed, [{ ...orderReturned('o1', lines), value: eur(1) }, ...allBack]],
    /total is 1, the sum of its lines is 4000/,
  ],
  ['a cancellation of nothing', [[orderCancelled('o1', lines)]], /OrderCancelled of an order that is none/],
  [
    'a cancellation that tells another content',
    [
      [orderPlaced('o1', lines), ...reserved],
      [orderCancelled('o1', lines, { region: 'south' }), ...released],
    ],
    /does not match/,
  ],
])('law 2: %s is found', async (_, commands, words) => {
  const { orders } = await audit(...commands)
  expect(orders?.first).toMatch(words)
})

test('the first breach is told, and the others are counted', async () => {
  const wrong = (id: string) => [orderPlaced(id, [orderLine('A', 1)], { total: eur(1) }), stockReserved('A', id, 1)]
  const { orders } = await audit(wrong('o1'), wrong('o2'), wrong('o3'))
  expect(orders).toMatchObject({ law: 2, counted: 3, breaches: 3 })
  expect(orders?.first).toMatch(/order-o1/)
})
