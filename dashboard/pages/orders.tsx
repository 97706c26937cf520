/** The newest orders, page by page, and the buttons that make random ones. */
import { useSignal } from '@preact/signals'
import type { Order, OrderList, OrdersByStatus } from '../api-shapes.ts'
import { useLive } from '../live.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords, money, shortId } from '../parts/format.ts'
import { useHeld } from '../parts/hold.ts'
import { AsOf, Empty, ReadTrouble } from '../parts/notes.tsx'
import { OrderStatus, reasonInWords } from '../parts/order-status.tsx'
import { href } from '../route.ts'
import { RandomOrders } from './random-orders.tsx'

const PAGE = 50

interface OrdersPageProps {
  readonly status: string | null
  /** Of an older page; null for the newest orders. */
  readonly cursor: string | null
}

export function OrdersPage({ status, cursor }: OrdersPageProps) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(status && { status }), ...(cursor && { cursor }) })
  const path = `/orders?${query.toString()}`
  const live = useLive<OrderList>(path)
  const shown = live.shown.value?.body ?? null
  const held = useHeld(shown?.items ?? [], ({ orderId }) => orderId, { subject: path })
  const next = shown?.next ?? null
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1}>Orders</h1>
        <Search />
      </div>
      <RandomOrders />
      <Statuses chosen={status} />
      <ReadTrouble live={live} />
      {shown !== null && held.items.length === 0 ? (
        <Empty command="npx orderledger flood -n 100 -c 10">
          {status === null ? 'No orders yet.' : `No order is ${status}.`}
        </Empty>
      ) : (
        <div {...held.reader}>
          <div class="above">
            <AsOf live={live} of="orders" />
            {cursor === null && (
              <button type="button" class="quiet" aria-disabled={!held.moved} onClick={held.release}>
                {held.moved
                  ? `Show ${held.fresh >= PAGE ? `${String(PAGE)} or more` : count(held.fresh)} new`
                  : 'Up to date'}
              </button>
            )}
          </div>
          <DataTable
            caption="Orders, newest first"
            items={held.items}
            rowKey={({ orderId }) => orderId}
            columns={COLUMNS}
          />
        </div>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('orders', null, { status })}>Newest</a>}
        {next !== null && <a href={href('orders', null, { status, cursor: next })}>Older</a>}
      </p>
    </>
  )
}

const COLUMNS = [
  {
    title: 'Order',
    cell: ({ orderId }: Order) => (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    ),
  },
  { title: 'Status', cell: (order: Order) => <OrderStatus status={order.status} reason={reasonInWords(order)} /> },
  { title: 'Customer', cell: ({ customerId }: Order) => <span class="id">{shortId(customerId)}</span> },
  { title: 'What', cell: ({ lines }: Order) => whatOf(lines) },
  {
    title: 'Units',
    numeric: true,
    cell: ({ lines }: Order) => count(lines.reduce((sum, { quantity }) => sum + quantity, 0)),
  },
  { title: 'Total', numeric: true, cell: ({ total }: Order) => (total === null ? 'unknown' : money(total)) },
  {
    title: 'When',
    numeric: true,
    cell({ placedAt, rejectedAt }: Order) {
      const at = placedAt ?? rejectedAt ?? null
      return at === null ? '' : <time dateTime={at}>{dateTime(at)}</time>
    },
  },
]

function whatOf(lines: Order['lines']): string {
  const [first] = lines
  if (first === undefined) return ''
  const more = lines.length === 1 ? '' : ` and ${count(lines.length - 1)} more`
  return `${first.name ?? first.sku}${more}`
}

/** How many orders have each status now; each is a way to see only those. */
function Statuses({ chosen }: { readonly chosen: string | null }) {
  const statuses = useLive<OrdersByStatus>('/analytics/statuses')
  const items = statuses.shown.value?.body.items ?? []
  const all = items.reduce((sum, { orders }) => sum + orders, 0)
  return (
    <nav class="filters" aria-label="Orders by status">
      <a href={href('orders')} aria-current={chosen === null ? 'true' : undefined}>
        All <strong>{count(all)}</strong>
      </a>
      {items.map(({ status, orders }) => (
        <a key={status} href={href('orders', null, { status })} aria-current={chosen === status ? 'true' : undefined}>
          {inWords(status)} <strong>{count(orders)}</strong>
        </a>
      ))}
    </nav>
  )
}

function Search() {
  const text = useSignal('')
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.value.trim() !== '') location.hash = href('orders', text.value.trim())
      }}
    >
      <label>
        <span class="unseen">Order id</span>
        <input
          type="search"
          placeholder="Order id"
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <button type="submit">Find</button>
    </form>
  )
}
