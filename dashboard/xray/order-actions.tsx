/** What can be done with an order now, each behind a button. */
import { useSignal } from '@preact/signals'
import type { Order } from '../api-shapes.ts'
import { useSending } from '../parts/command.ts'
import { TroubleNote } from '../parts/notes.tsx'
import { t } from '../texts/text.ts'
import { actionsFor, type Action } from './actions.ts'
import { CancelDialog, PayDialog, RefundDialog, ReturnDialog } from './order-dialogs.tsx'

/** Parcels are moved at once; what money or stock hangs on is asked for first. */
export function OrderActions({ order }: { readonly order: Order }) {
  const asking = useSignal<Action | null>(null)
  const sending = useSending()
  const { orderId, delivery } = order

  async function move(action: 'dispatch' | 'deliver'): Promise<void> {
    const dispatches = delivery?.dispatches ?? 0
    // A parcel that somebody else moved meanwhile is not moved twice.
    const dispatch = action === 'dispatch' ? dispatches + 1 : dispatches
    const path = `/deliveries/${encodeURIComponent(orderId)}/${action}`
    await sending.run({ method: 'POST', path, body: { dispatch } })
  }

  function act(action: Action): void {
    if (action === 'dispatch' || action === 'deliver') void move(action)
    else asking.value = action
  }

  const close = () => (asking.value = null)
  return (
    <>
      <div class="buttons">
        {actionsFor(order).map((action) => (
          <button
            key={action}
            type="button"
            class={action === 'cancel' ? 'dangerous' : undefined}
            aria-disabled={sending.busy.value}
            onClick={() => act(action)}
          >
            {t(`xray.${action}`)}
          </button>
        ))}
      </div>
      <TroubleNote trouble={sending.trouble.value} />
      {asking.value === 'pay' && <PayDialog order={order} onClose={close} />}
      {asking.value === 'cancel' && <CancelDialog order={order} onClose={close} />}
      {asking.value === 'return' && <ReturnDialog order={order} onClose={close} />}
      {asking.value === 'refund' && <RefundDialog order={order} onClose={close} />}
    </>
  )
}
