/** What runs out, the soonest first: as the days between which it happens, because nobody knows the one. */
import type { RunOut, RunOutList } from '../api-shapes.ts'
import { LiveList } from '../lists/live-list.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count } from '../parts/format.ts'
import { AsOf, Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { betweenDays } from './days.ts'
import { Waiting } from './waiting.tsx'

const PAGE = 50
/** The list itself is up to a minute old. */
const EVERY_SECONDS = 5

export function RunOutSection({ cursor }: { readonly cursor: string | null }) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== null && { cursor }) }).toString()
  const path = `/stock/run-out?${query}`
  const live = useLive<RunOutList>(path, EVERY_SECONDS)
  const page = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="run-out">
      <h2 id="run-out">{t('insights.run-out')}</h2>
      <p class="dim">{t('insights.run-out.about')}</p>
      <ReadTrouble live={live} />
      <Waiting live={live} />
      {page !== null && page.items.length === 0 && (
        <Empty command="npx orderledger simulate day">{t('products.none')}</Empty>
      )}
      {page !== null && page.items.length > 0 && (
        <LiveList items={page.items} itemKey={({ sku }) => sku} subject={path} above={<AsOf live={live} of="demand" />}>
          {(standing) => (
            <DataTable
              caption={t('insights.run-out.caption')}
              items={standing}
              rowKey={({ sku }) => sku}
              columns={COLUMNS}
            />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('insights', 'stock')}>{t('insights.run-out.first')}</a>}
        {page !== null && page.next !== null && (
          <a href={href('insights', 'stock', { cursor: page.next })}>{t('insights.run-out.next')}</a>
        )}
      </p>
    </section>
  )
}

const COLUMNS = [
  {
    title: t('products.product'),
    cell: ({ sku }: RunOut) => (
      <a class="id" href={href('products', sku)}>
        {sku}
      </a>
    ),
  },
  { title: t('insights.run-out.when'), cell: (item: RunOut) => <When item={item} /> },
  {
    title: t('products.available'),
    numeric: true,
    cell: ({ available }: RunOut) => <strong>{count(available)}</strong>,
  },
  { title: t('products.reserved'), numeric: true, cell: ({ reserved }: RunOut) => count(reserved) },
  { title: t('products.on-hand'), numeric: true, cell: ({ onHand }: RunOut) => count(onHand) },
  {
    title: t('insights.section.forecast'),
    cell: ({ sku, verdict }: RunOut) => (
      <>
        <a href={href('insights', 'forecast', { sku })} aria-label={t('insights.forecast.of', { sku })}>
          {t('insights.section.forecast')}
        </a>
        {verdict === 'too-little-demand' && <span class="dim"> {t('insights.too-little')}</span>}
      </>
    ),
  },
]

function When({ item: { available, earliest, latest } }: { readonly item: RunOut }) {
  if (available === 0) return <Chip kind="bad">{t('products.sold-out')}</Chip>
  return earliest === null ? (
    <span class="dim">{betweenDays(earliest, latest)}</span>
  ) : (
    <>{betweenDays(earliest, latest)}</>
  )
}
