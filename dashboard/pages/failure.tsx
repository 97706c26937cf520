/** One record that could not be handled: what it says, its bytes, its headers, and what was done with it. */
import { useSignal } from '@preact/signals'
import type { DeadLetter, DeadLetterDiscard } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { counted, dateTime, inWords } from '../parts/format.ts'
import { hexLines } from '../parts/hex-lines.ts'
import { LetterState } from '../parts/letter-state.tsx'
import { ReadTrouble } from '../parts/notes.tsx'
import { RetryButton } from '../parts/retry-button.tsx'
import { href } from '../route.ts'

const MOST_HEX = 1_024
const MOST_TEXT = 4_096

export function FailurePage({ letterId }: { readonly letterId: string }) {
  const path = `/dead-letters/${encodeURIComponent(letterId)}`
  const live = useLive<DeadLetter>(path)
  const letter = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('failures')}>Failures</a>
        {letter !== null && (
          <>
            {' / '}
            <a href={href('failures', null, { cause: letter.cause })}>{inWords(letter.class)}</a>
          </>
        )}
      </p>
      <h1 tabIndex={-1}>Record {letterId}</h1>
      <ReadTrouble live={live} />
      {letter !== null && <Letter letter={letter} path={path} />}
    </>
  )
}

function Letter({ letter, path }: { readonly letter: DeadLetter; readonly path: string }) {
  return (
    <>
      <Facts letter={letter} />
      {letter.state === 'parked' && (
        <div class="buttons">
          <RetryButton path={`${path}/retry`} selection={{}} count={1} />
          <Discard path={path} />
        </div>
      )}
      <Value letter={letter} />
      <Headers headers={letter.headers} />
      <History history={letter.history} />
    </>
  )
}

function Facts({ letter }: { readonly letter: DeadLetter }) {
  const { topic, partition, offset, timestamp, key, size, message, state, parkedAt, publishedAt } = letter
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <LetterState state={state} />
      </dd>
      <dt>Error</dt>
      <dd class="told">{message}</dd>
      <dt>Where</dt>
      <dd>
        <span class="id">{topic}</span>, partition {String(partition)}, offset {String(offset)}
      </dd>
      <dt>Written</dt>
      <dd>{timestamp === null ? 'unknown' : dateTime(timestamp)}</dd>
      <dt>Key</dt>
      <dd class="id told">{key ?? 'none'}</dd>
      <dt>Value</dt>
      <dd>{size === null ? 'none' : counted(size, 'byte')}</dd>
      <dt>Parked</dt>
      <dd>{dateTime(parkedAt)}</dd>
      <dt>Published to its topic</dt>
      <dd>{publishedAt === null ? 'not yet' : dateTime(publishedAt)}</dd>
    </dl>
  )
}

function Value({ letter: { decoded, text, base64, size } }: { readonly letter: DeadLetter }) {
  if (base64 === null || base64 === '') return null
  const said = decoded ?? text
  return (
    <>
      <section aria-labelledby="decoded">
        <h2 id="decoded">{decoded === null ? 'As text' : 'Decoded'}</h2>
        {said === null ? (
          <p class="dim">The value is not text, and not an order in JSON or Avro.</p>
        ) : (
          <pre class="source" tabIndex={0} aria-label="The value as text">
            {said.length > MOST_TEXT ? `${said.slice(0, MOST_TEXT)}…` : said}
          </pre>
        )}
      </section>
      <section aria-labelledby="raw">
        <h2 id="raw">Bytes</h2>
        {(size ?? 0) > MOST_HEX && <p class="dim">The first {counted(MOST_HEX, 'byte')}.</p>}
        <pre class="hex lines" tabIndex={0} aria-label="The value in hex">
          {hexLines(base64, MOST_HEX)}
        </pre>
      </section>
    </>
  )
}

function Headers({ headers }: Pick<DeadLetter, 'headers'>) {
  const shown = headers.slice(0, 100).map((header, index) => ({ ...header, index }))
  return (
    <section aria-labelledby="headers">
      <h2 id="headers">Headers</h2>
      {headers.length === 0 && <p class="dim">No headers.</p>}
      {headers.length > shown.length && <p class="dim">The first 100 of {counted(headers.length, 'header')}.</p>}
      {shown.length > 0 && (
        <DataTable
          caption="Headers"
          items={shown}
          rowKey={({ index }) => String(index)}
          columns={[
            { title: 'Name', cell: ({ name }) => <code>{name}</code> },
            {
              title: 'Value',
              cell: ({ text, base64 }) =>
                text === null ? <code class="told">base64 {base64}</code> : <code class="told">{text}</code>,
            },
          ]}
        />
      )}
    </section>
  )
}

function History({ history }: Pick<DeadLetter, 'history'>) {
  if (history.length === 0) return null
  const deeds = history.map((deed, index) => ({ ...deed, index }))
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <DataTable
        caption="Actions on this record, oldest first"
        items={deeds}
        rowKey={({ index }) => String(index)}
        columns={[
          { title: 'Action', cell: ({ act }) => inWords(act) },
          { title: 'Result', cell: ({ detail }) => <span class="told">{detail}</span> },
          { title: 'By', cell: ({ by }) => by },
          { title: 'When', numeric: true, cell: ({ at }) => dateTime(at) },
        ]}
      />
    </section>
  )
}

function Discard({ path }: { readonly path: string }) {
  const sending = useSending()
  const asking = useSignal(false)

  async function discard(): Promise<void> {
    const done = await sending.run<DeadLetterDiscard>({ method: 'POST', path: `${path}/discard`, body: {} })
    if (done !== null) asking.value = false
  }

  return (
    <>
      <button type="button" class="dangerous" onClick={() => (asking.value = true)}>
        Discard
      </button>
      {asking.value && (
        <Dialog
          title="Discard 1 record?"
          yes="Discard 1 record"
          dangerous
          busy={sending.busy.value}
          trouble={sending.trouble.value}
          onYes={() => void discard()}
          onNo={() => (asking.value = false)}
        >
          <p>This record will not be retried. You can still read it here.</p>
        </Dialog>
      )}
    </>
  )
}
