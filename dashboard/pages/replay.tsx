/** One replay: how far it is, what it found, and what is done with that. */
import { useSignal } from '@preact/signals'
import { useSending } from '../parts/command.ts'
import { DataTable } from '../parts/data-table.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { dateTime, inWords } from '../parts/format.ts'
import { ReadTrouble, TroubleNote } from '../parts/notes.tsx'
import { isUnderWay, ReplayProgress, ReplayState } from '../parts/replay-state.tsx'
import { useLive } from '../polling.ts'
import type { Difference, Replay } from '../api-shapes.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

export function ReplayPage({ replayId }: { readonly replayId: string }) {
  const path = `/replays/${encodeURIComponent(replayId)}`
  const live = useLive<Replay>(path)
  const replay = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('projections')}>{t('frame.page.projections')}</a>
      </p>
      <h1 tabIndex={-1}>
        {replay === null
          ? t('projections.replays')
          : t(replay.check ? 'replay.comparison-of' : 'replay.of', { name: replay.projection })}
      </h1>
      <ReadTrouble live={live} />
      {replay !== null && (
        <>
          <dl class="facts">
            <dt>{t('projections.state')}</dt>
            <dd>
              <ReplayState replay={replay} />
            </dd>
            <dt>{t('projections.progress')}</dt>
            <dd>
              <ReplayProgress replay={replay} />
            </dd>
            <dt>{t('projections.rows')}</dt>
            <dd>{t('replay.written', { n: replay.rows })}</dd>
            <dt>{t('replay.begun')}</dt>
            <dd>{dateTime(replay.startedAt)}</dd>
            {replay.finishedAt !== null && (
              <>
                <dt>{t('replay.ended')}</dt>
                <dd>{dateTime(replay.finishedAt)}</dd>
              </>
            )}
            <dt>{t('replay.id')}</dt>
            <dd class="id">{replay.replayId}</dd>
          </dl>
          {replay.failure !== null && (
            <p class="trouble">
              {replay.failure.message} (<code>{replay.failure.code}</code>
              {t('projections.error', { n: replay.failure.position })}
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
            {t('projections.pause')}
          </button>
        )}
        {state === 'paused' && (
          <button
            type="button"
            aria-disabled={busy}
            onClick={() => void sending.run({ method: 'POST', path: `${path}/resume` })}
          >
            {t('projections.resume')}
          </button>
        )}
        {isUnderWay(replay) && (
          <button type="button" class="dangerous" onClick={() => (asking.value = 'cancel')}>
            {t('replay.cancel')}
          </button>
        )}
        {state === 'refused' && (
          <button type="button" class="dangerous" onClick={() => (asking.value = 'accept')}>
            {t('replay.accept')}
          </button>
        )}
      </div>
      {asking.value === null && <TroubleNote trouble={sending.trouble.value} />}
      {asking.value === 'cancel' && (
        <Dialog
          title={t('replay.cancel.ask', { name: projection })}
          yes={t('replay.cancel')}
          no={t('projections.keep')}
          dangerous
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void cancel()}
          onNo={close}
        >
          <p>{t('replay.cancel.about', { name: projection })}</p>
        </Dialog>
      )}
      {asking.value === 'accept' && (
        <Dialog
          title={t('replay.accept.ask', {
            differences: t('projections.differences', { n: differences?.count ?? 0 }),
            name: projection,
          })}
          yes={t('replay.accept.yes')}
          dangerous
          busy={busy}
          trouble={sending.trouble.value}
          onYes={() => void accept()}
          onNo={close}
        >
          <p>{t('replay.accept.about', { name: projection })}</p>
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
  if (all === 0) return <p>{t('replay.equal')}</p>
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">{t('projections.differences', { n: all })}</h2>
      <p>{t('replay.counts', { n: missing, extra, different })}</p>
      {samples.length > 0 && (
        <DataTable<Difference>
          caption={t('replay.samples', { n: samples.length })}
          items={samples}
          rowKey={({ table, key }) => `${table} ${key}`}
          columns={[
            { title: t('replay.key'), cell: ({ key }) => <span class="id">{key}</span> },
            { title: t('replay.table'), cell: ({ table }) => <code>{table}</code> },
            { title: t('replay.kind'), cell: ({ kind }) => inWords(kind) },
            {
              title: t('replay.columns'),
              cell: ({ columns }) => (
                <ul class="plain">
                  {columns.map(({ column, live, rebuilt }) => (
                    <li key={column}>
                      <code>{column}</code>: {live ?? t('replay.nothing')} → {rebuilt ?? t('replay.nothing')}
                    </li>
                  ))}
                </ul>
              ),
            },
          ]}
        />
      )}
      {all > samples.length && <p class="dim">{t('replay.more', { n: all - samples.length })}</p>}
    </section>
  )
}
