/** What a page keeps of a topic: rows by key, the newest entries, or the whole list; bounded, however long it is open. */
import type { LiveFrame } from './live.ts'

/** Of each kind: a page shows fewer. */
const MOST_ROWS = 200
const MOST_ENTRIES = 1_000
/** Kept beyond that until it is worth to cut: the part of it that is sorted once for many frames. */
const SLACK = 0.25

export type TopicName =
  | 'orders'
  | 'payments'
  | 'deliveries'
  | 'stock'
  | 'sales'
  | 'activity'
  | 'alerts'
  | 'fraud'
  | 'projections'
  | 'reactors'
  | 'lag'

export interface Told {
  /** Rows and entries newest first, those of `sales` in no order. */
  readonly items: readonly object[]
  readonly to: number
  readonly asOf: string | null
  /** True where the service has older ones than those kept. */
  readonly hasOlder: boolean
  readonly counts: Readonly<Record<string, number>> | null
}

/** An item as it came, with what was kept of it before; null: nothing was. */
export interface Change {
  readonly item: object
  readonly before: object | null
}

interface Kind {
  readonly keyOf: (item: Fields) => string
  /** Lists are in its order, newest first; null: as they came. */
  readonly orderBy: string | null
  /** How many are kept of each group. */
  readonly most: number
  readonly groupOf?: (item: Fields) => string
}

type Fields = Readonly<Record<string, unknown>>

const rows = (key: string): Kind => ({ keyOf: (item) => textOf(item[key]), orderBy: 'first', most: MOST_ROWS })
const entries: Kind = { keyOf: (item) => textOf(item['position']), orderBy: 'position', most: MOST_ENTRIES }
const state: Kind = { keyOf: (item) => textOf(item['name']), orderBy: null, most: Infinity }

const KINDS: Readonly<Record<TopicName, Kind>> = {
  orders: rows('orderId'),
  payments: rows('paymentId'),
  deliveries: rows('orderId'),
  stock: rows('sku'),
  sales: {
    keyOf: (item) => `${textOf(item['by'])} ${textOf(item[textOf(item['by'])])}`,
    groupOf: (item) => textOf(item['by']),
    orderBy: null,
    most: MOST_ROWS,
  },
  activity: entries,
  alerts: entries,
  fraud: rows('alertId'),
  projections: state,
  reactors: state,
  lag: state,
}

export class KeptTopic {
  readonly #kind: Kind
  readonly #items = new Map<string, object>()
  #hasOlder = false
  #to = 0
  #asOf: string | null = null
  #counts: Told['counts'] = null

  constructor(topic: TopicName) {
    this.#kind = KINDS[topic]
  }

  /** Gives what changed by it: nothing for a snapshot, which is no news. */
  take({ type, to, asOf, items, counts, next }: LiveFrame): readonly Change[] {
    const isSnapshot = type === 'snapshot'
    if (isSnapshot) {
      this.#items.clear()
      this.#hasOlder = typeof next === 'string'
    }
    const changes: Change[] = []
    for (const item of items as readonly object[]) {
      const key = this.#kind.keyOf(item as Fields)
      changes.push({ item, before: this.#items.get(key) ?? null })
      // Told last, it goes last.
      this.#items.delete(key)
      this.#items.set(key, item)
    }
    this.#to = to
    this.#asOf = asOf
    this.#counts = counts ?? this.#counts
    this.#cut()
    return isSnapshot ? [] : changes
  }

  /** Nothing changed up to there. */
  moved(to: number, asOf: string | null): void {
    if (to <= this.#to) return
    this.#to = to
    this.#asOf = asOf
  }

  told(): Told {
    const { orderBy, most } = this.#kind
    const all = [...this.#items.values()]
    const items = orderBy === null ? all : all.sort(newestFirst(orderBy)).slice(0, most)
    const hasOlder = this.#hasOlder || items.length < all.length
    return { items, hasOlder, to: this.#to, asOf: this.#asOf, counts: this.#counts }
  }

  #cut(): void {
    const { most, orderBy, groupOf = () => '' } = this.#kind
    if (this.#items.size <= (orderBy === null ? most : most * (1 + SLACK))) return
    const left = new Map<string, number>()
    const all = [...this.#items]
    // The oldest go: by their order, else those of which nothing was heard for longest.
    const newest = orderBy === null ? all.reverse() : all.sort(([, one], [, other]) => newestFirst(orderBy)(one, other))
    for (const [key, item] of newest) {
      const group = groupOf(item as Fields)
      const count = (left.get(group) ?? 0) + 1
      left.set(group, count)
      if (count <= most) continue
      this.#items.delete(key)
      this.#hasOlder = true
    }
  }
}

function newestFirst(field: string): (one: object, other: object) => number {
  return (one, other) => Number((other as Fields)[field] ?? 0) - Number((one as Fields)[field] ?? 0)
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
