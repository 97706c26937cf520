/** Each breakdown of sales: a drawing, its numbers as a table, and both as CSV. */
import { useSignal } from '@preact/signals'
import type { MoneySum, OrdersByReason, OrdersByStage, PaymentsByMethod, SalesByHour } from '../api-shapes.ts'
import { Bars } from './bars.tsx'
import { Chart } from '../parts/chart.tsx'
import type { CsvColumn } from './csv.ts'
import { barsOf, moneyCsv, Panel, share, shareColumn, type FigureColumn } from './figure-panel.tsx'
import { count, currencyDigits, hourOf, inWords, money } from '../parts/format.ts'
import { t, wordFor } from '../texts/text.ts'
import type { Period } from './period.ts'

export type HourRow = SalesByHour['items'][number]

/** Of a region, a category, a tier or a product. */
export interface SoldRow {
  readonly name: string
  readonly orders: number
  readonly units: number
  readonly gmv: MoneySum
  readonly net: MoneySum
}

/** In any order. */
export interface Breakdowns {
  readonly hours: readonly HourRow[]
  readonly regions: readonly SoldRow[]
  readonly categories: readonly SoldRow[]
  readonly tiers: readonly SoldRow[]
  readonly products: readonly SoldRow[]
  readonly stages: OrdersByStage['items']
  readonly reasons: OrdersByReason['items']
  readonly methods: PaymentsByMethod['items']
}

/** Of each breakdown that is followed. */
export const MOST_ROWS = 200

interface FiguresProps {
  readonly breakdowns: Breakdowns
  /** Null: all time. */
  readonly period: Period | null
}

export function BreakdownPanels({ breakdowns, period }: FiguresProps) {
  const { hours, stages, reasons, methods } = breakdowns
  const none = period === null ? t('analytics.none-yet') : t('analytics.none')
  const allTime = period === null ? null : t('analytics.products.all-time')
  // As many as are followed: there may be more.
  const cut = ({ length }: readonly unknown[]) =>
    period === null && length >= MOST_ROWS ? t('analytics.cut', { n: length }) : null
  return (
    <>
      <Hours hours={hours} period={period} none={none} note={cut(hours)} />
      <div class="panels">
        <Funnel stages={stages} period={period} />
        <Methods methods={methods} period={period} none={none} />
        <Reasons reasons={reasons} period={period} none={none} />
        <Sold
          of="regions"
          one="region"
          rows={breakdowns.regions}
          period={period}
          none={none}
          note={cut(breakdowns.regions)}
        />
        <Sold
          of="categories"
          one="category"
          rows={breakdowns.categories}
          period={period}
          none={none}
          note={cut(breakdowns.categories)}
        />
        <Sold of="tiers" one="tier" rows={breakdowns.tiers} period={period} none={none} />
        <Sold
          of="products"
          one="product"
          rows={breakdowns.products}
          period={null}
          none={none}
          note={allTime ?? cut(breakdowns.products)}
        />
      </div>
    </>
  )
}

function salesColumns<Row extends Omit<SoldRow, 'name'>>(): readonly FigureColumn<Row>[] {
  return [
    { title: t('analytics.net'), numeric: true, cell: ({ net }) => money(net), csv: ({ net }) => moneyCsv(net) },
    { title: t('analytics.gmv'), numeric: true, cell: ({ gmv }) => money(gmv), csv: ({ gmv }) => moneyCsv(gmv) },
    { title: t('analytics.orders'), numeric: true, cell: ({ orders }) => count(orders), csv: ({ orders }) => orders },
    { title: t('analytics.units'), numeric: true, cell: ({ units }) => count(units), csv: ({ units }) => units },
  ]
}

function paymentColumns<Row extends Pick<HourRow, 'captured' | 'declined'>>(): readonly FigureColumn<Row>[] {
  return [
    {
      title: t('analytics.captured'),
      numeric: true,
      cell: ({ captured }) => count(captured),
      csv: ({ captured }) => captured,
    },
    {
      title: t('analytics.declined'),
      numeric: true,
      cell: ({ declined }) => count(declined),
      csv: ({ declined }) => declined,
    },
  ]
}

