/**
 * Makes the extract of real orders in this folder from the whole data set: the first orders of the file, the customers
 * who placed them, and the products they name, each with as much stock as they order.
 *
 *   node --import tsx test/data/make-extract.ts <folder of the whole data set> [orders]
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readLines } from '../../cli/files/json-lines.ts'

interface Product {
  readonly sku: string
  readonly price: { readonly amount: number }
}

interface Customer {
  readonly customerId: string
}

interface Order {
  readonly customerId: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

const [source, count = '2000'] = process.argv.slice(2)
if (source === undefined) throw new Error('the folder of the whole data set is missing')

const orders = (await records<Order>(source, 'orders')).slice(0, Number(count))
const demand = new Map<string, number>()
for (const { sku, quantity } of orders.flatMap(({ lines }) => lines)) demand.set(sku, (demand.get(sku) ?? 0) + quantity)
const buyers = new Set(orders.map(({ customerId }) => customerId))
const products = (await records<Product>(source, 'products'))
  .filter(({ sku }) => demand.has(sku))
  .map((product) => ({ ...product, stock: demand.get(product.sku) ?? 0 }))
const customers = (await records<Customer>(source, 'customers')).filter(({ customerId }) => buyers.has(customerId))

await write('products', products)
await write('customers', customers)
await write('orders', orders)
const units = products.reduce((sum, { stock }) => sum + stock, 0)
const gmv = products.reduce((sum, { price, stock }) => sum + price.amount * stock, 0)
console.log({ orders: orders.length, customers: customers.length, products: products.length, units, gmv })

/** The data set is ours and checked by its totals, so its lines are taken as they are. */
async function records<T>(folder: string, name: string): Promise<readonly T[]> {
  const all: T[] = []
  for await (const { bytes } of readLines(join(folder, `${name}.jsonl.gz`))) all.push(JSON.parse(bytes.toString()) as T)
  return all
}

async function write(name: string, lines: readonly object[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  // The level is part of the result: the same source gives the same bytes.
  await writeFile(join(import.meta.dirname, `${name}.jsonl.gz`), gzipSync(text, { level: 9 }))
}
