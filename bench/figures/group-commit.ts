import { newId } from '../../app/clock.ts'
import { openCommitter, UNWATCHED } from '../../app/roles/open-committer.ts'
import type { Decision, Read } from '../../domain/decision.ts'
import { registerCustomer } from '../../domain/customer.ts'
import { listProduct } from '../../domain/inventory.ts'
import { placeOrder } from '../../domain/place-order.ts'
import { simulatedCustomer } from '../../simulation/customers.ts'
import { openPool } from '../../store/postgres/database.ts'
import type { GroupCommit } from '../../store/commit/group-commit.ts'
import { migrate } from '../../store/postgres/migrate.ts'
import { type BenchContext, figure, inRounds, stated } from '../figure.ts'
import { startDurablePostgres } from '../service/durable-postgres.ts'
import { product, PRODUCTS, skuOf } from '../service/shop.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const BUYER = simulatedCustomer(1)

/** The heart alone: commands decided, appended and committed, without HTTP and projections around it. */
export const groupCommit = figure({
  id: 'C2',
  title: 'durable one-line orders through group commit alone',
  numbers: {
    one: stated('orders, 1 in flight', '/s'),
    some: stated('orders, 64 in flight', '/s'),
    many: stated('orders, 256 in flight', '/s'),
  },
  async run(context) {
    const { seconds } = context
    const store = await openStore(context)
    await fill(store)
    await ordersPerSecond(store, { inFlight: 64, seconds: 2 })
    return inRounds(context, async () => ({
      one: await ordersPerSecond(store, { inFlight: 1, seconds }),
      some: await ordersPerSecond(store, { inFlight: 64, seconds }),
      many: await ordersPerSecond(store, { inFlight: 256, seconds }),
    }))
  },
})

async function openStore({ scope, note }: BenchContext): Promise<GroupCommit> {
  const url = await startDurablePostgres(scope)
  const pool = openPool(url, { name: 'bench', max: 2 })
  scope.add(() => pool.end())
  await migrate(pool)
  const onError = (error: unknown) => note(`the store reports ${String(error)}`)
  const store = openCommitter({ databaseUrl: url, pool, ...UNWATCHED }, { onError })
  await store.start()
  scope.add(() => store.stop())
  return store
}

async function fill(store: GroupCommit): Promise<void> {
  const products = Array.from({ length: PRODUCTS }, (_, index) => ({
    ...product(skuOf(index), index),
    currency: 'EUR',
    reorderPoint: 0,
  }))
  await Promise.all(products.map((item) => execute(store, (read) => listProduct(item, read))))
  await execute(store, (read) => registerCustomer({ ...BUYER, named: true }, read))
}

async function ordersPerSecond(
  store: GroupCommit,
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
): Promise<number> {
  let placed = 0
  const start = performance.now()
  const end = start + seconds * 1_000
  async function client(): Promise<void> {
    while (performance.now() < end) {
      await execute(store, placing(placed++))
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client))
  return placed / ((performance.now() - start) / 1_000)
}

function placing(index: number): (read: Read) => Decision<unknown> {
  const command = {
    orderId: newId(),
    named: false,
    customerId: BUYER.customerId,
    lines: [{ sku: skuOf(index), quantity: 1 }],
    currency: 'EUR',
    reservationMinutes: 15,
    keys: NO_KEYS,
    at: Date.now(),
  }
  return (read) => placeOrder(command, read)
}

/** Throws unless the command was accepted: a rate of refusals says nothing. */
async function execute(store: GroupCommit, decide: (read: Read) => Decision<unknown>): Promise<void> {
  const id = newId()
  const { outcome } = await store.execute({
    decide,
    answer: () => null,
    key: null,
    commandId: id,
    correlationId: id,
    causationId: null,
  })
  if (outcome !== 'accepted') throw new Error('a command was refused')
}
