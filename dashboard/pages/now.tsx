/** How the shop does: four numbers with their last hour, orders by the hour, and what just happened. */
import { useSignal } from '@preact/signals'
import type { Analytics, LiveRates, SalesByHour, SalesByMinute } from '../api-shapes.ts'
import { useLive } from '../live.ts'
import { Chart } from '../parts/chart.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count, counted, hourOf, minuteOf, money, sumOfMoney } from '../parts/format.ts'
import { AsOf, Empty, ReadTrouble } from '../parts/notes.tsx'
import { ActivityFeed } from './activity-feed.tsx'

type Minute = SalesByMinute['items'][number]
type Hour = SalesByHour['items'][number]

const HOUR = 3_600_000
/** Two days fit into a line of bars. */
const SHOWN_HOURS = 48

export function NowPage() {
  const totals = useLive<Analytics>('/analytics')
  const minutes = useLive<SalesByMinute>('/analytics/minutes')
  const rates = useLive<LiveRates>('/analytics/live')
  const shown = totals.shown.value?.body
  const lastHour = minutes.shown.value?.body.items.slice(-60) ?? []
  return (
    <>
      <h1 tabIndex={-1}>Now</h1>
      <ReadTrouble live={totals} />
      {shown !== undefined && (
        <>
          <Cards totals={shown} minutes={lastHour} rates={rates.shown.value?.body ?? null} />
          <AsOf live={totals} of="sales" />
          {shown.position === 0 && (
            <Empty command="npx orderledger simulate day">Nothing has happened in this shop yet.</Empty>
          )}
          <MinuteTable minutes={lastHour} />
        </>
      )}
      <div class="columns">
        <Hours now={minutes.shown.value?.body.items.at(-1)?.minute ?? null} />
        <ActivityFeed />
      </div>
    </>
  )
}

interface CardsProps {
  readonly totals: Analytics
  readonly minutes: readonly Minute[]
  readonly rates: LiveRates | null
}

function Cards({ totals, minutes, rates }: CardsProps) {
  const sum = (value: (minute: Minute) => number) => minutes.reduce((all, minute) => all + value(minute), 0)
  const { currency } = totals.gmv
  const lastHour = money({ amount: sumOfMoney(minutes.map(({ gmv }) => gmv)), currency })
  return (
    <ul class="cards">
      <Card
        title="Orders accepted"
        total={count(totals.orders.placed)}
        lastHour={count(sum(({ orders }) => orders))}
        more={rates === null ? '' : `${count(rates.ordersPerMinute)} in 60 s`}
        minutes={minutes}
        value={({ orders }) => orders}
      />
      <Card
        title="Units sold"
        total={count(totals.units)}
        lastHour={count(sum(({ units }) => units))}
        more={`${counted(totals.customers, 'customer')}`}
        minutes={minutes}
        value={({ units }) => units}
      />
      <Card
        title="GMV"
        total={money(totals.gmv)}
        lastHour={lastHour}
        more={`${money(totals.averageOrder)} per order`}
        minutes={minutes}
        value={({ gmv }) => Number(gmv.amount)}
      />
      <Card
        title="Orders rejected"
        total={count(totals.orders.rejected)}
        lastHour={count(sum(({ rejected }) => rejected))}
        more={`${counted(totals.orders.cancelled, 'order')} cancelled`}
        minutes={minutes}
        value={({ rejected }) => rejected}
      />
    </ul>
  )
}

interface CardProps {
  readonly title: string
  readonly total: string
  readonly lastHour: string
  readonly more: string
  readonly minutes: readonly Minute[]
  readonly value: (minute: Minute) => number
}

/** Characters that fit in large letters. */
const LONG = 14

function Card({ title, total, lastHour, more, minutes, value }: CardProps) {
  return (
    <li class="card">
      <h2>{title}</h2>
      <p class={total.length > LONG ? 'total long' : 'total'}>{total}</p>
      <p class="dim">{lastHour} in 60 min</p>
      <p class="dim">{more}</p>
      <Chart
        kind="spark"
        height={44}
        label={`${title}, minute by minute in the last 60 minutes: ${lastHour} in total`}
        times={minutes.map((_, index) => index)}
        values={minutes.map(value)}
      />
    </li>
  )
}

