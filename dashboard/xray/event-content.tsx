/** An event one click away: what it says, and the bytes that the log has of it. */
import { useSignal } from '@preact/signals'
import type { Event } from '../api-shapes.ts'
import { read, RequestFailed, type Trouble } from '../api.ts'
import { timeOfDay } from '../parts/format.ts'
import { hexLines } from '../parts/hex-lines.ts'
import { TroubleNote } from '../parts/notes.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import type { TimelineItem } from './event-tree.ts'
import { eventWord } from '../parts/words.ts'

/** More than any event of a shop has. */
const MOST_BYTES = 65_536

export function EventContent({ event }: { readonly event: TimelineItem }) {
  const { type, recordedAt, schemaVersion, position } = event
  const stored = useSignal<Event | null>(null)
  const trouble = useSignal<Trouble | null>(null)
  const isOpen = useSignal(false)

  async function open(): Promise<void> {
    trouble.value = null
    try {
      const reading = await read(`/events/${String(position)}`)
      if (reading.changed) stored.value = reading.body as Event
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error
      trouble.value = error.trouble
    }
  }

  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open
        if (currentTarget.open && stored.value === null) void open()
      }}
    >
      <summary>
        {t('xray.event.more')} <span class="unseen">{`${eventWord(type)}, ${timeOfDay(recordedAt)}`}</span>
      </summary>
      {isOpen.value && (
        <>
          <p class="dim">
            <a href={href('schemas', type)}>
              {type}, {t('xray.event.schema', { version: schemaVersion })}
            </a>
            {stored.value !== null && (
              <>
                {' · '}
                <a href={href('events', null, { correlation: stored.value.correlationId })}>
                  {t('xray.event.correlation')}
                </a>
              </>
            )}
          </p>
          <Content event={event} stored={stored.value} />
          <TroubleNote trouble={trouble.value} />
          {typeof stored.value?.bytes === 'string' && <Bytes event={stored.value} bytes={stored.value.bytes} />}
        </>
      )}
    </details>
  )
}

function Content({ event, stored }: { readonly event: TimelineItem; readonly stored: Event | null }) {
  const { id, causationId, data, error } = event
  const content = { id, correlationId: stored?.correlationId, causationId, data }
  return (
    <>
      {error !== undefined && <p class="trouble">{error}</p>}
      <pre tabIndex={0} aria-label={t('xray.event.content', { type: event.type })}>
        {JSON.stringify(content, null, 2)}
      </pre>
    </>
  )
}

interface BytesProps {
  readonly event: Event
  /** In hex. */
  readonly bytes: string
}

function Bytes({ event: { type, schemaVersion: version }, bytes }: BytesProps) {
  return (
    <>
      <p class="dim">{t('xray.event.bytes.of', { n: bytes.length / 2, version })}</p>
      <pre class="hex lines" tabIndex={0} aria-label={t('xray.event.bytes', { type })}>
        {hexLines(base64Of(bytes), MOST_BYTES)}
      </pre>
    </>
  )
}

function base64Of(hex: string): string {
  return btoa(hex.replace(/../g, (digits) => String.fromCharCode(parseInt(digits, 16))))
}
