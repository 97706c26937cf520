/** The stock of each product; those that cannot be sold stand first. */
import { useSignal } from '@preact/signals'
import type { Product, ProductList } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { count, counted, money } from '../parts/format.ts'
import { useHeld } from '../parts/hold.ts'
import { AsOf, Chip, Empty, ReadTrouble } from '../parts/notes.tsx'

/** As many as the API gives at once. */
const PAGE = 200
const AT_RISK_BELOW = 100

export function ProductsPage() {
  const live = useLive<ProductList>(`/products?limit=${String(PAGE)}`)
  const list = live.shown.value?.body ?? null
  const held = useHeld(byUrgency(list?.items ?? []), ({ sku }) => sku)
  const receiving = useSignal<string | null>(null)
  const product = list?.items.find(({ sku }) => sku === receiving.value)
  const counts = tally(list?.items ?? [])
  return (
    <>
      <h1 tabIndex={-1}>Products</h1>
      <ReadTrouble live={live} />
      {list !== null && list.items.length === 0 && (
        <Empty command="npx orderledger simulate day">No products yet.</Empty>
      )}
      {list !== null && list.items.length > 0 && (
        <div {...held.reader}>
          <ul class="tallies">
            <li>
              <Chip kind="bad">Sold out</Chip> <strong>{count(counts.soldOut)}</strong>
            </li>
            <li>
              <Chip kind="waiting">At risk</Chip> <strong>{count(counts.atRisk)}</strong>{' '}
              <span class="dim">fewer than {String(AT_RISK_BELOW)} units available</span>
            </li>
            <li>
              <Chip kind="good">In stock</Chip> <strong>{count(counts.inStock)}</strong>
            </li>
          </ul>
          <div class="above">
            <AsOf live={live} of="products" />
            <button type="button" class="quiet" aria-disabled={!held.moved} onClick={held.release}>
              {held.moved ? 'Sort again' : 'Up to date'}
            </button>
          </div>
          <DataTable
            caption="Products: sold out first, then at risk, then the others"
            items={held.items}
            rowKey={({ sku }) => sku}
            columns={columns((sku) => (receiving.value = sku))}
          />
          {list.next !== null && <p class="dim">The {String(PAGE)} newest products. GET /products lists the others.</p>}
          {/* Inside, so that the list holds still while the dialog is open. */}
          {product !== undefined && <ReceiveDialog product={product} onClose={() => (receiving.value = null)} />}
        </div>
      )}
    </>
  )
}

const columns = (receive: (sku: string) => void) => [
  {
    title: 'Product',
    cell: ({ name, sku }: Product) => (
      <>
        {name} <span class="id dim">{sku}</span>
      </>
    ),
  },
  {
    title: 'Stock',
    cell(product: Product) {
      switch (stockOf(product)) {
        case 'soldOut':
          return <Chip kind="bad">Sold out</Chip>
        case 'atRisk':
          return <Chip kind="waiting">At risk</Chip>
        case 'inStock':
          return <Chip kind="good">In stock</Chip>
      }
    },
  },
  { title: 'Category', cell: ({ category }: Product) => category },
  { title: 'Price', numeric: true, cell: ({ price }: Product) => money(price) },
  { title: 'On hand', numeric: true, cell: ({ onHand }: Product) => count(onHand) },
  { title: 'Reserved', numeric: true, cell: ({ reserved }: Product) => count(reserved) },
  { title: 'Available', numeric: true, cell: ({ available }: Product) => <strong>{count(available)}</strong> },
  {
    title: 'Receipt',
    cell: ({ sku, name }: Product) => (
      <button type="button" class="quiet" aria-label={`Receive ${name}, ${sku}`} onClick={() => receive(sku)}>
        Receive
      </button>
    ),
  },
]

type Stock = 'soldOut' | 'atRisk' | 'inStock'

function stockOf({ available }: Product): Stock {
  if (available <= 0) return 'soldOut'
  return available < AT_RISK_BELOW ? 'atRisk' : 'inStock'
}

const URGENCY: Readonly<Record<Stock, number>> = { soldOut: 0, atRisk: 1, inStock: 2 }

/** Within a state by name, so that a sale moves nothing but what it sells out. */
function byUrgency(products: readonly Product[]): readonly Product[] {
  return products.toSorted(
    (one, other) => URGENCY[stockOf(one)] - URGENCY[stockOf(other)] || one.name.localeCompare(other.name, 'en'),
  )
}

function tally(products: readonly Product[]): Readonly<Record<Stock, number>> {
  const counts = { soldOut: 0, atRisk: 0, inStock: 0 }
  for (const product of products) counts[stockOf(product)] += 1
  return counts
}

function ReceiveDialog({ product, onClose }: { readonly product: Product; readonly onClose: () => void }) {
  const { sku, name, onHand } = product
  const sending = useSending()
  const text = useSignal('')

  async function receive(): Promise<void> {
    const path = `/products/${encodeURIComponent(sku)}/receipts`
    const done = await sending.run<Product>({ method: 'POST', path, body: { quantity: Number(text.value) } })
    if (done !== null) onClose()
  }

  return (
    <Dialog
      title={`Receive ${name}`}
      yes="Receive"
      no="Not now"
      busy={sending.busy.value}
      trouble={sending.trouble.value}
      onYes={() => void receive()}
      onNo={onClose}
    >
      <p>
        {counted(onHand, 'unit')} of <span class="id">{sku}</span> on hand.
      </p>
      <label>
        Units received
        <input
          type="number"
          inputMode="numeric"
          min={1}
          max={1_000_000_000}
          step={1}
          required
          value={text.value}
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
    </Dialog>
  )
}
