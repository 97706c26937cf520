/** The messages of a topic, decoded. They stay as they are until one looks again: nobody can read what moves. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { read, RequestFailed, type Trouble } from '../api.ts'
import type { TopicMessage, TopicMessages } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { dateTime } from '../parts/format.ts'
import { Empty, TroubleNote } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const ENDS = [
  ['latest', t('kafka.newest')],
  ['earliest', t('kafka.oldest')],
] as const

export function TopicPage({ topic }: { readonly topic: string }) {
  const from = useSignal<'latest' | 'earliest'>('latest')
  const shown = useSignal<readonly TopicMessage[] | null>(null)
  const trouble = useSignal<Trouble | null>(null)

  async function look(end: 'latest' | 'earliest'): Promise<void> {
    from.value = end
    try {
      const reading = await read(`/topics/${encodeURIComponent(topic)}/messages?from=${end}`)
      if (reading.changed) shown.value = (reading.body as TopicMessages).items
      trouble.value = null
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error
      trouble.value = error.trouble
    }
  }

  useEffect(() => void look('latest'), [topic])

  const items = shown.value
  return (
    <>
      <h1 tabIndex={-1}>{topic}</h1>
      <p>
        <a href={href('kafka')}>{t('frame.page.kafka')}</a>
      </p>
      <p class="buttons">
        {ENDS.map(([end, title]) => (
          <button
            key={end}
            type="button"
            class="quiet"
            aria-pressed={from.value === end}
            onClick={() => void look(end)}
          >
            {title}
          </button>
        ))}
      </p>
      <TroubleNote trouble={trouble.value} />
      {items !== null && items.length === 0 && <Empty command="npx orderledger flood -n 100">{t('kafka.empty')}</Empty>}
      {items !== null && items.length > 0 && (
        <>
          <p class="as-of" role="status">
            {t('kafka.oldest-first', { messages: t('kafka.message.count', { n: items.length }) })}
          </p>
          <DataTable
            caption={t('kafka.of', { topic })}
            items={items}
            rowKey={({ partition, offset }) => `${String(partition)} ${String(offset)}`}
            columns={COLUMNS}
          />
        </>
      )}
    </>
  )
}

const COLUMNS = [
  {
    title: t('kafka.place'),
    cell: ({ partition, offset }: TopicMessage) => `${String(partition)}:${String(offset)}`,
  },
  { title: t('kafka.written'), cell: ({ at }: TopicMessage) => dateTime(at) },
  { title: t('kafka.key'), cell: ({ key }: TopicMessage) => key ?? <span class="dim">{t('kafka.key.none')}</span> },
  { title: t('kafka.value'), cell: (message: TopicMessage) => <Value message={message} /> },
  {
    title: t('kafka.headers'),
    cell: ({ headers }: TopicMessage) => (
      <details>
        <summary>{t('kafka.header.count', { n: headers.length })}</summary>
        <ul>
          {headers.map(({ name, value }) => (
            <li key={name}>
              <code>{name}</code> {value}
            </li>
          ))}
        </ul>
      </details>
    ),
  },
]

function Value({ message: { format, type, data, text, bytes, fault } }: { readonly message: TopicMessage }) {
  if (format === 'empty') return <span class="dim">{t('kafka.value.empty')}</span>
  return (
    <details>
      <summary>
        {type ?? format} <span class="dim">{t('kafka.byte.count', { n: bytes })}</span>
      </summary>
      {fault !== null && <p class="trouble-text">{fault}</p>}
      <pre class="source">{data === null ? text : JSON.stringify(data, null, 2)}</pre>
    </details>
  )
}
