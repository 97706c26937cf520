import pg from 'pg'
import { loadStreams } from '../../store/commit/load-streams.ts'
import { atMost, type BenchContext, figure, inRounds, stated } from '../figure.ts'
import { HOT, longLivedShop } from '../service/long-lived-shop.ts'
import { type MeasuredService, startService } from '../service/measured-service.ts'
import { product } from '../service/shop.ts'
import { median } from '../verdict.ts'

/** Cold products that are ordered for comparison, in each round others. */
const COLD = 9

/** What a product's long history costs the first order after a restart. */
export const longStream = figure({
  id: 'F4',
  title: 'a product with 1,000,000 events is loaded after a restart',
  numbers: {
    firstOrder: atMost('first order of it, beyond a first order of a new product', 'ms', { must: 50 }),
    load: atMost('loading its stream alone, on a new connection', 'ms', { must: 50 }),
    hotOrder: stated('first order of it', 'ms'),
    coldOrder: stated('first order of a new product', 'ms'),
  },
  async run(context) {
    const { dataDir } = await longLivedShop(context)
    await addColdProducts(context, dataDir)
    return inRounds(context, async (round) => {
      const service = await startService(context.scope, { dataDir })
      try {
        return await measure(service, round)
      } finally {
        await service.stop()
      }
    })
  },
})

async function addColdProducts({ scope, rounds }: BenchContext, dataDir: string): Promise<void> {
  const service = await startService(scope, { dataDir })
  for (let round = 1; round <= rounds; round++) {
    for (let index = 0; index < COLD; index++) await post(service, '/products', product(coldSku(round, index), index))
  }
  await service.stop()
}

async function measure(service: MeasuredService, round: number) {
  const cold: number[] = []
  for (let index = 0; index < COLD; index++) cold.push(await order(service, coldSku(round, index)))
  // The first ones wait for more than their stream: the connection, the compiler, the customer.
  const coldOrder = median(cold.slice(Math.floor(COLD / 3)))
  const hotOrder = await order(service, HOT)
  const load = await loadAlone(service.databaseUrl)
  return { firstOrder: Math.max(hotOrder - coldOrder, 0), load, hotOrder, coldOrder }
}

/** Milliseconds. */
async function loadAlone(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const start = performance.now()
    const [loaded] = await loadStreams(client, [`inventory-${HOT}`])
    const millis = performance.now() - start
    if (loaded === undefined || 'failure' in loaded.stream) throw new Error(`inventory-${HOT} cannot be loaded`)
    return millis
  } finally {
    await client.end()
  }
}

/** Milliseconds until an order of one unit is acknowledged. */
function order(service: MeasuredService, sku: string): Promise<number> {
  return post(service, '/orders', { customerId: 'customer-00001', lines: [{ sku, quantity: 1 }] })
}

async function post({ url }: MeasuredService, path: string, body: unknown): Promise<number> {
  const start = performance.now()
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(new URL(path, url), { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  const millis = performance.now() - start
  if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${text}`)
  return millis
}

function coldSku(round: number, index: number): string {
  return `COLD-${round}-${index}`
}