function MinuteTable({ minutes }: { readonly minutes: readonly Minute[] }) {
  const open = useSignal(false)
  return (
    <details onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
      <summary>The last 60 minutes as a table</summary>
      {open.value && (
        <DataTable
          caption="The last 60 minutes, newest first"
          items={minutes.toReversed()}
          rowKey={({ minute }) => minute}
          columns={[
            { title: 'Minute', cell: ({ minute }) => minuteOf(minute) },
            { title: 'Orders accepted', numeric: true, cell: ({ orders }) => count(orders) },
            { title: 'Units sold', numeric: true, cell: ({ units }) => count(units) },
            { title: 'GMV', numeric: true, cell: ({ gmv }) => money(gmv) },
            { title: 'Orders rejected', numeric: true, cell: ({ rejected }) => count(rejected) },
          ]}
        />
      )}
    </details>
  )
}

/** `now`: the newest minute that is known, by the clock of the service; null until it is. */
function Hours({ now }: { readonly now: string | null }) {
  const hours = useLive<SalesByHour>('/analytics/hours')
  const pointed = useSignal<number | null>(null)
  const open = useSignal(false)
  const items = everyHour(hours.shown.value?.body.items ?? [], now)
  const current = items[pointed.value ?? items.length - 1]
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">Orders per hour</h2>
      <ReadTrouble live={hours} />
      {current === undefined ? (
        hours.shown.value !== null && (
          <Empty command="npx orderledger flood -n 100 -c 10">No order has been accepted yet.</Empty>
        )
      ) : (
        <>
          <p class="reading">
            <strong>{count(current.orders)}</strong> {current.orders === 1 ? 'order' : 'orders'} in the hour starting{' '}
            {hourOf(current.hour)}, {money(current.gmv)}
          </p>
          <Chart
            kind="bars"
            height={260}
            label={`Orders per hour, ${counted(items.length, 'hour')} up to ${hourOf(items.at(-1)?.hour ?? '')}`}
            times={items.map(({ hour }) => Date.parse(hour) / 1_000)}
            values={items.map(({ orders }) => orders)}
            pointed={(index) => (pointed.value = index)}
          />
          <AsOf live={hours} of="sales" />
          <details onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
            <summary>Orders per hour as a table</summary>
            {open.value && (
              <DataTable
                caption="Orders per hour, newest first"
                items={items.toReversed()}
                rowKey={({ hour }) => hour}
                columns={[
                  { title: 'Hour starting', cell: ({ hour }) => hourOf(hour) },
                  { title: 'Orders', numeric: true, cell: ({ orders }) => count(orders) },
                  { title: 'Units', numeric: true, cell: ({ units }) => count(units) },
                  { title: 'GMV', numeric: true, cell: ({ gmv }) => money(gmv) },
                ]}
              />
            )}
          </details>
        </>
      )}
    </section>
  )
}

/**
 * The newest hours, those without an order too: the API tells only of the others. At least twelve, to be a chart. They end
 * now, or with the last order where that would leave nothing to see.
 */
function everyHour(items: readonly Hour[], now: string | null): readonly Hour[] {
  const last = items.at(-1)
  if (last === undefined) return []
  const known = new Map(items.map((item) => [Date.parse(item.hour), item]))
  const newest = Date.parse(last.hour)
  const current = now === null ? newest : Math.floor(Date.parse(now) / HOUR) * HOUR
  const end = current - newest < SHOWN_HOURS * HOUR ? Math.max(current, newest) : newest
  const first = Math.max(end - (SHOWN_HOURS - 1) * HOUR, Math.min(...known.keys(), end - 11 * HOUR))
  const nothing = { amount: 0, currency: last.gmv.currency }
  const none = { orders: 0, units: 0, gmv: nothing, net: nothing, captured: 0, declined: 0 }
  return Array.from({ length: (end - first) / HOUR + 1 }, (_, index) => {
    const start = first + index * HOUR
    return known.get(start) ?? { hour: new Date(start).toISOString(), ...none }
  })
}
