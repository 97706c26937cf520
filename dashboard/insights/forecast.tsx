/** What will be wanted of a product or of the whole shop, and how far such forecasts were off. */
import { useSignal } from '@preact/signals'
import type { Forecast, ProductList } from '../api-shapes.ts'
import { Chart } from '../parts/chart.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count, oneDecimal } from '../parts/format.ts'
import { AsOf, Chip, ReadTrouble } from '../parts/notes.tsx'
import { useLive, useOnce } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { chartTime, longUtcDay, utcDate, utcDay } from './days.ts'
import { FigureCards } from './figure-cards.tsx'
import { percentText } from './percent.ts'
import { Waiting } from './waiting.tsx'

const HORIZONS = ['7', '14', '28'] as const
const EVERY_SECONDS = 5
const HEIGHT = 180
/** Below it, parts of a unit say something. */
const FEW_UNITS = 10

interface ForecastSectionProps {
  /** Null: the whole shop. */
  readonly sku: string | null
  readonly days: string | null
}

export function ForecastSection({ sku, days }: ForecastSectionProps) {
  const horizon = HORIZONS.find((one) => one === days) ?? '28'
  const of = sku === null ? '' : `/products/${encodeURIComponent(sku)}`
  const live = useLive<Forecast>(`${of}/forecast?days=${horizon}`, EVERY_SECONDS)
  const forecast = live.shown.value?.body ?? null
  return (
    <section aria-labelledby="forecast">
      <h2 id="forecast">{sku === null ? t('insights.forecast.shop') : t('insights.forecast.of', { sku })}</h2>
      <Choice key={sku ?? ''} sku={sku} horizon={horizon} />
      <ReadTrouble live={live} />
      <Waiting live={live} />
      {forecast !== null && (
        <>
          <Figures forecast={forecast} />
          <Days forecast={forecast} />
          <p class="dim">
            {sku === null ? t('insights.forecast.about.shop') : t('insights.forecast.about.product')}{' '}
            {t('insights.forecast.about')}
          </p>
          <p class="dim">{historyOf(forecast)}</p>
          <AsOf live={live} of="demand" />
        </>
      )}
    </section>
  )
}

function Choice({ sku, horizon }: { readonly sku: string | null; readonly horizon: string }) {
  const text = useSignal(sku ?? '')
  const products = useOnce<ProductList>('/products?limit=200').shown.value?.body.items ?? []
  const days = horizon === '28' ? null : horizon
  return (
    <>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          const wanted = text.value.trim()
          location.hash = href('insights', 'forecast', { sku: wanted === '' ? null : wanted, days })
        }}
      >
        <label>
          {t('insights.forecast.product')}
          <input
            type="text"
            list="skus"
            autocomplete="off"
            placeholder={t('insights.forecast.whole-shop')}
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          />
        </label>
        <datalist id="skus">
          {products.map(({ sku: known, name }) => (
            <option key={known} value={known} label={name} />
          ))}
        </datalist>
        <button type="submit">{t('insights.show')}</button>
        {sku !== null && <a href={href('products', sku)}>{t('insights.forecast.product-page')}</a>}
        {sku !== null && <a href={href('insights', 'forecast', { days })}>{t('insights.forecast.whole-shop')}</a>}
      </form>
      <nav class="filters" aria-label={t('insights.forecast.horizon')}>
        {HORIZONS.map((one) => (
          <a
            key={one}
            href={href('insights', 'forecast', { sku, days: one })}
            aria-current={one === horizon ? 'true' : undefined}
          >
            {t('insights.forecast.days', { n: Number(one) })}
          </a>
        ))}
      </nav>
    </>
  )
}

function Figures({ forecast }: { readonly forecast: Forecast }) {
  const { total, verdict, closerThan, accuracy } = forecast
  const cards = [
    {
      title: t('insights.forecast.total', { n: forecast.days.length }),
      figure: t('insights.units', { n: Math.round(total.units), units: unitsText(total.units) }),
      note:
        total.low === null || total.high === null
          ? t('insights.forecast.no-interval')
          : t('insights.forecast.interval', { low: unitsText(total.low), high: unitsText(total.high) }),
    },
    {
      title: t('insights.forecast.accuracy'),
      figure: percentText(accuracy.percent),
      note:
        accuracy.percent === null
          ? t('insights.forecast.no-accuracy')
          : t('insights.forecast.origins', { n: accuracy.origins, days: accuracy.days }),
    },
    {
      title: t('insights.forecast.naive'),
      figure: percentText(accuracy.seasonalNaive),
      note: t('insights.forecast.naive.about'),
    },
    {
      title: t('insights.forecast.chance'),
      figure: closerThan === null ? t('insights.unknown') : `± ${oneDecimal(100 * closerThan)} %`,
      note: t('insights.forecast.chance.about'),
    },
  ]
  return (
    <>
      <p>
        {verdict === 'ok' ? (
          <Chip kind="good">{t('insights.enough')}</Chip>
        ) : (
          <Chip kind="waiting">{t('insights.too-little')}</Chip>
        )}{' '}
        <span class="dim">
          {verdict === 'ok'
            ? t('insights.enough.about')
            : closerThan === null
              ? t('insights.too-little.weeks')
              : t('insights.too-little.closer', { percent: oneDecimal(100 * closerThan) })}
        </span>
      </p>
      <FigureCards cards={cards} />
    </>
  )
}

function Days({ forecast: { days } }: { readonly forecast: Forecast }) {
  const pointed = useSignal<number | null>(null)
  const open = useSignal(false)
  const [first, last] = [days[0], days.at(-1)]
  const current = days[Math.min(pointed.value ?? 0, days.length - 1)]
  if (first === undefined || last === undefined || current === undefined) return null
  const about = { n: days.length, from: utcDay(first.day), to: utcDay(last.day) }
  return (
    <>
      <p class="reading">
        {t('insights.forecast.reading', { units: unitsText(current.units), day: longUtcDay(current.day) })}
      </p>
      <Chart
        kind="bars"
        height={HEIGHT}
        axis={t('insights.forecast.axis')}
        label={t('insights.forecast.label', about)}
        times={days.map(({ day }) => chartTime(day))}
        values={days.map(({ units }) => units)}
        pointed={(index) => (pointed.value = index)}
      />
      <details onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
        <summary>{t('insights.forecast.table')}</summary>
        {open.value && (
          <DataTable
            caption={t('insights.forecast.label', about)}
            items={days}
            rowKey={({ day }) => day}
            columns={[
              { title: t('insights.day'), cell: ({ day }) => utcDate(day) },
              { title: t('products.units'), numeric: true, cell: ({ units }) => unitsText(units) },
            ]}
          />
        )}
      </details>
    </>
  )
}

function historyOf({ history: { from, to } }: Forecast): string {
  return from === null || to === null
    ? t('insights.forecast.no-history')
    : t('insights.forecast.history', { from: utcDate(from), to: utcDate(to) })
}

function unitsText(units: number): string {
  return Math.abs(units) < FEW_UNITS ? oneDecimal(units) : count(Math.round(units))
}
