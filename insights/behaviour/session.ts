/**
 * One session: what one subject does without a pause of 30 minutes. All of it is independent of the order of arrival.
 *
 * There are hundreds of thousands of them, so one is an object with few fields: whose it is, numbers in one array of
 * doubles, which V8 keeps without boxes and which is made as long as it has to be, and what few of them have.
 */
import type { Names } from './names.ts'

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

/**
 * Where each number stands: the times of its first and last event in milliseconds since 1970, how many events it has (0: it
 * became part of another one), its place among sessions by their last event, when each stage first happened, and then of
 * each product the number of its name and when it was first viewed.
 */
const FROM = 0
const TO = 1
const EVENTS = 2
const PLACED_AT = 3
const FIRSTS = 4
const PRODUCTS = FIRSTS + STAGES.length
const NO_STAGE = STAGES.map(() => NEVER)

export interface Session {
  readonly subject: string
  numbers: number[]
  /** Null: nothing of it. */
  more: SessionMore | null
}

/** What few sessions have. */
export interface SessionMore {
  /** Who it is by its newest event that says so, where that is not the subject; null: nobody said it. */
  customer: CustomerNamed | null
  /** What was last done with each product of the cart. No order. */
  cart: CartAct[]
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
  /** The number of the name of a product of the catalogue that was viewed; -1: none. */
  readonly viewed: number
  /** A product of the catalogue that was put into the cart or taken out of it. */
  readonly carted: Pick<CartAct, 'sku' | 'isIn'> | null
  /** Null: the event says none, or it is the subject. */
  readonly customerId: string | null
}

export function openSession(subject: string, event: SessionEvent, names: Names): Session {
  const session: Session = { subject, numbers: [event.at, event.at, 0, event.at].concat(NO_STAGE), more: null }
  extend(session, event, names)
  return session
}

export function lastEventOf({ numbers }: Session): number {
  return numbers[TO] ?? 0
}

/** What its last event was when it got its place among others. */
export function placedAt({ numbers }: Session): number {
  return numbers[PLACED_AT] ?? 0
}

/** Its place is that of its last event. */
export function place(session: Session): void {
  session.numbers[PLACED_AT] = lastEventOf(session)
}

export function firstEventOf({ numbers }: Session): number {
  return numbers[FROM] ?? 0
}

export function eventsOf({ numbers }: Session): number {
  return numbers[EVENTS] ?? 0
}

/** It became part of another one. */
export function isMerged(session: Session): boolean {
  return eventsOf(session) === 0
}

export function touches(session: Session, at: number): boolean {
  return at >= firstEventOf(session) - SESSION_GAP_MS && at <= lastEventOf(session) + SESSION_GAP_MS
}

export function extend(session: Session, event: SessionEvent, names: Names): void {
  const { at, stage, viewed, carted, customerId } = event
  const { numbers } = session
  numbers[FROM] = Math.min(numbers[FROM] ?? at, at)
  numbers[TO] = Math.max(numbers[TO] ?? at, at)
  numbers[EVENTS] = eventsOf(session) + 1
  if (stage >= 0) numbers[FIRSTS + stage] = Math.min(firstOf(session, stage), at)
  if (customerId !== null) name(session, { customerId, at })
  if (isAutomated(session)) forgetProducts(session)
  else if (viewed >= 0) view(session, { viewed, at }, names)
  else if (carted !== null) act(session, { ...carted, at })
}

/** `other` becomes part of `session`. */
export function merge(session: Session, other: Session, names: Names): void {
  const { numbers } = session
  numbers[FROM] = Math.min(firstEventOf(session), firstEventOf(other))
  numbers[TO] = Math.max(lastEventOf(session), lastEventOf(other))
  numbers[EVENTS] = eventsOf(session) + eventsOf(other)
  for (let stage = 0; stage < STAGES.length; stage++) {
    numbers[FIRSTS + stage] = Math.min(firstOf(session, stage), firstOf(other, stage))
  }
  const named = other.more?.customer ?? null
  if (named !== null) name(session, named)
  if (isAutomated(session)) forgetProducts(session)
  else {
    for (const product of productsOf(other)) view(session, product, names)
    for (const each of other.more?.cart ?? []) act(session, each)
  }
  other.numbers[EVENTS] = 0
}

