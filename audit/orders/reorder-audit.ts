/**
 * Checks what is said of reorder points, product by product in the order of its stream: each time that what is available falls
 * below the point, the next event of the product is a StockFellBelow that says so, and no other ever stands there.
 *
 * In a log of before there were reorder points nobody said a word: that one is missing is a breach once the log has one of the
 * events that came with them.
 */
import type { InventoryEvent } from '../../schemas/events.ts'

/** What is kept of a product. */
interface Watched {
  point: number
  /** Whether it had as much as its point: since it was listed, or since it fell with a tenth more. */
  reached: boolean
  hasFallen: boolean
  /** What its next event has to say; null: nothing. */
  owed: Fall | null
}

interface Fall {
  readonly threshold: number
  readonly available: number
}

export class ReorderAudit {
  readonly #products = new Map<string, Watched>()
  #isSaid = false

  /** The next event of a product, with what was available before and after it. Null: nothing is wrong. */
  see(event: InventoryEvent, before: number, now: number): string | null {
    const product = this.#productOf(event.sku)
    const { point, reached } = product
    if (event.type === 'StockFellBelow' || event.type === 'ReorderPointSet') this.#isSaid = true
    const fault = this.#faultOf(product.owed, event)
    product.owed = null
    if (event.type === 'ProductListed') product.point = event.reorderPoint
    else if (event.type === 'StockFellBelow') Object.assign(product, { hasFallen: true, reached: false })
    else if (event.type === 'ReorderPointSet') {
      product.point = event.reorderPoint
      if (before >= point && now < product.point) product.owed = { threshold: product.point, available: now }
      if (now >= product.point) product.hasFallen = false
      if (product.point === 0) product.reached = false
    } else if (reached && before >= point && now < point) product.owed = { threshold: point, available: now }
    const enough = product.hasFallen ? Math.ceil((11 * product.point) / 10) : product.point
    if (product.point > 0 && now >= enough) product.reached = true
    return fault
  }

  /** After the last event: the products that fell with no word of it. */
  unsaid(): readonly string[] {
    if (!this.#isSaid) return []
    return [...this.#products].flatMap(([sku, { owed }]) => (owed === null ? [] : [`product ${sku}: ${missing(owed)}`]))
  }

  #faultOf(owed: Fall | null, event: InventoryEvent): string | null {
    if (event.type !== 'StockFellBelow') return owed === null || !this.#isSaid ? null : missing(owed)
    const { threshold, available } = event
    if (owed?.threshold === threshold && owed.available === available) return null
    const should = owed === null ? 'nothing did' : `it should be ${owed.available} below ${owed.threshold}`
    return `it says that ${available} units fell below ${threshold}, and ${should}`
  }

  #productOf(sku: string): Watched {
    let known = this.#products.get(sku)
    if (known === undefined) {
      this.#products.set(sku, (known = { point: 0, reached: false, hasFallen: false, owed: null }))
    }
    return known
  }
}

function missing({ threshold, available }: Fall): string {
  return `${available} units are available, below the reorder point of ${threshold}, and no event says so`
}
