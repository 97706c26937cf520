/** What acts where time has passed: how far each reactor is, what it has still to do, and what it could not. */
import type { Reactor } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { t } from '../texts/text.ts'
import { useSending } from './command.ts'
import { DataTable } from './data-table.tsx'
import { count, dateTime, oneDecimal } from './format.ts'
import { Chip, TroubleNote } from './notes.tsx'
import { QuietButton } from './quiet-button.tsx'

const KINDS = { live: 'good', paused: 'waiting', failed: 'bad', unserved: 'waiting' } as const

export function Reactors() {
  const items = useTopic('reactors').value?.items ?? null
  return (
    <section aria-labelledby="reactors">
      <h2 id="reactors">{t('reactors.title')}</h2>
      {items !== null && (
        <DataTable caption={t('reactors.title')} items={items} rowKey={({ name }) => name} columns={COLUMNS} />
      )}
    </section>
  )
}

const COLUMNS = [
  { title: t('reactors.reactor'), cell: ({ name }: Reactor) => name },
  {
    title: t('projections.state'),
    cell: ({ state }: Reactor) => <Chip kind={KINDS[state]}>{t(`projections.state.${state}`)}</Chip>,
  },
  { title: t('projections.position'), numeric: true, cell: ({ position }: Reactor) => count(position) },
  {
    title: t('projections.behind'),
    numeric: true,
    cell: ({ lagEvents, lagSeconds }: Reactor) => (
      <>
        {t('projections.events', { n: lagEvents })}, {oneDecimal(lagSeconds)} s
      </>
    ),
  },
  { title: t('reactors.due'), numeric: true, cell: ({ due }: Reactor) => count(due) },
  {
    title: t('reactors.overdue'),
    numeric: true,
    cell: ({ overdue, overdueSeconds }: Reactor) =>
      overdue === 0 ? count(0) : `${count(overdue)}, ${oneDecimal(overdueSeconds)} s`,
  },
  { title: t('reactors.parked'), numeric: true, cell: ({ parkedCount }: Reactor) => count(parkedCount) },
  { title: t('reactors.waits'), cell: ({ paused, outage }: Reactor) => <Waiting since={paused ?? outage} /> },
  { title: t('reactors.error'), cell: ({ lastError }: Reactor) => <LastError error={lastError} /> },
  {
    title: t('projections.do'),
    cell: ({ name, state, paused, parkedCount }: Reactor) => (
      <>
        <Act reactor={name} verb={paused === null ? 'pause' : 'resume'} />
        {(state === 'failed' || parkedCount > 0) && <Act reactor={name} verb="retry" />}
      </>
    ),
  },
]

function LastError({ error }: { readonly error: Reactor['lastError'] }) {
  if (error === null) return <span class="dim">{t('reactors.none')}</span>
  return (
    <span class="trouble-text">
      {error.message} (<code>{error.code}</code>
      {t('projections.error', { n: error.position })}
    </span>
  )
}

function Waiting({ since }: { readonly since: Reactor['outage'] }) {
  if (since === null) return <span class="dim">{t('reactors.nothing')}</span>
  return <span class="trouble-text">{t('reactors.since', { reason: since.reason, time: dateTime(since.since) })}</span>
}

function Act({ reactor, verb }: { readonly reactor: string; readonly verb: 'pause' | 'resume' | 'retry' }) {
  const sending = useSending()
  const path = `/reactors/${encodeURIComponent(reactor)}/${verb}`
  return (
    <>
      <QuietButton
        label={t(`projections.${verb}`)}
        of={reactor}
        busy={sending.busy.value}
        onClick={() => void sending.run({ method: 'POST', path })}
      />
      <TroubleNote trouble={sending.trouble.value} />
    </>
  )
}
