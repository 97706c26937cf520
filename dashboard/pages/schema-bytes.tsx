/** An event as JSON goes in; its bytes come out, and what each version reads from them. */
import { useSignal } from '@preact/signals'
import type { DescribedVersion, EncodedEvent } from '../api-shapes.ts'
import type { Trouble } from '../api.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count } from '../parts/format.ts'
import { readJson } from '../parts/json-text.ts'
import { TroubleNote } from '../parts/notes.tsx'
import { t } from '../texts/text.ts'
import { Choice } from './schema-texts.tsx'

interface SchemaBytesProps {
  readonly type: string
  readonly versions: readonly DescribedVersion[]
}

export function SchemaBytes({ type, versions }: SchemaBytesProps) {
  const known = versions.filter(({ schema }) => schema !== null)
  const chosen = useSignal<string | null>(null)
  /** Null: nobody has typed yet, and the sample stands there. */
  const typed = useSignal<string | null>(null)
  const answer = useSignal<EncodedEvent | null>(null)
  const unreadable = useSignal<string | null>(null)
  const sending = useSending()
  const version = known.find((one) => String(one.version) === chosen.value) ?? known.at(-1)
  if (version === undefined) return null
  const sample = JSON.stringify(version.sample ?? {}, null, 2)
  const text = typed.value ?? sample

  async function show({ version: writer }: DescribedVersion): Promise<void> {
    const read = readJson(text)
    answer.value = null
    unreadable.value = read.ok ? null : read.fault
    sending.forget()
    if (!read.ok) return
    const path = `/schemas/${encodeURIComponent(type)}/bytes`
    const body = { version: writer, event: read.value }
    answer.value = await sending.run<EncodedEvent>({ method: 'POST', path, body })
  }

  return (
    <section aria-labelledby="bytes">
      <h2 id="bytes">{t('schema.bytes')}</h2>
      <p class="dim">{t('schema.bytes.about')}</p>
      <form
        class="bytes"
        onSubmit={(event) => {
          event.preventDefault()
          void show(version)
        }}
      >
        <label>
          {t('schema.bytes.json')}
          <textarea
            rows={Math.min(24, text.split('\n').length + 1)}
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          />
        </label>
        <p class="buttons">
          <Choice
            label={t('schema.bytes.as')}
            versions={known}
            chosen={version}
            onChoice={(choice) => (chosen.value = choice)}
          />
          <button type="submit" class="primary" aria-disabled={sending.busy.value}>
            {t('schema.bytes.show')}
          </button>
          <button type="button" aria-disabled={typed.value === null} onClick={() => (typed.value = null)}>
            {t('schema.bytes.restore')}
          </button>
        </p>
      </form>
      {unreadable.value !== null && (
        <p class="trouble" role="alert">
          <strong>{t('schema.bytes.invalid')}</strong> {unreadable.value}
        </p>
      )}
      <Unfit trouble={sending.trouble.value} />
      <div role="status">{answer.value !== null && <Bytes encoded={answer.value} />}</div>
    </section>
  )
}

const EVENT = '/event'

/** What does not match the schema, place by place in the typed text; any other trouble as everywhere. */
function Unfit({ trouble }: { readonly trouble: Trouble | null }) {
  const faults = trouble?.faults ?? []
  if (faults.length === 0) return <TroubleNote trouble={trouble} />
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{t('schema.bytes.unfit')}</strong>
      </p>
      <ul class="plain">
        {faults.map(({ pointer, message }) => (
          <li key={`${pointer} ${message}`}>
            <code>{pointer.startsWith(EVENT) ? pointer.slice(EVENT.length) || '/' : pointer}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Digits of the header of a framed message: byte 0 and the id. */
const HEADER = 10

function Bytes({ encoded: { version, schemaId, bytes, framed, readBy } }: { readonly encoded: EncodedEvent }) {
  const size = bytes.length / 2
  return (
    <>
      <dl class="facts">
        <dt>{t('schema.bytes.body')}</dt>
        <dd>{t('schema.bytes.body.is', { n: size, version: String(version) })}</dd>
        <dt>{t('schema.bytes.message')}</dt>
        <dd>
          {t('schema.bytes.message.is', {
            n: framed.length / 2,
            header: count(HEADER / 2),
            id: String(schemaId),
          })}
        </dd>
      </dl>
      <pre class="hex" tabIndex={0} aria-label={t('schema.bytes.hex')}>
        <span class="unseen">{t('schema.bytes.hex.header')} </span>
        <mark>{spaced(framed.slice(0, HEADER))}</mark> <span class="unseen">{t('schema.bytes.hex.body')} </span>
        <span class="body">{spaced(bytes)}</span>
      </pre>
      <p class="dim">
        <mark>{t('schema.bytes.framed')}</mark>
        {t('schema.bytes.framed.is')}
      </p>
      <DataTable
        caption={t('schema.bytes.read')}
        items={readBy}
        rowKey={(reader) => String(reader.version)}
        columns={[
          { title: t('schema.bytes.read-by'), cell: (reader) => `v${String(reader.version)}` },
          {
            title: t('schema.bytes.result'),
            cell: ({ event, error, version: reader }) =>
              event === null ? (
                <span class="trouble-text">{error}</span>
              ) : (
                <pre class="source" tabIndex={0} aria-label={t('schema.bytes.read-as', { version: String(reader) })}>
                  {JSON.stringify(event, null, 2)}
                </pre>
              ),
          },
        ]}
      />
    </>
  )
}

/** Byte by byte. */
function spaced(hex: string): string {
  return hex.replace(/(..)(?=.)/g, '$1 ')
}
