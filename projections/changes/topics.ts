/** The rows of read models as topics that change: which items there are, and how they are read. */
import { NO_KEYS } from '../../domain/payments/payer-keys.ts'
import type { Position } from '../../store/commit/command.ts'
import type { Projection } from '../projection.ts'
import type { Key } from '../row-key.ts'
import { fraudAlerts, fraudAlertsTable } from '../insights/fraud-alerts.ts'
import { activity, activityTable } from '../views/activity.ts'
import { alerts, alertsTable } from '../views/alerts.ts'
import { deliveries, deliveriesTable } from '../views/deliveries.ts'
import { orders, ordersTable } from '../views/orders.ts'
import { payments, paymentsTable } from '../views/payments.ts'
import { products, productsTable } from '../views/products.ts'
import { sales } from '../views/sales.ts'
import { salesKey, type SalesItems } from '../views/sales-breakdowns.ts'
import { toCursor, type Shown } from '../queries/shown.ts'
import type { Views } from '../views/views.ts'
import type { ItemKey } from './changed-keys.ts'

/** An item as clients see it. */
export interface Item {
  readonly key: Key
  /** As JSON. */
  readonly text: string
}

/** Items with the checkpoint that they were read at. */
export interface Items {
  readonly position: Position
  readonly asOf: string | null
  /** Names the history and the tables that the position belongs to. */
  readonly epoch: string
  readonly items: readonly Item[]
  /** What stands beside items, by its name. */
  readonly beside: Readonly<Record<string, unknown>>
}

/** The newest items, and where older ones begin behind the first ones. */
export interface Newest extends Items {
  /** At most `limit` of them (of each kind that it cuts), with the cursor of those behind, or null. */
  readonly first: (limit: number) => { readonly items: readonly Item[]; readonly next: string | null }
}

export interface Topic {
  readonly name: string
  readonly projection: Projection
  readonly itemKey: ItemKey
  /** A number for the shape of its items: raised when a client cannot take new ones beside those that it has. */
  readonly shape: number
  /** Whether a frame may leave out items while too many change. */
  readonly mayLeaveOut: boolean
  /** Of these keys, those that are shown. They may have changed behind the checkpoint of the one that asks. */
  readonly byKeys: (keys: readonly Key[]) => Promise<Items>
  /** The first page of the list. */
  readonly newest: () => Promise<Newest>
}

/** As many items as a client may ask for. */
export const MOST_NEWEST = 200

/** Nothing but the shapes of items is cut out of what the views tell. Rejects with ViewNotReady while there are no tables. */
export function openTopics(views: Views): readonly Topic[] {
  const page = { limit: MOST_NEWEST, cursor: null } as const
  return [
    topic(orders, {
      name: 'orders',
      itemKey: (changed, key) => (changed === ordersTable ? key : null),
      byKeys: (keys) => views.orders.byKeys(keys.map(String)),
      newest: () => views.orders.newest(MOST_NEWEST),
      key: ({ orderId }) => orderId,
      place: ({ first }) => first,
    }),
    topic(payments, {
      name: 'payments',
      itemKey: (changed, key) => (changed === paymentsTable ? key : null),
      byKeys: (keys) => views.payments.byKeys(keys.map(String)),
      newest: () => views.payments.list({ ...page, status: null, method: null, orderId: null }),
      key: ({ paymentId }) => paymentId,
      place: ({ first }) => first,
    }),
    topic(deliveries, {
      name: 'deliveries',
      itemKey: (changed, key) => (changed === deliveriesTable ? key : null),
      byKeys: (keys) => views.deliveries.byKeys(keys.map(String)),
      newest: () => views.deliveries.list({ ...page, status: null }),
      key: ({ orderId }) => orderId,
      place: ({ first }) => first,
    }),
    topic(products, {
      name: 'stock',
      itemKey: (changed, key) => (changed === productsTable ? key : null),
      byKeys: (keys) => views.products.byKeys(keys.map(String)),
      newest: () => views.products.list(page),
      key: ({ sku }) => sku,
      place: ({ first }) => first,
    }),
    salesTopic(views),
    topic(activity, {
      name: 'activity',
      itemKey: (changed, key) => (changed === activityTable ? key : null),
      byKeys: (keys) => views.activity.byKeys(keys.map(Number)),
      newest: () => views.activity.list({ ...page, kind: null }),
      key: ({ position }) => position,
      place: ({ position }) => position,
    }),
    topic(alerts, {
      name: 'alerts',
      itemKey: (changed, key) => (changed === alertsTable ? key : null),
      byKeys: (keys) => views.alerts.byKeys(keys.map(Number)),
      newest: () => views.alerts.list(page),
      key: ({ position }) => position,
      place: ({ position }) => position,
    }),
    topic(fraudAlerts, {
      name: 'fraud',
      itemKey: (changed, key) => (changed === fraudAlertsTable ? key : null),
      byKeys: (keys) => views.fraudAlerts.byKeys(keys.map(String)),
      newest: () => views.fraudAlerts.list({ ...page, verdict: null, customerId: null, ...NO_KEYS }),
      key: ({ alertId }) => alertId,
      place: ({ first }) => first,
    }),
  ]
}

