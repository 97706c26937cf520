/** What customers do before they order: sessions, how far they come by day, minutes, and what is viewed together. */
import type { BehaviourFunnel, BehaviourMinutes, BehaviourProducts, BehaviourSessions } from '../api-shapes.ts'
import { Bars } from '../figures/bars.tsx'
import type { CsvColumn } from '../figures/csv.ts'
import { Panel, type FigureColumn } from '../figures/figure-panel.tsx'
import { Chart } from '../parts/chart.tsx'
import { count, dateTime, duration, minuteOf } from '../parts/format.ts'
import { Empty, ReadTrouble } from '../parts/notes.tsx'
import { useAnswers, useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { utcDate } from './days.ts'
import { FigureCards } from './figure-cards.tsx'
import { MINUTES, everyMinute, startOf, type Minute } from './minutes.ts'
import { percentText } from './percent.ts'
import { STAGES } from './stages.ts'
import { Waiting } from './waiting.tsx'

type Day = BehaviourFunnel['items'][number]
type Viewed = BehaviourProducts['items'][number]

/** The figures are saved about once a second. */
const EVERY_SECONDS = 5
const TOGETHER = 5

export function BehaviourSection() {
  const sessions = useLive<BehaviourSessions>('/behaviour/sessions', EVERY_SECONDS)
  const funnel = useLive<BehaviourFunnel>('/behaviour/funnel', EVERY_SECONDS)
  const products = useLive<BehaviourProducts>('/behaviour/products?limit=50', EVERY_SECONDS)
  const minutes = useAnswers<BehaviourMinutes>(NEWEST_MINUTES)
  const shown = sessions.shown.value?.body ?? null
  return (
    <>
      <ReadTrouble live={sessions} />
      <Waiting live={sessions} />
      {shown !== null && shown.events === 0 && <Empty>{t('insights.behaviour.empty')}</Empty>}
      {shown !== null && shown.events > 0 && (
        <>
          <Sessions sessions={shown} />
          {shown.asOf !== null && <p class="as-of">{t('insights.behaviour.as-of', { time: dateTime(shown.asOf) })}</p>}
          <Minutes minutes={minutes.shown.value?.body ?? null} />
          <Funnel funnel={funnel.shown.value?.body ?? null} />
          <Viewed products={products.shown.value?.body ?? null} />
        </>
      )}
    </>
  )
}

/** After the first answer, no more than is drawn. */
const NEWEST_MINUTES = {
  name: 'the newest minutes of behaviour',
  path: (before: BehaviourMinutes | null) =>
    before?.asOf === null || before === null
      ? '/behaviour/minutes'
      : `/behaviour/minutes?from=${new Date(startOf(before.asOf)).toISOString()}`,
  take: (answer: unknown) => answer as BehaviourMinutes,
  every: EVERY_SECONDS,
}

function Sessions({ sessions }: { readonly sessions: BehaviourSessions }) {
  const { closed, open, automated, late, duplicates, events, medianSeconds, medianEvents } = sessions
  const unknown = t('insights.unknown')
  const cards = [
    { title: 'closed', figure: count(closed), note: t('insights.sessions.open', { n: open }) },
    {
      title: 'length',
      figure: medianSeconds === null ? unknown : duration(medianSeconds),
      note: medianEvents === null ? '' : t('insights.sessions.median', { n: medianEvents }),
    },
    { title: 'automated', figure: count(automated), note: t('insights.sessions.automated.about') },
    { title: 'events', figure: count(events), note: t('insights.sessions.late', { late, duplicates }) },
  ] as const
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t('insights.sessions')}</h2>
      <FigureCards cards={cards.map((card) => ({ ...card, title: t(`insights.sessions.${card.title}`) }))} />
    </section>
  )
}

function Minutes({ minutes }: { readonly minutes: BehaviourMinutes | null }) {
  if (minutes === null || minutes.asOf === null) return null
  const rows = everyMinute(minutes.items, minutes.asOf)
  const title = t('insights.minutes')
  const last = minuteOf(minutes.asOf)
  return (
    <Panel
      id="minutes"
      title={title}
      period={null}
      none=""
      rows={rows.toReversed()}
      rowKey={({ minute }) => minute}
      columns={MINUTE_COLUMNS}
      csv={[{ title: t('insights.minute.utc'), csv: ({ minute }: Minute) => minute }, ...MINUTE_COLUMNS.slice(1)]}
    >
      <Chart
        kind="spark"
        height={60}
        label={t('insights.minutes.label', { n: MINUTES, minute: last })}
        times={rows.map(({ minute }) => Date.parse(minute) / 1_000)}
        values={rows.map(({ events }) => events)}
      />
    </Panel>
  )
}

