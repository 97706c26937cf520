/** Pays an order: all of it, or an amount. */
import { useSignal } from '@preact/signals'
import type { PaymentAttempt, RequestPayment } from '../api-shapes.ts'
import { t, wordFor } from '../texts/text.ts'
import { useSending } from './command.ts'
import { currencyDigits, inWords, minorUnits, shopCurrency } from './format.ts'
import { TroubleNote } from './notes.tsx'

const METHODS = ['card', 'paypal', 'bank-transfer', 'on-account'] as const

export function PaymentForm() {
  const sending = useSending()
  const order = useSignal('')
  const method = useSignal<RequestPayment['method']>('card')
  const amount = useSignal('')
  const said = useSignal('')
  const [digits, currency] = [currencyDigits.value, shopCurrency.value]

  async function pay(): Promise<void> {
    const orderId = order.value.trim()
    const minor = digits === null || amount.value.trim() === '' ? null : minorUnits(amount.value, digits)
    if (amount.value.trim() !== '' && minor === null) {
      said.value = t('payments.amount.wrong', { n: digits ?? 0 })
      return
    }
    said.value = ''
    const body: RequestPayment = {
      ...{ orderId, method: method.value },
      ...(minor !== null && currency !== null && { amount: { amount: minor, currency } }),
    }
    const attempt = await sending.run<PaymentAttempt>({ method: 'POST', path: '/payments', body })
    if (attempt === null) return
    said.value = t('payments.requested', { order: orderId })
    amount.value = ''
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
        <label>
          {t('payments.order')}
          <input
            type="text"
            required
            autocomplete="off"
            value={order.value}
            onInput={({ currentTarget }) => (order.value = currentTarget.value)}
          />
        </label>
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
                {wordFor('method', one) ?? inWords(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('payments.amount', { currency: currency ?? '' })}
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            placeholder={t('payments.amount.hint')}
            value={amount.value}
            onInput={({ currentTarget }) => (amount.value = currentTarget.value)}
          />
        </label>
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