const currencyOf = <Row extends { readonly gmv: MoneySum }>(): CsvColumn<Row> => ({
  title: t('analytics.currency'),
  csv: ({ gmv }) => gmv.currency,
})

interface OfRows {
  readonly period: Period | null
  readonly none: string
  readonly note?: string | null
}

interface SoldProps extends OfRows {
  readonly of: 'regions' | 'categories' | 'tiers' | 'products'
  readonly one: 'region' | 'category' | 'tier' | 'product'
  readonly rows: readonly SoldRow[]
}

function Sold({ of, one, rows, note = null, period, none }: SoldProps) {
  const title = t(`analytics.${of}`)
  const sorted = rows.toSorted(
    (a, b) => largerFirst(a.net, b.net) || largerFirst(a.gmv, b.gmv) || (a.name < b.name ? -1 : 1),
  )
  const columns: readonly FigureColumn<SoldRow>[] = [
    { title: t(`analytics.${one}`), cell: ({ name }) => name, csv: ({ name }) => name },
    ...salesColumns<SoldRow>(),
  ]
  return (
    <Panel
      {...{ id: of, title, note, period, columns, none }}
      rows={sorted}
      rowKey={({ name }) => name}
      csv={[...columns, currencyOf()]}
    >
      <Bars label={title} bars={barsOf(sorted, ({ name, net }) => [name, Number(net.amount), money(net)])} />
    </Panel>
  )
}

function Funnel({ stages, period }: { readonly stages: Breakdowns['stages']; readonly period: Period | null }) {
  const title = t('analytics.funnel')
  const rows = STAGES.map((stage) => stages.find((row) => row.stage === stage) ?? { stage, orders: 0 })
  const placed = rows[0]?.orders ?? 0
  const name = (stage: (typeof STAGES)[number]) => t(`analytics.stage.${stage}`)
  const before = ({ stage }: (typeof rows)[number]) => rows[STAGES.indexOf(stage) - 1]?.orders ?? 0
  const columns: readonly FigureColumn<(typeof rows)[number]>[] = [
    { title: t('analytics.stage'), cell: ({ stage }) => name(stage), csv: ({ stage }) => name(stage) },
    { title: t('analytics.orders'), numeric: true, cell: ({ orders }) => count(orders), csv: ({ orders }) => orders },
    shareColumn(t('analytics.of-placed'), ({ orders }) => [orders, placed]),
    shareColumn(t('analytics.of-before'), (row) => [row.orders, row.stage === 'placed' ? 0 : before(row)]),
  ]
  return (
    <Panel {...{ id: 'funnel', title, period, columns, rows }} rowKey={({ stage }) => stage} none="">
      <Bars
        centred
        label={title}
        bars={barsOf(rows, ({ stage, orders }) => [name(stage), orders, `${count(orders)} · ${share(orders, placed)}`])}
      />
    </Panel>
  )
}

const STAGES = ['placed', 'paid', 'dispatched', 'delivered'] as const

function Reasons({ reasons, period, none }: OfRows & Pick<Breakdowns, 'reasons'>) {
  const title = t('analytics.reasons')
  const rows = reasons.toSorted((a, b) => b.orders - a.orders || (a.reason < b.reason ? -1 : 1))
  const all = rows.reduce((sum, { orders }) => sum + orders, 0)
  const name = (reason: string) => wordFor('reason', reason) ?? inWords(reason)
  const columns: readonly FigureColumn<(typeof rows)[number]>[] = [
    { title: t('analytics.reason'), cell: ({ reason }) => name(reason), csv: ({ reason }) => reason },
    { title: t('analytics.orders'), numeric: true, cell: ({ orders }) => count(orders), csv: ({ orders }) => orders },
    shareColumn(t('analytics.share'), ({ orders }) => [orders, all]),
  ]
  return (
    <Panel {...{ id: 'reasons', title, period, columns, rows, none }} rowKey={({ reason }) => reason}>
      <Bars label={title} bars={barsOf(rows, ({ reason, orders }) => [name(reason), orders, count(orders)])} />
    </Panel>
  )
}