const MINUTE_COLUMNS: readonly FigureColumn<Minute>[] = [
  { title: t('insights.minute'), cell: ({ minute }) => minuteOf(minute), csv: ({ minute }) => minute },
  { title: t('insights.events'), numeric: true, cell: ({ events }) => count(events), csv: ({ events }) => events },
]

function Funnel({ funnel }: { readonly funnel: BehaviourFunnel | null }) {
  if (funnel === null) return null
  const title = t('insights.funnel')
  const newest = funnel.items[0]
  return (
    <Panel
      id="funnel"
      title={title}
      note={t('insights.funnel.about', { n: funnel.open })}
      period={null}
      none={t('insights.funnel.none')}
      rows={funnel.items}
      rowKey={({ day }) => day}
      columns={FUNNEL_COLUMNS}
      csv={FUNNEL_CSV}
    >
      {newest !== undefined && (
        <>
          <p class="reading">{t('insights.funnel.day', { day: utcDate(newest.day) })}</p>
          <Bars
            centred
            label={t('insights.funnel.day', { day: utcDate(newest.day) })}
            bars={[
              { name: t('insights.funnel.sessions'), value: newest.sessions, text: count(newest.sessions) },
              ...STAGES.map((stage) => ({
                name: t(`insights.stage.${stage}`),
                value: newest[stage],
                text: t('insights.funnel.reading', { all: newest[stage], strict: newest.strict[stage] }),
              })),
            ]}
          />
        </>
      )}
    </Panel>
  )
}

const FUNNEL_COLUMNS: readonly FigureColumn<Day>[] = [
  { title: t('insights.day'), cell: ({ day }) => utcDate(day), csv: ({ day }) => day },
  {
    title: t('insights.funnel.sessions'),
    numeric: true,
    cell: ({ sessions }) => count(sessions),
    csv: ({ sessions }) => sessions,
  },
  ...STAGES.map((stage): FigureColumn<Day> => ({
    title: t(`insights.stage.${stage}`),
    numeric: true,
    cell: (day) => (
      <>
        {count(day[stage])} <span class="dim">({count(day.strict[stage])})</span>
      </>
    ),
    csv: (day) => day[stage],
  })),
  {
    title: t('insights.funnel.conversion'),
    numeric: true,
    cell: ({ conversion }) => percentText(conversion),
    csv: ({ conversion }) => conversion ?? '',
  },
]

const FUNNEL_CSV: readonly CsvColumn<Day>[] = [
  ...FUNNEL_COLUMNS,
  ...STAGES.map((stage): CsvColumn<Day> => ({
    title: t('insights.funnel.strict', { stage: t(`insights.stage.${stage}`) }),
    csv: (day) => day.strict[stage],
  })),
]

function Viewed({ products }: { readonly products: BehaviourProducts | null }) {
  if (products === null) return null
  const title = t('insights.viewed')
  return (
    <Panel
      id="viewed"
      title={title}
      note={t('insights.viewed.about')}
      period={null}
      none={t('insights.viewed.none')}
      rows={products.items}
      rowKey={({ sku }) => sku}
      columns={VIEWED_COLUMNS}
    >
      <Bars
        label={title}
        bars={products.items
          .slice(0, TOGETHER)
          .map(({ sku, views }) => ({ name: sku, value: views, text: count(views) }))}
      />
    </Panel>
  )
}

const VIEWED_COLUMNS: readonly FigureColumn<Viewed>[] = [
  {
    title: t('products.product'),
    cell: ({ sku }) => (
      <a class="id" href={href('products', sku)}>
        {sku}
      </a>
    ),
    csv: ({ sku }) => sku,
  },
  { title: t('insights.viewed.views'), numeric: true, cell: ({ views }) => count(views), csv: ({ views }) => views },
  { title: t('insights.viewed.carts'), numeric: true, cell: ({ carts }) => count(carts), csv: ({ carts }) => carts },
  {
    title: t('insights.viewed.together'),
    cell: ({ together }) =>
      together.length === 0
        ? t('insights.viewed.alone')
        : together.slice(0, TOGETHER).map(({ sku, sessions }, index) => (
            <span key={sku}>
              {index > 0 && ', '}
              <a class="id" href={href('products', sku)}>
                {sku}
              </a>{' '}
              <span class="dim">{t('insights.viewed.sessions', { n: sessions })}</span>
            </span>
          )),
    csv: ({ together }) => together.map(({ sku, sessions }) => `${sku} ${String(sessions)}`).join('; '),
  },
]
