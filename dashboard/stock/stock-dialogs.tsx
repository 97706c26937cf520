/** Goods come in, or a count of the shelves says otherwise: what people do to the stock of a product. */
import { useSignal, type Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Product } from '../api-shapes.ts'
import { t } from '../texts/text.ts'
import { useSending } from '../parts/command.ts'
import { Dialog } from '../parts/dialog.tsx'

const MOST = 1_000_000_000

interface StockDialogProps {
  readonly product: Product
  readonly onClose: () => void
}

export function ReceiveDialog({ product, onClose }: StockDialogProps) {
  const quantity = useSignal('')
  return (
    <StockDialog
      product={product}
      onClose={onClose}
      title={t('products.receive.title', { name: product.name })}
      yes={t('products.receive')}
      path="receipts"
      body={() => ({ quantity: Number(quantity.value) })}
    >
      <Units label={t('products.receive.units')} min={1} value={quantity} />
    </StockDialog>
  )
}

export function AdjustDialog({ product, onClose }: StockDialogProps) {
  const delta = useSignal('')
  const reason = useSignal('')
  return (
    <StockDialog
      product={product}
      onClose={onClose}
      title={t('products.adjust.title', { name: product.name })}
      yes={t('products.adjust')}
      path="adjustments"
      body={() => ({ delta: Number(delta.value), reason: reason.value.trim() })}
    >
      <Units label={t('products.adjust.units')} min={-MOST} value={delta} />
      <label>
        {t('products.adjust.reason')}
        <input
          type="text"
          required
          maxLength={200}
          value={reason.value}
          onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
        />
      </label>
    </StockDialog>
  )
}

interface Question extends StockDialogProps {
  readonly title: string
  readonly yes: string
  /** Behind that of the product. */
  readonly path: string
  readonly body: () => object
  readonly children: ComponentChildren
}

function StockDialog({ product, onClose, title, yes, path, body, children }: Question) {
  const { sku, onHand, reserved } = product
  const sending = useSending()

  async function act(): Promise<void> {
    const whole = `/products/${encodeURIComponent(sku)}/${path}`
    const done = await sending.run<Product>({ method: 'POST', path: whole, body: body() })
    if (done !== null) onClose()
  }

  return (
    <Dialog
      title={title}
      yes={yes}
      no={t('products.not-now')}
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void act()}
      onNo={onClose}
    >
      <p>
        <span class="id">{sku}</span>: {t('products.now', { n: onHand, reserved })}
      </p>
      {children}
    </Dialog>
  )
}

interface UnitsProps {
  readonly label: string
  readonly min: number
  readonly value: Signal<string>
}

function Units({ label, min, value }: UnitsProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        inputMode={min < 0 ? 'text' : 'numeric'}
        min={min}
        max={MOST}
        step={1}
        required
        value={value.value}
        onInput={({ currentTarget }) => (value.value = currentTarget.value)}
      />
    </label>
  )
}
