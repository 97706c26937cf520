/** One order under the X-ray: what it is, everything that happened to it, how fast, and what can be done with it. */
import { useSignal } from '@preact/signals'
import { useCallback } from 'preact/hooks'
import type { Delivery, Order, OrderHops, Payment, Timeline } from '../api-shapes.ts'
import { serviceTime, useChanges, useTopic } from '../following.ts'
import { AsOf, ReadTrouble } from '../parts/notes.tsx'
import { refresh, useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { stockOf } from '../xray/event-tree.ts'
import { OrderActions } from '../xray/order-actions.tsx'
import { OrderDelivery } from '../xray/order-delivery.tsx'
import { OrderEvents } from '../xray/order-events.tsx'
import { OrderFacts, OrderLines } from '../xray/order-facts.tsx'
import { OrderMessages } from '../xray/order-messages.tsx'
import { OrderPayment } from '../xray/order-payment.tsx'

/** As many as an order has in any life of a shop. */
const MOST_ARRIVALS = 100

export function OrderPage({ orderId }: { readonly orderId: string }) {
  const path = `/orders/${encodeURIComponent(orderId)}`
  const live = useLive<Order>(path)
  const order = live.shown.value?.body ?? null
  const isMissing = live.trouble.value?.status === 404
  const timeline = useLive<Timeline>(isMissing ? null : `${path}/timeline`)
  const hops = useLive<OrderHops>(isMissing ? null : `${path}/hops`)
  const hasPayment = (order?.payment ?? null) !== null
  const payment = useLive<Payment>(hasPayment ? `/payments/${encodeURIComponent(orderId)}` : null)
  const hasDelivery = (order?.delivery ?? null) !== null
  const delivery = useLive<Delivery>(hasDelivery ? `/deliveries/${encodeURIComponent(orderId)}` : null)
  const arrivals = useArrivals(orderId)
  const life = timeline.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('orders')}>{t('xray.back')}</a>
      </p>
      <div class="heading">
        <h1 tabIndex={-1}>
          {t('xray.title')} <span class="id">{orderId}</span>
        </h1>
        {order !== null && <OrderActions order={order} />}
      </div>
      <ReadTrouble live={live} />
      {order !== null && (
        <>
          <OrderFacts order={order} />
          <OrderLines order={order} stock={stockOf(life?.items ?? [])} />
          <AsOf live={live} of="orders" />
          <div class="columns">
            <OrderPayment payment={payment.shown.value?.body ?? null} />
            <div class="beside">
              <OrderDelivery delivery={delivery.shown.value?.body ?? null} />
              {life !== null && <OrderMessages timeline={life} />}
            </div>
          </div>
        </>
      )}
      {!isMissing && (
        <>
          <ReadTrouble live={timeline} />
          {life !== null && <OrderEvents timeline={life} hops={hops.shown.value?.body ?? null} arrivals={arrivals} />}
        </>
      )}
    </>
  )
}

/** When changes of the order came to this page, by the clock of the service. Each is a reason to look at the order now. */
function useArrivals(orderId: string): readonly number[] {
  const arrivals = useSignal<readonly number[]>([])
  // One row is enough: changes of all orders come.
  useTopic('orders', 1)
  useChanges(
    'orders',
    useCallback(
      (item) => {
        if (item.orderId !== orderId) return
        const at = serviceTime()
        if (at !== null) arrivals.value = [...arrivals.value, at].slice(-MOST_ARRIVALS)
        refresh()
      },
      [orderId],
    ),
  )
  return arrivals.value
}
