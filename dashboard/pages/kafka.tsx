/** Kafka: the brokers, our topics, and how far behind everybody is who reads them. */
import type { GroupLag, Lag, ReaderLag, Topic, TopicList } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, duration, inWords, oneDecimal } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'
import { t, wordFor } from '../texts/text.ts'

const VERDICTS = { OK: 'good', WARN: 'waiting', UNKNOWN: 'bad', STALLED: 'bad', STOPPED: 'bad' } as const
const HEALTH = { healthy: 'good', 'under-replicated': 'waiting', offline: 'bad' } as const
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
/** Older than the pause between two looks. */
const OLD_SECONDS = 5
const DAY_SECONDS = 86_400

export function KafkaPage() {
  const report = useTopic('lag').value?.items[0] ?? null
  const without = report?.kafka.state === 'not-configured'
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.kafka')}</h1>
      {report !== null && <Reach kafka={report.kafka} />}
      {without && <Empty command="npm run cluster">{t('kafka.without')}</Empty>}
      {report !== null && !without && <Cluster />}
      {report !== null && !without && <Groups groups={report.groups} />}
      {report !== null && <Readers readers={report.readers} />}
    </>
  )
}

function Reach({ kafka: { state, ageSeconds, detail } }: { readonly kafka: Lag['kafka'] }) {
  if (state !== 'unreachable') return null
  return (
    <p class="trouble" role="alert">
      <strong>{t('kafka.unreachable')}</strong> {detail}.{' '}
      {ageSeconds === null ? t('kafka.silent') : t('kafka.old', { age: duration(ageSeconds) })}
    </p>
  )
}

