/**
 * One session: what one subject does without a pause of 30 minutes. All of it is independent of the order of arrival.
 *
 * This is how one is read. How the hundreds of thousands that go on are kept, and how events become part of them, is in
 * open-sessions.ts.
 */
/** Longer, and the next session begins. Milliseconds. */
export const SESSION_GAP_MS = 30 * 60_000
/** Beyond either, no person does it. */
const MOST_EVENTS = 500
const LONGEST_MS = 12 * 60 * 60_000
/** Of the products of a session, those that were viewed first. */
export const MOST_PRODUCTS = 20

/** The stages of the funnel, in their order. */
export const STAGES = ['product_view', 'add_to_cart', 'checkout', 'payment_attempt', 'order_completed'] as const
export type Stage = (typeof STAGES)[number]

/** When a stage first happened that did not happen. */
export const NEVER = Infinity

export interface Session {
  readonly subject: string
  /** Times of its first and last event, milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly events: number
  /** When each stage first happened. */
  readonly stages: readonly number[]
  /** When each product was first viewed. In no order. */
  readonly views: readonly View[]
  /** What was last done with each product of the cart. In no order. */
  readonly cart: readonly CartAct[]
  /** Who it is by its newest event that says so, where that is not the subject; null: nobody said it. */
  readonly customer: CustomerNamed | null
}

/** Of a product of the catalogue. */
export interface View {
  readonly sku: string
  readonly at: number
}

export interface CartAct extends View {
  /** Else it was taken out. */
  readonly isIn: boolean
}

export interface CustomerNamed {
  readonly customerId: string
  readonly at: number
}

export interface SessionEvent {
  readonly at: number
  /** Index of its stage; -1: none. */
  readonly stage: number
  /** A product of the catalogue that was viewed. */
  readonly viewed: string | null
  /** A product of the catalogue that was put into the cart or taken out of it. */
  readonly carted: Pick<CartAct, 'sku' | 'isIn'> | null
  /** Null: the event says none, or it is the subject. */
  readonly customerId: string | null
}

/** It counts apart: in no funnel, median or pair. */
export function isAutomated({ events, from, to }: Pick<Session, 'events' | 'from' | 'to'>): boolean {
  return events > MOST_EVENTS || to - from > LONGEST_MS
}

/** How far it came when each stage must not be before the one ahead of it: 0 to 5 stages. */
export function strictStages({ stages }: Session): number {
  let before = -Infinity
  for (const [stage, at] of stages.entries()) {
    if (at === NEVER || at < before) return stage
    before = at
  }
  return stages.length
}

/** What is in the cart, what was put in last first. */
export function cartOf({ cart }: Session): readonly string[] {
  return newestFirst(cart.filter(({ isIn }) => isIn))
}

/** The products of the first views, the last one first. */
export function viewsOf({ views }: Session): readonly string[] {
  return newestFirst(views)
}

function newestFirst(products: readonly View[]): readonly string[] {
  return products.toSorted((one, other) => other.at - one.at || (one.sku < other.sku ? -1 : 1)).map(({ sku }) => sku)
}
