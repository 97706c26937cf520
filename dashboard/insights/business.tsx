/** The shop by day, and what stands beside its sales: how many who look also order, who comes back, what fraud was found. */
import { useSignal } from '@preact/signals'
import type { Business } from '../api-shapes.ts'
import { Bars } from '../figures/bars.tsx'
import { moneyCsv, Panel, share, type FigureColumn } from '../figures/figure-panel.tsx'
import { Chart } from '../parts/chart.tsx'
import { count, currencyDigits, money } from '../parts/format.ts'
import { AsOf, Empty, ReadTrouble } from '../parts/notes.tsx'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { chartTime, longUtcDay, utcDate, utcDay } from './days.ts'
import { everyDay, type BusinessDay } from './every-day.ts'
import { FigureCards } from './figure-cards.tsx'
import { percentText } from './percent.ts'
import { STAGES } from './stages.ts'
import { Waiting } from './waiting.tsx'

const EVERY_SECONDS = 5
const HEIGHT = 180

interface BusinessSectionProps {
  /** Days of UTC; null: as the service chooses. */
  readonly from: string | null
  readonly to: string | null
}

export function BusinessSection({ from, to }: BusinessSectionProps) {
  const query = new URLSearchParams({ ...(from !== null && { from }), ...(to !== null && { to }) }).toString()
  const live = useLive<Business>(`/analytics/business${query === '' ? '' : `?${query}`}`, EVERY_SECONDS)
  const shown = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="business">
      <h2 id="business">{t('insights.business')}</h2>
      <Period key={`${String(from)} ${String(to)}`} from={from} to={to} />
      <ReadTrouble live={live} />
      <Waiting live={live} />
      {shown !== null && shown.items.length === 0 && (
        <Empty command="npx orderledger simulate day">{t('insights.business.empty')}</Empty>
      )}
      {shown !== null && (
        <>
          <Figures metrics={shown} />
          {shown.items.length > 0 && (
            <Days items={shown.items} period={from === null && to === null ? null : { from, to }} />
          )}
          <Stages metrics={shown} />
          <AsOf live={live} of="sales" />
        </>
      )}
    </section>
  )
}

function Period({ from, to }: BusinessSectionProps) {
  const [first, last] = [useSignal(from ?? ''), useSignal(to ?? '')]
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        const given = (text: string) => (text === '' ? null : text)
        location.hash = href('insights', 'business', { from: given(first.value), to: given(last.value) })
      }}
    >
      <label>
        {t('insights.business.from')}
        <input type="date" value={first.value} onInput={({ currentTarget }) => (first.value = currentTarget.value)} />
      </label>
      <label>
        {t('insights.business.to')}
        <input type="date" value={last.value} onInput={({ currentTarget }) => (last.value = currentTarget.value)} />
      </label>
      <button type="submit">{t('insights.show')}</button>
    </form>
  )
}

function Figures({ metrics: { conversion, returning, fraud } }: { readonly metrics: Business }) {
  const cards = [
    {
      title: t('insights.business.conversion'),
      figure: percentText(conversion.percent),
      note: t('insights.business.conversion.of', { n: conversion.sessions }),
    },
    {
      title: t('insights.business.returning'),
      figure: percentText(returning.percent),
      note: t('insights.business.returning.of', { n: returning.customers }),
    },
    {
      title: t('insights.business.fraud'),
      figure: money(fraud.reviewed.amount),
      note: t('insights.business.fraud.of', { n: fraud.reviewed.count }),
    },
    {
      title: t('insights.business.open'),
      figure: count(fraud.open.count),
      note: t('insights.business.open.of', { amount: money(fraud.open.amount) }),
    },
  ]
  return <FigureCards cards={cards} />
}

function Days({
  items,
  period,
}: {
  readonly items: readonly BusinessDay[]
  readonly period: { from: string | null; to: string | null } | null
}) {
  const pointed = useSignal<number | null>(null)
  const days = everyDay(items)
  const [first, last] = [days[0], days.at(-1)]
  const current = days[Math.min(pointed.value ?? Infinity, days.length - 1)]
  if (first === undefined || last === undefined || current === undefined) return null
  const digits = 10 ** (currencyDigits.value ?? 0)
  return (
    <Panel
      id="business-days"
      title={t('insights.business.days')}
      note={t('insights.business.days.about')}
      period={period}
      none=""
      rows={days.toReversed()}
      rowKey={({ day }) => day}
      columns={COLUMNS}
      csv={[...COLUMNS, { title: t('analytics.currency'), csv: ({ gmv }: BusinessDay) => gmv.currency }]}
    >
      <p class="reading">
        {t('insights.business.reading', {
          gmv: money(current.gmv),
          net: money(current.net),
          day: longUtcDay(current.day),
        })}
      </p>
      <Chart
        kind="bars"
        height={HEIGHT}
        axis={last.gmv.currency}
        names={[t('analytics.gmv'), t('analytics.net')]}
        label={t('insights.business.label', { n: days.length, from: utcDay(first.day), to: utcDay(last.day) })}
        times={days.map(({ day }) => chartTime(day))}
        values={days.map(({ gmv }) => Number(gmv.amount) / digits)}
        second={days.map(({ net }) => Number(net.amount) / digits)}
        pointed={(index) => (pointed.value = index)}
      />
    </Panel>
  )
}

const COLUMNS: readonly FigureColumn<BusinessDay>[] = [
  { title: t('insights.day'), cell: ({ day }) => utcDate(day), csv: ({ day }) => day },
  { title: t('analytics.gmv'), numeric: true, cell: ({ gmv }) => money(gmv), csv: ({ gmv }) => moneyCsv(gmv) },
  { title: t('analytics.net'), numeric: true, cell: ({ net }) => money(net), csv: ({ net }) => moneyCsv(net) },
  { title: t('analytics.orders'), numeric: true, cell: ({ orders }) => count(orders), csv: ({ orders }) => orders },
  {
    title: t('insights.business.average'),
    numeric: true,
    cell: ({ averageOrder }) => money(averageOrder),
    csv: ({ averageOrder }) => moneyCsv(averageOrder),
  },
  {
    title: t('insights.business.refused'),
    numeric: true,
    cell: ({ refused }) => count(refused),
    csv: ({ refused }) => refused,
  },
  {
    title: t('insights.business.refunds'),
    numeric: true,
    cell: ({ refunds }) => count(refunds),
    csv: ({ refunds }) => refunds,
  },
]

/** How far sessions came. */
function Stages({ metrics: { conversion } }: { readonly metrics: Business }) {
  if (conversion.sessions === 0) return <Empty>{t('insights.funnel.none')}</Empty>
  return (
    <section class="panel" aria-labelledby="business-stages">
      <h2 id="business-stages">{t('insights.business.stages')}</h2>
      <Bars
        centred
        label={t('insights.business.stages')}
        bars={STAGES.map((stage) => ({
          name: t(`insights.stage.${stage}`),
          value: conversion.byStage[stage],
          text: `${count(conversion.byStage[stage])} · ${share(conversion.byStage[stage], conversion.sessions)}`,
        }))}
      />
    </section>
  )
}
