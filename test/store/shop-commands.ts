/** Commands of a small shop, as a caller of the store sends them: the domain's decisions with answers of a test's own. */
import { createHash } from 'node:crypto'
import { newId } from '../../app/clock.ts'
import { registerCustomer } from '../../domain/customer.ts'
import type { Decision } from '../../domain/decision.ts'
import { inventory, listProduct, receiveStock } from '../../domain/inventory.ts'
import { eur, NOON } from '../../domain/test-events.ts'
import { placeOrder } from '../../domain/place-order.ts'
import type { Command, CommandKey, Execution, Executor, Look, VersionedRead } from '../../store/commit/command.ts'
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'

const CURRENCY = 'EUR'

export interface Told {
  readonly decide: (read: VersionedRead) => Decision<unknown>
  readonly answer?: (decision: Decision<unknown>, look: Look) => unknown
  readonly key?: CommandKey
}

/** A command whose answer says what was decided, unless `answer` says something else. */
export function commandOf({ decide, answer = outcomeOf, key }: Told): Command {
  const commandId = newId()
  return {
    decide,
    answer: (decision, look) => JSON.stringify(answer(decision, look)),
    key: key ?? null,
    commandId,
    correlationId: commandId,
    causationId: null,
  }
}

/** The key of a question; the same question has the same fingerprint. */
export function keyOf(key: string, question: unknown, source: CommandKey['source'] = 'http:'): CommandKey {
  return { source, key, fingerprint: createHash('sha256').update(JSON.stringify(question)).digest() }
}

export function list(sku: string, stock: number): Command {
  const about = { name: `Product ${sku}`, category: 'phones', price: eur(1000), reorderPoint: 0, currency: CURRENCY }
  const product = { sku, stock, ...about }
  return commandOf({ decide: (read) => listProduct(product, read) })
}

export function register(customerId: string): Command {
  const person = { name: 'Ada Example', email: null, phone: null, region: 'north', tier: 'standard', language: 'en' }
  return commandOf({
    decide: (read) => registerCustomer({ ...person, tier: 'standard', customerId, named: true }, read),
  })
}

export function receive(sku: string, quantity: number, key?: CommandKey): Command {
  return commandOf({
    decide: (read) => receiveStock({ sku, quantity }, read),
    answer: (decision, look) => {
      const { state, version } = look(inventory, sku)
      return { outcome: decision.outcome, onHand: state.onHand, version }
    },
    ...(key === undefined ? {} : { key }),
  })
}

/** Orders one unit of each product under a new id, or under one that the client named. */
export function place(
  skus: readonly string[],
  named?: { readonly orderId?: string; readonly key?: CommandKey },
): Command {
  const order = {
    orderId: named?.orderId ?? newId(),
    named: named?.orderId !== undefined,
    customerId: 'c1',
    lines: skus.map((sku) => ({ sku, quantity: 1 })),
    currency: CURRENCY,
    reservationMinutes: 0,
    keys: NO_KEYS,
    at: NOON,
  }
  return commandOf({
    decide: (read) => placeOrder(order, read),
    answer: (decision) => ({ orderId: order.orderId, outcome: outcomeOf(decision) }),
    ...(named?.key === undefined ? {} : { key: named.key }),
  })
}

/** A shop with customer c1 and these products. */
export async function openShop(executor: Executor, stock: Readonly<Record<string, number>>): Promise<void> {
  const commands = [register('c1'), ...Object.entries(stock).map(([sku, units]) => list(sku, units))]
  const executions = await Promise.all(commands.map((command) => executor.execute(command)))
  if (executions.some(({ outcome }) => outcome !== 'accepted')) throw new Error('the shop did not open')
}

export function answered(execution: Execution) {
  if (execution.outcome === 'key-reused') throw new Error('the key had been used for another question')
  return execution
}

export function saidBy(execution: Execution): unknown {
  return JSON.parse(answered(execution).answer ?? 'null')
}

function outcomeOf(decision: Decision<unknown>): unknown {
  return decision.outcome === 'accepted' ? 'accepted' : decision.refusal
}
