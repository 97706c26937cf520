/** What a gateway's book says, entry by entry, once it is read. */
import type { Money } from '../../schemas/events.ts'

export const BOOK_LISTS = ['charges', 'refunds', 'reversals'] as const

export type BookList = (typeof BOOK_LISTS)[number]

export interface BookEntry {
  readonly list: BookList
  /** Of the charge or the refund; of a reversal that of its charge. */
  readonly key: string
  /** The order that the key names; the key itself where it names none. */
  readonly orderId: string
  /** Of the attempt or the refund; 0 where the key names none. */
  readonly number: number
  readonly status: 'captured' | 'declined' | 'pending' | 'refunded' | 'reversed'
  readonly amount: Money
  /** As the log would have it; null where it has none. */
  readonly reference: string | null
}
