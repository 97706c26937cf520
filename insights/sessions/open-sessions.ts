/**
 * Sessions that go on. There are hundreds of thousands of them, and as objects they took 320 bytes each, which the collector
 * walked over again and again. Here a session is a row of numbers, and what happened in it a chain of cells:
 *
 *   row    the minute that its times are counted from (since 1970), its first and its last event, how many events it has (0: it
 *          became part of another one), its first cell
 *   cell   what happened, when, the next cell
 *
 * Times are milliseconds since that minute: 32 bits are enough for 24 days.
 */
import { isPutIn, isStage, isView, productOf, putIn, takenOut, viewOf } from './happening.ts'
import type { Names } from './names.ts'
import { NONE, NumberRows } from '../number-rows.ts'
import {
  isAutomated,
  MOST_PRODUCTS,
  NEVER,
  SESSION_GAP_MS,
  STAGES,
  type CartAct,
  type CustomerNamed,
  type Session,
  type SessionEvent,
  type View,
} from './session.ts'

/** Columns of a row. */
const MINUTE = 0
const FROM = 1
const TO = 2
const EVENTS = 3
const FIRST_CELL = 4
const ROW_WIDTH = 5

/** Columns of a cell. */
const WHAT = 0
const SINCE = 1
const NEXT = 2
const CELL_WIDTH = 3

const MINUTE_MS = 60_000
/** A machine goes on for good, and its times must fit: no event that is older is taken. */
const LONGEST_KEPT_MS = 7 * 24 * 60 * MINUTE_MS
const MOST_SINCE = 2 ** 31 - 1

/** One of them, as long as it goes on. */
export type OpenSession = number

export class OpenSessions {
  readonly #names: Names
  readonly #rows = new NumberRows(ROW_WIDTH)
  readonly #cells = new NumberRows(CELL_WIDTH)
  /** By its row: whose it is, and of few who that is. */
  readonly #subjects: string[] = []
  readonly #customers = new Map<OpenSession, CustomerNamed>()

  /** `names`: of products. */
  constructor(names: Names) {
    this.#names = names
  }

  open(subject: string, event: SessionEvent): OpenSession {
    const session = this.#begin(subject, event.at)
    this.extend(session, event)
    return session
  }

  /** One that was read before. */
  put(read: Session): OpenSession {
    const session = this.#begin(read.subject, read.to)
    this.#add(session, read)
    return session
  }

