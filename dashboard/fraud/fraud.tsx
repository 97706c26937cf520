/** Attempts to pay that look like fraud, while they happen: why, what ties them together, and what somebody said of them. */
import { useSignal } from '@preact/signals'
import type { FraudAlert } from '../api-shapes.ts'
import { LiveList } from '../lists/live-list.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, money, shortId, sumOfMoney } from '../parts/format.ts'
import { AsOf, Chip, Empty, FollowedAsOf, ReadTrouble } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { useAlerts, type AlertWish } from './alerts.ts'
import { OrderCell, Reasons, ReviewButtons } from './cells.tsx'
import { HeldSection } from './held.tsx'
import { ReviewDialog, type Verdict } from './review.tsx'
import { KEYS, keysOf, type Key } from './words.ts'

const VERDICTS = ['open', 'fraud', 'honest'] as const

interface Wanted {
  readonly alert: FraudAlert
  readonly verdict: Verdict
}

export function FraudSection({ query }: { readonly query: URLSearchParams }) {
  const wish = wishOf(query)
  const isCase = KEYS.some((key) => wish.keys[key] !== null)
  return (
    <>
      {!isCase && wish.cursor === null && <HeldSection />}
      <AlertsSection wish={wish} />
    </>
  )
}

function AlertsSection({ wish }: { readonly wish: AlertWish }) {
  const { items, known, next, asked, subject } = useAlerts(wish)
  const doing = useSignal<Wanted | null>(null)
  const said = useSignal('')
  const isFollowed = subject.endsWith('?limit=50')
  const tie = KEYS.find((key) => wish.keys[key] !== null) ?? null
  return (
    <section aria-labelledby="fraud">
      <h2 id="fraud">{tie === null ? t('fraud.title') : t('fraud.case')}</h2>
      <p class="dim">{t('fraud.about')}</p>
      <nav class="filters" aria-label={t('fraud.verdicts')}>
        {[null, ...VERDICTS].map((verdict) => (
          <a
            key={verdict}
            href={addressOf({ ...wish, verdict, cursor: null })}
            aria-current={verdict === wish.verdict ? 'true' : undefined}
          >
            {verdict === null ? t('fraud.all') : t(`fraud.verdict.${verdict}`)}
          </a>
        ))}
      </nav>
      {tie !== null && <Case tie={tie} value={wish.keys[tie] ?? ''} items={items ?? []} />}
      <p class="dim" role="status">
        {said.value}
      </p>
      <ReadTrouble live={asked} />
      {items !== null && items.length === 0 && <Empty>{t(isFollowed ? 'fraud.empty' : 'fraud.empty.filtered')}</Empty>}
      {items !== null && items.length > 0 && (
        <LiveList
          items={items}
          known={known}
          itemKey={({ alertId }) => alertId}
          subject={subject}
          above={
            isFollowed ? <FollowedAsOf topic="fraud" of="fraud-alerts" /> : <AsOf live={asked} of="fraud-alerts" />
          }
        >
          {(standing) => (
            <>
              <DataTable
                caption={t('fraud.caption')}
                items={standing}
                rowKey={({ alertId }) => alertId}
                columns={columns((alert, verdict) => (doing.value = { alert, verdict }))}
              />
              {/* Inside, so that the list holds still while the dialog is open. */}
              {doing.value !== null && (
                <ReviewDialog
                  {...doing.value}
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
      <p class="buttons">
        {wish.cursor !== null && <a href={addressOf({ ...wish, cursor: null })}>{t('fraud.newest')}</a>}
        {next !== null && <a href={addressOf({ ...wish, cursor: next })}>{t('fraud.older')}</a>}
      </p>
    </section>
  )
}

interface CaseProps {
  readonly tie: Key
  readonly value: string
  readonly items: readonly FraudAlert[]
}

/** What the alerts that share a card, a device and so on come to. */
function Case({ tie, value, items }: CaseProps) {
  const customers = new Set(items.map(({ customerId }) => customerId)).size
  const first = items[0]
  return (
    <p>
      {t(`fraud.case.${tie}`)} <span class="id">{value}</span>: {t('fraud.case.alerts', { n: items.length })},{' '}
      {t('fraud.case.customers', { n: customers })}
      {first !== undefined &&
        `, ${money({ amount: sumOfMoney(items.map(({ amount }) => amount)), currency: first.amount.currency })}`}
      . <a href={href('insights', 'fraud')}>{t('fraud.case.leave')}</a>
    </p>
  )
}

const columns = (review: (alert: FraudAlert, verdict: Verdict) => void) => [
  { title: t('fraud.order'), cell: (alert: FraudAlert) => <OrderCell {...alert} /> },
  { title: t('fraud.score'), numeric: true, cell: ({ score }: FraudAlert) => <strong>{count(score)}</strong> },
  { title: t('fraud.why'), cell: (alert: FraudAlert) => <Reasons alert={alert} /> },
  { title: t('fraud.amount'), numeric: true, cell: ({ amount }: FraudAlert) => money(amount) },
  {
    title: t('fraud.keys'),
    cell: (alert: FraudAlert) => (
      <ul class="reasons">
        {keysOf(alert).map(({ key, value }) => (
          <li key={key}>
            <span class="dim">{t(`fraud.key.${key}`)}</span>{' '}
            <a class="id" href={href('insights', 'fraud', { [key]: value })} title={value}>
              {key === 'customer' ? shortId(value) : `${value.slice(0, 8)}…`}
            </a>
          </li>
        ))}
      </ul>
    ),
  },
  {
    title: t('fraud.raised'),
    cell: ({ raisedAt }: FraudAlert) => <time dateTime={raisedAt}>{dateTime(raisedAt)}</time>,
  },
  {
    title: t('fraud.review'),
    cell: (alert: FraudAlert) =>
      alert.verdict === null ? (
        <ReviewButtons of={alert} onReview={(verdict) => review(alert, verdict)} />
      ) : (
        <>
          <Chip kind={alert.verdict === 'fraud' ? 'bad' : 'good'}>{verdictWord(alert.verdict)}</Chip>
          {alert.note !== null && <span class="told dim"> {alert.note}</span>}
        </>
      ),
  },
]

function verdictWord(verdict: string): string {
  const known = VERDICTS.find((one) => one === verdict)
  return known === undefined ? verdict : t(`fraud.verdict.${known}`)
}

function wishOf(query: URLSearchParams): AlertWish {
  return {
    verdict: query.get('verdict'),
    keys: {
      card: query.get('card'),
      device: query.get('device'),
      address: query.get('address'),
      network: query.get('network'),
      customer: query.get('customer'),
    },
    cursor: query.get('cursor'),
  }
}

function addressOf({ verdict, keys, cursor }: AlertWish): string {
  return href('insights', 'fraud', { verdict, ...keys, cursor })
}
