/** The messages of a topic, decoded. They stay as they are until one looks again: nobody can read what moves. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { read, RequestFailed, type Trouble } from '../api.ts'
import type { TopicMessage, TopicMessages } from '../api-shapes.ts'
import { DataTable } from '../parts/data-table.tsx'
import { counted, dateTime } from '../parts/format.ts'
import { Empty, TroubleNote } from '../parts/notes.tsx'
import { href } from '../route.ts'

const ENDS = [
  ['latest', 'Newest'],
  ['earliest', 'Oldest'],
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
        <a href={href('kafka')}>Kafka</a>
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
      {items !== null && items.length === 0 && (
        <Empty command="npx orderledger flood -n 100">This topic is empty.</Empty>
      )}
      {items !== null && items.length > 0 && (
        <>
          <p class="as-of" role="status">
            {counted(items.length, 'message')}, oldest first
          </p>
          <DataTable
            caption={`Messages of ${topic}`}
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
    title: 'Partition:offset',
    cell: ({ partition, offset }: TopicMessage) => `${String(partition)}:${String(offset)}`,
  },
  { title: 'Written', cell: ({ at }: TopicMessage) => dateTime(at) },
  { title: 'Key', cell: ({ key }: TopicMessage) => key ?? <span class="dim">none</span> },
  { title: 'Value', cell: (message: TopicMessage) => <Value message={message} /> },
  {
    title: 'Headers',
    cell: ({ headers }: TopicMessage) => (
      <details>
        <summary>{counted(headers.length, 'header')}</summary>
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
  if (format === 'empty') return <span class="dim">empty</span>
  return (
    <details>
      <summary>
        {type ?? format} <span class="dim">{counted(bytes, 'byte')}</span>
      </summary>
      {fault !== null && <p class="trouble-text">{fault}</p>}
      <pre class="source">{data === null ? text : JSON.stringify(data, null, 2)}</pre>
    </details>
  )
}
