/** A shop that takes 200 orders a second, as the topics `activity` and `sales` show it: frames that tile. */

type Item = Readonly<Record<string, unknown>>

export interface Snapshot {
  readonly topic: string
  readonly to: number
  readonly items: readonly Item[]
}

/** Of its own clock. */
const ORDERS_PER_SECOND = 200
/** An order and its reservation. */
const POSITIONS = 2
/** Items of a frame. */
const MOST = 500
const HOUR_MS = 3_600_000

export class PlayedShop {
  readonly most = MOST
  readonly #entry: Item
  readonly #groups: readonly Item[]
  #total: Item
  #position: number
  #at: number
  #orders = 0
  /** Where the next change of each topic begins. */
  #begin: { readonly activity: number; readonly sales: number }

  /** Of what the service told at first; at least one order has to be in it. */
  constructor({ activity, sales }: { readonly activity: Snapshot; readonly sales: Snapshot }) {
    const entry = activity.items.find(({ type }) => type === 'OrderPlaced')
    const total = sales.items.find(({ by }) => by === 'total')
    if (entry === undefined || total === undefined) throw new Error('the shop has no orders to go on from')
    this.#entry = entry
    this.#total = total
    this.#groups = sales.items.filter(({ by }) => by !== 'total' && by !== 'hour')
    this.#position = Math.max(activity.to, sales.to)
    this.#at = Date.parse(String(entry['at']))
    this.#begin = { activity: activity.to, sales: sales.to }
  }

  get position(): number {
    return this.#position
  }

  /** What `orders` more of them are on the wire. */
  frames(orders: number): readonly string[] {
    const entries = Array.from({ length: orders }, () => this.#place())
    const [to, at] = [this.#position, new Date(this.#at).toISOString()]
    const about = { type: 'change', to, asOf: at, at }
    const { activity, sales } = this.#begin
    this.#begin = { activity: to, sales: to }
    return [
      JSON.stringify({ ...about, topic: 'activity', from: activity, items: entries }),
      JSON.stringify({ ...about, topic: 'sales', from: sales, items: this.#figures() }),
    ]
  }

  #place(): Item {
    this.#orders += 1
    this.#position += POSITIONS
    this.#at += 1_000 / ORDERS_PER_SECOND
    const id = `played-${String(this.#orders)}`
    return { ...this.#entry, position: this.#position - 1, at: new Date(this.#at).toISOString(), id }
  }

  #figures(): readonly Item[] {
    const counts = this.#total['orders'] as Readonly<Record<string, number>>
    const gmv = { amount: 1_000 * this.#orders, currency: 'EUR' }
    this.#total = { ...this.#total, orders: { ...counts, placed: this.#orders }, gmv }
    const figures = { orders: this.#orders, units: this.#orders, gmv, net: gmv }
    const hour = new Date(Math.floor(this.#at / HOUR_MS) * HOUR_MS).toISOString()
    const ofHour = { by: 'hour', hour, ...figures, captured: 0, declined: 0 }
    const groups = this.#groups.map((group) => ({ ...group, ...(group['gmv'] !== undefined && figures) }))
    return [this.#total, ofHour, ...groups]
  }
}
