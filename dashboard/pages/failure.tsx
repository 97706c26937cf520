/** One record that could not be handled: what it says, its bytes, its headers, and what was done with it. */
import type { DeadLetter } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { DiscardLetters } from '../parts/discard-letters.tsx'
import { dateTime, inWords } from '../parts/format.ts'
import { hexLines } from '../parts/hex-lines.ts'
import { LetterState } from '../parts/letter-state.tsx'
import { ReadTrouble } from '../parts/notes.tsx'
import { RetryButton } from '../parts/retry-button.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const MOST_HEX = 1_024
const MOST_TEXT = 4_096

export function FailurePage({ letterId }: { readonly letterId: string }) {
  const path = `/dead-letters/${encodeURIComponent(letterId)}`
  const live = useLive<DeadLetter>(path)
  const letter = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('failures')}>{t('frame.page.failures')}</a>
        {letter !== null && (
          <>
            {' / '}
            <a href={href('failures', null, { cause: letter.cause })}>{inWords(letter.class)}</a>
          </>
        )}
      </p>
      <h1 tabIndex={-1}>{t('failures.title', { id: letterId })}</h1>
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
          <DiscardLetters
            path={`${path}/discard`}
            body={{}}
            letters={1}
            label={t('failures.discard')}
            warning={t('failures.discard.this')}
          />
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
      <dt>{t('failures.state')}</dt>
      <dd>
        <LetterState state={state} />
      </dd>
      <dt>{t('failures.error')}</dt>
      <dd class="told">{message}</dd>
      <dt>{t('failures.where')}</dt>
      <dd>
        <span class="id">{topic}</span>
        {t('failures.place', { partition: String(partition), offset: String(offset) })}
      </dd>
      <dt>{t('failures.written')}</dt>
      <dd>{timestamp === null ? t('failures.unknown') : dateTime(timestamp)}</dd>
      <dt>{t('failures.key')}</dt>
      <dd class="id told">{key ?? t('failures.without')}</dd>
      <dt>{t('failures.value')}</dt>
      <dd>{size === null ? t('failures.without') : t('failures.byte.count', { n: size })}</dd>
      <dt>{t('failures.parked')}</dt>
      <dd>{dateTime(parkedAt)}</dd>
      <dt>{t('failures.published')}</dt>
      <dd>{publishedAt === null ? t('failures.not-yet') : dateTime(publishedAt)}</dd>
    </dl>
  )
}

function Value({ letter: { decoded, text, base64, size } }: { readonly letter: DeadLetter }) {
  if (base64 === null || base64 === '') return null
  const said = decoded ?? text
  return (
    <>
      <section aria-labelledby="decoded">
        <h2 id="decoded">{t(decoded === null ? 'failures.as-text' : 'failures.decoded')}</h2>
        {said === null ? (
          <p class="dim">{t('failures.no-text')}</p>
        ) : (
          <pre class="source" tabIndex={0} aria-label={t('failures.text.label')}>
            {said.length > MOST_TEXT ? `${said.slice(0, MOST_TEXT)}…` : said}
          </pre>
        )}
      </section>
      <section aria-labelledby="raw">
        <h2 id="raw">{t('failures.bytes')}</h2>
        {(size ?? 0) > MOST_HEX && (
          <p class="dim">{t('failures.first-bytes', { bytes: t('failures.byte.count', { n: MOST_HEX }) })}</p>
        )}
        <pre class="hex lines" tabIndex={0} aria-label={t('failures.hex.label')}>
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
      <h2 id="headers">{t('failures.headers')}</h2>
      {headers.length === 0 && <p class="dim">{t('failures.headers.none')}</p>}
      {headers.length > shown.length && <p class="dim">{t('failures.headers.first', { n: headers.length })}</p>}
      {shown.length > 0 && (
        <DataTable
          caption={t('failures.headers')}
          items={shown}
          rowKey={({ index }) => String(index)}
          columns={[
            { title: t('failures.name'), cell: ({ name }) => <code>{name}</code> },
            {
              title: t('failures.value'),
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
      <h2 id="history">{t('failures.history')}</h2>
      <DataTable
        caption={t('failures.history.caption')}
        items={deeds}
        rowKey={({ index }) => String(index)}
        columns={[
          { title: t('failures.action'), cell: ({ act }) => inWords(act) },
          { title: t('failures.result'), cell: ({ detail }) => <span class="told">{detail}</span> },
          { title: t('failures.by'), cell: ({ by }) => by },
          { title: t('failures.when'), numeric: true, cell: ({ at }) => dateTime(at) },
        ]}
      />
    </section>
  )
}