  /** As it is now. */
  read(session: OpenSession): Session {
    const stages: number[] = STAGES.map(() => NEVER)
    const views: View[] = []
    const cart: CartAct[] = []
    for (let cell = this.#firstCell(session); cell !== NONE; cell = this.#next(cell)) {
      const what = this.#cells.get(cell, WHAT)
      const at = this.#at(session, this.#cells.get(cell, SINCE))
      if (isStage(what)) stages[what] = at
      else if (isView(what)) views.push({ sku: this.#skuOf(what), at })
      else cart.push({ sku: this.#skuOf(what), at, isIn: isPutIn(what) })
    }
    return {
      ...{ subject: this.subjectOf(session), from: this.firstEventOf(session), to: this.lastEventOf(session) },
      ...{ events: this.#rows.get(session, EVENTS), stages, views, cart, customer: this.customerOf(session) },
    }
  }

  subjectOf(session: OpenSession): string {
    return this.#subjects[session] ?? ''
  }

  firstEventOf(session: OpenSession): number {
    return this.#at(session, this.#rows.get(session, FROM))
  }

  lastEventOf(session: OpenSession): number {
    return this.#at(session, this.#rows.get(session, TO))
  }

  customerOf(session: OpenSession): CustomerNamed | null {
    return this.#customers.get(session) ?? null
  }

  touches(session: OpenSession, at: number): boolean {
    return at >= this.firstEventOf(session) - SESSION_GAP_MS && at <= this.lastEventOf(session) + SESSION_GAP_MS
  }

  extend(session: OpenSession, { at, stage, viewed, carted, customerId }: SessionEvent): void {
    this.#span(session, { events: 1, from: at, to: at })
    if (customerId !== null) this.#name(session, { customerId, at })
    if (this.#isAutomated(session)) this.#forgetCells(session)
    else {
      if (stage >= 0) this.#happened(session, stage, at)
      if (viewed !== null) this.#happened(session, this.#viewOf(viewed), at)
      else if (carted !== null) this.#act(session, { ...carted, at })
    }
  }

  /** `other` becomes part of `session`. */
  merge(session: OpenSession, other: OpenSession): void {
    this.#add(session, this.read(other))
    this.#forgetCells(other)
    this.#rows.set(other, EVENTS, 0)
  }

  /** It became part of another one. */
  isMerged(session: OpenSession): boolean {
    return this.#rows.get(session, EVENTS) === 0
  }

  /** It is over, or part of another one, and nobody asks for it any more. */
  remove(session: OpenSession): void {
    this.#forgetCells(session)
    this.#customers.delete(session)
    this.#subjects[session] = ''
    this.#rows.giveBack(session)
  }

  /** Without an event so far. */
  #begin(subject: string, at: number): OpenSession {
    const session = this.#rows.take()
    this.#subjects[session] = subject
    this.#rows.set(session, MINUTE, Math.floor(at / MINUTE_MS))
    this.#rows.set(session, FROM, this.#since(session, at))
    this.#rows.set(session, TO, this.#since(session, at))
    this.#rows.set(session, EVENTS, 0)
    this.#rows.set(session, FIRST_CELL, NONE)
    return session
  }

  #add(session: OpenSession, added: Session): void {
    this.#span(session, added)
    if (added.customer !== null) this.#name(session, added.customer)
    if (this.#isAutomated(session)) {
      this.#forgetCells(session)
      return
    }
    for (const [stage, at] of added.stages.entries()) if (at !== NEVER) this.#happened(session, stage, at)
    for (const { sku, at } of added.views) this.#happened(session, this.#viewOf(sku), at)
    for (const act of added.cart) this.#act(session, act)
  }

  /** It has this many events more, between these times. */
  #span(session: OpenSession, { events, from, to }: Pick<Session, 'events' | 'from' | 'to'>): void {
    const last = Math.max(this.lastEventOf(session), to)
    const first = Math.max(Math.min(this.firstEventOf(session), from), last - LONGEST_KEPT_MS)
    if (this.#since(session, last) > MOST_SINCE) {
      // It is automated since long ago: no other time of it is kept.
      this.#forgetCells(session)
      this.#rows.set(session, MINUTE, Math.floor(last / MINUTE_MS))
    }
    this.#rows.set(session, FROM, this.#since(session, first))
    this.#rows.set(session, TO, this.#since(session, last))
    this.#rows.set(session, EVENTS, this.#rows.get(session, EVENTS) + events)
  }

  #isAutomated(session: OpenSession): boolean {
    const events = this.#rows.get(session, EVENTS)
    return isAutomated({ events, from: this.#rows.get(session, FROM), to: this.#rows.get(session, TO) })
  }

  /** The newest name stays; of two at one time, the first in their order. */
  #name(session: OpenSession, named: CustomerNamed): void {
    const known = this.#customers.get(session)
    const isNewer =
      known === undefined || named.at > known.at || (named.at === known.at && named.customerId < known.customerId)
    if (isNewer) this.#customers.set(session, named)
  }

  /** A stage, or a view: when it happened first stays. */
  #happened(session: OpenSession, what: number, at: number): void {
    const since = this.#since(session, at)
    const cell = this.#cellOf(session, what)
    if (cell === NONE) this.#enter(session, what, since)
    else this.#cells.set(cell, SINCE, Math.min(this.#cells.get(cell, SINCE), since))
  }

  /** Of what is done with one product the newest stays; at one time, that it is in. */
  #act(session: OpenSession, { sku, at, isIn }: CartAct): void {
    const product = this.#names.number(sku)
    const what = isIn ? putIn(product) : takenOut(product)
    const since = this.#since(session, at)
    const cell = this.#cellOf(session, putIn(product), takenOut(product))
    if (cell === NONE) {
      this.#enter(session, what, since)
      return
    }
    const before = this.#cells.get(cell, SINCE)
    if (since > before || (since === before && isIn)) this.#setCell(cell, what, since)
  }

  /** What is new in it. Of products those viewed first have room, and in the cart those that something was done with last. */
  #enter(session: OpenSession, what: number, since: number): void {
    let products = 0
    let last = NONE
    for (let cell = this.#firstCell(session); !isStage(what) && cell !== NONE; cell = this.#next(cell)) {
      const other = this.#cells.get(cell, WHAT)
      if (isStage(other) || isView(other) !== isView(what)) continue
      products += 1
      if (last === NONE || this.#hasRoomBefore(last, other, this.#cells.get(cell, SINCE))) last = cell
    }
    if (products < MOST_PRODUCTS) {
      const cell = this.#cells.take()
      this.#setCell(cell, what, since)
      this.#cells.set(cell, NEXT, this.#firstCell(session))
      this.#rows.set(session, FIRST_CELL, cell)
    } else if (!this.#hasRoomBefore(last, what, since)) this.#setCell(last, what, since)
  }

  /** Whether the product of a cell has room before another one of its kind; of two at one time, the first by name. */
  #hasRoomBefore(cell: number, other: number, since: number): boolean {
    const what = this.#cells.get(cell, WHAT)
    const later = this.#cells.get(cell, SINCE) - since
    if (later !== 0) return isView(what) ? later < 0 : later > 0
    return this.#skuOf(what) < this.#skuOf(other)
  }

  /** The cell of what has happened, one of two; or NONE. */
  #cellOf(session: OpenSession, what: number, or = what): number {
    for (let cell = this.#firstCell(session); cell !== NONE; cell = this.#next(cell)) {
      const has = this.#cells.get(cell, WHAT)
      if (has === what || has === or) return cell
    }
    return NONE
  }

  #firstCell(session: OpenSession): number {
    return this.#rows.get(session, FIRST_CELL)
  }

  #next(cell: number): number {
    return this.#cells.get(cell, NEXT)
  }

  #setCell(cell: number, what: number, since: number): void {
    this.#cells.set(cell, WHAT, what)
    this.#cells.set(cell, SINCE, since)
  }

  #forgetCells(session: OpenSession): void {
    for (let cell = this.#firstCell(session); cell !== NONE;) {
      const next = this.#next(cell)
      this.#cells.giveBack(cell)
      cell = next
    }
    this.#rows.set(session, FIRST_CELL, NONE)
  }

  #viewOf(sku: string): number {
    return viewOf(this.#names.number(sku))
  }

  /** Of what happened with a product. */
  #skuOf(what: number): string {
    return this.#names.text(productOf(what))
  }

  /** Of a time, the milliseconds since the minute of its session; and back. */
  #since(session: OpenSession, at: number): number {
    return at - this.#rows.get(session, MINUTE) * MINUTE_MS
  }

  #at(session: OpenSession, since: number): number {
    return this.#rows.get(session, MINUTE) * MINUTE_MS + since
  }
}