function Cluster() {
  const live = useLive<TopicList>('/topics')
  const list = live.shown.value?.body ?? null
  if (list === null) return <ReadTrouble live={live} />
  return (
    <>
      <section aria-labelledby="brokers">
        <h2 id="brokers">{t('kafka.brokers')}</h2>
        <ul class="tallies">
          {list.brokers.map(({ id, host, port }) => (
            <li key={id}>
              <strong>{String(id)}</strong> {host}:{String(port)}{' '}
              {id === list.controller && <Chip kind="good">{t('kafka.controller')}</Chip>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="topics">
        <h2 id="topics">{t('kafka.topics')}</h2>
        {list.items.length === 0 ? (
          <Empty command="npx orderledger topics create">{t('kafka.topics.none')}</Empty>
        ) : (
          <DataTable
            caption={t('kafka.topics.caption')}
            items={list.items}
            rowKey={({ name }) => name}
            columns={TOPICS}
          />
        )}
      </section>
    </>
  )
}

const TOPICS = [
  { title: t('kafka.topic'), cell: ({ name }: Topic) => <a href={href('kafka', name)}>{name}</a> },
  {
    title: t('kafka.health'),
    cell: ({ health }: Topic) => <Chip kind={HEALTH[health]}>{t(`kafka.health.${health}`)}</Chip>,
  },
  { title: t('kafka.partitions'), numeric: true, cell: ({ partitions }: Topic) => count(partitions.length) },
  { title: t('kafka.messages'), numeric: true, cell: ({ records }: Topic) => count(records) },
  { title: t('kafka.in'), numeric: true, cell: ({ inRate }: Topic) => oneDecimal(inRate) },
  {
    title: t('kafka.size'),
    numeric: true,
    cell: ({ bytes }: Topic) => (bytes === null ? t('kafka.unknown') : size(bytes)),
  },
  { title: t('kafka.kept'), numeric: true, cell: ({ retentionMs }: Topic) => retention(retentionMs) },
]

function Groups({ groups }: { readonly groups: readonly GroupLag[] }) {
  return (
    <section aria-labelledby="groups">
      <h2 id="groups">{t('kafka.groups')}</h2>
      {groups.length === 0 ? (
        <Empty command="npx orderledger consume orders --group analysts --decode">{t('kafka.groups.none')}</Empty>
      ) : (
        <DataTable caption={t('kafka.groups.caption')} items={groups} rowKey={({ group }) => group} columns={GROUPS} />
      )}
    </section>
  )
}

type Shown = Pick<
  GroupLag | ReaderLag,
  | 'behind'
  | 'secondsBehind'
  | 'inRate'
  | 'outRate'
  | 'trend'
  | 'etaSeconds'
  | 'verdict'
  | 'settled'
  | 'ageSeconds'
  | 'detail'
>

const behind = (one: 'message' | 'event') => [
  {
    title: t('kafka.behind'),
    numeric: true,
    cell: ({ behind: messages, secondsBehind }: Shown) => (
      <>
        {messages === null ? t('kafka.unknown') : t(`kafka.${one}.count`, { n: messages })}
        {secondsBehind === null
          ? t('kafka.behind.unknown')
          : t('kafka.behind.seconds', { seconds: oneDecimal(secondsBehind) })}
      </>
    ),
  },
  {
    title: t('kafka.rates'),
    numeric: true,
    cell: ({ inRate, outRate }: Shown) => `${oneDecimal(inRate)}, ${oneDecimal(outRate)}`,
  },
  { title: t('kafka.trend'), cell: ({ trend }: Shown) => t(`kafka.trend.${trend}`) },
  {
    title: t('kafka.caught-up'),
    numeric: true,
    cell: ({ behind: left, etaSeconds }: Shown) =>
      left === 0 ? t('kafka.done') : etaSeconds === null ? t('kafka.unknown') : duration(etaSeconds),
  },
]

function VerdictChip({ verdict, settled, detail, ageSeconds }: Shown) {
  return (
    <>
      <Chip kind={settled ? VERDICTS[verdict] : 'open'}>{verdict}</Chip>
      {!settled && <span class="dim"> {t('kafka.verdict.so-far')}</span>}
      {detail !== null && <span class="dim"> {detail}</span>}
      {ageSeconds !== null && ageSeconds > OLD_SECONDS && (
        <span class="dim"> {t('kafka.verdict.ago', { age: duration(ageSeconds) })}</span>
      )}
    </>
  )
}

const GROUPS = [
  { title: t('kafka.group'), cell: ({ group }: GroupLag) => group },
  { title: t('kafka.verdict'), cell: (group: GroupLag) => <VerdictChip {...group} /> },
  {
    title: t('kafka.members'),
    numeric: true,
    cell: ({ members, state, kind }: GroupLag) => (
      <>
        {count(members.length)} <span class="dim">{inWords(state)}</span>
        {kind !== null && kind !== 'classic' && <div class="dim">{wordFor('group', kind) ?? kind}</div>}
      </>
    ),
  },
  ...behind('message'),
  {
    title: t('kafka.partitions'),
    cell: ({ partitions }: GroupLag) => (
      <details>
        <summary>{t('kafka.partition.count', { n: partitions.length })}</summary>
        <ul>
          {partitions.map((one) => (
            <li key={`${one.topic} ${String(one.partition)}`}>
              {one.topic} {String(one.partition)}:{' '}
              {t('kafka.offset', { offset: known(one.offset), end: known(one.end) })}, {one.verdict}
              {one.detail !== null && ` (${one.detail})`}
            </li>
          ))}
        </ul>
      </details>
    ),
  },
]

function Readers({ readers }: { readonly readers: readonly ReaderLag[] }) {
  return (
    <section aria-labelledby="readers">
      <h2 id="readers">{t('kafka.readers')}</h2>
      <DataTable
        caption={t('kafka.readers')}
        items={readers}
        rowKey={({ name }) => name}
        columns={[
          {
            title: t('kafka.reader'),
            cell: ({ name, kind }: ReaderLag) => (kind === 'relay' ? name : t(`kafka.reader.${kind}`, { name })),
          },
          {
            title: t('kafka.verdict'),
            cell: (reader: ReaderLag) => <VerdictChip {...reader} />,
          },
          { title: t('kafka.position'), numeric: true, cell: ({ position }: ReaderLag) => known(position) },
          ...behind('event'),
        ]}
      />
    </section>
  )
}

function known(value: number | null): string {
  return value === null ? t('kafka.unknown') : count(value)
}

function retention(milliseconds: number | null): string {
  if (milliseconds === null) return t('kafka.kept.ever')
  const seconds = milliseconds / 1_000
  return seconds >= 2 * DAY_SECONDS ? t('kafka.day.count', { n: Math.round(seconds / DAY_SECONDS) }) : duration(seconds)
}

function size(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${power === 0 ? count(bytes) : oneDecimal(bytes / 1_000 ** power)} ${UNITS[power] ?? ''}`
}
