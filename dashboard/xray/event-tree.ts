/** What caused what: events as a tree, and what the log says of the stock of an order. */
import type { Timeline } from '../api-shapes.ts'

export type TimelineItem = Timeline['items'][number]

export interface Caused {
  readonly event: TimelineItem
  readonly effects: readonly Caused[]
}

/** Each event under the one that caused it, if that is among them; all in the order of the log. */
export function treeOf(items: readonly TimelineItem[]): readonly Caused[] {
  const nodes = new Map(items.map((event) => [event.id, { event, effects: [] as Caused[] }]))
  const roots: Caused[] = []
  for (const node of nodes.values()) {
    const cause = node.event.causationId === null ? undefined : nodes.get(node.event.causationId)
    // An effect stands behind its cause: whatever else a log says, this has an end.
    if (cause !== undefined && cause.event.position < node.event.position) cause.effects.push(node)
    else roots.push(node)
  }
  return roots
}

export interface StockMoves {
  /** Units that are held for the order now. */
  readonly reserved: number
  readonly shipped: number
  readonly returned: number
}

const SIGNS: Readonly<Record<string, StockMoves>> = {
  StockReserved: { reserved: 1, shipped: 0, returned: 0 },
  StockReleased: { reserved: -1, shipped: 0, returned: 0 },
  StockShipped: { reserved: -1, shipped: 1, returned: 0 },
  StockReturned: { reserved: 0, shipped: 0, returned: 1 },
}

/** By product. */
export function stockOf(items: readonly TimelineItem[]): ReadonlyMap<string, StockMoves> {
  const stock = new Map<string, StockMoves>()
  for (const { type, stream, data } of items) {
    const sign = SIGNS[type]
    const quantity = data?.['quantity']
    if (sign === undefined || typeof quantity !== 'number') continue
    const sku = stream.slice(stream.indexOf('-') + 1)
    const { reserved, shipped, returned } = stock.get(sku) ?? { reserved: 0, shipped: 0, returned: 0 }
    stock.set(sku, {
      reserved: reserved + sign.reserved * quantity,
      shipped: shipped + sign.shipped * quantity,
      returned: returned + sign.returned * quantity,
    })
  }
  return stock
}
