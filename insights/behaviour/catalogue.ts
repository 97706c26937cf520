/** Which products there are: pages send whatever they like, and what is counted by product must not grow with that. */
import type { Pool } from '../../store/postgres/database.ts'

/** How long a name that is no product is not asked for again. */
const ASK_AGAIN_MS = 10_000
const MOST_STRANGERS = 10_000

export interface Catalogue {
  /** Resolves when it is known of each whether it is a product. */
  learn(skus: Iterable<string | null>): Promise<void>
  /** The one copy of its name that all share; null: no product, as far as it was learnt. */
  product(sku: string | null): string | null
}

/** `monotonic`: milliseconds. Products are never taken out of the log, so what was known once stays. */
export function openCatalogue(pool: Pool, monotonic: () => number): Catalogue {
  const products = new Map<string, string>()
  const strangers = new Map<string, number>()

  return {
    async learn(skus) {
      const asked = new Set<string>()
      const now = monotonic()
      for (const sku of skus) {
        if (sku === null || products.has(sku) || now - (strangers.get(sku) ?? -Infinity) < ASK_AGAIN_MS) continue
        asked.add(sku)
      }
      if (asked.size === 0) return
      const { rows } = await pool.query<{ stream: string }>({
        name: 'behaviour-products',
        text: 'select stream from log.events where stream = any($1) and version = 1',
        values: [[...asked].map((sku) => `inventory-${sku}`)],
      })
      for (const { stream } of rows) {
        const sku = stream.slice(stream.indexOf('-') + 1)
        products.set(sku, sku)
        strangers.delete(sku)
        asked.delete(sku)
      }
      if (strangers.size + asked.size > MOST_STRANGERS) strangers.clear()
      if (asked.size <= MOST_STRANGERS) for (const sku of asked) strangers.set(sku, now)
    },
    product: (sku) => (sku === null ? null : (products.get(sku) ?? null)),
  }
}
