/** The shop that is loaded: products that never sell out, customers, and the orders that are sent again and again. */
import { setMaxListeners } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HttpClient } from '../../cli/client/http-client.ts'
import { stockShop } from '../../cli/load/shop.ts'
import type { CatalogueProduct } from '../../simulation/catalogue.ts'
import { simulatedCustomers } from '../../simulation/customers.ts'
import type { Cleanup } from '../cleanup.ts'

/** Different orders in a file: the loader goes round. */
const ORDERS = 1_000
const buyers = simulatedCustomers(1_000)
export const PRODUCTS = 1_000

/** The most that a first receipt may bring: no load lasts long enough to sell it. */
const ENDLESS = 1_000_000_000

export function skuOf(index: number): string {
  return `SKU-${String(index % PRODUCTS).padStart(4, '0')}`
}

export function product(sku: string, index: number): CatalogueProduct {
  const price = { amount: 499 + (index % 200) * 50, currency: 'EUR' }
  return { sku, name: `Product ${sku}`, category: `category-${index % 10}`, price, stock: ENDLESS }
}

/** Lists 1,000 products (and `more`) and registers 1,000 customers, over HTTP. */
export async function fillShop(url: string, more: readonly CatalogueProduct[] = []): Promise<void> {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const client = new HttpClient({ url, token: null, connections: 32, patience: 60_000, signal })
  const products = Array.from({ length: PRODUCTS }, (_, index) => product(skuOf(index), index))
  try {
    await stockShop({ client, products: [...products, ...more], customers: buyers, concurrency: 32, signal })
  } finally {
    await client.close()
  }
}

export type SkusOf = (index: number) => readonly string[]

/** One line of one unit each, spread evenly over the products. */
export const everyProduct: SkusOf = (index) => [skuOf(index)]
/** One line of one unit each, all of one product. */
export const oneProduct: SkusOf = () => [skuOf(0)]

/** Writes a file with the bodies of 1,000 orders, one a line, as the loaders read them. */
export function writeOrders(scope: Cleanup, skusOf: SkusOf): string {
  // Products and customers meet in another way each time round: 7 has no divisor in common with 1,000.
  const bodies = Array.from({ length: ORDERS }, (_, index) =>
    JSON.stringify({
      customerId: buyers[(index * 7) % buyers.length]?.customerId,
      lines: skusOf(index).map((sku) => ({ sku, quantity: 1 })),
    }),
  )
  const path = join(scope.folder(), 'orders.jsonl')
  writeFileSync(path, bodies.join('\n'))
  return path
}
