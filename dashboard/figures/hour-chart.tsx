/** One number, or two, hour by hour: in words, as a chart and as a table. */
import { useSignal } from '@preact/signals'
import { t } from '../texts/text.ts'
import { Chart } from '../parts/chart.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count, currencyDigits, hourOf, money } from '../parts/format.ts'
import { Empty } from '../parts/notes.tsx'
import type { Hour } from './sales-rows.ts'

interface HourChartProps {
  readonly id: 'orders' | 'revenue' | 'payments'
  readonly kind: 'line' | 'bars'
  /** Oldest first. */
  readonly hours: readonly Hour[]
  /** False: nothing has come yet. */
  readonly isKnown: boolean
}

const HEIGHT = 180

export function HourChart({ id, kind, hours, isKnown }: HourChartProps) {
  const pointed = useSignal<number | null>(null)
  const open = useSignal(false)
  const title = t(`dashboard.hours.${id}`)
  const current = hours[Math.min(pointed.value ?? Infinity, hours.length - 1)]
  const last = hours.at(-1)
  return (
    <section aria-labelledby={`hours-${id}`}>
      <h2 id={`hours-${id}`}>{title}</h2>
      {current === undefined || last === undefined ? (
        isKnown && <Empty command="npx orderledger flood -n 100 -c 10">{t('dashboard.hours.empty')}</Empty>
      ) : (
        <>
          <p class="reading">
            <strong>{readingOf(id, current)}</strong> {t('dashboard.hours.reading', { hour: hourOf(current.hour) })}
          </p>
          <Chart
            kind={kind}
            height={HEIGHT}
            axis={axisOf(id, last)}
            label={t('dashboard.hours.label', { title, n: hours.length, hour: hourOf(last.hour) })}
            times={hours.map(({ hour }) => Date.parse(hour) / 1_000)}
            values={hours.map((hour) => valueOf(id, hour))}
            {...(id === 'payments' && {
              second: hours.map(({ declined }) => declined),
              names: [t('dashboard.success'), t('dashboard.failure')],
            })}
            pointed={(index) => (pointed.value = index)}
          />
          <details onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
            <summary>{t('dashboard.hours.table', { title })}</summary>
            {open.value && (
              <DataTable
                caption={t('dashboard.hours.caption', { title })}
                items={hours.toReversed()}
                rowKey={({ hour }) => hour}
                columns={[{ title: t('dashboard.hour'), cell: ({ hour }: Hour) => hourOf(hour) }, ...columnsOf(id)]}
              />
            )}
          </details>
        </>
      )}
    </section>
  )
}

function readingOf(id: HourChartProps['id'], hour: Hour): string {
  const { orders, captured, declined, net } = hour
  if (id === 'orders') return t('dashboard.unit.orders', { n: orders })
  if (id === 'revenue') return money(net)
  return `${t('dashboard.unit.success', { n: captured })}, ${t('dashboard.unit.failure', { n: declined })}`
}

function valueOf(id: HourChartProps['id'], { orders, captured, net }: Hour): number {
  if (id === 'orders') return orders
  if (id === 'payments') return captured
  // Drawn only: to the last digit it stands in words and in the table.
  return Number(net.amount) / 10 ** (currencyDigits.value ?? 0)
}

function axisOf(id: HourChartProps['id'], { net }: Hour): string {
  return id === 'revenue' ? net.currency : t(`dashboard.axis.${id}`)
}

function columnsOf(id: HourChartProps['id']) {
  if (id === 'orders') {
    return [{ title: t('dashboard.orders'), numeric: true, cell: ({ orders }: Hour) => count(orders) }]
  }
  if (id === 'revenue') {
    return [{ title: t('dashboard.revenue'), numeric: true, cell: ({ net }: Hour) => money(net) }]
  }
  return [
    { title: t('dashboard.success'), numeric: true, cell: ({ captured }: Hour) => count(captured) },
    { title: t('dashboard.failure'), numeric: true, cell: ({ declined }: Hour) => count(declined) },
  ]
}
