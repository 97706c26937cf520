import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { OrderingClient } from './ordering-client.ts'
import { CUSTOMER, expectVerified, holdToAnswers, openShop, ordersFor, skuOf } from './shop.ts'
import { type Pair, startPair } from './two-processes.ts'

let pair: Pair
const clients: OrderingClient[] = []

beforeEach(async () => {
  pair = await startPair()
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await pair.stop()
})

function clientOf(url: (attempt: number) => string): OrderingClient {
  const client = new OrderingClient({ url })
  clients.push(client)
  return client
}

test('laws 2 and 4: two processes sell 1,000 units to 2,000 concurrent orders, and not one more', async () => {
  await openShop(pair.first.url, { products: 1, stock: 1_000 })
  const orders = Array.from({ length: 2_000 }, (_, index) => ({
    key: `hot-product-${String(index).padStart(4, '0')}`,
    body: { customerId: CUSTOMER, lines: [{ sku: skuOf(0), quantity: 1 }] },
  }))
  const halves = [pair.first, pair.second].map(({ url }) => clientOf(() => url))
  await Promise.all(
    halves.map((client, half) =>
      client.placeAll(
        orders.filter((_, index) => index % 2 === half),
        100,
      ),
    ),
  )
  const answers = halves.flatMap((client) => client.answers)
  const withStatus = (wanted: number) => answers.filter(({ status }) => status === wanted).length
  expect({ placed: withStatus(201), refused: withStatus(422) }).toEqual({ placed: 1_000, refused: 1_000 })
  expect(halves.flatMap((client) => [...client.busy])).toEqual([])
  await holdToAnswers(pair.databaseUrl, answers)
  await expectVerified(pair.first.dataDir)
})

test('law 3: 1,000 keys, each asked five times at once over two processes of which one is killed, give 1,000 orders', async () => {
  const plan = { products: 20, stock: 1_000_000 }
  await openShop(pair.first.url, plan)
  const urls = [pair.first.url, pair.second.url]
  const orders = ordersFor('retried', 1_000, plan)
  // Each of the five starts at one of the two processes, and goes to the other when it gets no answer.
  const askers = Array.from({ length: 5 }, (_, asker) => clientOf((attempt) => urls[(asker + attempt) % 2] ?? ''))
  const asking = Promise.all(askers.map((client) => client.placeAll(orders, 20)))
  await eventually(() => askers.some((client) => client.answers.length > 200))
  await pair.second.kill()
  await asking
  const answers = askers.flatMap((client) => client.answers)
  expect(new Set(answers.map(({ key }) => key)).size).toBe(1_000)
  expect(answers.length).toBe(5_000)
  await holdToAnswers(pair.databaseUrl, answers)
  await expectVerified(pair.first.dataDir)
})

test('law 2: a process that is stopped while it holds the lock does not keep the other from going on', async () => {
  const plan = { products: 3, stock: 1_000_000 }
  await openShop(pair.first.url, plan)
  const stopped = clientOf(() => pair.first.url)
  const other = clientOf(() => pair.second.url)
  const stoppedAsking = stopped.placeAll(ordersFor('stopped', 2_000, plan), 50)
  const otherAsking = other.placeAll(ordersFor('other', 2_000, plan), 50)
  await stopHoldingTheLock(pair)
  const before = other.answers.length
  await eventually(() => other.answers.length > before + 100)
  await otherAsking
  pair.first.signal('SIGCONT')
  await stoppedAsking
  await holdToAnswers(pair.databaseUrl, [...stopped.answers, ...other.answers])
  await expectVerified(pair.first.dataDir)
})

/** Stops the first process at a moment at which its session is inside a transaction; tries until it is. */
async function stopHoldingTheLock({ first, databaseUrl }: Pair): Promise<void> {
  const watcher = new pg.Client({ connectionString: databaseUrl })
  await watcher.connect()
  try {
    await eventually(
      async () => {
        first.signal('SIGSTOP')
        const { rows } = await watcher.query<{ held: boolean }>(
          `select count(*) > 0 as held from pg_stat_activity
          where application_name = 'orderledger writer' and state = 'idle in transaction'`,
        )
        if (rows[0]?.held === true) return true
        first.signal('SIGCONT')
        return false
      },
      { interval: 1 },
    )
  } finally {
    await watcher.end()
  }
}
