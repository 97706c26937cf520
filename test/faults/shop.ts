/** A small shop for fault tests: made over HTTP, and held to account afterwards by `verify` and by its own log. */
import pg from 'pg'
import { deepStrictEqual, ok } from 'node:assert/strict'
import type { TopicNotes } from '../../cli/records/verify-topics.ts'
import { decode } from '../../schemas/codec.ts'
import { eventually } from '../support/eventually.ts'
import { runCommand } from '../support/run-command.ts'
import type { Answered, AskedOrder } from './ordering-client.ts'

export interface ShopPlan {
  readonly products: number
  /** Units of each product. */
  readonly stock: number
}

export const CUSTOMER = 'fault-customer'

/** Lists the products and registers the customer; again is harmless. */
export async function openShop(url: string, { products, stock }: ShopPlan, token?: string): Promise<void> {
  const price = { amount: 1999, currency: 'EUR' }
  for (let index = 0; index < products; index++) {
    const product = { sku: skuOf(index), name: `Product ${String(index)}`, category: 'test', price, stock }
    await post(url, '/products', product, token)
  }
  await registerCustomers(url, [CUSTOMER], token)
}

export async function registerCustomers(url: string, customers: readonly string[], token?: string): Promise<void> {
  for (const customerId of customers) {
    await post(url, '/customers', { customerId, name: 'A customer', region: 'eu' }, token)
  }
}

export function skuOf(index: number): string {
  return `FAULT-${String(index)}`
}

/** `count` orders of one to three lines, spread over the products; keys are unique per `label`. */
export function ordersFor(label: string, count: number, { products }: ShopPlan): readonly AskedOrder[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${label}-${String(index).padStart(6, '0')}`,
    body: {
      customerId: CUSTOMER,
      lines: Array.from({ length: 1 + (index % 3) }, (_line, line) => ({
        sku: skuOf((index * 7 + line) % products),
        quantity: 1 + (index % 2),
      })),
    },
  }))
}

async function post(url: string, path: string, body: unknown, token?: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answered ${String(response.status)}: ${text}`)
    return true
  })
}

/**
 * Laws 3 and 5 as the clients saw them: every 2xx is in the log as one OrderPlaced at or before its position, every
 * recorded refusal as one OrderRejected, equal keys had equal answers, and nothing else is there but `alsoPlaced`.
 */
export async function holdToAnswers(
  databaseUrl: string,
  answers: readonly Answered[],
  alsoPlaced: Iterable<string> = [],
): Promise<void> {
  const outcomes = new Map<string, string>()
  for (const { key, status, body } of answers) {
    const before = outcomes.get(key)
    if (before !== undefined) deepStrictEqual(body, before, `key ${key} had two answers`)
    outcomes.set(key, body)
    ok(status === 201 || status === 422, `key ${key} was answered ${String(status)}: ${body}`)
  }
  const stored = await storedOrders(databaseUrl)
  const claimed = new Map<string, 'OrderPlaced' | 'OrderRejected'>()
  for (const { status, body } of answers) {
    const { orderId } = JSON.parse(body) as { orderId: string }
    claimed.set(orderId, status === 201 ? 'OrderPlaced' : 'OrderRejected')
  }
  deepStrictEqual(claimed.size, outcomes.size, 'two keys were answered with one order')
  for (const orderId of alsoPlaced) claimed.set(orderId, 'OrderPlaced')
  deepStrictEqual(Object.fromEntries([...stored].sort()), Object.fromEntries([...claimed].sort()))
}

/** How each order of the log began; an order begun twice fails here. */
async function storedOrders(databaseUrl: string): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ type: string; schema_version: number; data: Buffer }>(
      `select type, schema_version, data from log.events where type in ('OrderPlaced', 'OrderRejected') order by position`,
    )
    const orders = new Map<string, string>()
    for (const { type, schema_version, data } of rows) {
      const event = decode(type, schema_version, data)
      if (event.type !== 'OrderPlaced' && event.type !== 'OrderRejected') continue
      ok(!orders.has(event.orderId), `order ${event.orderId} begins twice`)
      orders.set(event.orderId, type)
    }
    return orders
  } finally {
    await client.end()
  }
}

interface VerifyReport {
  readonly ok: boolean
  readonly position: number
  readonly checks: readonly { readonly name: string; readonly breaches: number; readonly first: unknown }[]
  /** Null: it knows of no Kafka. */
  readonly topics: TopicNotes | null
}

/** Runs `orderledger verify --json` beside the service of a data directory and expects it to find nothing. */
export async function expectVerified(dataDir: string): Promise<VerifyReport> {
  const { stdout, stderr, code } = await runCommand(dataDir, 'verify', '--json')
  ok(stdout !== '', `verify ended with ${String(code)} and without a report: ${stderr}`)
  const report = JSON.parse(stdout) as VerifyReport
  const breaches = report.checks.filter((check) => check.breaches > 0)
  deepStrictEqual({ code, breaches }, { code: 0, breaches: [] })
  return report
}
