/** Attempts to pay that are not charged before somebody has looked: why, for how long, and the verdict that ends it. */
import { useSignal } from '@preact/signals'
import type { FraudAlert, PaymentAttempt } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { LiveList } from '../lists/live-list.tsx'
import { useAnswer } from '../lists/newest.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, duration, money, shortId } from '../parts/format.ts'
import { AsOf, ReadTrouble } from '../parts/notes.tsx'
import { now, useOnce } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { OrderCell, Reasons, ReviewButtons } from './cells.tsx'
import { ReviewDialog, type Reviewed, type Verdict } from './review.tsx'

/** More are never on hold at once. */
const MOST_ON_HOLD = 100

type Held = PaymentAttempt & { readonly hold: NonNullable<PaymentAttempt['hold']> }

interface Wanted {
  readonly alert: Reviewed
  readonly verdict: Verdict
}

export function HeldSection() {
  const { items, asked, subject } = useAnswer({
    ...{ topic: 'payments', path: '/payments', filters: { status: 'held' }, cursor: null, page: MOST_ON_HOLD },
    keyOf: ({ paymentId }) => paymentId,
    isWanted: ({ status }) => status === 'held',
  })
  const doing = useSignal<Wanted | null>(null)
  const said = useSignal('')
  const held = heldOf(items ?? [])
  const keys = new Set(held.map(({ paymentId }) => paymentId))
  return (
    <section aria-labelledby="on-hold">
      <h2 id="on-hold">
        {t('fraud.held')} {items !== null && held.length > 0 && <span class="dim">{count(held.length)}</span>}
      </h2>
      <p class="dim">{t(held.length < MOST_ON_HOLD ? 'fraud.held.about' : 'fraud.held.full', { n: MOST_ON_HOLD })}</p>
      <p class="dim" role="status">
        {said.value}
      </p>
      <ReadTrouble live={asked} />
      {items !== null && held.length === 0 && doing.value === null && <p class="empty">{t('fraud.held.empty')}</p>}
      {(held.length > 0 || doing.value !== null) && (
        <LiveList
          items={held}
          itemKey={({ paymentId }) => paymentId}
          subject={subject}
          above={<AsOf live={asked} of="payments" />}
        >
          {(standing) => (
            <>
              <DataTable
                caption={t('fraud.held.caption')}
                items={standing}
                rowKey={({ paymentId }) => paymentId}
                columns={columns(
                  ({ paymentId }) => keys.has(paymentId),
                  (wanted) => (doing.value = wanted),
                )}
              />
              {doing.value !== null && (
                <ReviewDialog
                  {...doing.value}
                  isOnHold
                  onDone={(words) => {
                    said.value = words
                    doing.value = null
                  }}
                  onClose={() => (doing.value = null)}
                />
              )}
            </>
          )}
        </LiveList>
      )}
    </section>
  )
}

/** The longest on hold first: its time runs out first. */
function heldOf(items: readonly PaymentAttempt[]): readonly Held[] {
  return items
    .filter((item): item is Held => item.status === 'held' && (item.hold ?? null) !== null)
    .sort((one, other) => Date.parse(one.hold.since) - Date.parse(other.hold.since))
}

/** `isHeld`: a row that stands there may be on hold no longer. */
const columns = (isHeld: (item: Held) => boolean, review: (wanted: Wanted) => void) => [
  { title: t('fraud.order'), cell: (item: Held) => <OrderCell {...item} /> },
  {
    title: t('fraud.held.for'),
    numeric: true,
    cell: (item: Held) => isHeld(item) && <HeldFor since={item.hold.since} />,
  },
  { title: t('fraud.why'), cell: ({ hold: { alertId } }: Held) => <Why alertId={alertId} /> },
  { title: t('fraud.amount'), numeric: true, cell: ({ amount }: Held) => money(amount) },
  {
    title: t('fraud.held.customer'),
    cell: ({ customerId = '' }: Held) => (
      <a class="id" href={href('insights', 'fraud', { customer: customerId })} title={customerId}>
        {shortId(customerId)}
      </a>
    ),
  },
  {
    title: t('fraud.review'),
    cell: (item: Held) => {
      if (!isHeld(item)) return <span class="dim">{t('fraud.held.over')}</span>
      const { orderId, attempt, amount, hold } = item
      const alert = { alertId: hold.alertId, orderId, attempt, amount }
      return <ReviewButtons of={alert} onReview={(verdict) => review({ alert, verdict })} />
    },
  },
]

function HeldFor({ since }: { readonly since: string }) {
  const seconds = Math.max(0, performance.timeOrigin + now.value - Date.parse(since)) / 1_000
  return (
    <time dateTime={since} title={dateTime(since)}>
      {duration(seconds)}
    </time>
  )
}

/** Of the alerts that are followed, or asked for once: reasons never change. */
function Why({ alertId }: { readonly alertId: string }) {
  const followed = useTopic('fraud').value?.items.find((alert) => alert.alertId === alertId) ?? null
  const asked = useOnce<FraudAlert>(followed === null ? `/fraud-alerts/${encodeURIComponent(alertId)}` : null)
  const alert = followed ?? asked.shown.value?.body ?? null
  return alert === null ? <span class="dim">…</span> : <Reasons alert={alert} />
}
