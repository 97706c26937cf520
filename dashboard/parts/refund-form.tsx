/** Refunds the payment of an order: all that is left of it, or an amount. */
import { useSignal } from '@preact/signals'
import { TextField } from './text-field.tsx'
import { t } from '../texts/text.ts'
import { TroubleNote } from './notes.tsx'
import { RefundFields, useRefund } from './refund.tsx'

export function RefundForm() {
  const refund = useRefund()
  const order = useSignal('')
  const said = useSignal('')

  async function give(): Promise<void> {
    const orderId = order.value.trim()
    said.value = ''
    if (await refund.give(orderId)) said.value = t('payments.refund.done', { order: orderId })
  }

  return (
    <>
      <form
        class="row"
        aria-label={t('payments.refund.form')}
        onSubmit={(event) => {
          event.preventDefault()
          void give()
        }}
      >
        <TextField label={t('payments.order')} text={order} />
        <RefundFields refund={refund} />
        <button type="submit" aria-disabled={refund.busy.value}>
          {t('payments.refund')}
        </button>
      </form>
      <p class="dim" role="status">
        {refund.fault.value || said.value}
      </p>
      <TroubleNote trouble={refund.trouble.value} />
    </>
  )
}
