/** One product: its stock now, every move of it, and what people do to it. */
import { useSignal } from '@preact/signals'
import type { Event, EventPage, Product } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, money, shortId } from '../parts/format.ts'
import { AsOf, ReadTrouble } from '../parts/notes.tsx'
import { eventWord } from '../parts/words.ts'
import { AdjustDialog, ReceiveDialog } from '../stock/stock-dialogs.tsx'
import { StockChip } from '../stock/stock-state.tsx'
import { useTail } from '../lists/use-tail.ts'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const PAGE = 50

interface ProductPageProps {
  readonly sku: string
  /** Where a page of its history begins, oldest first; null: the newest events. */
  readonly after: string | null
}

export function ProductPage({ sku, after }: ProductPageProps) {
  const live = useLive<Product>(`/products/${encodeURIComponent(sku)}`)
  const product = live.shown.value?.body ?? null
  const doing = useSignal<'receive' | 'adjust' | null>(null)
  const close = () => (doing.value = null)
  return (
    <>
      <p>
        <a href={href('products')}>{t('frame.page.products')}</a>
      </p>
      <div class="heading">
        <h1 tabIndex={-1}>
          {product?.name} <span class="id">{sku}</span>
        </h1>
        {product !== null && (
          <p class="buttons">
            <button type="button" class="primary" onClick={() => (doing.value = 'receive')}>
              {t('products.receive')}
            </button>
            <button type="button" onClick={() => (doing.value = 'adjust')}>
              {t('products.adjust')}
            </button>
            <a href={href('insights', 'forecast', { sku })}>{t('insights.section.forecast')}</a>
            <a href={href('insights', 'recommendations', { product: sku })}>{t('insights.section.recommendations')}</a>
          </p>
        )}
      </div>
      <ReadTrouble live={live} />
      {product !== null && (
        <>
          <Stock product={product} />
          <AsOf live={live} of="products" />
          {after === null ? <Recent sku={sku} /> : <Early sku={sku} after={after} />}
        </>
      )}
      {product !== null && doing.value === 'receive' && <ReceiveDialog product={product} onClose={close} />}
      {product !== null && doing.value === 'adjust' && <AdjustDialog product={product} onClose={close} />}
    </>
  )
}

function Stock({ product }: { readonly product: Product }) {
  const { category, price, onHand, reserved, available, reorderPoint } = product
  const sides = [
    { title: t('products.on-hand'), units: onHand },
    { title: t('products.reserved'), units: reserved },
    { title: t('products.available'), units: available },
    { title: t('products.reorder-point'), units: reorderPoint },
  ]
  return (
    <>
      <p>
        <StockChip product={product} />{' '}
        <span class="dim">
          {category} · {money(price)}
        </span>
      </p>
      <ul class="cards">
        {sides.map(({ title, units }) => (
          <li key={title} class="card">
            <h2>{title}</h2>
            <p class="total">{count(units)}</p>
          </li>
        ))}
      </ul>
    </>
  )
}

function Recent({ sku }: { readonly sku: string }) {
  const live = useTail({ stream: `inventory-${sku}`, type: null })
  const tail = live.shown.value?.body ?? null
  const start = href('products', sku, { after: '0' })
  return (
    <section aria-labelledby="history">
      <h2 id="history">{t('products.history')}</h2>
      <ReadTrouble live={live} />
      {tail !== null && tail.items.length > 0 && <Moves caption={t('products.history.caption')} items={tail.items} />}
      {tail !== null && (
        <p class="dim">
          {t(tail.items.length > 0 ? 'products.history.recent' : 'products.history.old')}{' '}
          <a href={start}>{t('products.history.start')}</a>
        </p>
      )}
    </section>
  )
}

function Early({ sku, after }: { readonly sku: string; readonly after: string }) {
  const query = new URLSearchParams({ after, limit: String(PAGE) }).toString()
  const live = useLive<EventPage>(`/products/${encodeURIComponent(sku)}/events?${query}`)
  const page = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="history">
      <h2 id="history">{t('products.history')}</h2>
      <ReadTrouble live={live} />
      {page !== null && <Moves caption={t('products.history.first')} items={page.items} />}
      <p class="buttons">
        <a href={href('products', sku)}>{t('products.history.newest')}</a>
        {page !== null && page.next !== null && (
          <a href={href('products', sku, { after: String(page.next) })}>{t('products.history.next')}</a>
        )}
      </p>
    </section>
  )
}

function Moves({ caption, items }: { readonly caption: string; readonly items: readonly Event[] }) {
  return (
    <DataTable
      caption={caption}
      items={items}
      rowKey={({ position }) => String(position)}
      columns={[
        {
          title: t('products.event'),
          cell: ({ type, position }) => <a href={href('events', String(position))}>{eventWord(type)}</a>,
        },
        { title: t('products.units'), numeric: true, cell: (event) => unitsOf(event) },
        { title: t('products.about'), cell: (event) => <About event={event} /> },
        { title: t('products.position'), numeric: true, cell: ({ position }) => count(position) },
        {
          title: t('products.when'),
          numeric: true,
          cell: ({ recordedAt }) => <time dateTime={recordedAt}>{dateTime(recordedAt)}</time>,
        },
      ]}
    />
  )
}

function unitsOf({ data }: Event): string {
  const units = data?.['quantity'] ?? data?.['delta']
  return typeof units === 'number' ? count(units) : ''
}

function About({ event: { data } }: { readonly event: Event }) {
  const orderId = data?.['orderId']
  const reason = data?.['reason']
  if (typeof orderId === 'string') {
    return (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    )
  }
  return <span class="told">{typeof reason === 'string' ? reason : ''}</span>
}
