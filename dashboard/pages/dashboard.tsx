/** How the shop does: whether all of it runs, four numbers with their last hour, its hours, and what just happened. */
import { useSignal } from '@preact/signals'
import type { Analytics, SalesByMinute } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { Chart } from '../parts/chart.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count, minuteOf, money, sumOfMoney } from '../parts/format.ts'
import { changeText } from '../figures/change-text.ts'
import { HourChart } from '../figures/hour-chart.tsx'
import { Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { hoursOf, totalsOf } from '../figures/sales-rows.ts'
import { Verdict } from '../state/verdict.tsx'
import { useLive } from '../polling.ts'
import { t } from '../texts/text.ts'
import { ActivityFeed } from './activity-feed.tsx'

type Minute = SalesByMinute['items'][number]

const MINUTES = 60
/** Seconds: a minute is only full when it is over. */
const MINUTES_EVERY = 5

export function DashboardPage() {
  const sales = useTopic('sales').value
  const live = useLive<SalesByMinute>('/analytics/minutes', MINUTES_EVERY)
  const minutes = live.shown.value?.body.items ?? []
  const totals = totalsOf(sales?.items ?? [])
  const hours = hoursOf(sales?.items ?? [], minutes.at(-1)?.minute ?? null)
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.dashboard')}</h1>
      <Verdict />
      <ReadTrouble live={live} />
      {totals !== null && (
        <>
          <Cards totals={totals} minutes={minutes} />
          <FollowedAsOf topic="sales" />
          {sales?.to === 0 && <Empty command="npx orderledger simulate day">{t('dashboard.empty')}</Empty>}
          <MinuteTable minutes={minutes.slice(-MINUTES)} />
        </>
      )}
      <div class="columns">
        <div class="charts">
          <HourChart id="orders" kind="line" hours={hours} isKnown={sales !== null} />
          <HourChart id="revenue" kind="line" hours={hours} isKnown={sales !== null} />
          <HourChart id="payments" kind="bars" hours={hours} isKnown={sales !== null} />
        </div>
        <ActivityFeed />
      </div>
    </>
  )
}

function Cards({ totals, minutes }: { readonly totals: Analytics; readonly minutes: readonly Minute[] }) {
  const { currency } = totals.revenue
  const revenue = (some: readonly Minute[]) => money({ amount: sumOfMoney(some.map((each) => each.revenue)), currency })
  return (
    <ul class="cards">
      <Card
        title={t('dashboard.orders')}
        total={count(totals.orders.placed)}
        more={t('dashboard.ordered', { value: money(totals.gmv) })}
        minutes={minutes}
        value={({ orders }) => orders}
      />
      <Card
        title={t('dashboard.payments')}
        total={count(totals.payments.captured)}
        minutes={minutes}
        more={t('dashboard.declined', { n: totals.payments.declined })}
        value={({ payments }) => payments}
      />
      <Card
        title={t('dashboard.deliveries')}
        total={count(totals.conversion.delivered)}
        minutes={minutes}
        more={t('dashboard.paid', { n: totals.conversion.paid })}
        value={({ deliveries }) => deliveries}
      />
      <Card
        title={t('dashboard.revenue')}
        total={money(totals.revenue)}
        minutes={minutes}
        more={t('dashboard.refunded', { value: money(totals.refunds.amount) })}
        value={(minute) => Number(minute.revenue.amount)}
        text={revenue}
      />
    </ul>
  )
}

interface CardProps {
  readonly title: string
  readonly total: string
  readonly more: string
  readonly minutes: readonly Minute[]
  readonly value: (minute: Minute) => number
  /** For money: the sum of these minutes, to the last digit. Absent: the number as it is. */
  readonly text?: (minutes: readonly Minute[]) => string
}

/** Characters that fit in large letters. */
const LONG = 14

function Card({ title, total, more, minutes, value, text }: CardProps) {
  const last = minutes.slice(-MINUTES)
  const before = minutes.length < 2 * MINUTES ? null : minutes.slice(-2 * MINUTES, -MINUTES)
  const sum = (some: readonly Minute[]) => some.reduce((all, minute) => all + value(minute), 0)
  const written = (some: readonly Minute[]) => (text === undefined ? count(sum(some)) : text(some))
  return (
    <li class="card">
      <h2>{title}</h2>
      <p class={total.length > LONG ? 'total long' : 'total'}>{total}</p>
      <p class="dim">{more}</p>
      <p class="dim">{t('dashboard.last-hour', { value: written(last) })}</p>
      <p class="dim">
        {before === null
          ? t('dashboard.change.unknown')
          : changeText({ now: sum(last), before: sum(before), beforeText: written(before) })}
      </p>
      <Chart
        kind="spark"
        height={60}
        label={t('dashboard.spark', { title, value: written(last) })}
        times={last.map((_, index) => index)}
        values={last.map(value)}
      />
    </li>
  )
}

function MinuteTable({ minutes }: { readonly minutes: readonly Minute[] }) {
  const open = useSignal(false)
  return (
    <details onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
      <summary>{t('dashboard.minutes')}</summary>
      {open.value && (
        <DataTable
          caption={t('dashboard.minutes.caption')}
          items={minutes.toReversed()}
          rowKey={({ minute }) => minute}
          columns={[
            { title: t('dashboard.minute'), cell: ({ minute }) => minuteOf(minute) },
            { title: t('dashboard.orders'), numeric: true, cell: ({ orders }) => count(orders) },
            { title: t('dashboard.payments'), numeric: true, cell: ({ payments }) => count(payments) },
            { title: t('dashboard.deliveries'), numeric: true, cell: ({ deliveries }) => count(deliveries) },
            { title: t('dashboard.gmv'), numeric: true, cell: ({ gmv }) => money(gmv) },
            { title: t('dashboard.revenue'), numeric: true, cell: ({ revenue }) => money(revenue) },
          ]}
        />
      )}
    </details>
  )
}
