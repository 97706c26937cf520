/**
 * Which products are bought together, by epoch of four weeks. Orders that were never paid teach nothing: else anyone who places
 * them for nothing would decide what is offered.
 */
import { projection, table } from '../projection.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'
import type { Shown } from '../queries/shown.ts'

const DAY = 86_400_000
const EPOCH_DAYS = 28
/** A year. */
const EPOCHS = 13
/** Products of an order that count: long lists of wholesalers tell less about each pair, and have too many pairs. */
export const FIRST_PRODUCTS = 20

const keep = { column: 'epoch', newest: EPOCHS } as const
const epoch = { name: 'epoch', type: 'bigint' } as const

/** Orders that hold both; `low` is the smaller text. */
export const togetherTable = table({
  name: 'together',
  key: [epoch, { name: 'low', type: 'text' }, { name: 'high', type: 'text' }],
  columns: { baskets: 'counter' },
  keep,
})

/** Orders that hold a product. */
export const boughtTable = table({
  name: 'bought',
  key: [epoch, { name: 'sku', type: 'text' }],
  columns: { baskets: 'counter' },
  keep,
})

export const together = projection({
  name: 'together',
  version: 1,
  showsEveryMs: 1_000,
  writesAlone: true,
  tables: [togetherTable, boughtTable],
  handles: ['OrderConfirmed'],
  apply({ event }, rows) {
    const during = Math.floor(event.placedAt / (DAY * EPOCH_DAYS))
    const skus = [...new Set(event.lines.map(({ sku }) => sku))].slice(0, FIRST_PRODUCTS).sort()
    for (const [index, low] of skus.entries()) {
      rows.add(boughtTable, [during, low], { baskets: 1 })
      for (const high of skus.slice(index + 1)) rows.add(togetherTable, [during, low, high], { baskets: 1 })
    }
  },
})

/** A product with those whose SKUs are larger and that were bought together with it at least twice. */
export interface BoughtProduct {
  readonly sku: string
  /** Orders that hold it. */
  readonly baskets: number
  /** `<sku> <orders that hold both>`, one a line; null: none. */
  readonly pairs: string | null
}

export interface TogetherQueries {
  /** All of it. One pair alone is no evidence and is left out: more than half of the rows. */
  all(): Promise<Shown & { readonly products: readonly BoughtProduct[] }>
}

export function togetherQueries(reader: ViewReader): TogetherQueries {
  return {
    async all() {
      const { shown, rows } = await reader.read<BoughtProduct & { readonly baskets: string | number }>(boughtTogether)
      return { products: rows.map(({ sku, baskets, pairs }) => ({ sku, baskets: Number(baskets), pairs })), ...shown }
    },
  }
}

/** The pairs of a product come as one text: as rows they would be a hundred times as many. */
const boughtTogether: ViewQuery = {
  name: 'all',
  rows: (physical) => `
    select single.sku, single.baskets, pair.pairs
    from (select sku, sum(baskets) as baskets from ${physical(boughtTable)} group by sku) single
    left join (
      select low, string_agg(high || ' ' || baskets, E'\\n' order by high) as pairs
      from (
        select low, high, sum(baskets) as baskets
        from ${physical(togetherTable)}
        group by low, high
        having sum(baskets) > 1
      ) twice
      group by low
    ) pair on pair.low = single.sku`,
}
