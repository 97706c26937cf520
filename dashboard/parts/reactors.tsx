/** What acts where time has passed: how far each reactor is, what it has still to do, and what it could not. */
import type { Reactor, ReactorList } from '../api-shapes.ts'
import { useLive } from '../live.ts'
import { useSending } from './command.ts'
import { DataTable } from './data-table.tsx'
import { count, counted, inWords, oneDecimal } from './format.ts'
import { Chip, ReadTrouble, TroubleNote } from './notes.tsx'
import { QuietButton } from './quiet-button.tsx'

const KINDS = { live: 'good', failed: 'bad', unserved: 'waiting' } as const

export function Reactors() {
  const live = useLive<ReactorList>('/reactors')
  const items = live.shown.value?.body.items ?? null
  return (
    <section aria-labelledby="reactors">
      <h2 id="reactors">Reactors</h2>
      <ReadTrouble live={live} />
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
  { title: 'Parked', numeric: true, cell: ({ parked }: Reactor) => count(parked) },
  { title: 'Last error', cell: ({ lastError }: Reactor) => <LastError error={lastError} /> },
  { title: 'Do', cell: (reactor: Reactor) => <Retry reactor={reactor} /> },
]

function LastError({ error }: { readonly error: Reactor['lastError'] }) {
  if (error === null) return <span class="dim">none</span>
  return (
    <span class="trouble-text">
      {error.message} (<code>{error.code}</code>, position {count(error.position)})
    </span>
  )
}

function Retry({ reactor: { name, state, parked } }: { readonly reactor: Reactor }) {
  const sending = useSending()
  if (state !== 'failed' && parked === 0) return null
  const path = `/reactors/${encodeURIComponent(name)}/retry`
  return (
    <>
      <QuietButton
        label="Retry"
        of={name}
        busy={sending.busy.value}
        onClick={() => void sending.run({ method: 'POST', path })}
      />
      <TroubleNote trouble={sending.trouble.value} />
    </>
  )
}
