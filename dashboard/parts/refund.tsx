/** Money that a person gives back: how much, why, and what came of it. */
import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { Payment, RequestRefund } from '../api-shapes.ts'
import type { Trouble } from '../api.ts'
import { t } from '../texts/text.ts'
import { AmountField, unreadableAmount, useAmount, type WrittenAmount } from './amount.tsx'
import { useSending } from './command.ts'

/** As the service takes it. */
const LONGEST_REASON = 200

export interface Refund {
  readonly amount: WrittenAmount
  readonly reason: Signal<string>
  readonly busy: ReadonlySignal<boolean>
  readonly trouble: ReadonlySignal<Trouble | null>
  /** What is wrong with what was written; empty: nothing. */
  readonly fault: ReadonlySignal<string>
  /** True: the refund is under way, or done, and the fields are empty again. */
  give(orderId: string): Promise<boolean>
}

export function useRefund(): Refund {
  const { run, busy, trouble, forget } = useSending()
  const amount = useAmount()
  const reason = useSignal('')
  const fault = useSignal('')
  return {
    ...{ amount, reason, busy, trouble, fault },
    async give(orderId) {
      const wanted = amount.read()
      fault.value = wanted === 'unreadable' ? unreadableAmount() : ''
      forget()
      if (wanted === 'unreadable') return false
      const body: RequestRefund = { reason: reason.value.trim(), ...(wanted && { amount: wanted }) }
      const path = `/payments/${encodeURIComponent(orderId)}/refund`
      if ((await run<Payment>({ method: 'POST', path, body })) === null) return false
      amount.text.value = ''
      reason.value = ''
      return true
    },
  }
}

export function RefundFields({ refund: { amount, reason } }: { readonly refund: Refund }) {
  return (
    <>
      <AmountField amount={amount} hint={t('payments.refund.hint')} />
      <label>
        {t('payments.refund.reason')}
        <input
          type="text"
          required
          maxLength={LONGEST_REASON}
          autocomplete="off"
          value={reason.value}
          onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
        />
      </label>
    </>
  )
}
