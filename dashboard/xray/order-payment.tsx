/** How an order is paid: the sums, each attempt and each refund. */
import type { Payment } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime, money } from '../parts/format.ts'
import { Status } from '../parts/status.tsx'
import { t } from '../texts/text.ts'
import { methodWord, reasonWords } from '../parts/words.ts'

type Attempt = Payment['attempts'][number]
type Refund = Payment['refunds'][number]

/** `payment`: null before the first attempt. */
export function OrderPayment({ payment }: { readonly payment: Payment | null }) {
  return (
    <section aria-labelledby="payment">
      <h2 id="payment">{t('xray.payment')}</h2>
      {payment === null ? <p class="dim">{t('xray.payment.none')}</p> : <Paid payment={payment} />}
    </section>
  )
}

function Paid({ payment: { status, captured, refunded, underWay, attempts, refunds } }: { readonly payment: Payment }) {
  return (
    <>
      <dl class="facts">
        <dt>{t('xray.status')}</dt>
        <dd>
          <Status status={status} />
        </dd>
        <dt>{t('xray.captured')}</dt>
        <dd>{money(captured)}</dd>
        {refunds.length > 0 && (
          <>
            <dt>{t('xray.refunded')}</dt>
            <dd>{money(refunded)}</dd>
            <dt>{t('xray.under-way')}</dt>
            <dd>{money(underWay)}</dd>
          </>
        )}
      </dl>
      <DataTable<Attempt>
        caption={t('xray.attempts')}
        items={attempts}
        rowKey={({ attempt }) => String(attempt)}
        columns={[
          { title: t('xray.attempt'), cell: ({ attempt }) => t('xray.number', { n: attempt }) },
          { title: t('xray.method'), cell: ({ method }) => methodWord(method) },
          {
            title: t('xray.status'),
            cell: ({ status: outcome, reason, reference }) => (
              <>
                <Status status={outcome} /> <Detail text={reason ?? reference} />
              </>
            ),
          },
          { title: t('xray.amount'), numeric: true, cell: ({ amount }) => money(amount) },
          {
            title: t('xray.when'),

            cell: ({ requestedAt, hold, settledAt }) => when(settledAt ?? hold?.since ?? requestedAt),
          },
        ]}
      />
      {refunds.length > 0 && (
        <DataTable<Refund>
          caption={t('xray.refunds')}
          items={refunds}
          rowKey={({ refund }) => String(refund)}
          columns={[
            { title: t('xray.refund.number'), cell: ({ refund }) => t('xray.number', { n: refund }) },
            { title: t('xray.cause'), cell: ({ cause }) => reasonWords(cause) },
            {
              title: t('xray.status'),
              cell: ({ status: outcome, reference }) => (
                <>
                  <Status status={outcome} /> <Detail text={reference} />
                </>
              ),
            },
            { title: t('xray.amount'), numeric: true, cell: ({ amount }) => money(amount) },
          ]}
        />
      )}
    </>
  )
}

function Detail({ text }: { readonly text: string | null | undefined }) {
  return text === null || text === undefined ? null : <span class="dim id">{reasonWords(text)}</span>
}

function when(at: string) {
  return <time dateTime={at}>{dateTime(at)}</time>
}
