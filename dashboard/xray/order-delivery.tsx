/** How an order is delivered: how far it is, and when it took which step. */
import type { Delivery } from '../api-shapes.ts'
import { percentOf, stepsOf } from '../parts/delivery-steps.ts'
import { dateTime } from '../parts/format.ts'
import { Status } from '../parts/status.tsx'
import { t } from '../texts/text.ts'

/** `delivery`: null until the order is paid. */
export function OrderDelivery({ delivery }: { readonly delivery: Delivery | null }) {
  return (
    <section aria-labelledby="delivery">
      <h2 id="delivery">{t('xray.delivery')}</h2>
      {delivery === null ? <p class="dim">{t('xray.delivery.none')}</p> : <Delivering delivery={delivery} />}
    </section>
  )
}

function Delivering({ delivery }: { readonly delivery: Delivery }) {
  const { status, dispatches, reason = null, times } = delivery
  const percent = percentOf(delivery)
  return (
    <>
      <p>
        <Status status={status} />
        {reason !== null && <span class="dim"> {reason}</span>}
      </p>
      <div class="progress">
        <progress max={100} value={percent} aria-label={t('xray.delivery.progress')} />
        <span class="dim">
          {String(percent)} %{dispatches > 0 && `, ${t('xray.delivery.dispatches', { n: dispatches })}`}
        </span>
      </div>
      <ol class="timeline">
        {stepsOf(times).map(({ step, at }) => (
          <li key={step}>
            {t(`xray.delivery.${step}`)} <time dateTime={at}>{dateTime(at)}</time>
          </li>
        ))}
      </ol>
    </>
  )
}
