/** The read models and the reactors: how far behind each is, and what is done about it. */
import { useSignal } from '@preact/signals'
import { useTopic } from '../following.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { count, counted, dateTime, inWords, oneDecimal } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble, TroubleNote } from '../parts/notes.tsx'
import { QuietButton } from '../parts/quiet-button.tsx'
import { Reactors } from '../parts/reactors.tsx'
import { ReplayProgress, ReplayState } from '../parts/replay-state.tsx'
import type { Projection, Replay, ReplayList } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'

const KINDS = { live: 'good', replaying: 'waiting', paused: 'quiet', failed: 'bad' } as const

export function ProjectionsPage() {
  const items = useTopic('projections').value?.items ?? null
  const head = items?.[0]?.head
  return (
    <>
      <h1 tabIndex={-1}>Projections</h1>
      {head !== undefined && <p class="as-of">The log is at position {count(head)}</p>}
      {items !== null && (
        <DataTable caption="Projections" items={items} rowKey={({ name }) => name} columns={COLUMNS} />
      )}
      {items !== null && <Reactors />}
      {items !== null && <Replays />}
    </>
  )
}

const COLUMNS = [
  {
    title: 'Projection',
    cell: ({ name, version, generation }: Projection) => (
      <>
        {name}{' '}
        <span class="dim">
          version {String(version)}, generation {String(generation)}
        </span>
      </>
    ),
  },
  {
    title: 'State',
    cell: ({ state, lastError }: Projection) => (
      <>
        <Chip kind={KINDS[state]}>{inWords(state)}</Chip>
        {lastError !== null && (
          <span class="trouble-text">
            {' '}
            {lastError.message} (<code>{lastError.code}</code>, position {count(lastError.position)})
          </span>
        )}
      </>
    ),
  },
  { title: 'Position', numeric: true, cell: ({ position }: Projection) => count(position) },
  {
    title: 'Behind',
    numeric: true,
    cell: ({ lagEvents, lagSeconds }: Projection) => (
      <>
        {counted(lagEvents, 'event')}, {oneDecimal(lagSeconds)} s
      </>
    ),
  },
  { title: 'Events/s', numeric: true, cell: ({ eventsPerSecond }: Projection) => count(Math.round(eventsPerSecond)) },
  { title: 'Rows', numeric: true, cell: ({ rows }: Projection) => count(rows) },
  { title: 'Last comparison', cell: ({ lastCheck }: Projection) => <LastCheck check={lastCheck} /> },
  { title: 'Do', cell: (projection: Projection) => <Actions projection={projection} /> },
]

function LastCheck({ check }: { readonly check: Projection['lastCheck'] }) {
  if (check === null) return <span class="dim">never</span>
  return (
    <a href={href('projections', check.replayId)}>
      {check.differences === 0 ? 'equal' : counted(check.differences, 'difference')} at position {count(check.position)}
      , {dateTime(check.checkedAt)}
    </a>
  )
}

function Actions({ projection: { name, state, replayId } }: { readonly projection: Projection }) {
  const sending = useSending()
  const pausing = useSignal(false)
  const path = `/projections/${encodeURIComponent(name)}`
  const busy = sending.busy.value

  async function replay(body: { readonly check?: boolean }): Promise<void> {
    const begun = await sending.run<Replay>({ method: 'POST', path: `${path}/replay`, body })
    if (begun !== null) location.hash = href('projections', begun.replayId)
  }

  async function pause(): Promise<void> {
    if ((await sending.run<Projection>({ method: 'POST', path: `${path}/pause` })) !== null) pausing.value = false
  }

  return (
    <>
      <span class="buttons">
        {state === 'paused' || state === 'failed' ? (
          <QuietButton
            label={state === 'paused' ? 'Resume' : 'Retry'}
            of={name}
            busy={busy}
            onClick={() => void sending.run({ method: 'POST', path: `${path}/resume` })}
          />
        ) : (
          <QuietButton label="Pause" of={name} busy={busy} onClick={() => (pausing.value = true)} />
        )}
        {replayId === null ? (
          <>
            <QuietButton label="Compare" of={name} busy={busy} onClick={() => void replay({ check: true })} />
            <QuietButton label="Replay" of={name} busy={busy} onClick={() => void replay({})} />
          </>
        ) : (
          <a href={href('projections', replayId)}>Replay in progress</a>
        )}
      </span>
      {!pausing.value && <TroubleNote trouble={sending.trouble.value} />}
      {pausing.value && (
        <Dialog
          title={`Pause ${name}?`}
          yes="Pause"
          no="Keep running"
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void pause()}
          onNo={() => (pausing.value = false)}
        >
          <p>Queries on it still answer, but with older and older rows, until you resume it.</p>
        </Dialog>
      )}
    </>
  )
}

function Replays() {
  const live = useLive<ReplayList>('/replays')
  const items = live.shown.value?.body.items ?? []
  return (
    <section aria-labelledby="replays">
      <h2 id="replays">Replays</h2>
      <ReadTrouble live={live} />
      {live.shown.value !== null && items.length === 0 && (
        <Empty>No replay has run yet. Compare rebuilds a projection from the log and reports any difference.</Empty>
      )}
      {items.length > 0 && (
        <DataTable
          caption="Replays, newest first"
          items={items}
          rowKey={({ replayId }) => replayId}
          columns={[
            {
              title: 'Projection',
              cell: ({ replayId, projection, check }) => (
                <a href={href('projections', replayId)}>
                  {projection} <span class="dim">{check ? 'comparison' : 'replay'}</span>
                </a>
              ),
            },
            { title: 'State', cell: (replay) => <ReplayState replay={replay} /> },
            { title: 'Progress', cell: (replay) => <ReplayProgress replay={replay} /> },
            { title: 'Started', numeric: true, cell: ({ startedAt }) => dateTime(startedAt) },
          ]}
        />
      )}
    </section>
  )
}
