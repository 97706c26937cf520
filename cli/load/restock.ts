/** Receives stock again where orders of ours have sold a product out, so that a long flood measures orders, not refusals. */
import type { SimulatedOrder } from '../../simulation/orders.ts'
import type { HttpClient } from '../client/http-client.ts'
import { deliver, field, type Delivery } from './delivery.ts'

/** Units of one receipt: some minutes of the most wanted product, at the highest rate. */
const UNITS = 100_000

export interface RestockReport {
  readonly receipts: number
  readonly units: number
  /** That were received at least once. */
  readonly products: number
  /** Why a receipt was not taken, the first time; null: all were. */
  readonly failure: string | null
}

/** What became of an order. */
export interface Answered {
  /** As `receipts` was when the order was sent. */
  readonly sentAfter: number
  readonly delivery: Delivery
  /** As the refusal named them. */
  readonly shortages: unknown
}

export class Restock {
  readonly #client: Pick<HttpClient, 'post'>
  /** Products of which orders of ours took units. */
  readonly #sold = new Set<string>()
  /** How many receipts there were with the last one of a product. */
  readonly #received = new Map<string, number>()
  readonly #underWay = new Map<string, Promise<void>>()
  #receipts = 0
  #failure: string | null = null

  constructor(client: Pick<HttpClient, 'post'>) {
    this.#client = client
  }

  /** So far. */
  get receipts(): number {
    return this.#receipts
  }

  /**
   * After each order. Resolves when what it lacked is there again, for the products that orders of ours sold: one that was
   * sold out before stays so.
   */
  async answered({ lines }: SimulatedOrder, { sentAfter, delivery, shortages }: Answered): Promise<void> {
    if (delivery.outcome === 'accepted') for (const { sku } of lines) this.#sold.add(sku)
    if (delivery.outcome !== 'refused' || !Array.isArray(shortages)) return
    const short = new Set(shortages.map((shortage: unknown) => field(shortage, 'sku')))
    const lacking = lines.filter(({ sku }) => short.has(sku) && this.#sold.has(sku))
    // An order that was sent before the last receipt says nothing of what there is now.
    const now = lacking.filter(({ sku }) => (this.#received.get(sku) ?? 0) <= sentAfter)
    await Promise.all(now.map(({ sku }) => this.#receive(sku)))
  }

  report(): RestockReport {
    const [receipts, failure] = [this.#receipts, this.#failure]
    return { receipts, units: receipts * UNITS, products: this.#received.size, failure }
  }

  /** Once for all orders that are refused meanwhile. */
  #receive(sku: string): Promise<void> {
    const present = this.#underWay.get(sku)
    if (present !== undefined) return present
    const receipt = this.#post(sku).finally(() => this.#underWay.delete(sku))
    this.#underWay.set(sku, receipt)
    return receipt
  }

  async #post(sku: string): Promise<void> {
    const key = `restock-${sku}-${crypto.randomUUID()}`
    const delivery = await deliver(() =>
      this.#client.post(`/products/${encodeURIComponent(sku)}/receipts`, JSON.stringify({ quantity: UNITS }), key),
    )
    if (delivery.outcome === 'accepted' || delivery.outcome === 'already-there') {
      this.#received.set(sku, ++this.#receipts)
      return
    }
    // A service that refuses it once would refuse it at each of the orders to come.
    this.#sold.delete(sku)
    this.#failure ??= 'reason' in delivery ? delivery.reason : delivery.faults.map(({ message }) => message).join(', ')
  }
}
