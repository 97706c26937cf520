/** What an order is: its state, its money, its lines and the stock that is held for them. */
import type { Order, OrderLine } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, money } from '../parts/format.ts'
import { OrderStatus, reasonInWords } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import type { StockMoves } from './event-tree.ts'

export function OrderFacts({ order }: { readonly order: Order }) {
  const { customerId, placedAt, rejectedAt = null, reservedUntil, total, version, status } = order
  return (
    <dl class="facts">
      <dt>{t('xray.status')}</dt>
      <dd>
        <OrderStatus status={status} reason={reasonInWords(order)} />
      </dd>
      <dt>{t('xray.total')}</dt>
      <dd>{total === null ? t('xray.unknown') : money(total)}</dd>
      <dt>{t('xray.customer')}</dt>
      <dd>
        <a class="id" href={href('customers', customerId)}>
          {customerId}
        </a>
      </dd>
      {placedAt !== null && (
        <>
          <dt>{t('xray.placed')}</dt>
          <dd>{dateTime(placedAt)}</dd>
        </>
      )}
      {rejectedAt !== null && (
        <>
          <dt>{t('xray.rejected')}</dt>
          <dd>{dateTime(rejectedAt)}</dd>
        </>
      )}
      {status === 'placed' && (
        <>
          <dt>{t('xray.reserved')}</dt>
          <dd>
            {reservedUntil === null
              ? t('xray.reserved.always')
              : t('xray.reserved.until', { time: dateTime(reservedUntil) })}
          </dd>
        </>
      )}
      <dt>{t('xray.version')}</dt>
      <dd>{count(version)}</dd>
    </dl>
  )
}

interface OrderLinesProps {
  readonly order: Order
  /** By product. */
  readonly stock: ReadonlyMap<string, StockMoves>
}

export function OrderLines({ order: { lines, shortages = [] }, stock }: OrderLinesProps) {
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{t('xray.lines')}</h2>
      <DataTable<readonly [number, OrderLine]>
        caption={t('xray.lines.caption')}
        items={lines.map((line, index) => [index, line])}
        rowKey={([index]) => String(index)}
        columns={[
          {
            title: t('xray.product'),
            cell: ([, { name, sku }]) => (
              <>
                {name ?? t('xray.product.unknown')} <span class="id dim">{sku}</span>
              </>
            ),
          },
          { title: t('xray.units'), numeric: true, cell: ([, { quantity }]) => count(quantity) },
          {
            title: t('xray.unit-price'),
            numeric: true,
            cell: ([, { unitPrice }]) => (unitPrice === null ? t('xray.unknown') : money(unitPrice)),
          },
          // Of the product, no matter which of its lines holds them.
          { title: t('xray.stock'), numeric: true, cell: ([, { sku }]) => stockWords(stock.get(sku)) },
        ]}
      />
      {shortages.map(({ sku, wanted, available }) => (
        <p key={sku} class="dim">
          {t('xray.shortage', { wanted: count(wanted), available: count(available) })} <span class="id">{sku}</span>
        </p>
      ))}
    </section>
  )
}

function stockWords(moves: StockMoves | undefined): string {
  const { reserved = 0, shipped = 0, returned = 0 } = moves ?? {}
  const words = [
    ...(reserved > 0 ? [t('xray.stock.reserved', { n: reserved })] : []),
    ...(shipped > 0 ? [t('xray.stock.shipped', { n: shipped })] : []),
    ...(returned > 0 ? [t('xray.stock.returned', { n: returned })] : []),
  ]
  return words.length === 0 ? t('xray.stock.none') : words.join(', ')
}
