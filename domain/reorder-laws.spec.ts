/** What is said of reorder points over random histories of one product: once for each time that it falls below, and never else. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cancelOrder } from './end-order.ts'
import { adjustStock, listProduct, receiveStock, setReorderPoint } from './inventory.ts'
import { reorderFaults } from './law-test-kit.ts'
import { NO_KEYS } from './payments/payer-keys.ts'
import { placeOrder } from './place-order.ts'
import { customerRegistered, eur, NOON } from './test-events.ts'
import { appended, decideOn, type Log } from './test-kit.ts'

type Step = (log: Log, index: number) => Log

const sku = 'A1'
const opening: Log = { 'customer-c1': [customerRegistered('c1')] }
const lines = (quantity: number) => [
  { sku, quantity },
  { sku, quantity: 1 },
]

const list = fc
  .record({ stock: fc.integer({ min: 0, max: 14 }), reorderPoint: fc.integer({ min: 0, max: 12 }) })
  .map((asked): Step => {
    const product = { sku, name: 'A', category: 'all', price: eur(1), currency: 'EUR', ...asked }
    return (log) => appended(log, decideOn(log, listProduct, product).decision.events)
  })

/** Stock goes up and down about the point, by its tenth and less too. */
const move = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }).map((quantity): Step => placed(quantity)) },
  { weight: 3, arbitrary: fc.nat(59).map((order): Step => cancelled(order)) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((quantity): Step => received(quantity)) },
  { weight: 3, arbitrary: fc.integer({ min: -4, max: 3 }).map((delta): Step => adjusted(delta)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 }).map((reorderPoint): Step => pointSet(reorderPoint)) },
)

function placed(quantity: number): Step {
  return (log, index) => {
    const asked = { orderId: `o${index}`, customerId: 'c1', named: true, currency: 'EUR', reservationMinutes: 0 }
    const order = { ...asked, lines: lines(quantity), keys: NO_KEYS, at: NOON }
    return appended(log, decideOn(log, placeOrder, order).decision.events)
  }
}

function cancelled(order: number): Step {
  return (log) => {
    const cancel = { orderId: `o${order}`, reason: null, sellable: true }
    return appended(log, decideOn(log, cancelOrder, cancel).decision.events)
  }
}

function received(quantity: number): Step {
  return (log) => appended(log, decideOn(log, receiveStock, { sku, quantity }).decision.events)
}

function adjusted(delta: number): Step {
  return (log) => appended(log, decideOn(log, adjustStock, { sku, delta, reason: 'counted' }).decision.events)
}

function pointSet(reorderPoint: number): Step {
  return (log) => appended(log, decideOn(log, setReorderPoint, { sku, reorderPoint }).decision.events)
}

const history = fc.tuple(list, fc.array(move, { minLength: 1, maxLength: 60, size: 'max' }))

function run([first, moves]: readonly [Step, readonly Step[]]): Log {
  return moves.reduce((log, step, index) => step(log, index), first(opening, -1))
}

test('what falls below its reorder point is said once for each time, in the append that crosses', () => {
  fc.assert(
    fc.property(history, (steps) => {
      expect(reorderFaults(run(steps))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

// A law that is never put to the test holds too.
test('these histories fall below again and again', () => {
  const logs = fc.sample(history, { numRuns: 300, seed: 4 }).map(run)
  const falls = logs.map(
    (log) => (log[`inventory-${sku}`] ?? []).filter(({ type }) => type === 'StockFellBelow').length,
  )
  expect(Math.max(...falls)).toBeGreaterThan(3)
})
