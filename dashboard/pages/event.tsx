/** One event: its content, what caused it, what it caused, and what stands around it. */
import type { Event, EventPage as LogPage, Timeline } from '../api-shapes.ts'
import { EventTable, eventWord, type EventRow } from '../lists/event-table.tsx'
import { count, dateTime } from '../parts/format.ts'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { useOnce } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const AROUND = 5
/** As many as the API gives at once. */
const PAGE = 200
/** Its cause was recorded no more than that before the id was made: clocks of two processes may differ. */
const CLOCKS_MS = 500

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
  const orderId = orderOf(event)
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

/** Nothing finds an event by its id but looking: first shortly before, then at the time that stands in the id. */
function Cause({ event: { position }, id }: { readonly event: Event; readonly id: string }) {
  const before = useOnce<LogPage>(`/events?after=${String(Math.max(0, position - PAGE - 1))}&limit=${String(PAGE)}`)
  const near = before.shown.value?.body.items.find((one) => one.id === id) ?? null
  const at = near === null ? timeIn(id) : null
  const isLate = before.shown.value !== null && at !== null
  const around = useOnce<LogPage>(isLate ? `/events?from=${at}&limit=${String(PAGE)}` : null)
  const found = near ?? around.shown.value?.body.items.find((one) => one.id === id) ?? null
  if (found !== null) return <EventTable caption={t('event.cause')} items={[found]} />
  if (isLate ? around.shown.value === null : before.shown.value === null) {
    return (
      <>
        <p class="dim">{t('event.looking')}</p>
        <ReadTrouble live={isLate ? around : before} />
      </>
    )
  }
  return (
    <p>
      {at === null ? t('event.cause.foreign', { id }) : t('event.cause.far', { id, time: dateTime(at) })}{' '}
      {at !== null && <a href={href('events', null, { from: at })}>{t('events.gap.open')}</a>}
    </p>
  )
}

/** What follows soon stands behind it in the log; what an order causes later stands in its timeline. */
function Effects({ event }: { readonly event: Event }) {
  const { position, id } = event
  const orderId = orderOf(event)
  const behind = useOnce<LogPage>(
    `/events?after=${String(position)}&limit=${String(PAGE)}`,
    ({ next }) => next !== null,
  )
  const later = useOnce<Timeline>(
    orderId === null ? null : `/orders/${encodeURIComponent(orderId)}/timeline`,
    () => false,
  )
  const found = new Map<number, EventRow>()
  for (const { items } of [behind.shown.value?.body, later.shown.value?.body].filter((body) => body !== undefined)) {
    for (const one of items) if (one.causationId === id) found.set(one.position, one)
  }
  const effects = [...found.values()].sort((one, other) => one.position - other.position)
  return (
    <section aria-labelledby="effects">
      <h2 id="effects">{t('event.effects')}</h2>
      <ReadTrouble live={behind} />
      {effects.length > 0 && <EventTable caption={t('event.effects')} items={effects} />}
      {effects.length === 0 && behind.shown.value !== null && <p class="dim">{t('event.effects.none')}</p>}
    </section>
  )
}

function SameRequest({ event: { position, correlationId } }: { readonly event: Event }) {
  const query = new URLSearchParams({ correlation: correlationId, limit: String(PAGE) }).toString()
  const live = useOnce<LogPage>(`/events?${query}`)
  const others = live.shown.value?.body.items.filter((one) => one.position !== position) ?? null
  return (
    <section aria-labelledby="request">
      <h2 id="request">{t('event.request')}</h2>
      <ReadTrouble live={live} />
      {others !== null && others.length === 0 && <p class="dim">{t('event.request.none')}</p>}
      {others !== null && others.length > 0 && <EventTable caption={t('event.request')} items={others} />}
    </section>
  )
}

function orderOf({ data }: Event): string | null {
  const orderId = data?.['orderId']
  return typeof orderId === 'string' ? orderId : null
}

/** A UUID of version 7 begins with its time; a little before that, for `from`. Null: it is of another version. */
function timeIn(id: string): string | null {
  const digits = id.replaceAll('-', '')
  if (digits[12] !== '7') return null
  return new Date(Number.parseInt(digits.slice(0, 12), 16) - CLOCKS_MS).toISOString()
}
