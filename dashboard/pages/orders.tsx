/** The newest orders, page by page, and the buttons that make random ones. */
import { useSignal } from '@preact/signals'
import type { Order } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { NewestList, StatusChips, type ListWish } from '../lists/newest-list.tsx'
import { count, dateTime, money, shortId } from '../parts/format.ts'
import { OrderStatus, reasonInWords, Status } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { RandomOrders } from './random-orders.tsx'

const STATUSES = ['placed', 'confirmed', 'rejected', 'cancelled', 'expired', 'completed'] as const

export function OrdersPage({ status, cursor }: ListWish) {
  const counts = useTopic('orders').value?.counts ?? {}
  const all = Object.values(counts).reduce((sum, orders) => sum + orders, 0)
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1}>{t('frame.page.orders')}</h1>
        <Search />
      </div>
      <RandomOrders />
      <StatusChips
        name="orders"
        statuses={STATUSES}
        chosen={status}
        more={(one) => <strong>{count(one === null ? all : (counts[one] ?? 0))}</strong>}
      />
      <NewestList
        name="orders"
        itemKey={({ orderId }) => orderId}
        columns={COLUMNS}
        command="npx orderledger flood -n 100 -c 10"
        {...{ status, cursor }}
      />
    </>
  )
}

const COLUMNS = [
  {
    title: t('orders.column.order'),
    cell: ({ orderId }: Order) => (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    ),
  },
  {
    title: t('orders.column.status'),
    cell: (order: Order) => <OrderStatus status={order.status} reason={reasonInWords(order)} />,
  },
  {
    title: t('orders.column.payment'),
    cell: ({ payment = null }: Order) => payment !== null && <Status status={payment.status} />,
  },
  {
    title: t('orders.column.delivery'),
    cell: ({ delivery = null }: Order) => delivery !== null && <Status status={delivery.status} />,
  },
  {
    title: t('orders.column.customer'),
    cell: ({ customerId }: Order) => (
      <a class="id" href={href('customers', customerId)} title={customerId}>
        {shortId(customerId)}
      </a>
    ),
  },
  { title: t('orders.column.what'), cell: ({ lines }: Order) => whatOf(lines) },
  {
    title: t('orders.column.units'),
    numeric: true,
    cell: ({ lines }: Order) => count(lines.reduce((sum, { quantity }) => sum + quantity, 0)),
  },
  {
    title: t('orders.column.total'),
    numeric: true,
    cell: ({ total }: Order) => (total === null ? t('orders.unknown') : money(total)),
  },
  {
    title: t('orders.column.when'),
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
  const name = first.name ?? first.sku
  return lines.length === 1 ? name : t('orders.what.more', { name, n: lines.length - 1 })
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
        <span class="unseen">{t('orders.search')}</span>
        <input
          type="search"
          placeholder={t('orders.search')}
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <button type="submit">{t('orders.find')}</button>
    </form>
  )
}
