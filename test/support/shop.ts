/** A small shop on a database: real commands through a real group commit. */
import { createHash } from 'node:crypto'
import { newId } from '../../app/clock.ts'
import { openCommitter, UNWATCHED } from '../../app/roles/open-committer.ts'
import { changeTier, customer, registerCustomer } from '../../domain/customer.ts'
import { streamName, type Decision, type Read } from '../../domain/decision.ts'
import { cancelOrder, expireOrder } from '../../domain/end-order.ts'
import { adjustStock, changePrice, inventory, listProduct, receiveStock } from '../../domain/inventory.ts'
import { order } from '../../domain/order.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { Tier } from '../../schemas/events.ts'
import type { Execution } from '../../store/commit/command.ts'
import { openPool } from '../../store/postgres/database.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const CURRENCY = 'EUR'
const NOON = Date.UTC(2025, 10, 28, 12)

/** The stream that a command is about. */
interface Subject {
  readonly aggregate: { readonly kind: string }
  readonly id: string
}

export type Shop = Awaited<ReturnType<typeof openShop>>

export async function openShop(url: string) {
  const pool = openPool(url, { name: 'test shop', max: 2 })
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const committer = openCommitter({ databaseUrl: url, pool, ...UNWATCHED }, { onError })
  await committer.start()

  function run<Refusal>(
    decide: (read: Read) => Decision<Refusal>,
    { aggregate, id }: Subject,
    key: string | null,
  ): Promise<Execution<Refusal>> {
    const commandId = newId()
    const stream = streamName(aggregate, id)
    const fingerprint = createHash('sha256').update(stream).digest()
    return committer.execute({
      decide,
      answer: ({ outcome }) => `${stream}: ${outcome}`,
      key: key === null ? null : { source: 'http:test', key, fingerprint },
      commandId,
      correlationId: commandId,
      causationId: null,
    })
  }

  const product = (sku: string) => ({ aggregate: inventory, id: sku })
  const person = (id: string) => ({ aggregate: customer, id })
  const one = (orderId: string) => ({ aggregate: order, id: orderId })

  return {
    errors,
    list: (sku: string, stock: number, price = 1000) =>
      run(
        (read) =>
          listProduct(
            {
              ...{ sku, name: `Prodükt ${sku}`, category: 'phones', stock, reorderPoint: 0, currency: CURRENCY },
              price: { amount: price, currency: CURRENCY },
            },
            read,
          ),
        product(sku),
        null,
      ),
    receive: (sku: string, quantity: number) =>
      run((read) => receiveStock({ sku, quantity }, read), product(sku), null),
    adjust: (sku: string, delta: number) =>
      run((read) => adjustStock({ sku, delta, reason: 'counted' }, read), product(sku), null),
    price: (sku: string, amount: number) =>
      run(
        (read) => changePrice({ sku, price: { amount, currency: CURRENCY }, currency: CURRENCY }, read),
        product(sku),
        null,
      ),
    register: (customerId: string, key: string | null = null) =>
      run(
        (read) =>
          registerCustomer(
            {
              ...{ customerId, named: true, name: 'Ada Example', email: null, phone: null },
              ...{ region: 'north', tier: 'standard', language: 'en' },
            },
            read,
          ),
        person(customerId),
        key,
      ),
    rank: (customerId: string, tier: Tier) =>
      run((read) => changeTier({ customerId, tier }, read), person(customerId), null),
    place: (
      orderId: string,
      lines: readonly { readonly sku: string; readonly quantity: number }[],
      options: { readonly customerId?: string; readonly key?: string } = {},
    ) => {
      const { customerId = 'c1', key = null } = options
      const asked = {
        ...{ orderId, named: true, customerId, lines, currency: CURRENCY, reservationMinutes: 15 },
        ...{ keys: NO_KEYS, at: NOON },
      }
      return run((read) => placeOrder(asked, read), one(orderId), key)
    },
    cancel: (orderId: string, key: string | null = null, reason: string | null = null) =>
      run((read) => cancelOrder({ orderId, reason, sellable: true }, read), one(orderId), key),
    expire: (orderId: string) =>
      run((read) => expireOrder({ orderId, at: NOON + 3_600_000 }, read), one(orderId), null),
    async close(): Promise<void> {
      await committer.stop()
      await pool.end()
    },
  }
}