function Methods({ methods, period, none }: OfRows & Pick<Breakdowns, 'methods'>) {
  const title = t('analytics.methods')
  const rows = methods.toSorted((a, b) => largerFirst(a.amount, b.amount) || (a.method < b.method ? -1 : 1))
  const name = (method: string) => wordFor('method', method) ?? inWords(method)
  const columns: readonly FigureColumn<(typeof rows)[number]>[] = [
    { title: t('analytics.method'), cell: ({ method }) => name(method), csv: ({ method }) => method },
    {
      title: t('analytics.amount'),
      numeric: true,
      cell: ({ amount }) => money(amount),
      csv: ({ amount }) => moneyCsv(amount),
    },
    ...paymentColumns<(typeof rows)[number]>(),
    shareColumn(t('analytics.success'), ({ captured, declined }) => [captured, captured + declined]),
  ]
  const currency = { title: t('analytics.currency'), csv: ({ amount }: (typeof rows)[number]) => amount.currency }
  return (
    <Panel
      {...{ id: 'methods', title, period, columns, rows, none }}
      rowKey={({ method }) => method}
      csv={[...columns, currency]}
    >
      <Bars
        label={title}
        bars={barsOf(rows, ({ method, amount }) => [name(method), Number(amount.amount), money(amount)])}
      />
    </Panel>
  )
}

function Hours({ hours, period, none, note = null }: OfRows & Pick<Breakdowns, 'hours'>) {
  const title = t('analytics.hours')
  const pointed = useSignal<number | null>(null)
  const every = everyHour(hours.toSorted((a, b) => (a.hour < b.hour ? -1 : 1)))
  const last = every.at(-1)
  const current = every[Math.min(pointed.value ?? Infinity, every.length - 1)]
  const currency = last?.net.currency ?? ''
  const columns: readonly FigureColumn<HourRow>[] = [
    { title: t('analytics.hour'), cell: ({ hour }) => hourOf(hour), csv: ({ hour }) => hour },
    ...salesColumns<HourRow>(),
    ...paymentColumns<HourRow>(),
  ]
  const [, ...figures] = columns
  const utc = { title: t('analytics.hour.utc'), csv: ({ hour }: HourRow) => hour }
  return (
    <Panel
      {...{ id: 'hours', title, note, period, columns, none }}
      rows={every.toReversed()}
      rowKey={({ hour }) => hour}
      csv={[utc, ...figures, currencyOf()]}
    >
      {current !== undefined && last !== undefined && (
        <>
          <p class="reading">{t('analytics.reading', { net: money(current.net), hour: hourOf(current.hour) })}</p>
          <Chart
            kind="bars"
            height={180}
            axis={currency}
            label={t('analytics.chart.hours', { n: every.length, hour: hourOf(last.hour) })}
            times={every.map(({ hour }) => Date.parse(hour) / 1_000)}
            values={every.map(({ net }) => Number(net.amount) / 10 ** (currencyDigits.value ?? 0))}
            pointed={(index) => (pointed.value = index)}
          />
        </>
      )}
    </Panel>
  )
}

const HOUR = 3_600_000
/** As many as one answer has. */
const MOST_HOURS = 1_000
/** Fewer are no chart. */
const LEAST_HOURS = 12

/** Those without anything too: the service tells only of the others. Oldest first; the newest where they are too many. */
function everyHour(sorted: readonly HourRow[]): readonly HourRow[] {
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return []
  const known = new Map(sorted.map((row) => [Date.parse(row.hour), row]))
  const end = Date.parse(last.hour)
  const length = Math.min(MOST_HOURS, Math.max(LEAST_HOURS, (end - Date.parse(first.hour)) / HOUR + 1))
  const nothing = { amount: 0, currency: last.gmv.currency }
  const none = { orders: 0, units: 0, gmv: nothing, net: nothing, captured: 0, declined: 0 }
  return Array.from({ length }, (_, index) => {
    const start = end - (length - 1 - index) * HOUR
    return known.get(start) ?? { hour: new Date(start).toISOString(), ...none }
  })
}

/** Exact: a sum may be larger than a number holds. */
function largerFirst(one: MoneySum, other: MoneySum): number {
  const [a, b] = [BigInt(one.amount), BigInt(other.amount)]
  return a === b ? 0 : a < b ? 1 : -1
}
