/** Everything that happened to an order: causes with their effects, when each passed where, and each as it is stored. */
import { useMemo } from 'preact/hooks'
import type { OrderHops, Timeline } from '../api-shapes.ts'
import { dateTime, oneDecimal } from '../parts/format.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { EventContent } from './event-content.tsx'
import { treeOf, type Caused, type TimelineItem } from './event-tree.ts'
import { seenAt, stepsOf, type EventHops } from './hop-times.ts'
import { eventWord, reasonWords } from '../parts/words.ts'

/** As many of its own events as the service tells. */
const MOST_OWN = 1_000

interface OrderEventsProps {
  readonly timeline: Timeline
  readonly hops: OrderHops | null
  /** When frames came that showed the order, by the clock of the service. */
  readonly arrivals: readonly number[]
}

export function OrderEvents({ timeline: { items }, hops, arrivals }: OrderEventsProps) {
  const roots = useMemo(() => treeOf(items), [items])
  const measured = new Map((hops?.items ?? []).map((each) => [each.position, each]))
  return (
    <section aria-labelledby="events">
      <h2 id="events">{t('xray.events')}</h2>
      <p class="dim">{t('xray.events.about')}</p>
      <Effects nodes={roots} hopsOf={(position) => measured.get(position) ?? null} arrivals={arrivals} />
      {items.length >= MOST_OWN && <p class="dim">{t('xray.events.first')}</p>}
    </section>
  )
}

interface EffectsProps {
  readonly nodes: readonly Caused[]
  readonly hopsOf: (position: number) => EventHops | null
  readonly arrivals: readonly number[]
}

function Effects({ nodes, hopsOf, arrivals }: EffectsProps) {
  return (
    <ol class="tree">
      {nodes.map(({ event, effects }) => (
        <li key={event.position}>
          <EventLine event={event} hops={hopsOf(event.position)} arrivals={arrivals} />
          {effects.length > 0 && <Effects nodes={effects} hopsOf={hopsOf} arrivals={arrivals} />}
        </li>
      ))}
    </ol>
  )
}

interface EventLineProps {
  readonly event: TimelineItem
  readonly hops: EventHops | null
  readonly arrivals: readonly number[]
}

function EventLine({ event, hops, arrivals }: EventLineProps) {
  const { type, stream, position, recordedAt, data } = event
  const reason = data?.['reason']
  return (
    <div class="event">
      <p>
        <strong>{eventWord(type)}</strong> <time dateTime={recordedAt}>{dateTime(recordedAt)}</time>
      </p>
      <p class="dim">
        <a href={href('events', String(position))}>{t('xray.event.position', { position })}</a> ·{' '}
        <a class="id" href={href('events', null, { stream, after: String(position - 1) })}>
          {stream}
        </a>
      </p>
      {typeof reason === 'string' && <p>{t('xray.event.reason', { reason: reasonWords(reason) })}</p>}
      {hops !== null && <HopTimes hops={hops} seen={seenAt(hops, arrivals)} />}
      <EventContent event={event} />
    </div>
  )
}

function HopTimes({ hops, seen }: { readonly hops: EventHops; readonly seen: number | null }) {
  const steps = stepsOf(hops, seen)
  if (steps.every(({ after }) => after === null)) return <p class="dim">{t('xray.hops.none')}</p>
  return (
    <dl class="hops">
      {steps.map(({ hop, after }) => (
        <div key={hop} class={after === null ? 'dim' : undefined}>
          <dt>{t(`xray.hops.${hop}`)}</dt>
          <dd>{after === null ? '–' : `${oneDecimal(after)} ms`}</dd>
        </div>
      ))}
    </dl>
  )
}
