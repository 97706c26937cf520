/** What is on its way: how far each delivery has come, and when it came there. */
import type { Delivery } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, shortId, timeOfDay } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { useNewest } from '../lists/newest.ts'
import { AsOf, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { Status } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

const STATUSES = ['scheduled', 'dispatched', 'delivered', 'failed'] as const
const STEPS = ['scheduled', 'dispatched', 'failed', 'delivered', 'cancelled'] as const

interface DeliveriesPageProps {
  readonly status: string | null
  /** Of an older page; null for the newest deliveries. */
  readonly cursor: string | null
}

export function DeliveriesPage({ status, cursor }: DeliveriesPageProps) {
  const { items, known, next, asked, subject } = useNewest('deliveries', ({ orderId }) => orderId, { status, cursor })
  const isFollowed = status === null && cursor === null
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.deliveries')}</h1>
      <nav class="filters" aria-label={t('deliveries.statuses')}>
        <a href={href('deliveries')} aria-current={status === null ? 'true' : undefined}>
          {t('deliveries.all')}
        </a>
        {STATUSES.map((one) => (
          <a
            key={one}
            href={href('deliveries', null, { status: one })}
            aria-current={status === one ? 'true' : undefined}
          >
            {wordFor('status', one)}
          </a>
        ))}
      </nav>
      <ReadTrouble live={asked} />
      {items !== null && items.length === 0 && (
        <Empty command="npx orderledger simulate day">
          {t(status === null ? 'deliveries.empty' : 'deliveries.empty.status')}
        </Empty>
      )}
      {items !== null && items.length > 0 && (
        <LiveList
          items={items}
          known={known}
          itemKey={({ orderId }) => orderId}
          subject={subject}
          above={isFollowed ? <FollowedAsOf topic="deliveries" /> : <AsOf live={asked} of="deliveries" />}
        >
          {(standing) => (
            <DataTable
              caption={t('deliveries.caption')}
              items={standing}
              rowKey={({ orderId }) => orderId}
              columns={COLUMNS}
            />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('deliveries', null, { status })}>{t('deliveries.newest')}</a>}
        {next !== null && <a href={href('deliveries', null, { status, cursor: next })}>{t('deliveries.older')}</a>}
      </p>
    </>
  )
}

const COLUMNS = [
  {
    title: t('deliveries.column.order'),
    cell: ({ orderId }: Delivery) => (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    ),
  },
  {
    title: t('deliveries.column.status'),
    cell: ({ status, reason = null }: Delivery) => (
      <>
        <Status status={status} />
        {reason !== null && <span class="dim"> {reason}</span>}
      </>
    ),
  },
  { title: t('deliveries.column.progress'), cell: (delivery: Delivery) => <DeliveryProgress delivery={delivery} /> },
  { title: t('deliveries.column.timeline'), cell: (delivery: Delivery) => <Steps delivery={delivery} /> },
  { title: t('deliveries.column.dispatches'), numeric: true, cell: ({ dispatches }: Delivery) => count(dispatches) },
]

/** Scheduled, on its way, there; what failed or was cancelled goes no further. */
function percentOf({ status, times }: Delivery): number {
  if (status === 'delivered') return 100
  return status === 'dispatched' || (times?.dispatched ?? null) !== null ? 50 : 10
}

function DeliveryProgress({ delivery }: { readonly delivery: Delivery }) {
  const percent = percentOf(delivery)
  return (
    <span class="progress short">
      <progress max={100} value={percent} aria-label={t('deliveries.progress', { order: delivery.orderId })} />
      <span>{t('deliveries.percent', { percent })}</span>
    </span>
  )
}

/** In the order in which they happened; the first with its day. */
function Steps({ delivery: { times } }: { readonly delivery: Delivery }) {
  if (times === undefined) return null
  const steps = STEPS.flatMap((step) => {
    const at = times[step]
    return at === null ? [] : [{ step, at }]
  }).toSorted((one, other) => (one.at < other.at ? -1 : 1))
  return (
    <ol class="steps">
      {steps.map(({ step, at }, index) => (
        <li key={step}>
          {t(`deliveries.${step}`)} <time dateTime={at}>{index === 0 ? dateTime(at) : timeOfDay(at)}</time>
        </li>
      ))}
    </ol>
  )
}