/** Who it is, where that is not its subject; null: nobody said it. */
export function customerOf({ more }: Session): CustomerNamed | null {
  return more?.customer ?? null
}

/** What is in the cart, what was put in last first. */
export function cartOf({ more }: Session): readonly string[] {
  return newestFirst((more?.cart ?? []).filter(({ isIn }) => isIn))
}

/** The products of the first views, the last one first. */
export function viewsOf(session: Session, names: Names): readonly string[] {
  return newestFirst(productsOf(session).map(({ viewed, at }) => ({ sku: names.text(viewed), at })))
}

function newestFirst(products: readonly Pick<CartAct, 'sku' | 'at'>[]): readonly string[] {
  return products.toSorted((one, other) => other.at - one.at || (one.sku < other.sku ? -1 : 1)).map(({ sku }) => sku)
}

/** It counts apart: in no funnel, median or pair. */
export function isAutomated(session: Session): boolean {
  return eventsOf(session) > MOST_EVENTS || lastEventOf(session) - firstEventOf(session) > LONGEST_MS
}

/** How far it came when each stage must not be before the one ahead of it: 0 to 5 stages. */
export function strictStages(session: Session): number {
  let before = -Infinity
  for (let stage = 0; stage < STAGES.length; stage++) {
    const at = firstOf(session, stage)
    if (at === NEVER || at < before) return stage
    before = at
  }
  return STAGES.length
}

export function happened(session: Session, stage: number): boolean {
  return firstOf(session, stage) !== NEVER
}

interface Viewed {
  readonly viewed: number
  readonly at: number
}

/** In no order. */
export function productsOf({ numbers }: Session): readonly Viewed[] {
  const products: Viewed[] = []
  for (let at = PRODUCTS; at < numbers.length; at += 2) {
    products.push({ viewed: numbers[at] ?? 0, at: numbers[at + 1] ?? NEVER })
  }
  return products
}

function firstOf({ numbers }: Session, stage: number): number {
  return numbers[FIRSTS + stage] ?? NEVER
}

/** The newest name stays; of two at one time, the first in their order. */
function name(session: Session, named: CustomerNamed): void {
  const { customer } = (session.more ??= { customer: null, cart: [] })
  const isNewer =
    customer === null || named.at > customer.at || (named.at === customer.at && named.customerId < customer.customerId)
  if (isNewer) session.more.customer = named
}

/** Of what is done with one product the newest stays; at one time, that it is in. The products of the newest acts stay. */
function act(session: Session, done: CartAct): void {
  const { cart } = (session.more ??= { customer: null, cart: [] })
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
function view(session: Session, { viewed, at }: Viewed, names: Names): void {
  const { numbers } = session
  let latest = PRODUCTS
  for (let index = PRODUCTS; index < numbers.length; index += 2) {
    if (numbers[index] === viewed) {
      numbers[index + 1] = Math.min(numbers[index + 1] ?? NEVER, at)
      return
    }
    if (isLater(numbers, index, latest, names)) latest = index
  }
  if (numbers.length < PRODUCTS + 2 * MOST_PRODUCTS) {
    // As long as it has to be: `push`, and a literal with a spread, would make room for as many again.
    session.numbers = numbers.concat([viewed, at])
    return
  }
  const [name, time] = [numbers[latest] ?? 0, numbers[latest + 1] ?? NEVER]
  if (at > time || (at === time && names.text(viewed) > names.text(name))) return
  numbers[latest] = viewed
  numbers[latest + 1] = at
}

function isLater(numbers: readonly number[], one: number, other: number, names: Names): boolean {
  const [at, than] = [numbers[one + 1] ?? NEVER, numbers[other + 1] ?? NEVER]
  return at > than || (at === than && names.text(numbers[one] ?? 0) > names.text(numbers[other] ?? 0))
}

function forgetProducts(session: Session): void {
  if (session.more !== null) session.more.cart = []
  if (session.numbers.length > PRODUCTS) session.numbers = session.numbers.slice(0, PRODUCTS)
}
