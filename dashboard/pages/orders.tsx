/** The newest orders, page by page, and the buttons that make random ones. */
import { useSignal } from '@preact/signals'
import type { Order } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords, money, shortId } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { useNewest } from '../lists/newest.ts'
import { AsOf, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { OrderStatus, reasonInWords, Status } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'
import { RandomOrders } from './random-orders.tsx'

const STATUSES = ['placed', 'confirmed', 'rejected', 'cancelled', 'expired', 'completed'] as const

interface OrdersPageProps {
  readonly status: string | null
  /** Of an older page; null for the newest orders. */
  readonly cursor: string | null
}

export function OrdersPage({ status, cursor }: OrdersPageProps) {
  const { items, known, next, asked, subject } = useNewest('orders', ({ orderId }) => orderId, { status, cursor })
  const isFollowed = status === null && cursor === null
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1}>{t('frame.page.orders')}</h1>
        <Search />
      </div>
      <RandomOrders />
      <Statuses chosen={status} />
      <ReadTrouble live={asked} />
      {items !== null && items.length === 0 && (
        <Empty command="npx orderledger flood -n 100 -c 10">
          {t(status === null ? 'orders.empty' : 'orders.empty.status')}
        </Empty>
      )}
      {items !== null && items.length > 0 && (
        <LiveList
          items={items}
          known={known}
          itemKey={({ orderId }) => orderId}
          subject={subject}
          above={isFollowed ? <FollowedAsOf topic="orders" /> : <AsOf live={asked} of="orders" />}
        >
          {(standing) => (
            <DataTable
              caption={t('orders.caption')}
              items={standing}
              rowKey={({ orderId }) => orderId}
              columns={COLUMNS}
            />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('orders', null, { status })}>{t('orders.newest')}</a>}
        {next !== null && <a href={href('orders', null, { status, cursor: next })}>{t('orders.older')}</a>}
      </p>
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
    cell: ({ customerId }: Order) => <span class="id">{shortId(customerId)}</span>,
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

function word(status: string): string {
  return wordFor('status', status) ?? inWords(status)
}

function whatOf(lines: Order['lines']): string {
  const [first] = lines
  if (first === undefined) return ''
  const name = first.name ?? first.sku
  return lines.length === 1 ? name : t('orders.what.more', { name, n: lines.length - 1 })
}

/** How many orders have each status now; each is a way to see only those. */
function Statuses({ chosen }: { readonly chosen: string | null }) {
  const counts = useTopic('orders').value?.counts ?? {}
  const all = Object.values(counts).reduce((sum, orders) => sum + orders, 0)
  return (
    <nav class="filters" aria-label={t('orders.statuses')}>
      <a href={href('orders')} aria-current={chosen === null ? 'true' : undefined}>
        {t('orders.all')} <strong>{count(all)}</strong>
      </a>
      {STATUSES.map((status) => (
        <a key={status} href={href('orders', null, { status })} aria-current={chosen === status ? 'true' : undefined}>
          {word(status)} <strong>{count(counts[status] ?? 0)}</strong>
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
