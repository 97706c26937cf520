/** The catalogue with its stock. */
import type { Money } from '../../schemas/events.ts'
import type { Position } from '../../store/commit/command.ts'
import { projection, table, type Rows } from '../projection.ts'
import { FIRST_PAGE, toPage, type Breakdown, type Found, type Page, type PageQuery } from '../queries/shown.ts'
import type { ViewQuery, ViewReader } from '../queries/view-reader.ts'

export const productsTable = table({
  name: 'products',
  owners: (sku) => [`inventory-${sku}`],
  key: { name: 'sku', type: 'text' },
  columns: {
    name: 'text',
    category: 'text',
    price_amount: 'bigint',
    price_currency: 'text',
    on_hand: 'counter',
    reserved: 'counter',
    reorder_point: 'bigint',
    version: 'integer',
    first_position: 'bigint',
  },
  indexes: ['first_position', 'name'],
})

export const products = projection({
  name: 'products',
  version: 3,
  tables: [productsTable],
  handles: [
    'ProductListed',
    'PriceChanged',
    'StockReceived',
    'StockReserved',
    'StockReleased',
    'StockShipped',
    'StockAdjusted',
    'StockReturned',
    'ReorderPointSet',
    'StockFellBelow',
    'RestockAdvised',
  ],
  apply({ event, position, version }, rows) {
    const { sku } = event
    rows.set(productsTable, sku, { version })
    switch (event.type) {
      case 'ProductListed':
        rows.set(productsTable, sku, {
          name: event.name,
          category: event.category,
          ...price(event.price),
          reorder_point: event.reorderPoint,
          first_position: position,
        })
        break
      case 'PriceChanged':
        rows.set(productsTable, sku, price(event.price))
        break
      case 'StockReceived':
        stock(rows, sku, { on_hand: event.quantity })
        break
      case 'StockAdjusted':
        stock(rows, sku, { on_hand: event.delta })
        break
      case 'StockReserved':
        stock(rows, sku, { reserved: event.quantity })
        break
      case 'StockReleased':
        stock(rows, sku, { reserved: -event.quantity })
        break
      case 'StockShipped':
        stock(rows, sku, { on_hand: -event.quantity, reserved: -event.quantity })
        break
      case 'StockReturned':
        if (event.sellable) stock(rows, sku, { on_hand: event.quantity })
        break
      case 'ReorderPointSet':
        rows.set(productsTable, sku, { reorder_point: event.reorderPoint })
        break
      case 'StockFellBelow': // they change the version alone
      case 'RestockAdvised':
        break
    }
  },
})

function stock(rows: Rows, sku: string, change: { readonly on_hand?: number; readonly reserved?: number }): void {
  rows.add(productsTable, sku, change)
}

function price({ amount, currency }: Money) {
  return { price_amount: amount, price_currency: currency }
}

export interface ProductView {
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly price: Money
  readonly onHand: number
  readonly reserved: number
  readonly available: number
  /** Units; 0: never. */
  readonly reorderPoint: number
  readonly version: number
  /** Position of the event that made it: lists are in its order. */
  readonly first: Position
}

export interface ProductQueries {
  /** Newest first. */
  list(query: PageQuery): Promise<Page<ProductView>>
  /** Those of these SKUs that exist. */
  byKeys(skus: readonly string[]): Promise<Breakdown<ProductView>>
  get(sku: string): Promise<Found<ProductView>>
  /** The first products in stock, by SKU, at most `most`. */
  inStock(without: readonly string[], most: number): Promise<readonly string[]>
  /** The products that have one of these names, exactly; at most two of each. A name without one is left out. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>
}

interface ProductRow {
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly price_amount: string
  readonly price_currency: string
  readonly on_hand: string
  readonly reserved: string
  readonly reorder_point: string
  readonly version: number
  readonly first_position: string
}

export function productQueries(reader: ViewReader): ProductQueries {
  return {
    async list({ limit, cursor }) {
      const found = await reader.read<ProductRow>(productsPage, [cursor ?? FIRST_PAGE, limit + 1])
      return toPage(found, limit, { item: productView, position: (row) => Number(row.first_position) })
    },

    async byKeys(skus) {
      const { shown, rows } = await reader.read<ProductRow>(productsByKeys, [skus])
      return { items: rows.map(productView), ...shown }
    },

    async get(sku) {
      const { shown, rows } = await reader.read<ProductRow>(oneProduct, [sku])
      return { item: rows[0] === undefined ? null : productView(rows[0]), ...shown }
    },

    async inStock(without, most) {
      const { rows } = await reader.read<Pick<ProductRow, 'sku'>>(productsInStock, [without, most])
      return rows.map(({ sku }) => sku)
    },

    async named(names) {
      const { rows } = await reader.read<Pick<ProductRow, 'sku' | 'name'>>(productsNamed, [[...new Set(names)]])
      const skus = new Map<string, readonly string[]>()
      for (const { name, sku } of rows) skus.set(name, [...(skus.get(name) ?? []), sku])
      return skus
    },
  }
}

/** Values: the cursor, the limit. */
export const productsPage: ViewQuery = {
  name: 'page',
  rows: (physical) => `
    select * from ${physical(productsTable)}
    where first_position < $1
    order by first_position desc
    limit $2`,
  orderBy: 'first_position desc',
}

/** Values: the SKUs. */
export const productsByKeys: ViewQuery = {
  name: 'by_keys',
  rows: (physical) => `
    select * from ${physical(productsTable)}
    where sku = any($1::text[]) and first_position is not null`,
}

const oneProduct: ViewQuery = {
  name: 'one',
  rows: (physical) => `select * from ${physical(productsTable)} where sku = $1`,
}

/** Values: the SKUs to leave out, the limit. */
const productsInStock: ViewQuery = {
  name: 'in_stock',
  rows: (physical) => `
    select sku from ${physical(productsTable)}
    where on_hand > reserved and first_position is not null and sku <> all($1::text[])
    order by sku
    limit $2`,
  orderBy: 'sku',
}

/** Values: the names. Two tell that a name is not one product's, however many have it. */
export const productsNamed: ViewQuery = {
  name: 'named',
  rows: (physical) => `
    select wanted.name, found.sku
    from unnest($1::text[]) wanted (name)
    cross join lateral (
      select sku from ${physical(productsTable)} p
      where p.name = wanted.name
      order by sku
      limit 2
    ) found`,
  orderBy: 'name, sku',
}

function productView(row: ProductRow): ProductView {
  const onHand = Number(row.on_hand)
  const reserved = Number(row.reserved)
  return {
    sku: row.sku,
    name: row.name,
    category: row.category,
    price: { amount: Number(row.price_amount), currency: row.price_currency },
    onHand,
    reserved,
    available: onHand - reserved,
    reorderPoint: Number(row.reorder_point),
    version: row.version,
    first: Number(row.first_position),
  }
}
