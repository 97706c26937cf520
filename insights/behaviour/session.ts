/** One session: what one subject does without a pause of 30 minutes. All of it is independent of the order of arrival. */

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

/** Of a stage that did not happen. */
const NEVER = Infinity

export interface Session {
  readonly subject: string
  /** Times of its first and last event, milliseconds since 1970. */
  from: number
  to: number
  events: number
  /** When each stage first happened; Infinity: never. Doubles alone, which V8 keeps without boxes. */
  readonly firsts: number[]
  /** The products that were viewed first, and when each first was; no order. */
  skus: string[]
  viewed: number[]
  /** Who it is by its newest event that says so, where that is not the subject; null: nobody said it. */
  customer: CustomerNamed | null
  /** What was last done with each product of the cart; null: nothing. No order. */
  cart: CartAct[] | null
  /** It became part of another one. */
  merged: boolean
}

export interface CustomerNamed {
  readonly customerId: string
  readonly at: number
}

export interface CartAct {
  readonly sku: string
  readonly at: number
  /** Else it was taken out. */
  readonly isIn: boolean
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

export function openSession(subject: string, event: SessionEvent): Session {
  const session: Session = {
    ...{ subject, from: event.at, to: event.at, events: 0 },
    firsts: STAGES.map(() => NEVER),
    ...{ skus: [], viewed: [], customer: null, cart: null, merged: false },
  }
  extend(session, event)
  return session
}

export function touches({ from, to }: Session, at: number): boolean {
  return at >= from - SESSION_GAP_MS && at <= to + SESSION_GAP_MS
}

export function extend(session: Session, { at, stage, viewed, carted, customerId }: SessionEvent): void {
  session.from = Math.min(session.from, at)
  session.to = Math.max(session.to, at)
  session.events += 1
  if (stage >= 0) session.firsts[stage] = Math.min(session.firsts[stage] ?? NEVER, at)
  if (customerId !== null) name(session, { customerId, at })
  if (isAutomated(session)) forgetProducts(session)
  else if (viewed !== null) view(session, viewed, at)
  else if (carted !== null) act(session, { ...carted, at })
}

/** `other` becomes part of `session`. */
export function merge(session: Session, other: Session): void {
  session.from = Math.min(session.from, other.from)
  session.to = Math.max(session.to, other.to)
  session.events += other.events
  for (const [stage, at] of other.firsts.entries()) {
    session.firsts[stage] = Math.min(session.firsts[stage] ?? NEVER, at)
  }
  other.merged = true
  if (other.customer !== null) name(session, other.customer)
  if (isAutomated(session)) return forgetProducts(session)
  for (const [index, sku] of other.skus.entries()) view(session, sku, other.viewed[index] ?? NEVER)
  for (const each of other.cart ?? []) act(session, each)
}

/** What is in the cart, what was put in last first. */
export function cartOf({ cart }: Session): readonly string[] {
  return newestFirst((cart ?? []).filter(({ isIn }) => isIn))
}

/** The products of the first views, the last one first. */
export function viewsOf({ skus, viewed }: Session): readonly string[] {
  return newestFirst(skus.map((sku, index) => ({ sku, at: viewed[index] ?? NEVER })))
}

function newestFirst(products: readonly Pick<CartAct, 'sku' | 'at'>[]): readonly string[] {
  return products.toSorted((one, other) => other.at - one.at || (one.sku < other.sku ? -1 : 1)).map(({ sku }) => sku)
}

/** It counts apart: in no funnel, median or pair. */
export function isAutomated({ from, to, events }: Session): boolean {
  return events > MOST_EVENTS || to - from > LONGEST_MS
}

/** How far it came when each stage must not be before the one ahead of it: 0 to 5 stages. */
export function strictStages({ firsts }: Session): number {
  let [stages, before] = [0, -Infinity]
  for (const at of firsts) {
    if (at === NEVER || at < before) break
    stages += 1
    before = at
  }
  return stages
}

export function happened({ firsts }: Session, stage: number): boolean {
  return firsts[stage] !== NEVER
}

/** The newest name stays; of two at one time, the first in their order. */
function name(session: Session, named: CustomerNamed): void {
  const { customer } = session
  const isNewer =
    customer === null || named.at > customer.at || (named.at === customer.at && named.customerId < customer.customerId)
  if (isNewer) session.customer = named
}

/** Of what is done with one product the newest stays; at one time, that it is in. The products of the newest acts stay. */
function act(session: Session, done: CartAct): void {
  const cart = (session.cart ??= [])
  const known = cart.findIndex(({ sku }) => sku === done.sku)
  const before = cart[known]
  if (before !== undefined) {
    if (done.at > before.at || (done.at === before.at && done.isIn)) cart[known] = done
    return
  }
  cart.push(done)
  if (cart.length <= MOST_PRODUCTS) return
  let oldest = 0
  for (const [index, { at, sku }] of cart.entries()) {
    const than = cart[oldest]
    if (than !== undefined && (at < than.at || (at === than.at && sku > than.sku))) oldest = index
  }
  cart.splice(oldest, 1)
}

/** Keeps the products with the earliest first views; of two at one time, the first by name. */
function view(session: Session, sku: string, at: number): void {
  const { skus, viewed } = session
  const known = skus.indexOf(sku)
  if (known >= 0) {
    viewed[known] = Math.min(viewed[known] ?? NEVER, at)
    return
  }
  if (skus.length < MOST_PRODUCTS) {
    skus.push(sku)
    viewed.push(at)
    return
  }
  let latest = 0
  for (let index = 1; index < skus.length; index++) if (isLater(session, index, latest)) latest = index
  const [time, name] = [viewed[latest] ?? NEVER, skus[latest] ?? '']
  if (at > time || (at === time && sku > name)) return
  skus[latest] = sku
  viewed[latest] = at
}

function isLater({ skus, viewed }: Session, one: number, other: number): boolean {
  const [at, than] = [viewed[one] ?? NEVER, viewed[other] ?? NEVER]
  return at > than || (at === than && (skus[one] ?? '') > (skus[other] ?? ''))
}

function forgetProducts(session: Session): void {
  session.cart = null
  if (session.skus.length === 0) return
  session.skus = []
  session.viewed = []
}
