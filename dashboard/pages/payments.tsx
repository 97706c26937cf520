/** What was paid and what was not, live: how, how often it works, and what went back. */
import type { Analytics, PaymentAttempt } from '../api-shapes.ts'
import { useChanges, useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords, money, shortId, timeOfDay } from '../parts/format.ts'
import { HourChart } from '../figures/hour-chart.tsx'
import { NewestList, StatusChips, type ListWish } from '../lists/newest-list.tsx'
import { Empty } from '../parts/notes.tsx'
import { PaymentForm } from '../parts/payment-form.tsx'
import { RefundForm } from '../parts/refund-form.tsx'
import { Pie } from '../figures/pie.tsx'
import { hoursOf, methodsOf, totalsOf, type Method } from '../figures/sales-rows.ts'
import { sound, soundOn, toggleSound } from '../parts/sound.ts'
import { Status } from '../parts/status.tsx'
import { eventWord, methodWord } from '../parts/words.ts'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

const STATUSES = ['pending', 'held', 'captured', 'declined'] as const
const UNDER_WAY: readonly string[] = ['pending', 'held']
const REFUNDS: readonly string[] = ['RefundRequested', 'PaymentRefunded', 'RefundFailed']
const SHOWN_REFUNDS = 10

export function PaymentsPage({ status, cursor }: ListWish) {
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
      <StatusChips name="payments" statuses={STATUSES} chosen={status} />
      <NewestList
        name="payments"
        itemKey={({ paymentId }) => paymentId}
        columns={COLUMNS}
        command="npx orderledger simulate day"
        {...{ status, cursor }}
      />
      <Refunds totals={totals} />
    </>
  )
}

/** An outcome sounds once, whenever it comes; what was so before is silent. */
function soundOf(item: PaymentAttempt, before: PaymentAttempt | null): void {
  if (UNDER_WAY.includes(item.status) || item.status === before?.status) return
  sound(item.status === 'captured' ? 'success' : 'failure')
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
  { title: t('payments.method'), cell: ({ method }: PaymentAttempt) => methodWord(method) },
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
  const slices = methods?.map(({ method, captured }) => ({ name: methodWord(method), value: captured })) ?? []
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
              { title: t('payments.method'), cell: ({ method }) => methodWord(method) },
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
      <RefundForm />
      {refunds !== null && refunds.count > 0 && newest.length === 0 && <p class="dim">{t('payments.refunds.none')}</p>}
      <ol class="feed">
        {newest.map(({ position, at, type, id, amount, reason }) => (
          <li key={position}>
            <time dateTime={at}>{timeOfDay(at)}</time>
            <span class="told">
              {eventWord(type)}{' '}
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
