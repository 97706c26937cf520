/** Pays an order: all of it, or an amount. */
import { useSignal } from '@preact/signals'
import type { PaymentAttempt, RequestPayment } from '../api-shapes.ts'
import { TextField } from './text-field.tsx'
import { t } from '../texts/text.ts'
import { AmountField, unreadableAmount, useAmount } from './amount.tsx'
import { useSending } from './command.ts'
import { TroubleNote } from './notes.tsx'
import { methodWord } from './words.ts'

const METHODS = ['card', 'paypal', 'bank-transfer', 'on-account'] as const

export function PaymentForm() {
  const sending = useSending()
  const order = useSignal('')
  const method = useSignal<RequestPayment['method']>('card')
  const amount = useAmount()
  const said = useSignal('')

  async function pay(): Promise<void> {
    const orderId = order.value.trim()
    const wanted = amount.read()
    said.value = wanted === 'unreadable' ? unreadableAmount() : ''
    if (wanted === 'unreadable') return
    const body: RequestPayment = { orderId, method: method.value, ...(wanted && { amount: wanted }) }
    const attempt = await sending.run<PaymentAttempt>({ method: 'POST', path: '/payments', body })
    if (attempt === null) return
    said.value = t('payments.requested', { order: orderId })
    amount.text.value = ''
  }

  return (
    <section aria-labelledby="pay">
      <h2 id="pay">{t('payments.pay')}</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          void pay()
        }}
      >
        <TextField label={t('payments.order')} text={order} />
        <label>
          {t('payments.method')}
          <select
            value={method.value}
            onChange={({ currentTarget }) =>
              (method.value = METHODS.find((one) => one === currentTarget.value) ?? 'card')
            }
          >
            {METHODS.map((one) => (
              <option key={one} value={one}>
                {methodWord(one)}
              </option>
            ))}
          </select>
        </label>
        <AmountField amount={amount} hint={t('payments.amount.hint')} />
        <button type="submit" class="primary" aria-disabled={sending.busy.value}>
          {t('payments.send')}
        </button>
      </form>
      <p class="dim" role="status">
        {said.value}
      </p>
      <TroubleNote trouble={sending.trouble.value} />
    </section>
  )
}
