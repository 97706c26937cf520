/**
 * What was wanted of each product on each day, and what was there of it. Whole numbers alone: what follows from them is
 * worked out when it is asked for.
 *
 * An order that expires or is cancelled is taken back on the day on which it was placed: else one who orders and never pays
 * would make demand. What was refused for lack of stock counts where it was refused.
 */
import { dayNumber } from '../../domain/demand.ts'
import type { OrderLine } from '../../schemas/events.ts'
import { projection, table, type Increments, type Rows } from '../projection.ts'

const DAY_MS = 86_400_000
const DAYS = 400

const keep = { column: 'day', newest: DAYS } as const
const sku = { name: 'sku', type: 'text' } as const
const day = { name: 'day', type: 'bigint' } as const

/** By product and day since 1970 (UTC). */
export const demandTable = table({
  name: 'demand',
  key: [sku, day],
  columns: {
    placed: 'counter',
    released: 'counter',
    // Units that refused orders lacked.
    lost: 'counter',
    // By how much what is available changed.
    change: 'counter',
    // What was recorded of a day of before the shop; null: nothing.
    imported: 'bigint',
  },
  indexes: ['day'],
  keep,
})

/** Of the shop; refused orders are not in it: one who tries again counts once. */
export const demandShopTable = table({
  name: 'demand_shop',
  key: day,
  columns: {
    placed: 'counter',
    released: 'counter',
    imported: 'counter',
    // Products of which something was recorded.
    imported_products: 'counter',
  },
  keep,
})

export const demandStockTable = table({
  name: 'demand_stock',
  key: sku,
  columns: { on_hand: 'counter', reserved: 'counter' },
})

/** One row, of the key `all`: how often demand of before the shop was recorded. */
export const demandRecordsTable = table({
  name: 'demand_records',
  key: { name: 'scope', type: 'text' },
  columns: { records: 'counter' },
})

export const demand = projection({
  name: 'demand',
  version: 1,
  showsEveryMs: 1_000,
  tables: [demandTable, demandShopTable, demandStockTable, demandRecordsTable],
  handles: [
    'OrderPlaced',
    'OrderExpired',
    'OrderCancelled',
    'OrderRejected',
    'ProductListed',
    'StockReceived',
    'StockAdjusted',
    'StockReserved',
    'StockReleased',
    'StockShipped',
    'StockReturned',
    'DemandRecorded',
  ],
  apply({ event, recordedAt }, rows) {
    const today = dayOf(recordedAt)
    switch (event.type) {
      case 'OrderPlaced':
        ordered(rows, event, 'placed')
        break
      case 'OrderExpired':
      case 'OrderCancelled':
        ordered(rows, event, 'released')
        break
      case 'OrderRejected':
        for (const { sku: short, wanted } of event.shortages) rows.add(demandTable, [short, today], { lost: wanted })
        break
      case 'ProductListed':
        rows.add(demandStockTable, event.sku, {})
        break
      case 'StockReceived':
        moved(rows, event.sku, today, { on_hand: event.quantity })
        break
      case 'StockAdjusted':
        moved(rows, event.sku, today, { on_hand: event.delta })
        break
      case 'StockReserved':
        moved(rows, event.sku, today, { reserved: event.quantity })
        break
      case 'StockReleased':
        moved(rows, event.sku, today, { reserved: -event.quantity })
        break
      case 'StockShipped':
        moved(rows, event.sku, today, { on_hand: -event.quantity, reserved: -event.quantity })
        break
      case 'StockReturned':
        if (event.sellable) moved(rows, event.sku, today, { on_hand: event.quantity })
        break
      case 'DemandRecorded': {
        const first = dayNumber(event.from)
        rows.add(demandRecordsTable, 'all', { records: 1 })
        for (const [index, units] of event.units.entries()) {
          const before = event.replaced[index] ?? null
          const recorded = { imported: units - (before?.units ?? 0), imported_products: before === null ? 1 : 0 }
          rows.set(demandTable, [event.sku, first + index], { imported: units })
          rows.add(demandShopTable, first + index, recorded)
        }
        break
      }
    }
  },
})

function dayOf(millis: number): number {
  return Math.floor(millis / DAY_MS)
}

function ordered(
  rows: Rows,
  { lines, placedAt }: { readonly lines: readonly OrderLine[]; readonly placedAt: number },
  what: 'placed' | 'released',
): void {
  const on = dayOf(placedAt)
  for (const line of lines) {
    rows.add(demandTable, [line.sku, on], { [what]: line.quantity })
    rows.add(demandShopTable, on, { [what]: line.quantity })
  }
}

function moved(rows: Rows, of: string, today: number, stock: Increments<(typeof demandStockTable)['columns']>): void {
  rows.add(demandStockTable, of, stock)
  const change = Number(stock.on_hand ?? 0) - Number(stock.reserved ?? 0)
  if (change !== 0) rows.add(demandTable, [of, today], { change })
}
