import { describe, expect, test } from 'vitest'
import { registerCustomerRequest } from '../commands/customer.ts'
import { listProductRequest } from '../commands/inventory.ts'
import { placeOrderRequest } from '../commands/order.ts'
import { simulatedCustomer } from './customers.ts'
import { arrivalsOfDay, ordersByHour } from './day.ts'
import type { SimulatedOrder } from './orders.ts'
import { createTraffic } from './traffic.ts'

function orders(seed: number, count: number): readonly SimulatedOrder[] {
  const traffic = createTraffic(seed)
  return Array.from({ length: count }, () => traffic.nextOrder())
}

describe('catalogue', () => {
  const { products } = createTraffic(1)

  test('sells 40 products in 6 categories, each under a SKU of its own that fits an id', () => {
    expect(products).toHaveLength(40)
    expect(new Set(products.map(({ category }) => category)).size).toBe(6)
    expect(new Set(products.map(({ sku }) => sku)).size).toBe(40)
    for (const { sku } of products) expect(sku).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  })

  test('sells an iPhone at 999.00 and a MacBook at 1999.00 EUR', () => {
    const price = (name: string) => products.find((product) => product.name.startsWith(name))?.price
    expect(price('iPhone')).toEqual({ amount: 99_900, currency: 'EUR' })
    expect(price('MacBook')).toEqual({ amount: 199_900, currency: 'EUR' })
  })

  test('is priced in the currency of the shop', () => {
    const { products: inFrancs } = createTraffic(1, { currency: 'CHF' })
    expect(new Set(inFrancs.map(({ price }) => price.currency))).toEqual(new Set(['CHF']))
  })

  test('is the same for every seed, and so are the customers', () => {
    const [one, other] = [createTraffic(1), createTraffic(2)]
    expect(other.products).toEqual(one.products)
    expect(other.customers).toEqual(one.customers)
  })
})

describe('customers', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => simulatedCustomer(index + 1))

  test('one in ten is a VIP', () => {
    const share = many.filter(({ tier }) => tier === 'vip').length / many.length
    expect(share).toBeGreaterThan(0.09)
    expect(share).toBeLessThan(0.11)
  })

  test('come from several regions, all of which occur', () => {
    expect([...new Set(many.map(({ region }) => region))].sort()).toEqual('at de es fr gb it nl us'.split(' '))
  })

  test('have ids of their own and placeholders for personal data', () => {
    expect(new Set(many.map(({ customerId }) => customerId)).size).toBe(many.length)
    for (const { email } of many) expect(email).toMatch(/@example\.com$/)
  })
})

describe('orders', () => {
  test('the same seed gives the same traffic', () => {
    expect(orders(42, 500)).toEqual(orders(42, 500))
  })

  test('another seed gives other traffic', () => {
    expect(orders(43, 500)).not.toEqual(orders(42, 500))
  })

  test('name known customers and products, with 1 to 4 lines of different products', () => {
    const { products, customers } = createTraffic(1)
    const skus = new Set(products.map(({ sku }) => sku))
    const ids = new Set(customers.map(({ customerId }) => customerId))
    for (const { customerId, lines } of orders(1, 5_000)) {
      expect(ids.has(customerId)).toBe(true)
      expect(lines.length).toBeGreaterThanOrEqual(1)
      expect(lines.length).toBeLessThanOrEqual(4)
      expect(new Set(lines.map(({ sku }) => sku)).size).toBe(lines.length)
      for (const { sku, quantity } of lines) {
        expect(skus.has(sku)).toBe(true)
        expect([1, 2, 3]).toContain(quantity)
      }
    }
  })

  test('ask mostly for one unit, and for bestsellers far more often than for the rest', () => {
    const { products } = createTraffic(1)
    const lines = orders(1, 20_000).flatMap((order) => order.lines)
    const linesOf = (sku: string | undefined) => lines.filter((line) => line.sku === sku).length
    expect(lines.filter(({ quantity }) => quantity === 1).length / lines.length).toBeGreaterThan(0.8)
    expect(linesOf(products[0]?.sku)).toBeGreaterThan(8 * linesOf(products[39]?.sku))
    expect(linesOf(products[39]?.sku)).toBeGreaterThan(0)
  })

  test('can be placed by a single customer', () => {
    const traffic = createTraffic(1, { customers: 1 })
    expect(traffic.nextOrder().customerId).toBe('customer-00001')
  })
})

test('the shop takes everything that is simulated', () => {
  const { products, customers } = createTraffic(1)
  const checked = [
    ...products.map((product) => listProductRequest.check(product)),
    ...customers.map((customer) => registerCustomerRequest.check(customer)),
    ...orders(1, 1_000).map((order) => placeOrderRequest.check(order)),
  ]
  expect(checked.flatMap((one) => ('faults' in one ? one.faults : []))).toEqual([])
})

describe('day', () => {
  const hour = 3_600_000

  test('arrivals ascend within one day, and the same seed gives the same ones', () => {
    const arrivals = arrivalsOfDay(5, 10_000)
    expect(arrivals).toEqual(arrivalsOfDay(5, 10_000))
    expect(arrivals.every((at, index) => at >= (arrivals[index - 1] ?? 0) && at < 24 * hour)).toBe(true)
  })

  test('each hour gets its share', () => {
    const total = ordersByHour.reduce((sum, share) => sum + share, 0)
    const arrivals = arrivalsOfDay(5, 100_000)
    for (const [index, share] of ordersByHour.entries()) {
      const came = arrivals.filter((at) => Math.floor(at / hour) === index).length
      expect(Math.abs(came / arrivals.length - share / total)).toBeLessThan(0.005)
    }
  })
})
