/** What acts where time has passed: how far each reactor is, what it has still to do, and what it could not. */
import type { Reactor } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { useSending } from './command.ts'
import { DataTable } from './data-table.tsx'
import { count, counted, dateTime, inWords, oneDecimal } from './format.ts'
import { Chip, TroubleNote } from './notes.tsx'
import { QuietButton } from './quiet-button.tsx'

const KINDS = { live: 'good', paused: 'waiting', failed: 'bad', unserved: 'waiting' } as const

export function Reactors() {
  const items = useTopic('reactors').value?.items ?? null
  return (
    <section aria-labelledby="reactors">
      <h2 id="reactors">Reactors</h2>
      {items !== null && <DataTable caption="Reactors" items={items} rowKey={({ name }) => name} columns={COLUMNS} />}
    </section>
  )
}

const COLUMNS = [
  { title: 'Reactor', cell: ({ name }: Reactor) => name },
  { title: 'State', cell: ({ state }: Reactor) => <Chip kind={KINDS[state]}>{inWords(state)}</Chip> },
  { title: 'Position', numeric: true, cell: ({ position }: Reactor) => count(position) },
  {
    title: 'Behind',
    numeric: true,
    cell: ({ lagEvents, lagSeconds }: Reactor) => (
      <>
        {counted(lagEvents, 'event')}, {oneDecimal(lagSeconds)} s
      </>
    ),
  },
  { title: 'Due', numeric: true, cell: ({ due }: Reactor) => count(due) },
  {
    title: 'Overdue',
    numeric: true,
    cell: ({ overdue, overdueSeconds }: Reactor) =>
      overdue === 0 ? count(0) : `${count(overdue)}, ${oneDecimal(overdueSeconds)} s`,
  },
  { title: 'Parked', numeric: true, cell: ({ parkedCount }: Reactor) => count(parkedCount) },
  { title: 'Waits for', cell: ({ paused, outage }: Reactor) => <Waiting since={paused ?? outage} /> },
  { title: 'Last error', cell: ({ lastError }: Reactor) => <LastError error={lastError} /> },
  {
    title: 'Do',
    cell: ({ name, state, paused, parkedCount }: Reactor) => (
      <>
        <Act reactor={name} verb={paused === null ? 'pause' : 'resume'} />
        {(state === 'failed' || parkedCount > 0) && <Act reactor={name} verb="retry" />}
      </>
    ),
  },
]

function LastError({ error }: { readonly error: Reactor['lastError'] }) {
  if (error === null) return <span class="dim">none</span>
  return (
    <span class="trouble-text">
      {error.message} (<code>{error.code}</code>, position {count(error.position)})
    </span>
  )
}

function Waiting({ since }: { readonly since: Reactor['outage'] }) {
  if (since === null) return <span class="dim">nothing</span>
  return (
    <span class="trouble-text">
      {since.reason}, since {dateTime(since.since)}
    </span>
  )
}

const LABELS = { pause: 'Pause', resume: 'Resume', retry: 'Retry' } as const

function Act({ reactor, verb }: { readonly reactor: string; readonly verb: keyof typeof LABELS }) {
  const sending = useSending()
  const path = `/reactors/${encodeURIComponent(reactor)}/${verb}`
  return (
    <>
      <QuietButton
        label={LABELS[verb]}
        of={reactor}
        busy={sending.busy.value}
        onClick={() => void sending.run({ method: 'POST', path })}
      />
      <TroubleNote trouble={sending.trouble.value} />
    </>
  )
}
