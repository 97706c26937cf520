/** What is on its way: how far each delivery has come, and when it came there. */
import type { Delivery } from '../api-shapes.ts'
import { NewestList, StatusChips, type ListWish } from '../lists/newest-list.tsx'
import { percentOf, stepsOf } from '../parts/delivery-steps.ts'
import { count, dateTime, shortId, timeOfDay } from '../parts/format.ts'
import { Status } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const STATUSES = ['scheduled', 'dispatched', 'delivered', 'failed'] as const

export function DeliveriesPage({ status, cursor }: ListWish) {
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.deliveries')}</h1>
      <StatusChips name="deliveries" statuses={STATUSES} chosen={status} />
      <NewestList
        name="deliveries"
        itemKey={({ orderId }) => orderId}
        columns={COLUMNS}
        command="npx orderledger simulate day"
        {...{ status, cursor }}
      />
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

function DeliveryProgress({ delivery }: { readonly delivery: Delivery }) {
  const percent = percentOf(delivery)
  return (
    <span class="progress short">
      <progress max={100} value={percent} aria-label={t('deliveries.progress', { order: delivery.orderId })} />
      <span>{t('deliveries.percent', { percent })}</span>
    </span>
  )
}

/** The first with its day. */
function Steps({ delivery: { times } }: { readonly delivery: Delivery }) {
  return (
    <ol class="steps">
      {stepsOf(times).map(({ step, at }, index) => (
        <li key={step}>
          {t(`deliveries.${step}`)} <time dateTime={at}>{index === 0 ? dateTime(at) : timeOfDay(at)}</time>
        </li>
      ))}
    </ol>
  )
}
