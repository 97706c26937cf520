/** The read models and the reactors: how far behind each is, and what is done about it. */
import { useSignal } from '@preact/signals'
import { useTopic } from '../following.ts'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { count, dateTime, oneDecimal } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble, TroubleNote } from '../parts/notes.tsx'
import { QuietButton } from '../parts/quiet-button.tsx'
import { Reactors } from '../parts/reactors.tsx'
import { ReplayProgress, ReplayState } from '../parts/replay-state.tsx'
import { useLive } from '../polling.ts'
import type { Projection, Replay, ReplayList } from '../api-shapes.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

const KINDS = { live: 'good', replaying: 'waiting', paused: 'quiet', failed: 'bad' } as const

export function ProjectionsPage() {
  const items = useTopic('projections').value?.items ?? null
  const head = items?.[0]?.head
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.projections')}</h1>
      {head !== undefined && <p class="as-of">{t('projections.head', { n: head })}</p>}
      {items !== null && (
        <DataTable caption={t('frame.page.projections')} items={items} rowKey={({ name }) => name} columns={COLUMNS} />
      )}
      {items !== null && <Reactors />}
      {items !== null && <Replays />}
    </>
  )
}

const COLUMNS = [
  {
    title: t('projections.projection'),
    cell: ({ name, version, generation }: Projection) => (
      <>
        {name}{' '}
        <span class="dim">
          {t('projections.version', { version: String(version), generation: String(generation) })}
        </span>
      </>
    ),
  },
  {
    title: t('projections.state'),
    cell: ({ state, lastError }: Projection) => (
      <>
        <Chip kind={KINDS[state]}>{t(`projections.state.${state}`)}</Chip>
        {lastError !== null && (
          <span class="trouble-text">
            {' '}
            {lastError.message} (<code>{lastError.code}</code>
            {t('projections.error', { n: lastError.position })}
          </span>
        )}
      </>
    ),
  },
  { title: t('projections.position'), numeric: true, cell: ({ position }: Projection) => count(position) },
  {
    title: t('projections.behind'),
    numeric: true,
    cell: ({ lagEvents, lagSeconds }: Projection) => (
      <>
        {t('projections.events', { n: lagEvents })}, {oneDecimal(lagSeconds)} s
      </>
    ),
  },
  {
    title: t('projections.rate'),
    numeric: true,
    cell: ({ eventsPerSecond }: Projection) => count(Math.round(eventsPerSecond)),
  },
  { title: t('projections.rows'), numeric: true, cell: ({ rows }: Projection) => count(rows) },
  { title: t('projections.check'), cell: ({ lastCheck }: Projection) => <LastCheck check={lastCheck} /> },
  { title: t('projections.do'), cell: (projection: Projection) => <Actions projection={projection} /> },
]

function LastCheck({ check }: { readonly check: Projection['lastCheck'] }) {
  if (check === null) return <span class="dim">{t('projections.check.never')}</span>
  return (
    <a href={href('projections', check.replayId)}>
      {t('projections.check.at', {
        result:
          check.differences === 0 ? t('projections.equal') : t('projections.differences', { n: check.differences }),
        position: check.position,
        time: dateTime(check.checkedAt),
      })}
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
            label={t(state === 'paused' ? 'projections.resume' : 'projections.retry')}
            of={name}
            busy={busy}
            onClick={() => void sending.run({ method: 'POST', path: `${path}/resume` })}
          />
        ) : (
          <QuietButton label={t('projections.pause')} of={name} busy={busy} onClick={() => (pausing.value = true)} />
        )}
        {replayId === null ? (
          <>
            <QuietButton
              label={t('projections.compare')}
              of={name}
              busy={busy}
              onClick={() => void replay({ check: true })}
            />
            <QuietButton label={t('projections.replay')} of={name} busy={busy} onClick={() => void replay({})} />
          </>
        ) : (
          <a href={href('projections', replayId)}>{t('projections.in-progress')}</a>
        )}
      </span>
      {!pausing.value && <TroubleNote trouble={sending.trouble.value} />}
      {pausing.value && (
        <Dialog
          title={t('projections.pause.ask', { name })}
          yes={t('projections.pause')}
          no={t('projections.keep')}
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void pause()}
          onNo={() => (pausing.value = false)}
        >
          <p>{t('projections.pause.about')}</p>
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
      <h2 id="replays">{t('projections.replays')}</h2>
      <ReadTrouble live={live} />
      {live.shown.value !== null && items.length === 0 && <Empty>{t('projections.replays.none')}</Empty>}
      {items.length > 0 && (
        <DataTable
          caption={t('projections.replays.caption')}
          items={items}
          rowKey={({ replayId }) => replayId}
          columns={[
            {
              title: t('projections.projection'),
              cell: ({ replayId, projection, check }) => (
                <a href={href('projections', replayId)}>
                  {projection}{' '}
                  <span class="dim">{t(check ? 'projections.kind.check' : 'projections.kind.replay')}</span>
                </a>
              ),
            },
            { title: t('projections.state'), cell: (replay) => <ReplayState replay={replay} /> },
            { title: t('projections.progress'), cell: (replay) => <ReplayProgress replay={replay} /> },
            { title: t('projections.started'), numeric: true, cell: ({ startedAt }) => dateTime(startedAt) },
          ]}
        />
      )}
    </section>
  )
}
