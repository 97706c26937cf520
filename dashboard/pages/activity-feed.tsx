/** What just happened, newest first; of one kind if wanted. It can be paused, and goes on without a gap. */
import { useSignal } from '@preact/signals'
import type { Activity } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { inWords, money, shortId, timeOfDay } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { Empty, FollowedAsOf } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { eventWord } from '../parts/words.ts'
import { t, wordFor } from '../texts/text.ts'

/** At once, and as many more with each wish. */
const SHOWN = 30
const SNAPSHOT = 200
const KINDS = ['all', 'order', 'payment', 'delivery', 'inventory', 'customer'] as const
/** Their ids are those of orders. */
const OF_ORDERS: readonly string[] = ['order', 'payment', 'delivery']

export function ActivityFeed() {
  const all = useTopic('activity', SNAPSHOT).value?.items ?? null
  const paused = useSignal(false)
  const kind = useSignal<string>('all')
  const most = useSignal(SHOWN)
  const known = (all ?? []).filter((item) => kind.value === 'all' || item.kind === kind.value)
  return (
    <section aria-labelledby="activity">
      <div class="heading">
        <h2 id="activity">{t('dashboard.activity')}</h2>
        <label class="choice">
          <span class="unseen">{t('dashboard.activity.kind')}</span>
          <select value={kind.value} onChange={({ currentTarget }) => (kind.value = currentTarget.value)}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`dashboard.kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" aria-pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
          {t('dashboard.activity.pause')}
        </button>
      </div>
      {all !== null && known.length === 0 && (
        <Empty {...(kind.value === 'all' && { command: 'npx orderledger flood -n 100 -c 10' })}>
          {t(kind.value === 'all' ? 'dashboard.activity.empty' : 'dashboard.activity.none')}
        </Empty>
      )}
      <LiveList
        items={known.slice(0, most.value)}
        known={known}
        itemKey={({ position }) => String(position)}
        subject={`${kind.value} ${String(most.value)}`}
        paused={paused.value}
      >
        {(items) => (
          <ol class="feed">
            {items.map((item) => (
              <li key={item.position}>
                <time dateTime={item.at}>{timeOfDay(item.at)}</time>
                <Told item={item} />
              </li>
            ))}
          </ol>
        )}
      </LiveList>
      {known.length > most.value && (
        <p>
          <button type="button" class="quiet" onClick={() => (most.value += SHOWN)}>
            {t('dashboard.activity.more', { n: Math.min(SHOWN, known.length - most.value) })}
          </button>
        </p>
      )}
      <FollowedAsOf topic="activity" />
    </section>
  )
}

function Told({ item }: { readonly item: Activity }) {
  const { type, kind, id, title, amount, units, reason } = item
  const rejected = type === 'OrderRejected'
  const facts = [
    title,
    units === null ? null : t('dashboard.activity.units', { n: units }),
    amount === null ? null : money(amount),
    rejected && reason !== null ? (wordFor('reason', reason) ?? inWords(reason)) : null,
  ]
  return (
    <span class="told">
      <span class={rejected ? 'refused' : undefined}>{eventWord(type)}</span>{' '}
      {OF_ORDERS.includes(kind) ? (
        <a class="id" href={href('orders', id)} title={id}>
          {shortId(id)}
        </a>
      ) : (
        <span class="id" title={id}>
          {shortId(id)}
        </span>
      )}
      <span class="facts">{facts.filter((fact) => fact !== null).join(' · ')}</span>
    </span>
  )
}
