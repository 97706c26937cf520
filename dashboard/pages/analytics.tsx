/** The figures of sales: by hour, region, category, tier and product, how far orders came, why not, and how they were paid. */
import type {
  OrdersByReason,
  OrdersByStage,
  PaymentsByMethod,
  SalesByCategory,
  SalesByHour,
  SalesByProduct,
  SalesByRegion,
  SalesByTier,
} from '../api-shapes.ts'
import { BreakdownPanels, MOST_ROWS, type Breakdowns, type HourRow } from '../figures/breakdowns.tsx'
import { PeriodChoice } from '../figures/period-choice.tsx'
import type { Period } from '../figures/period.ts'
import { rowsOf } from '../figures/sales-rows.ts'
import { useTopic } from '../following.ts'
import { AsOf, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { useLive, type Live } from '../polling.ts'
import { t } from '../texts/text.ts'

export function AnalyticsPage({ from, to }: Period) {
  const isAll = from === null && to === null
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.analytics')}</h1>
      <PeriodChoice key={`${String(from)} ${String(to)}`} from={from} to={to} />
      {isAll ? <OfAllTime /> : <OfPeriod from={from} to={to} />}
      <p class="dim">{t('analytics.about')}</p>
    </>
  )
}

/** Followed: it moves by itself. */
function OfAllTime() {
  const shown = useTopic('sales', MOST_ROWS).value
  if (shown === null) return null
  const { items } = shown
  const breakdowns: Breakdowns = {
    hours: rowsOf<HourRow>(items, 'hour'),
    regions: rowsOf<SalesByRegion['items'][number]>(items, 'region').map((row) => ({ ...row, name: row.region })),
    categories: rowsOf<SalesByCategory['items'][number]>(items, 'category').map((row) => ({
      ...row,
      name: row.category,
    })),
    tiers: rowsOf<SalesByTier['items'][number]>(items, 'tier').map((row) => ({ ...row, name: row.tier })),
    products: rowsOf<SalesByProduct['items'][number]>(items, 'sku').map((row) => ({ ...row, name: row.sku })),
    stages: rowsOf<OrdersByStage['items'][number]>(items, 'stage'),
    reasons: rowsOf<OrdersByReason['items'][number]>(items, 'reason'),
    methods: rowsOf<PaymentsByMethod['items'][number]>(items, 'method'),
  }
  return (
    <>
      <FollowedAsOf topic="sales" />
      {shown.to === 0 && <Empty command="npx orderledger simulate day">{t('analytics.empty')}</Empty>}
      <BreakdownPanels breakdowns={breakdowns} period={null} />
    </>
  )
}

/** Asked for again and again. */
function OfPeriod(period: Period) {
  const query = queryOf(period)
  const hours = useLive<SalesByHour>(`/analytics/hours${query}`)
  const regions = useLive<SalesByRegion>(`/analytics/regions${query}`)
  const categories = useLive<SalesByCategory>(`/analytics/categories${query}`)
  const tiers = useLive<SalesByTier>(`/analytics/tiers${query}`)
  const products = useLive<SalesByProduct>('/analytics/products')
  const stages = useLive<OrdersByStage>(`/analytics/funnel${query}`)
  const reasons = useLive<OrdersByReason>(`/analytics/reasons${query}`)
  const methods = useLive<PaymentsByMethod>(`/analytics/methods${query}`)
  if (hours.shown.value === null) return <ReadTrouble live={hours} />
  return (
    <>
      <ReadTrouble live={hours} />
      <AsOf live={hours} of="sales" />
      <BreakdownPanels
        breakdowns={{
          hours: itemsOf(hours),
          regions: itemsOf(regions).map((row) => ({ ...row, name: row.region })),
          categories: itemsOf(categories).map((row) => ({ ...row, name: row.category })),
          tiers: itemsOf(tiers).map((row) => ({ ...row, name: row.tier })),
          products: itemsOf(products).map((row) => ({ ...row, name: row.sku })),
          stages: itemsOf(stages),
          reasons: itemsOf(reasons),
          methods: itemsOf(methods),
        }}
        period={period}
      />
    </>
  )
}

function itemsOf<Item>({ shown }: Live<{ readonly items: readonly Item[] }>): readonly Item[] {
  return shown.value?.body.items ?? []
}

function queryOf({ from, to }: Period): string {
  const given = Object.entries({ from, to }).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return `?${new URLSearchParams(given).toString()}`
}
