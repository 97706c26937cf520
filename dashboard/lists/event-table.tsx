/** Events as rows: each leads to itself, its type and its stream to all others of these. */
import type { Event } from '../api-shapes.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime } from '../parts/format.ts'
import { eventWord } from '../parts/words.ts'

/** Of the content, what tells one event from another at a glance. */
const MOST_TEXT = 120

/** Of a customer; the page of the event alone shows them. */
const PERSONAL = ['name', 'email', 'phone']

export type EventRow = Pick<Event, 'position' | 'type' | 'stream' | 'recordedAt' | 'data' | 'error'>

interface EventTableProps {
  readonly caption: string
  readonly items: readonly EventRow[]
  /** One that is shown itself. */
  readonly here?: number
}

export function EventTable({ caption, items, here }: EventTableProps) {
  return (
    <DataTable
      caption={caption}
      items={items}
      rowKey={({ position }) => String(position)}
      columns={[
        {
          title: t('events.position'),
          cell: ({ position }) =>
            position === here ? (
              <strong>
                {count(position)} {t('event.here')}
              </strong>
            ) : (
              <a href={href('events', String(position))}>{count(position)}</a>
            ),
        },
        {
          title: t('events.what'),
          cell: ({ type }) => (
            <a href={href('events', null, { type })} title={type}>
              {eventWord(type)}
            </a>
          ),
        },
        {
          title: t('events.stream'),
          cell: ({ stream }) => (
            <a class="id" href={href('events', null, { stream })}>
              {stream}
            </a>
          ),
        },
        { title: t('events.content'), cell: (event) => <Content event={event} /> },
        {
          title: t('events.recorded'),
          numeric: true,
          cell: ({ recordedAt }) => <time dateTime={recordedAt}>{dateTime(recordedAt)}</time>,
        },
      ]}
    />
  )
}

function Content({ event: { type, data, error } }: { readonly event: EventRow }) {
  const isCustomer = type === 'CustomerRegistered'
  if (data === null) return <span class="trouble-text">{error ?? t('events.unreadable')}</span>
  const text = JSON.stringify(data, (key, value: unknown) => (PERSONAL.includes(key) && isCustomer ? '…' : value))
  return <code class="told">{text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text}</code>
}
