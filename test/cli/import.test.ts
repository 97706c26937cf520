/** Real orders through the whole service: to the cent, to the last unit, however often it is interrupted. */
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { runCommand, startCommand } from '../support/run-command.ts'
import { makeDataDir, startService, type Service } from '../support/service.ts'
import { serviceHere, type ServiceHere } from '../support/service-here.ts'

// Seven imports and a few starts take ten seconds on two idle cores; ten times that and more is a hang.
vi.setConfig({ testTimeout: 300_000 })

const PRODUCTS = 784
const CUSTOMERS = 586
/** What the original data set says of its first 2,000 purchases; see test/data/README.md. */
const TOTALS = { orders: 2_000, units: 4_963, gmv: 7_427_401 }

let data = makeDataDir()
let service: Service | ServiceHere | null = null

beforeEach(() => {
  data = makeDataDir()
})

afterEach(async () => {
  await service?.stop()
  service = null
  data.remove()
})

function extract(kind: string): string {
  return fileURLToPath(new URL(`../data/${kind}.jsonl.gz`, import.meta.url))
}

function importOf(kind: string, ...options: readonly string[]) {
  return runCommand(data.path, 'import', kind, extract(kind), '--json', ...options)
}

async function startHere(): Promise<void> {
  service = await serviceHere({ dataDir: data.path })
}

/** In a process of its own, which dies. */
async function start(env: Readonly<Record<string, string>>): Promise<Service> {
  const started = await startService({ dataDir: data.path, env })
  service = started
  return started
}

interface Product {
  readonly sku: string
  readonly onHand: number
  readonly reserved: number
  readonly available: number
}

interface Analytics {
  readonly orders: { readonly placed: number }
  readonly units: number
  readonly gmv: { readonly amount: number }
  readonly customers: number
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(new URL(path, service?.url))
  expect(response.status, path).toBe(200)
  return (await response.json()) as T
}

async function allProducts(): Promise<readonly Product[]> {
  const products: Product[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await read<{ items: Product[]; next: string | null }>(`/products?limit=200${from}`)
    products.push(...page.items)
    cursor = page.next
  }
  return products
}

/** Everything that must be true once all orders are in, whatever happened on the way. */
async function expectShopSoldOut(): Promise<void> {
  const analytics = await eventually(async () => {
    const shown = await read<Analytics>('/analytics')
    return shown.orders.placed >= TOTALS.orders ? shown : null
  })
  expect(analytics).toMatchObject({
    orders: { placed: TOTALS.orders, rejected: 0 },
    units: TOTALS.units,
    gmv: { amount: TOTALS.gmv, currency: 'EUR' },
    customers: CUSTOMERS,
  })
  const products = await eventually(async () => {
    const shown = await allProducts()
    return shown.reduce((sum, { reserved }) => sum + reserved, 0) >= TOTALS.units ? shown : null
  })
  expect(products).toHaveLength(PRODUCTS)
  expect(products.filter(({ onHand, reserved, available }) => reserved !== onHand || available !== 0)).toEqual([])
  await expectVerified()
}

async function expectVerified(): Promise<void> {
  const verified = await runCommand(data.path, 'verify', '--json')
  expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 })
}

async function importCatalogue(): Promise<void> {
  expect(await importOf('products')).toMatchObject({ code: 0 })
  expect(await importOf('customers')).toMatchObject({ code: 0 })
}

/** A port that was free a moment ago: the service has to come back where its clients look for it. */
async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return String(address.port)
}

async function lastPosition(): Promise<number> {
  let position = 0
  for (let after: number | null = 0; after !== null;) {
    const page: { items: { position: number }[]; next: number | null } = await read(`/events?limit=200&after=${after}`)
    position = page.items.at(-1)?.position ?? position
    after = page.next
  }
  return position
}

test('all real orders are accepted, to the cent and the last unit, and a second import changes nothing', async () => {
  await startHere()
  expect((await importOf('products')).json()).toMatchObject({ accepted: PRODUCTS, sent: PRODUCTS })
  expect((await importOf('customers')).json()).toMatchObject({ accepted: CUSTOMERS, sent: CUSTOMERS })
  const orders = await importOf('orders')
  expect(orders.code).toBe(0)
  expect(orders.json()).toMatchObject({
    sent: TOTALS.orders,
    accepted: TOTALS.orders,
    alreadyThere: 0,
    refused: 0,
    invalid: 0,
    failed: 0,
    interrupted: false,
    goOn: null,
  })
  await expectShopSoldOut()

  const written = await lastPosition()
  expect((await importOf('products')).json()).toMatchObject({ accepted: 0, alreadyThere: PRODUCTS })
  expect((await importOf('customers')).json()).toMatchObject({ accepted: 0, alreadyThere: CUSTOMERS })
  const again = await importOf('orders')
  expect(again).toMatchObject({ code: 0 })
  expect(again.json()).toMatchObject({ accepted: 0, alreadyThere: TOTALS.orders })
  expect(await lastPosition()).toBe(written)

  const more = (await allProducts()).map(({ sku }) => ({ orderId: `more-${sku}`, customerId: '00001', sku }))
  const file = join(data.path, 'more.jsonl')
  const lines = more.map(({ sku, ...order }) => JSON.stringify({ ...order, lines: [{ sku, quantity: 1 }] }))
  await writeFile(file, lines.join('\n'))
  const refused = await runCommand(data.path, 'import', 'orders', file, '--json')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.json()).toMatchObject({ accepted: 0, refused: PRODUCTS, refusedBy: { 'out-of-stock': PRODUCTS } })
})

