/** What came in over Kafka and could not be handled: causes first, then the letters of one, and what is done with them. */
import type { DeadLetterGroup, DeadLetterList, DeadLetterSummary } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { DiscardLetters } from '../parts/discard-letters.tsx'
import { count, dateTime, inWords } from '../parts/format.ts'
import { LetterState } from '../parts/letter-state.tsx'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { RetryButton } from '../parts/retry-button.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const PAGE = 50

interface FailuresPageProps {
  /** Null: the causes. */
  readonly cause: string | null
  /** Of an older page of letters. */
  readonly before: string | null
}

export function FailuresPage({ cause, before }: FailuresPageProps) {
  const query = new URLSearchParams({
    limit: cause === null ? '1' : String(PAGE),
    ...(cause && { cause }),
    ...(before && { before }),
  })
  const live = useLive<DeadLetterList>(`/dead-letters?${query.toString()}`)
  const shown = live.shown.value?.body ?? null
  const group = shown?.groups.find((one) => one.cause === cause) ?? null
  return (
    <>
      {cause !== null && (
        <p>
          <a href={href('failures')}>{t('frame.page.failures')}</a>
        </p>
      )}
      <h1 tabIndex={-1}>{cause === null ? t('frame.page.failures') : inWords(group?.class ?? cause)}</h1>
      <ReadTrouble live={live} />
      {shown !== null && cause === null && <Causes groups={shown.groups} room={shown.room} />}
      {shown !== null && cause !== null && <Letters list={shown} group={group} cause={cause} before={before} />}
    </>
  )
}

function Causes({ groups, room }: Pick<DeadLetterList, 'groups' | 'room'>) {
  const parked = groups.reduce((sum, group) => sum + group.parked, 0)
  if (groups.length === 0) {
    return <Empty command="npx orderledger poison">{t('failures.none')}</Empty>
  }
  return (
    <>
      {room.full !== null && (
        <p class="trouble" role="alert">
          {room.full}.
        </p>
      )}
      <p class="as-of">
        {parked === 0
          ? t('failures.nothing-parked')
          : t('failures.parked.for', {
              records: t('failures.records', { n: parked }),
              causes: t('failures.cause.count', { n: groups.filter((group) => group.parked > 0).length }),
            })}
      </p>
      <DataTable caption={t('failures.causes')} items={groups} rowKey={({ cause }) => cause} columns={CAUSE_COLUMNS} />
    </>
  )
}

const CAUSE_COLUMNS = [
  {
    title: t('failures.cause'),
    cell: ({ cause, class: name }: DeadLetterGroup) => (
      <a href={href('failures', null, { cause })} title={cause}>
        {inWords(name)}
      </a>
    ),
  },
  { title: t('failures.latest'), cell: ({ message }: DeadLetterGroup) => <span class="told">{message}</span> },
  {
    title: t('failures.parked'),
    numeric: true,
    cell: ({ parked }: DeadLetterGroup) => <strong>{count(parked)}</strong>,
  },
  { title: t('failures.retried'), numeric: true, cell: ({ retried }: DeadLetterGroup) => count(retried) },
  { title: t('failures.discarded'), numeric: true, cell: ({ discarded }: DeadLetterGroup) => count(discarded) },
  { title: t('failures.first'), numeric: true, cell: ({ firstAt }: DeadLetterGroup) => dateTime(firstAt) },
  { title: t('failures.last'), numeric: true, cell: ({ lastAt }: DeadLetterGroup) => dateTime(lastAt) },
]

interface LettersProps {
  readonly list: DeadLetterList
  readonly group: DeadLetterGroup | null
  readonly cause: string
  readonly before: string | null
}

function Letters({ list: { items, next }, group, cause, before }: LettersProps) {
  if (group === null) return <Empty>{t('failures.cause.none')}</Empty>
  return (
    <>
      <p>
        <span class="told">{group.message}</span>
      </p>
      <p class="as-of">
        {t('failures.counts', { parked: group.parked, retried: group.retried, discarded: group.discarded })}{' '}
        <code>{cause}</code>
      </p>
      {group.parked > 0 && (
        <div class="buttons">
          <RetryButton path="/dead-letters/retry" selection={{ cause }} count={group.parked} />
          <DiscardLetters
            path="/dead-letters/discard"
            body={{ cause }}
            letters={group.parked}
            label={t('failures.discard.all')}
            warning={t('failures.discard.these')}
          />
        </div>
      )}
      <DataTable
        caption={t('failures.caption')}
        items={items}
        rowKey={({ id }) => String(id)}
        columns={LETTER_COLUMNS}
      />
      <p class="buttons">
        {before !== null && <a href={href('failures', null, { cause })}>{t('failures.newest')}</a>}
        {next !== null && <a href={href('failures', null, { cause, before: String(next) })}>{t('failures.older')}</a>}
      </p>
    </>
  )
}

const LETTER_COLUMNS = [
  {
    title: t('failures.record'),
    cell: ({ id, topic, partition, offset }: DeadLetterSummary) => (
      <a class="id" href={href('failures', String(id))}>
        {topic} {String(partition)}/{String(offset)}
      </a>
    ),
  },
  { title: t('failures.state'), cell: ({ state }: DeadLetterSummary) => <LetterState state={state} /> },
  {
    title: t('failures.key'),
    cell: ({ key }: DeadLetterSummary) =>
      key === null ? <span class="dim">{t('failures.without')}</span> : <span class="id told">{key}</span>,
  },
  { title: t('failures.error'), cell: ({ message }: DeadLetterSummary) => <span class="told">{message}</span> },
  {
    title: t('failures.bytes'),
    numeric: true,
    cell: ({ size }: DeadLetterSummary) =>
      size === null ? <span class="dim">{t('failures.without')}</span> : count(size),
  },
  { title: t('failures.parked'), numeric: true, cell: ({ parkedAt }: DeadLetterSummary) => dateTime(parkedAt) },
]
