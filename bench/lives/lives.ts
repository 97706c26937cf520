import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { openPool } from '../../store/postgres/database.ts'
import { atLeast, atMost, figure, inRounds, stated, type BenchContext, type Figure } from '../figure.ts'
import { SLOWEST_REACTOR } from '../service/served-reactors.ts'
import { atARate, reactorsIdle, startLivingShop, type Channel } from './living-shop.ts'

/** Offered beyond the rate that must be reached, so that a shop that keeps up reaches it. */
const OFFERED = 1.05
/** A load lasts a minute where others last five seconds. */
const LONGER = 12
const WARM_UP_SECONDS = 5
/** At the end of each life. */
const MESSAGES = 3
const LOOK_MS = 500
/** Orders a second. */
const PAID_RATE = 200
const P99 = 'p99 of the recorded time from PaymentRequested to OrderConfirmed'
const PAID = {
  p50: stated('p50 of the recorded time from PaymentRequested to OrderConfirmed', 'ms'),
  max: stated('longest recorded time from PaymentRequested to OrderConfirmed', 'ms'),
  confirmed: stated('orders confirmed while 200 a second were placed and paid', '/s'),
  held: stated('attempts that were put on hold', ''),
}

/** What the shop takes of the time that a customer waits for a payment: the gateway answers at once. */
export const paidAtOnce = figure({
  id: 'L1',
  title: `${String(PAID_RATE)} orders a second, each paid at once: from PaymentRequested to OrderConfirmed`,
  numbers: { p99: atMost(P99, 'ms', { must: 250 }), ...PAID },
  run: (context) => runPaid(context),
})

/** The same where each attempt waits to be scored before it is charged. None of them looks like fraud. */
export const paidOnceScored = figure({
  id: 'I9',
  title: `${String(PAID_RATE)} orders a second, each paid once it is scored (FRAUD_HOLD set): from PaymentRequested to OrderConfirmed`,
  numbers: {
    p99: atMost(P99, 'ms', { must: 350, goal: 250 }),
    ...PAID,
  },
  run: (context) => runPaid(context, { FRAUD_HOLD: '60' }),
})

/** With these settings beside those of every shop. */
async function runPaid(context: BenchContext, env: Readonly<Record<string, string>> = {}) {
  const { scope, seconds } = context
  const shop = await startLivingShop(scope, 'null', env)
  const pool = openPool(shop.databaseUrl, { name: 'bench', max: 1 })
  scope.add(() => pool.end())
  const load = (lasting: number) => atARate({ perSecond: PAID_RATE, seconds: lasting, one: shop.placeAndPay })
  await load(WARM_UP_SECONDS)
  return inRounds(context, async () => {
    await shop.log.caughtUp()
    const from = await shop.log.head()
    await load(seconds)
    const { rows } = await pool.query<PaidRow>(
      `with paid as (
        select requested.recorded_at as begun, confirmed.recorded_at as done
        from log.events requested join log.events confirmed
          on confirmed.stream = 'order-' || substr(requested.stream, 9) and confirmed.type = 'OrderConfirmed'
        where requested.type = 'PaymentRequested' and requested.position > $1
      ), taken as (
        select extract(epoch from done - begun)::float8 * 1000 as millis from paid
      )
      select percentile_disc(0.5) within group (order by millis) as p50,
        percentile_disc(0.99) within group (order by millis) as p99, max(millis) as max,
        (select (count(*) - 1) / extract(epoch from max(done) - min(done))::float8 from paid) as confirmed,
        (select count(*)::int from log.events where type = 'PaymentHeld' and position > $1) as held
      from taken`,
      [from],
    )
    const [row] = rows
    if (row === undefined) throw new Error('no order was paid')
    return row
  })
}

interface PaidRow {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly confirmed: number
  readonly held: number
}

/** Lives end with three text messages that go nowhere. */
export const livesUntold = living({
  id: 'L2',
  channel: 'null',
  rate: 300,
  title: 'whole lives of orders: placed, paid, dispatched, delivered, told over a channel that goes nowhere',
})

/** Lives end with three mails that a real server takes. */
export const livesTold = living({
  id: 'L3',
  channel: 'smtp',
  rate: 100,
  title: 'whole lives of orders: placed, paid, dispatched, delivered, told by mail over SMTP on loopback',
})

interface Living {
  readonly id: string
  readonly title: string
  readonly channel: Channel
  readonly rate: number
}

function living({ id, title, channel, rate }: Living): Figure {
  return figure({
    id,
    title,
    numbers: {
      lives: atLeast('lives a second, up to their last message', '/s', { must: rate }),
      // So much is noise: readers note where they are once a second.
      behind: atMost('seconds by which the slowest reader fell behind during the load', 's', { must: 1.5 }),
      worst: stated('furthest behind of all readers during the load', 's'),
    },
    run: (context) => run(context, channel, rate * OFFERED),
  })
}

async function run(context: BenchContext, channel: Channel, perSecond: number) {
  const { scope, seconds } = context
  const shop = await startLivingShop(scope, channel)
  const pool = openPool(shop.databaseUrl, { name: 'bench', max: 2 })
  scope.add(() => pool.end())
  await atARate({ perSecond, seconds: WARM_UP_SECONDS, one: shop.live })
  return inRounds(context, async () => {
    await shop.log.caughtUp()
    await reactorsIdle(shop, (text) => numberOf(pool, text))
    const from = await shop.log.head()
    const watching = new AbortController()
    const watched = watchLag(pool, watching.signal)
    await atARate({ perSecond, seconds: LONGER * seconds, one: shop.live }).finally(() => watching.abort())
    const lags = await watched
    await reactorsIdle(shop, (text) => numberOf(pool, text))
    const third = Math.max(1, Math.floor(lags.length / 3))
    return {
      lives: await toldASecond(pool, from),
      behind: Math.max(0, middle(lags.slice(-third)) - middle(lags.slice(0, third))),
      worst: Math.max(...lags),
    }
  })
}

async function numberOf(pool: pg.Pool, text: string): Promise<number> {
  const { rows } = await pool.query<[string | null]>({ text, rowMode: 'array' })
  return Number(rows[0]?.[0] ?? 0)
}

/** How old what the slowest reader has not read yet is, in seconds, every half second until `signal` aborts. */
async function watchLag(pool: pg.Pool, signal: AbortSignal): Promise<readonly number[]> {
  const lags: number[] = []
  while (!signal.aborted) {
    lags.push(
      await numberOf(
        pool,
        `with slowest as (
          select min(position) as position from (
            ${SLOWEST_REACTOR}
            union all select c.position from views.projections p
              join views.checkpoints c on c.projection = p.name and c.generation = p.live_generation
          ) as readers
        )
        select coalesce(extract(epoch from clock_timestamp() - (
          select recorded_at from log.events e, slowest s where e.position = s.position + 1
        )), 0)`,
      ),
    )
    await pause(LOOK_MS)
  }
  return lags
}

/** Lives by their messages, from the first to the last of them. */
function toldASecond(pool: pg.Pool, from: number): Promise<number> {
  return numberOf(
    pool,
    `select (count(*) - 1) / ${String(MESSAGES)}.0 / extract(epoch from max(recorded_at) - min(recorded_at))
    from log.events where type = 'NotificationSent' and position > ${String(from)}`,
  )
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
