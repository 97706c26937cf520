/** An amount of money that somebody writes; an empty field is all there is. */
import { useSignal, type Signal } from '@preact/signals'
import type { Money } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { currencyDigits, minorUnits, shopCurrency } from './format.ts'

export interface WrittenAmount {
  readonly text: Signal<string>
  /** Null: nothing is written; `unreadable`: what is written is no amount of the shop's currency. */
  read(): Money | null | 'unreadable'
}

export function useAmount(): WrittenAmount {
  const text = useSignal('')
  return {
    text,
    read() {
      if (text.value.trim() === '') return null
      const [digits, currency] = [currencyDigits.value, shopCurrency.value]
      const amount = digits === null ? null : minorUnits(text.value, digits)
      return amount === null || currency === null ? 'unreadable' : { amount, currency }
    },
  }
}

/** What to say of one that is unreadable. */
export function unreadableAmount(): string {
  return t('payments.amount.wrong', { n: currencyDigits.value ?? 0 })
}

export function AmountField({ amount: { text }, hint }: { readonly amount: WrittenAmount; readonly hint: string }) {
  return (
    <label>
      {t('payments.amount', { currency: shopCurrency.value ?? '' })}
      <input
        type="text"
        inputMode="decimal"
        autocomplete="off"
        placeholder={hint}
        value={text.value}
        onInput={({ currentTarget }) => (text.value = currentTarget.value)}
      />
    </label>
  )
}
