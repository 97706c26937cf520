/** Whether a product can be sold, in a word. */
import type { Product } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { Chip } from '../parts/notes.tsx'

export type Stock = 'sold-out' | 'at-risk' | 'in-stock'

/** At risk: below its reorder point. */
export function stockOf({ available, reorderPoint }: Product): Stock {
  if (available <= 0) return 'sold-out'
  return available < reorderPoint ? 'at-risk' : 'in-stock'
}

const KINDS = { 'sold-out': 'bad', 'at-risk': 'waiting', 'in-stock': 'good' } as const

export function StockWord({ stock }: { readonly stock: Stock }) {
  return <Chip kind={KINDS[stock]}>{t(`products.${stock}`)}</Chip>
}

export function StockChip({ product }: { readonly product: Product }) {
  return <StockWord stock={stockOf(product)} />
}
