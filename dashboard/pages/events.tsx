/** The log: its newest events as they come, or what a search finds in it. */
import { useSignal } from '@preact/signals'
import type { EventPage as LogPage } from '../api-shapes.ts'
import { EventTable } from '../lists/event-table.tsx'
import { count } from '../parts/format.ts'
import { LiveList } from '../lists/live-list.tsx'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { useTail } from '../lists/use-tail.ts'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { EventSearch, SEARCHED, type Search } from './event-search.tsx'

const PAGE = 50

/** `query`: of the address; stream and type are followed, anything more is a search. */
export function EventsPage({ query }: { readonly query: URLSearchParams }) {
  const search = Object.fromEntries(SEARCHED.map((name) => [name, query.get(name)])) as Search
  const { stream, type, ...more } = search
  const isSearch = Object.values(more).some((value) => value !== null)
  const key = query.toString()
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.events')}</h1>
      <EventSearch key={`form ${key}`} search={search} />
      {isSearch ? <Found key={key} search={search} /> : <LiveTail key={`live ${key}`} stream={stream} type={type} />}
    </>
  )
}

function Found({ search }: { readonly search: Search }) {
  const given = Object.entries(search).filter(([, value]) => value !== null) as [string, string][]
  const live = useLive<LogPage>(`/events?${new URLSearchParams([...given, ['limit', String(PAGE)]]).toString()}`)
  const page = live.shown.value?.body ?? null
  return (
    <>
      <ReadTrouble live={live} />
      {page !== null && page.items.length === 0 && <Empty>{t('events.none-found', { n: page.position })}</Empty>}
      {page !== null && page.items.length > 0 && <EventTable caption={t('events.found.caption')} items={page.items} />}
      <p class="buttons">
        {page !== null && page.next !== null && (
          <a href={href('events', null, { ...search, after: String(page.next) })}>{t('events.next')}</a>
        )}
        <a href={href('events', null, { stream: search.stream, type: search.type })}>{t('events.live')}</a>
      </p>
    </>
  )
}

function LiveTail({ stream, type }: Pick<Search, 'stream' | 'type'>) {
  const paused = useSignal(false)
  const live = useTail({ stream, type }, paused.value)
  const tail = live.shown.value?.body ?? null
  const filtered = stream !== null || type !== null
  return (
    <>
      <ReadTrouble live={live} />
      <div class="above">
        <p class="as-of">{tail !== null && t('events.up-to', { n: tail.position })}</p>
        <button type="button" aria-pressed={paused.value} onClick={() => (paused.value = !paused.value)}>
          {t('events.pause')}
        </button>
      </div>
      {tail !== null && tail.gap !== null && (
        <p class="dim">
          {t('events.gap', { after: count(tail.gap.after + 1), to: count(tail.gap.to) })}{' '}
          <a href={href('events', null, { stream, type, after: String(tail.gap.after) })}>{t('events.gap.open')}</a>
        </p>
      )}
      {tail !== null && tail.items.length === 0 && (
        <Empty>
          {filtered ? t('events.none-recent') : t('events.none')}{' '}
          {filtered && <a href={href('events', null, { stream, type, after: '0' })}>{t('events.from-start')}</a>}
        </Empty>
      )}
      {tail !== null && tail.items.length > 0 && (
        <LiveList items={tail.items} itemKey={({ position }) => String(position)}>
          {(items) => <EventTable caption={t('events.caption')} items={items} />}
        </LiveList>
      )}
    </>
  )
}