test('a service killed in the middle of an import and started again loses nothing and does nothing twice', async () => {
  const port = await freePort()
  await start({ PORT: port })
  await importCatalogue()
  await service?.stop()

  // Killed with an append committed and no answer sent: the hardest moment for those who wait for it.
  const dying = await start({ PORT: port, CRASH_POINT: 'append.after:100' })
  const importing = startCommand(data.path, ['import', 'orders', extract('orders'), '--json', '-c', '4'])
  expect(await dying.exited).toMatchObject({ signal: 'SIGKILL' })
  await start({ PORT: port })
  const { code, stdout } = await importing.finished

  expect(code).toBe(0)
  const report = JSON.parse(stdout) as { readonly accepted: number; readonly alreadyThere: number }
  expect(report).toMatchObject({ sent: TOTALS.orders, refused: 0, invalid: 0, failed: 0 })
  expect(report.accepted + report.alreadyThere).toBe(TOTALS.orders)
  expect(report.alreadyThere).toBeGreaterThanOrEqual(1)
  await expectShopSoldOut()
})

test('an import interrupted by Ctrl-C names the command that goes on, and that one finishes it', async () => {
  await startHere()
  await importCatalogue()
  const importing = startCommand(data.path, ['import', 'orders', extract('orders'), '--json', '-c', '1'])
  await eventually(async () => (await read<Analytics>('/analytics')).orders.placed > 20)
  importing.signal('SIGINT')
  const { code, stdout } = await importing.finished

  expect(code).toBe(1)
  const first = JSON.parse(stdout) as { readonly goOn: string; readonly accepted: number }
  expect(first).toMatchObject({ interrupted: true, failed: 0 })
  expect(first.goOn).toContain(`--from-line ${String(first.accepted + 1)}`)
  const rest = await runCommand(data.path, ...first.goOn.split(' ').slice(1), '--json')
  expect(rest.code).toBe(0)
  expect(rest.json()).toMatchObject({ accepted: TOTALS.orders - first.accepted, alreadyThere: 0, goOn: null })
  await expectShopSoldOut()
})

test('bad lines are told with their number and place, and do not stop the others', async () => {
  await startHere()
  const file = join(data.path, 'products.jsonl')
  const product = { name: 'A', category: 'c', price: { amount: 1, currency: 'EUR' } }
  const lines = [
    JSON.stringify({ sku: 'A', ...product }),
    '{"sku":',
    '',
    JSON.stringify({ sku: 'B', ...product, price: { amount: '1', currency: 'EUR' } }),
    JSON.stringify({ sku: 'A', ...product, name: 'Another' }),
    JSON.stringify({ sku: 'C', ...product }),
  ]
  await writeFile(file, lines.join('\n'))
  const { code, stdout } = await runCommand(data.path, 'import', 'products', file, '--json', '-c', '1')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    sent: 5,
    accepted: 2,
    invalid: 2,
    refusedBy: { 'product-exists': 1 },
    linesNotTaken: [
      { line: 2, outcome: 'invalid', pointer: '' },
      { line: 4, outcome: 'invalid', pointer: '/price/amount' },
      { line: 5, outcome: 'refused', message: 'product-exists' },
    ],
    goOn: null,
  })
})

test('orders without an id are the same orders when the same file comes again', async () => {
  await startHere()
  const products = join(data.path, 'product.jsonl')
  await writeFile(
    products,
    JSON.stringify({ sku: 'A', name: 'A', category: 'c', price: { amount: 1, currency: 'EUR' }, stock: 2 }),
  )
  const customers = join(data.path, 'customer.jsonl')
  await writeFile(customers, JSON.stringify({ customerId: 'c1', name: 'C', region: 'eu' }))
  const orders = join(data.path, 'orders.jsonl')
  const order = JSON.stringify({ customerId: 'c1', lines: [{ sku: 'A', quantity: 1 }] })
  await writeFile(orders, `${order}\n${order}\n`)
  await runCommand(data.path, 'import', 'products', products)
  await runCommand(data.path, 'import', 'customers', customers)
  const first = await runCommand(data.path, 'import', 'orders', orders, '--json')
  const second = await runCommand(data.path, 'import', 'orders', orders, '--json')
  expect(first.json()).toMatchObject({ accepted: 2, alreadyThere: 0 })
  expect(second.json()).toMatchObject({ accepted: 0, alreadyThere: 2 })
})

test('demand of before the shop is imported once, and forecast from', async () => {
  await startHere()
  expect((await importOf('products')).json()).toMatchObject({ accepted: PRODUCTS })
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  const numbers = { units: Array(60).fill(4), orders: Array(60).fill(2) }
  const lines = ['CD-299', 'CD-0'].map((sku) => JSON.stringify({ sku, from: day(60), ...numbers }))
  const file = join(data.path, 'demand.jsonl')
  await writeFile(file, [...lines, JSON.stringify({ sku: 'CD-299', from: day(0), units: [1], orders: [1] })].join('\n'))
  const first = await runCommand(data.path, 'import', 'demand', file, '--json')
  expect(first.json()).toMatchObject({ sent: 3, accepted: 2 })
  expect(first.code).toBe(1)
  const again = await runCommand(data.path, 'import', 'demand', file, '--json')
  expect(again.json()).toMatchObject({ sent: 3, accepted: 0, alreadyThere: 2 })
  // A forecast looks at once, and then every half a minute: what was recorded has to be there before the first look.
  const recorded = await lastPosition()
  await eventually(async () => {
    const { items } = await read<{ items: { name: string; position: number }[] }>('/projections')
    return (items.find(({ name }) => name === 'demand')?.position ?? 0) >= recorded
  })
  const forecast = async () => {
    const { total } = await read<{ total: { units: number } }>('/products/CD-299/forecast?days=7')
    return total.units === 28
  }
  await eventually(forecast, { timeout: 200_000 })
  await expectVerified()
})
