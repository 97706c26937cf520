/** What has to be known before money or stock moves: how to pay, why to cancel, what comes back, what is given back. */
import { useSignal } from '@preact/signals'
import type { MoneySum, Order, RequestPayment } from '../api-shapes.ts'
import { useSending } from '../parts/command.ts'
import { Dialog } from '../parts/dialog.tsx'
import { money, sumOfMoney } from '../parts/format.ts'
import { t } from '../texts/text.ts'
import { RefundFields, useRefund } from '../parts/refund.tsx'
import { unitsLeft } from './actions.ts'
import { methodWord } from '../parts/words.ts'

interface DialogProps {
  readonly order: Order
  readonly onClose: () => void
}

const METHODS: readonly RequestPayment['method'][] = ['card', 'paypal', 'bank-transfer', 'on-account']

export function PayDialog({ order: { orderId, total }, onClose }: DialogProps) {
  const sending = useSending()
  const method = useSignal<string>('card')

  async function pay(): Promise<void> {
    const body = { orderId, method: method.value }
    if ((await sending.run({ method: 'POST', path: '/payments', body })) !== null) onClose()
  }

  return (
    <Dialog
      title={t('xray.pay.title', { id: orderId })}
      yes={t('xray.pay')}
      no={t('xray.not-now')}
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void pay()}
      onNo={onClose}
    >
      {total !== null && (
        <p>
          {t('xray.total')}: {money(total)}
        </p>
      )}
      <label>
        {t('xray.pay.method')}
        <select value={method.value} onChange={({ currentTarget }) => (method.value = currentTarget.value)}>
          {METHODS.map((each) => (
            <option key={each} value={each}>
              {methodWord(each)}
            </option>
          ))}
        </select>
      </label>
    </Dialog>
  )
}

export function CancelDialog({ order, onClose }: DialogProps) {
  const { orderId, lines, version } = order
  const sending = useSending()
  const reason = useSignal('')
  const n = lines.reduce((sum, { quantity }) => sum + quantity, 0)

  async function cancel(): Promise<void> {
    const text = reason.value.trim()
    const done = await sending.run<Order>({
      method: 'POST',
      path: `/orders/${encodeURIComponent(orderId)}/cancel`,
      body: text === '' ? {} : { reason: text },
      // What is cancelled is what was seen.
      headers: { 'if-match': `"${String(version)}"` },
    })
    if (done !== null) onClose()
  }

  return (
    <Dialog
      title={t('xray.cancel.title', { id: orderId })}
      yes={t('xray.cancel')}
      no={t('xray.not-now')}
      dangerous
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void cancel()}
      onNo={onClose}
    >
      <p>{t('xray.cancel.about', { n })}</p>
      <Words label={t('xray.cancel.reason')} value={reason.value} onInput={(text) => (reason.value = text)} />
    </Dialog>
  )
}

/** As goodwill: the order stays as it is. */
export function RefundDialog({ order: { orderId, payment = null }, onClose }: DialogProps) {
  const refund = useRefund()

  async function give(): Promise<void> {
    if (await refund.give(orderId)) onClose()
  }

  return (
    <Dialog
      title={t('xray.refund.title', { id: orderId })}
      yes={t('xray.refund')}
      no={t('xray.not-now')}
      dangerous
      busy={refund.busy.value}
      trouble={refund.trouble.value}
      onYes={() => void give()}
      onNo={onClose}
    >
      {payment !== null && (
        <p>{t('xray.refund.about', { captured: money(payment.captured), refunded: money(refundedOf(payment)) })}</p>
      )}
      <RefundFields refund={refund} />
      <p class="trouble-text" role="status">
        {refund.fault.value}
      </p>
    </Dialog>
  )
}

/** What is under way counts: it is no longer there to be given. */
function refundedOf({ refunded, underWay }: NonNullable<Order['payment']>): MoneySum {
  return { amount: sumOfMoney([refunded, underWay]), currency: refunded.currency }
}

export function ReturnDialog({ order, onClose }: DialogProps) {
  const { orderId, lines } = order
  const sending = useSending()
  const reason = useSignal('')
  const isSellable = useSignal(true)
  const left = unitsLeft(order)
  const wanted = useSignal<ReadonlyMap<string, number>>(left)

  async function giveBack(): Promise<void> {
    const units = [...wanted.value].map(([sku, quantity]) => ({ sku, quantity })).filter(({ quantity }) => quantity > 0)
    const path = `/orders/${encodeURIComponent(orderId)}/return`
    const body = { lines: units, reason: reason.value.trim(), sellable: isSellable.value }
    if ((await sending.run<Order>({ method: 'POST', path, body })) !== null) onClose()
  }

  return (
    <Dialog
      title={t('xray.return.title', { id: orderId })}
      yes={t('xray.return')}
      no={t('xray.not-now')}
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void giveBack()}
      onNo={onClose}
    >
      {[...left].map(([sku, n]) => (
        <label key={sku}>
          {t('xray.return.units', { name: lines.find((line) => line.sku === sku)?.name ?? sku, n })}
          <input
            type="number"
            min={0}
            max={n}
            required
            value={wanted.value.get(sku) ?? 0}
            onInput={({ currentTarget }) => {
              const units = Number(currentTarget.value)
              if (Number.isInteger(units)) wanted.value = new Map(wanted.value).set(sku, units)
            }}
          />
        </label>
      ))}
      <Words label={t('xray.return.reason')} required value={reason.value} onInput={(text) => (reason.value = text)} />
      <label class="choice">
        <input
          type="checkbox"
          checked={isSellable.value}
          onChange={({ currentTarget }) => (isSellable.value = currentTarget.checked)}
        />
        {t('xray.return.sellable')}
      </label>
    </Dialog>
  )
}

interface WordsProps {
  readonly label: string
  readonly value: string
  readonly required?: boolean
  readonly onInput: (text: string) => void
}

function Words({ label, value, required = false, onInput }: WordsProps) {
  return (
    <label>
      {label}
      <input
        type="text"
        maxLength={200}
        required={required}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  )
}
