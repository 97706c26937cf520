/** One hot product that everybody wants at once, and fewer units than customers. */
import { randomUUID } from 'node:crypto'
import { simulatedCustomers } from '../../simulation/customers.ts'
import type { HttpClient } from '../client/http-client.ts'
import type { DeliveryReport } from '../output/report.ts'
import { auditStock, type StockAudit } from './audit-stock.ts'
import { field } from './delivery.ts'
import { sendOrders } from './send-orders.ts'
import { requireSuccess } from '../client/service.ts'
import { stockShop } from './shop.ts'

export interface BlackFriday {
  readonly client: HttpClient
  readonly customers: number
  readonly concurrency: number
  readonly stock: number
  readonly currency: string
  readonly signal: AbortSignal
  readonly advance: () => void
}

export interface BlackFridayReport {
  readonly sku: string
  readonly stock: number
  /** Units by the answers that customers got. */
  readonly sold: number
  readonly refused: number
  readonly failed: number
  /** Units by which reservations ever exceeded the stock, at any version of the product. */
  readonly oversold: number
  /** Units as the log has them. */
  readonly soldInLog: number
  /** Units as GET /products has them. */
  readonly soldInView: number
  /** What contradicts what; empty when answers, log and view agree and nothing was oversold. */
  readonly breaches: readonly string[]
  readonly delivery: DeliveryReport
}

/** Each customer orders one unit of a product made for this run; then answers, log and view are held side by side. */
export async function blackFriday(asked: BlackFriday): Promise<BlackFridayReport> {
  const { client, stock, currency, concurrency, signal, advance } = asked
  const customers = simulatedCustomers(asked.customers)
  const sku = `BLACK-FRIDAY-${randomUUID().slice(0, 8)}`
  const offer = { sku, name: 'iPhone 17, Black Friday', category: 'phones', price: { amount: 49_900, currency }, stock }
  await stockShop({ client, products: [offer], customers, concurrency, signal })

  let customer = 0
  let position = 0
  const delivery = await sendOrders({
    client,
    count: customers.length,
    nextOrder: () => ({ customerId: customers[customer++]?.customerId ?? '', lines: [{ sku, quantity: 1 }] }),
    concurrency,
    signal,
    advance,
    onReply: ({ headers }) => {
      position = Math.max(position, Number(headers['x-position'] ?? 0))
    },
  })
  const audit = await auditStock(client, sku)
  const soldInView = await reservedInView(client, sku, position)
  const { accepted: sold, refused, failed } = delivery
  const figures = { stock, sold, failed, soldInView }
  const breaches = breachesOf(figures, audit, delivery.sent)
  return { sku, ...figures, refused, oversold: audit.oversold, soldInLog: audit.reserved, breaches, delivery }
}

export interface Figures {
  readonly stock: number
  readonly sold: number
  readonly failed: number
  readonly soldInView: number
}

/** Compares the answers that customers got with the log and the view. An order that failed may have been placed or not. */
export function breachesOf(figures: Figures, audit: StockAudit, asked: number): readonly string[] {
  const { stock, sold, failed, soldInView } = figures
  const { reserved, onHand, oversold } = audit
  const soldOut = Math.min(stock, asked - failed)
  const checks: readonly (readonly [boolean, string])[] = [
    [oversold === 0, `${oversold} more units were promised than were in stock`],
    [onHand === stock, `the log has ${onHand} units on hand, not ${stock}`],
    [reserved >= sold && reserved <= sold + failed, `customers were promised ${sold} units, the log has ${reserved}`],
    [soldInView === reserved, `GET /products shows ${soldInView} units sold, the log has ${reserved}`],
    [reserved >= soldOut, `only ${reserved} units were sold, although the stock was enough for ${soldOut} customers`],
  ]
  return checks.filter(([holds]) => !holds).map(([, breach]) => breach)
}

async function reservedInView(client: HttpClient, sku: string, after: number): Promise<number> {
  const path = `/products/${sku}?after=${after}`
  const reply = await client.get(path)
  requireSuccess(reply, `GET ${client.url}${path}`)
  return Number(field(reply.body, 'reserved'))
}
