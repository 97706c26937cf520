/** How an order is delivered: how far it is, and when it took which step. */
import type { Delivery } from '../api-shapes.ts'
import { dateTime } from '../parts/format.ts'
import { Status } from '../parts/status.tsx'
import { t } from '../texts/text.ts'

const PERCENT = { scheduled: 10, dispatched: 50, delivered: 100, failed: 50, cancelled: 10 } as const

const STEPS = ['scheduled', 'dispatched', 'failed', 'delivered', 'cancelled'] as const

/** `delivery`: null until the order is paid. */
export function OrderDelivery({ delivery }: { readonly delivery: Delivery | null }) {
  return (
    <section aria-labelledby="delivery">
      <h2 id="delivery">{t('xray.delivery')}</h2>
      {delivery === null ? <p class="dim">{t('xray.delivery.none')}</p> : <Delivering delivery={delivery} />}
    </section>
  )
}

function Delivering({ delivery: { status, dispatches, reason = null, times } }: { readonly delivery: Delivery }) {
  const steps = STEPS.flatMap((step) => {
    const at = times?.[step] ?? null
    return at === null ? [] : [{ step, at }]
  }).sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  return (
    <>
      <p>
        <Status status={status} />
        {reason !== null && <span class="dim"> {reason}</span>}
      </p>
      <div class="progress">
        <progress max={100} value={PERCENT[status]} aria-label={t('xray.delivery.progress')} />
        <span class="dim">
          {String(PERCENT[status])} %{dispatches > 0 && `, ${t('xray.delivery.dispatches', { n: dispatches })}`}
        </span>
      </div>
      <ol class="timeline">
        {steps.map(({ step, at }) => (
          <li key={step}>
            {t(`xray.delivery.${step}`)} <time dateTime={at}>{dateTime(at)}</time>
          </li>
        ))}
      </ol>
    </>
  )
}
