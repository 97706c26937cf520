/** What was paid and what was not, live: how, how often it works, and what went back. */
import type { Analytics, PaymentAttempt } from '../api-shapes.ts'
import { useChanges, useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords, money, shortId, timeOfDay } from '../parts/format.ts'
import { HourChart } from '../figures/hour-chart.tsx'
import { LiveList } from '../lists/live-list.tsx'
import { useNewest } from '../lists/newest.ts'
import { AsOf, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { PaymentForm } from '../parts/payment-form.tsx'
import { Pie } from '../figures/pie.tsx'
import { hoursOf, methodsOf, totalsOf, type Method } from '../figures/sales-rows.ts'
import { sound, soundOn, toggleSound } from '../parts/sound.ts'
import { Status } from '../parts/status.tsx'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

const STATUSES = ['pending', 'captured', 'declined'] as const
const REFUNDS: readonly string[] = ['RefundRequested', 'PaymentRefunded', 'RefundFailed']
const SHOWN_REFUNDS = 10

interface PaymentsPageProps {
  readonly status: string | null
  /** Of an older page; null for the newest payments. */
  readonly cursor: string | null
}

export function PaymentsPage({ status, cursor }: PaymentsPageProps) {
  const sales = useTopic('sales').value
  const totals = totalsOf(sales?.items ?? [])
  useChanges('payments', soundOf)
  return (
    <>
      <div class="heading">
        <h1 tabIndex={-1}>{t('frame.page.payments')}</h1>
        <button type="button" aria-pressed={soundOn.value} onClick={toggleSound}>
          {t('payments.sound')}
        </button>
      </div>
      <PaymentForm />
      <div class="columns">
        <HourChart id="payments" kind="bars" hours={hoursOf(sales?.items ?? [], null)} isKnown={sales !== null} />
        <Methods methods={sales === null ? null : methodsOf(sales.items)} />
      </div>
      <nav class="filters" aria-label={t('payments.statuses')}>
        <a href={href('payments')} aria-current={status === null ? 'true' : undefined}>
          {t('payments.all')}
        </a>
        {STATUSES.map((one) => (
          <a
            key={one}
            href={href('payments', null, { status: one })}
            aria-current={status === one ? 'true' : undefined}
          >
            {wordFor('status', one)}
          </a>
        ))}
      </nav>
      <Attempts status={status} cursor={cursor} />
      <Refunds totals={totals} />
    </>
  )
}

/** An outcome sounds once, whenever it comes; what was so before is silent. */
function soundOf(item: PaymentAttempt, before: PaymentAttempt | null): void {
  if (item.status === 'pending' || item.status === before?.status) return
  sound(item.status === 'captured' ? 'success' : 'failure')
}

function Attempts({ status, cursor }: PaymentsPageProps) {
  const { items, known, next, asked, subject } = useNewest('payments', ({ paymentId }) => paymentId, { status, cursor })
  const isFollowed = status === null && cursor === null
  return (
    <>
      <ReadTrouble live={asked} />
      {items !== null && items.length === 0 && (
        <Empty command="npx orderledger simulate day">
          {t(status === null ? 'payments.empty' : 'payments.empty.status')}
        </Empty>
      )}
      {items !== null && items.length > 0 && (
        <LiveList
          items={items}
          known={known}
          itemKey={({ paymentId }) => paymentId}
          subject={subject}
          above={isFollowed ? <FollowedAsOf topic="payments" /> : <AsOf live={asked} of="payments" />}
        >
          {(standing) => (
            <DataTable
              caption={t('payments.caption')}
              items={standing}
              rowKey={({ paymentId }) => paymentId}
              columns={COLUMNS}
            />
          )}
        </LiveList>
      )}
      <p class="buttons">
        {cursor !== null && <a href={href('payments', null, { status })}>{t('payments.newest')}</a>}
        {next !== null && <a href={href('payments', null, { status, cursor: next })}>{t('payments.older')}</a>}
      </p>
    </>
  )
}

const COLUMNS = [
  {
    title: t('payments.column.order'),
    cell: ({ orderId }: PaymentAttempt) => (
      <a class="id" href={href('orders', orderId)} title={orderId}>
        {shortId(orderId)}
      </a>
    ),
  },
  { title: t('payments.column.attempt'), numeric: true, cell: ({ attempt }: PaymentAttempt) => count(attempt) },
  {
    title: t('payments.column.status'),
    cell: ({ status, reason = null }: PaymentAttempt) => (
      <>
        <Status status={status} />
        {reason !== null && <span class="dim"> {wordFor('reason', reason) ?? inWords(reason).toLowerCase()}</span>}
      </>
    ),
  },
  { title: t('payments.method'), cell: ({ method }: PaymentAttempt) => wordFor('method', method) ?? inWords(method) },
  { title: t('payments.column.amount'), numeric: true, cell: ({ amount }: PaymentAttempt) => money(amount) },
  {
    title: t('payments.column.requested'),
    numeric: true,
    cell: ({ requestedAt }: PaymentAttempt) => requestedAt !== undefined && dateTime(requestedAt),
  },
  {
    title: t('payments.column.settled'),
    numeric: true,
    cell: ({ settledAt = null }: PaymentAttempt) => settledAt !== null && timeOfDay(settledAt),
  },
]

/** Null: nothing has come yet. */
function Methods({ methods }: { readonly methods: readonly Method[] | null }) {
  const slices = methods?.map(({ method, captured }) => ({ name: wordOf(method), value: captured })) ?? []
  const shares = slices.map(({ name, value }) => `${name} ${count(value)}`).join(', ')
  return (
    <section aria-labelledby="methods">
      <h2 id="methods">{t('payments.methods')}</h2>
      {methods?.length === 0 && <Empty>{t('payments.methods.empty')}</Empty>}
      {methods !== null && methods.length > 0 && (
        <>
          <Pie label={t('payments.methods.label', { shares })} slices={slices} />
          <DataTable
            caption={t('payments.methods.caption')}
            items={methods}
            rowKey={({ method }) => method}
            columns={[
              { title: t('payments.method'), cell: ({ method }) => wordOf(method) },
              { title: t('payments.success'), numeric: true, cell: ({ captured }) => count(captured) },
              { title: t('payments.failure'), numeric: true, cell: ({ declined }) => count(declined) },
              { title: t('payments.captured'), numeric: true, cell: ({ amount }) => money(amount) },
            ]}
          />
        </>
      )}
    </section>
  )
}

function wordOf(method: string): string {
  return wordFor('method', method) ?? inWords(method)
}

function Refunds({ totals }: { readonly totals: Analytics | null }) {
  const activity = useTopic('activity', 200).value
  const newest = activity?.items.filter(({ type }) => REFUNDS.includes(type)).slice(0, SHOWN_REFUNDS) ?? []
  const refunds = totals?.refunds ?? null
  return (
    <section aria-labelledby="refunds">
      <h2 id="refunds">{t('payments.refunds')}</h2>
      {refunds !== null && (
        <p>
          {refunds.count === 0
            ? t('payments.refunds.empty')
            : t('payments.refunds.total', { n: refunds.count, amount: money(refunds.amount) })}
        </p>
      )}
      {refunds !== null && refunds.count > 0 && newest.length === 0 && <p class="dim">{t('payments.refunds.none')}</p>}
      <ol class="feed">
        {newest.map(({ position, at, type, id, amount, reason }) => (
          <li key={position}>
            <time dateTime={at}>{timeOfDay(at)}</time>
            <span class="told">
              {wordFor('event', type) ?? inWords(type)}{' '}
              <a class="id" href={href('orders', id)} title={id}>
                {shortId(id)}
              </a>
              <span class="facts">
                {amount !== null && money(amount)}
                {reason !== null && ` · ${wordFor('reason', reason) ?? inWords(reason).toLowerCase()}`}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
