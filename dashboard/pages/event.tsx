/** One event: its content, what caused it, what it caused, and what stands around it. */
import type { Event, EventPage as LogPage, Timeline } from '../api-shapes.ts'
import { EventTable, type EventRow } from '../lists/event-table.tsx'
import { searchOf, type Search } from '../lists/search.ts'
import { useHead } from '../lists/use-head.ts'
import { count, dateTime } from '../parts/format.ts'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { eventWord } from '../parts/words.ts'
import { useAnswers, useOnce } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const AROUND = 5
/** Positions that are looked through for what belongs to it. */
const REACH = 10_000

export function EventPage({ position }: { readonly position: number }) {
  const path = `/events?after=${String(Math.max(0, position - AROUND - 1))}&limit=${String(2 * AROUND + 1)}`
  const isWhole = ({ items }: LogPage) => (items.at(-1)?.position ?? 0) >= position + AROUND
  const live = useOnce<LogPage>(path, isWhole)
  const items = live.shown.value?.body.items ?? null
  const event = items?.find((one) => one.position === position) ?? null
  return (
    <>
      <p>
        <a href={href('events')}>{t('frame.page.events')}</a>
      </p>
      <h1 tabIndex={-1}>{event === null ? t('event.title', { n: position }) : eventWord(event.type)}</h1>
      <ReadTrouble live={live} />
      {items !== null && event === null && <Empty>{t('event.none')}</Empty>}
      {event !== null && <Facts event={event} />}
      {event !== null && <Relations event={event} />}
      {items !== null && (
        <section aria-labelledby="neighbours">
          <h2 id="neighbours">{t('event.neighbours')}</h2>
          <EventTable caption={t('event.neighbours')} items={items} here={position} />
        </section>
      )}
    </>
  )
}

function Facts({ event }: { readonly event: Event }) {
  const { position, stream, version, type, schemaVersion, id, recordedAt, correlationId, data, error } = event
  const [orderId, customerId] = [orderOf(event), textOf(data?.['customerId'])]
  return (
    <>
      <dl class="facts">
        <dt>{t('events.position')}</dt>
        <dd>{count(position)}</dd>
        <dt>{t('events.stream')}</dt>
        <dd>
          <a class="id" href={href('events', null, { stream, after: String(Math.max(0, position - 1)) })}>
            {stream}
          </a>
        </dd>
        <dt>{t('events.version')}</dt>
        <dd>{t('event.version', { n: version })}</dd>
        <dt>{t('events.recorded')}</dt>
        <dd>
          <time dateTime={recordedAt}>{dateTime(recordedAt)}</time>
        </dd>
        <dt>{t('event.schema')}</dt>
        <dd>
          <a href={href('schemas', type)}>
            {type} v{String(schemaVersion)}
          </a>
        </dd>
        <dt>{t('event.id')}</dt>
        <dd class="id">{id}</dd>
        <dt>{t('events.correlation')}</dt>
        <dd>
          <a class="id" href={href('events', null, { correlation: correlationId })}>
            {correlationId}
          </a>
        </dd>
        {orderId !== null && (
          <>
            <dt>{t('event.order')}</dt>
            <dd>
              <a class="id" href={href('orders', orderId)}>
                {orderId}
              </a>
            </dd>
          </>
        )}
        {customerId !== null && (
          <>
            <dt>{t('event.customer')}</dt>
            <dd>
              <a class="id" href={href('customers', customerId)}>
                {customerId}
              </a>
            </dd>
          </>
        )}
      </dl>
      {data === null ? (
        <p class="trouble">{error ?? t('events.unreadable')}</p>
      ) : (
        <pre class="source" tabIndex={0} aria-label={t('event.content', { type })}>
          {JSON.stringify(data, null, 2)}
        </pre>
      )}
    </>
  )
}

function Relations({ event }: { readonly event: Event }) {
  return (
    <>
      <section aria-labelledby="cause">
        <h2 id="cause">{t('event.cause')}</h2>
        {event.causationId === null ? (
          <p class="dim">{t('event.cause.none')}</p>
        ) : (
          <Cause event={event} id={event.causationId} />
        )}
      </section>
      <Effects event={event} />
      <SameRequest event={event} />
    </>
  )
}

/** What caused it stands before it: around the time that stands in the id, or shortly before. */
function Cause({ event: { position }, id }: { readonly event: Event; readonly id: string }) {
  const search = useSearch({ filter: { id }, ...around(id, position), end: position - 1, isOne: true })
  const found = search.shown.value?.body ?? null
  if (found !== null && found.items.length > 0) return <EventTable caption={t('event.cause')} items={found.items} />
  return (
    <>
      <ReadTrouble live={search} />
      {found?.isOver === true ? (
        <p>
          {t('event.cause.far', { id, to: found.position })}{' '}
          {found.position < position - 1 && (
            <a href={href('events', null, { id, after: String(found.position) })}>{t('events.next')}</a>
          )}
        </p>
      ) : (
        <p class="dim">{t('event.looking')}</p>
      )}
    </>
  )
}

/** Those behind it in the log, and what an order causes later: that stands in its timeline. */
function Effects({ event }: { readonly event: Event }) {
  const { position, id } = event
  const orderId = orderOf(event)
  const search = useSearch({ filter: { causation: id }, after: position, end: position + REACH })
  const later = useOnce<Timeline>(
    orderId === null ? null : `/orders/${encodeURIComponent(orderId)}/timeline`,
    () => false,
  )
  const behind = search.shown.value?.body ?? null
  const found = new Map<number, EventRow>()
  for (const { items } of [behind, later.shown.value?.body ?? null].filter((body) => body !== null)) {
    for (const one of items) if (one.causationId === id) found.set(one.position, one)
  }
  const effects = [...found.values()].sort((one, other) => one.position - other.position)
  return (
    <section aria-labelledby="effects">
      <h2 id="effects">{t('event.effects')}</h2>
      <ReadTrouble live={search} />
      {effects.length > 0 && <EventTable caption={t('event.effects')} items={effects} />}
      {behind !== null && (
        <p class="dim">
          {t(effects.length === 0 ? 'event.effects.none' : 'event.effects.up-to', { to: behind.position })}{' '}
          {behind.isOver && (
            <a href={href('events', null, { causation: id, after: String(behind.position) })}>{t('events.next')}</a>
          )}
        </p>
      )}
    </section>
  )
}

function SameRequest({ event: { position, correlationId } }: { readonly event: Event }) {
  const filter = { correlation: correlationId }
  const search = useSearch({ filter, ...around(correlationId, position), end: position + REACH })
  const found = search.shown.value?.body ?? null
  const others = found?.items.filter((one) => one.position !== position) ?? null
  return (
    <section aria-labelledby="request">
      <h2 id="request">{t('event.request')}</h2>
      <ReadTrouble live={search} />
      {others !== null && others.length === 0 && <p class="dim">{t('event.request.none')}</p>}
      {others !== null && others.length > 0 && <EventTable caption={t('event.request')} items={others} />}
    </section>
  )
}

function useSearch(search: Search) {
  const { isKnown, head } = useHead()
  return useAnswers(isKnown ? searchOf(search, head) : null)
}

/** The service begins at the time in a UUID of version 7; of another nobody knows when it was made. */
function around(id: string, position: number): Pick<Search, 'after'> {
  return { after: /^.{14}7/.test(id) ? null : Math.max(0, position - REACH - 1) }
}

function orderOf({ data }: Event): string | null {
  return textOf(data?.['orderId'])
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