/** Every row of every breakdown and the total: too many to have pages. None is ever left out, for there are not many. */
function salesTopic({ salesItems }: Pick<Views, 'salesItems'>): Topic {
  const read = ({ items, position, asOf, epoch = '' }: SalesItems): Items => ({
    ...{ position, asOf, epoch, beside: {} },
    items: items.map(({ key, item }) => ({ key, text: JSON.stringify(item) })),
  })
  return {
    ...{ name: 'sales', projection: sales, itemKey: salesKey, shape: 1, mayLeaveOut: false },
    byKeys: async (keys) => read(await salesItems.byKeys(keys.map(String))),
    async newest() {
      const all = read(await salesItems.newest(MOST_NEWEST))
      return { ...all, first: (limit) => ({ items: firstOfEach(all.items, limit), next: null }) }
    },
  }
}

/** The newest hours, which stand last, and the products that sold most, which stand first. */
function firstOfEach(items: readonly Item[], limit: number): readonly Item[] {
  const of = (by: string) => items.filter(({ key }) => String(key).startsWith(`${by}:`))
  const left = new Set<Item>([...of('hour').slice(0, -limit), ...of('sku').slice(limit)])
  return items.filter((item) => !left.has(item))
}

type Read<View> = Shown & { readonly items: readonly View[]; readonly counts?: unknown }

interface ListTopic<View> extends Pick<Topic, 'name' | 'itemKey'> {
  readonly byKeys: (keys: readonly Key[]) => Promise<Read<View>>
  readonly newest: () => Promise<Read<View> & { readonly next: string | null }>
  readonly key: (item: View) => Key
  /** Its list is in the order of this. */
  readonly place: (item: View) => Position
}

/** A topic whose items are those of one list. */
function topic<View extends object>(projection: Projection, list: ListTopic<View>): Topic {
  const { name, itemKey, key, place } = list
  const itemsOf = ({ position, asOf, epoch, items, counts }: Read<View>): Items => ({
    ...{ position, asOf, epoch: epoch ?? '' },
    items: items.map((item) => ({ key: key(item), text: JSON.stringify(item) })),
    beside: counts === undefined ? {} : { counts },
  })
  return {
    ...{ name, projection, itemKey, shape: 1, mayLeaveOut: true },
    byKeys: async (keys) => itemsOf(await list.byKeys(keys)),
    async newest() {
      const found = await list.newest()
      const read = itemsOf(found)
      return {
        ...read,
        first(limit) {
          const last = found.items[limit - 1]
          const more = found.items.length > limit
          const next = more && last !== undefined ? toCursor(place(last)) : found.next
          return { items: read.items.slice(0, limit), next }
        },
      }
    },
  }
}
