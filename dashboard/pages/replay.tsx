/** One replay: how far it is, what it found, and what is done with that. */
import { useSignal } from '@preact/signals'
import { useLive } from '../polling.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { count, counted, dateTime, inWords } from '../parts/format.ts'
import { ReadTrouble, TroubleNote } from '../parts/notes.tsx'
import { isUnderWay, ReplayProgress, ReplayState } from '../parts/replay-state.tsx'
import type { Difference, Replay } from '../api-shapes.ts'
import { href } from '../route.ts'

export function ReplayPage({ replayId }: { readonly replayId: string }) {
  const path = `/replays/${encodeURIComponent(replayId)}`
  const live = useLive<Replay>(path)
  const replay = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('projections')}>Projections</a>
      </p>
      <h1 tabIndex={-1}>
        {replay === null ? 'Replay' : `${replay.check ? 'Comparison' : 'Replay'} of ${replay.projection}`}
      </h1>
      <ReadTrouble live={live} />
      {replay !== null && (
        <>
          <dl class="facts">
            <dt>State</dt>
            <dd>
              <ReplayState replay={replay} />
            </dd>
            <dt>Progress</dt>
            <dd>
              <ReplayProgress replay={replay} />
            </dd>
            <dt>Rows</dt>
            <dd>{count(replay.rows)} written</dd>
            <dt>Begun</dt>
            <dd>{dateTime(replay.startedAt)}</dd>
            {replay.finishedAt !== null && (
              <>
                <dt>Ended</dt>
                <dd>{dateTime(replay.finishedAt)}</dd>
              </>
            )}
            <dt>Id</dt>
            <dd class="id">{replay.replayId}</dd>
          </dl>
          {replay.failure !== null && (
            <p class="trouble">
              {replay.failure.message} (<code>{replay.failure.code}</code>, position {count(replay.failure.position)})
            </p>
          )}
          <Actions replay={replay} path={path} />
          {replay.differences !== null && <Found differences={replay.differences} />}
        </>
      )}
    </>
  )
}

function Actions({ replay, path }: { readonly replay: Replay; readonly path: string }) {
  const sending = useSending()
  const asking = useSignal<'cancel' | 'accept' | null>(null)
  const { projection, state, differences } = replay
  const busy = sending.busy.value
  const close = () => (asking.value = null)

  async function cancel(): Promise<void> {
    await sending.run({ method: 'DELETE', path })
    if (sending.trouble.value === null) close()
  }

  async function accept(): Promise<void> {
    const begun = await sending.run<Replay>({
      method: 'POST',
      path: `/projections/${encodeURIComponent(projection)}/replay`,
      body: { acceptDifferences: true },
    })
    if (begun === null) return
    close()
    location.hash = href('projections', begun.replayId)
  }

  return (
    <>
      <div class="buttons">
        {state === 'running' && (
          <button
            type="button"
            aria-disabled={busy}
            onClick={() => void sending.run({ method: 'POST', path: `${path}/pause` })}
          >
            Pause
          </button>
        )}
        {state === 'paused' && (
          <button
            type="button"
            aria-disabled={busy}
            onClick={() => void sending.run({ method: 'POST', path: `${path}/resume` })}
          >
            Resume
          </button>
        )}
        {isUnderWay(replay) && (
          <button type="button" class="dangerous" onClick={() => (asking.value = 'cancel')}>
            Cancel replay
          </button>
        )}
        {state === 'refused' && (
          <button type="button" class="dangerous" onClick={() => (asking.value = 'accept')}>
            Replay and accept the differences
          </button>
        )}
      </div>
      {asking.value === null && <TroubleNote trouble={sending.trouble.value} />}
      {asking.value === 'cancel' && (
        <Dialog
          title={`Cancel the replay of ${projection}?`}
          yes="Cancel replay"
          no="Keep running"
          dangerous
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void cancel()}
          onNo={close}
        >
          <p>This drops the tables built so far. {projection} does not change.</p>
        </Dialog>
      )}
      {asking.value === 'accept' && (
        <Dialog
          title={`Accept ${counted(differences?.count ?? 0, 'difference')} in ${projection}?`}
          yes="Replay and accept"
          dangerous
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void accept()}
          onNo={close}
        >
          <p>
            This rebuilds {projection} from the log and switches to the result, even where it differs from what is shown
            now.
          </p>
        </Dialog>
      )}
    </>
  )
}

function Found({
  differences: { count: all, missing, extra, different, samples },
}: {
  readonly differences: NonNullable<Replay['differences']>
}) {
  if (all === 0) return <p>All rows are equal.</p>
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">{counted(all, 'difference')}</h2>
      <p>
        {counted(missing, 'row')} missing, {count(extra)} extra, {count(different)} different.
      </p>
      {samples.length > 0 && (
        <DataTable<Difference>
          caption={`The first ${String(samples.length)} differences`}
          items={samples}
          rowKey={({ table, key }) => `${table} ${key}`}
          columns={[
            { title: 'Key', cell: ({ key }) => <span class="id">{key}</span> },
            { title: 'Table', cell: ({ table }) => <code>{table}</code> },
            { title: 'Kind', cell: ({ kind }) => inWords(kind) },
            {
              title: 'Live → rebuilt',
              cell: ({ columns }) => (
                <ul class="plain">
                  {columns.map(({ column, live, rebuilt }) => (
                    <li key={column}>
                      <code>{column}</code>: {live ?? 'nothing'} → {rebuilt ?? 'nothing'}
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      )}
      {all > samples.length && <p class="dim">{count(all - samples.length)} more are not listed.</p>}
    </section>
  )
}
