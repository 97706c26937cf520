/** One customer, whole: the service logs each look, so it is read when the page opens, and again when its orders change. */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { newKey } from '../api.ts'
import type { Customer, Order, OrderList } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, money, shortId } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { OrderStatus, reasonInWords } from '../parts/status.tsx'
import { useAnswers, useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { Known, Tier } from './customers.tsx'

const PAGE = 50

interface CustomerPageProps {
  readonly customerId: string
  /** Of an older page of orders; null for the newest. */
  readonly cursor: string | null
}

export function CustomerPage({ customerId, cursor }: CustomerPageProps) {
  const query = new URLSearchParams({ customer: customerId, limit: String(PAGE), ...(cursor && { cursor }) }).toString()
  const orders = useLive<OrderList>(`/orders?${query}`)
  const list = orders.shown.value?.body ?? null
  const customer = useCustomer(customerId, list === null ? null : (list.items[0]?.orderId ?? ''))
  const last = useRef<Customer | null>(null)
  last.current = customer.shown.value?.body ?? last.current
  return (
    <>
      <p>
        <a href={href('customers')}>{t('frame.page.customers')}</a>
      </p>
      <h1 tabIndex={-1}>
        {t('customers.customer')} <span class="id">{customerId}</span>
      </h1>
      <ReadTrouble live={customer} />
      {last.current !== null && <Facts customer={last.current} />}
      <section aria-labelledby="orders">
        <h2 id="orders">{t('customers.orders')}</h2>
        <ReadTrouble live={orders} />
        {list !== null && <Orders list={list} subject={query} />}
        <p class="buttons">
          {cursor !== null && <a href={href('customers', customerId)}>{t('customers.newest')}</a>}
          {list !== null && list.next !== null && (
            <a href={href('customers', customerId, { cursor: list.next })}>{t('customers.older')}</a>
          )}
        </p>
      </section>
    </>
  )
}

/** Once for each newest order; null: it is not known yet. */
function useCustomer(customerId: string, newestOrder: string | null) {
  const opening = useSignal(newKey())
  return useAnswers<Customer>(
    newestOrder === null
      ? null
      : {
          name: `customer ${customerId} at ${newestOrder}, ${opening.value}`,
          path: () => `/customers/${encodeURIComponent(customerId)}`,
          take: (answer) => answer as Customer,
          done: () => true,
        },
  )
}

function Facts({ customer }: { readonly customer: Customer }) {
  const { name, email, phone, tier, region, language, orders, spent } = customer
  return (
    <>
      <dl class="facts">
        <dt>{t('customers.name')}</dt>
        <dd class="told">{name}</dd>
        <dt>{t('customers.email')}</dt>
        <dd>
          <Known text={email} />
        </dd>
        <dt>{t('customers.phone')}</dt>
        <dd>
          <Known text={phone} />
        </dd>
        <dt>{t('customers.tier')}</dt>
        <dd>
          <Tier tier={tier} />
        </dd>
        <dt>{t('customers.region')}</dt>
        <dd>{region}</dd>
        <dt>{t('customers.language')}</dt>
        <dd>{language}</dd>
        <dt>{t('customers.orders')}</dt>
        <dd>{count(orders ?? 0)}</dd>
        <dt>{t('customers.spent')}</dt>
        <dd>{spent === undefined ? '' : money(spent)}</dd>
      </dl>
      <p class="dim">{t('customers.spent.about')}</p>
    </>
  )
}

function Orders({ list: { items }, subject }: { readonly list: OrderList; readonly subject: string }) {
  if (items.length === 0) return <Empty>{t('customers.orders.none')}</Empty>
  return (
    <LiveList items={items} itemKey={({ orderId }) => orderId} subject={subject}>
      {(standing) => (
        <DataTable
          caption={t('customers.orders.caption')}
          items={standing}
          rowKey={({ orderId }) => orderId}
          columns={columns()}
        />
      )}
    </LiveList>
  )
}

const columns = () => [
  {
    title: t('customers.order'),
    cell: ({ orderId }: Order) => (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    ),
  },
  {
    title: t('customers.status'),
    cell: (order: Order) => <OrderStatus status={order.status} reason={reasonInWords(order)} />,
  },
  {
    title: t('customers.units'),
    numeric: true,
    cell: ({ lines }: Order) => count(lines.reduce((sum, { quantity }) => sum + quantity, 0)),
  },
  {
    title: t('customers.total'),
    numeric: true,
    cell: ({ total }: Order) => (total === null ? <Known text={null} /> : money(total)),
  },
  {
    title: t('customers.when'),
    numeric: true,
    cell({ placedAt, rejectedAt }: Order) {
      const at = placedAt ?? rejectedAt ?? null
      return at === null ? '' : <time dateTime={at}>{dateTime(at)}</time>
    },
  },
]
