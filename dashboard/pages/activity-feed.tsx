/** What just happened, newest first; it can be paused, and holds still under the pointer and the focus. */
import { useSignal } from '@preact/signals'
import type { Activity, ActivityList } from '../api-shapes.ts'
import { useLive } from '../live.ts'
import { count, counted, inWords, money, shortId, timeOfDay } from '../parts/format.ts'
import { useHeld } from '../parts/hold.ts'
import { AsOf, Empty, ReadTrouble } from '../parts/notes.tsx'
import { href } from '../route.ts'

const SHOWN = 15
/** Their ids are those of orders. */
const OF_ORDERS: readonly string[] = ['order', 'payment', 'delivery']

export function ActivityFeed() {
  const feed = useLive<ActivityList>(`/activity?limit=${String(SHOWN)}`)
  const paused = useSignal(false)
  const all = feed.shown.value?.body.items ?? []
  const { items, fresh, reader } = useHeld(all, ({ position }) => String(position), { paused: paused.value })
  const waiting = fresh >= SHOWN ? `${String(SHOWN)} or more` : count(fresh)
  return (
    <section aria-labelledby="activity">
      <div class="heading">
        <h2 id="activity">Activity</h2>
        <span class="dim">{fresh === 0 ? '' : `${waiting} new`}</span>
        <button type="button" aria-pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
          Pause
        </button>
      </div>
      <ReadTrouble live={feed} />
      {items.length === 0 && feed.shown.value !== null && (
        <Empty command="npx orderledger flood -n 100 -c 10">Nothing has happened yet.</Empty>
      )}
      <ol class="feed" {...reader}>
        {items.map((item) => (
          <li key={item.position}>
            <time dateTime={item.at}>{timeOfDay(item.at)}</time>
            <Told item={item} />
          </li>
        ))}
      </ol>
      <AsOf live={feed} of="activity" />
    </section>
  )
}

function Told({ item }: { readonly item: Activity }) {
  const { type, kind, id, title, amount, units, reason } = item
  const rejected = type === 'OrderRejected'
  const facts = [
    title,
    units === null ? null : counted(units, 'unit'),
    amount === null ? null : money(amount),
    rejected && reason !== null ? inWords(reason) : null,
  ]
  return (
    <span class="told">
      <span class={rejected ? 'refused' : undefined}>{inWords(type)}</span>{' '}
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
