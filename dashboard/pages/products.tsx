/** The stock of each product; those that cannot be sold stand first. */
import { useSignal } from '@preact/signals'
import type { Alert, Product } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, money } from '../parts/format.ts'
import { useHeld } from '../parts/hold.ts'
import { Empty, FollowedAsOf } from '../parts/notes.tsx'
import { AdjustDialog, ReceiveDialog } from '../stock/stock-dialogs.tsx'
import { alertText } from '../stock/alert-text.ts'
import { StockChip, stockOf, StockWord, type Stock } from '../stock/stock-state.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

/** As many as the API gives at once. */
const PAGE = 200
const ALERTS = 5
const OF_STOCK: readonly Alert['kind'][] = ['restock-advised', 'stock-fell-below']

type Deed = 'receive' | 'adjust'

export function ProductsPage() {
  const list = useTopic('stock', PAGE).value
  const held = useHeld(byUrgency(list?.items ?? []), ({ sku }) => sku)
  const doing = useSignal<{ readonly deed: Deed; readonly sku: string } | null>(null)
  const product = list?.items.find(({ sku }) => sku === doing.value?.sku)
  const counts = tally(list?.items ?? [])
  const close = () => (doing.value = null)
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.products')}</h1>
      <Alerts />
      {list !== null && list.items.length === 0 && (
        <Empty command="npx orderledger simulate day">{t('products.none')}</Empty>
      )}
      {list !== null && list.items.length > 0 && (
        <div {...held.reader}>
          <span class="head" ref={(element) => void (held.head.current = element)} />
          <ul class="tallies">
            {STOCKS.map((stock) => (
              <li key={stock}>
                <StockWord stock={stock} /> <strong>{count(counts[stock])}</strong>
                {stock === 'at-risk' && <span class="dim"> {t('products.at-risk.below')}</span>}
              </li>
            ))}
          </ul>
          <div class="above">
            <FollowedAsOf topic="stock" of="products" />
            <button type="button" class="quiet" aria-disabled={!held.moved} onClick={held.release}>
              {t(held.moved ? 'products.sort' : 'products.sorted')}
            </button>
          </div>
          <DataTable
            caption={t('products.caption')}
            items={held.items}
            rowKey={({ sku }) => sku}
            columns={columns((deed, sku) => (doing.value = { deed, sku }))}
          />
          {list.hasOlder && <p class="dim">{t('products.newest', { n: PAGE })}</p>}
          {/* Inside, so that the list holds still while the dialog is open. */}
          {product !== undefined && doing.value?.deed === 'receive' && (
            <ReceiveDialog product={product} onClose={close} />
          )}
          {product !== undefined && doing.value?.deed === 'adjust' && (
            <AdjustDialog product={product} onClose={close} />
          )}
        </div>
      )}
    </>
  )
}

const columns = (act: (deed: Deed, sku: string) => void) => [
  {
    title: t('products.product'),
    cell: ({ name, sku }: Product) => (
      <>
        <a href={href('products', sku)}>{name}</a> <span class="id dim">{sku}</span>
      </>
    ),
  },
  { title: t('products.stock'), cell: (product: Product) => <StockChip product={product} /> },
  { title: t('products.category'), cell: ({ category }: Product) => category },
  { title: t('products.price'), numeric: true, cell: ({ price }: Product) => money(price) },
  { title: t('products.on-hand'), numeric: true, cell: ({ onHand }: Product) => count(onHand) },
  { title: t('products.reserved'), numeric: true, cell: ({ reserved }: Product) => count(reserved) },
  {
    title: t('products.available'),
    numeric: true,
    cell: ({ available }: Product) => <strong>{count(available)}</strong>,
  },
  {
    title: t('products.do'),
    cell: ({ sku, name }: Product) => (
      <span class="buttons">
        {(['receive', 'adjust'] as const).map((deed) => (
          <button
            key={deed}
            type="button"
            class="quiet"
            aria-label={`${t(`products.${deed}`)} ${name}, ${sku}`}
            onClick={() => act(deed, sku)}
          >
            {t(`products.${deed}`)}
          </button>
        ))}
      </span>
    ),
  },
]

const STOCKS: readonly Stock[] = ['sold-out', 'at-risk', 'in-stock']

/** Within a state by name, so that a sale moves nothing but what it sells out. */
function byUrgency(products: readonly Product[]): readonly Product[] {
  return products.toSorted(
    (one, other) =>
      STOCKS.indexOf(stockOf(one)) - STOCKS.indexOf(stockOf(other)) || one.name.localeCompare(other.name, 'en'),
  )
}

function tally(products: readonly Product[]): Readonly<Record<Stock, number>> {
  const counts = { 'sold-out': 0, 'at-risk': 0, 'in-stock': 0 }
  for (const product of products) counts[stockOf(product)] += 1
  return counts
}

/** Products that keep selling out, and those that fell below their reorder points: the newest first. */
function Alerts() {
  const alerts = useTopic('alerts', PAGE).value?.items.filter(({ kind }) => OF_STOCK.includes(kind)) ?? null
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">{t('products.alerts')}</h2>
      {alerts !== null && alerts.length === 0 && <p class="dim">{t('products.alerts.none')}</p>}
      {alerts !== null && alerts.length > 0 && (
        <DataTable
          caption={t('products.alerts')}
          items={alerts.slice(0, ALERTS)}
          rowKey={({ position }) => String(position)}
          columns={alertColumns()}
        />
      )}
    </section>
  )
}

const alertColumns = () => [
  {
    title: t('products.product'),
    cell: ({ sku }: Alert) =>
      sku === null ? (
        ''
      ) : (
        <a class="id" href={href('products', sku)}>
          {sku}
        </a>
      ),
  },
  { title: t('products.alerts.what'), cell: alertText },
  {
    title: t('products.alerts.when'),
    numeric: true,
    cell: ({ at }: Alert) => <time dateTime={at}>{dateTime(at)}</time>,
  },
]
