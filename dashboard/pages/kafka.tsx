/** Kafka: the brokers, our topics, and how far behind everybody is who reads them. */
import type { GroupLag, Lag, ReaderLag, Topic, TopicList } from '../api-shapes.ts'
import { useTopic } from '../following.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, counted, duration, inWords, oneDecimal } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { useLive } from '../polling.ts'
import { href } from '../route.ts'

const VERDICTS = { OK: 'good', WARN: 'waiting', UNKNOWN: 'bad', STALLED: 'bad', STOPPED: 'bad' } as const
const HEALTH = { healthy: 'good', 'under-replicated': 'waiting', offline: 'bad' } as const
const TRENDS = { falling: '↓ falling', steady: '→ steady', rising: '↑ rising' } as const
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
/** Older than the pause between two looks. */
const OLD_SECONDS = 5
const DAY_SECONDS = 86_400

export function KafkaPage() {
  const report = useTopic('lag').value?.items[0] ?? null
  const without = report?.kafka.state === 'not-configured'
  return (
    <>
      <h1 tabIndex={-1}>Kafka</h1>
      {report !== null && <Reach kafka={report.kafka} />}
      {without && (
        <Empty command="npm run cluster">
          This service runs without Kafka. To connect it to a cluster, set KAFKA_BROKERS and SCHEMA_REGISTRY_URL and
          start it again. A local cluster prints both values.
        </Empty>
      )}
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
      <strong>Kafka is unreachable.</strong> {detail}.{' '}
      {ageSeconds === null ? 'It has not answered yet.' : `The data shown is ${duration(ageSeconds)} old.`}
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
        <h2 id="brokers">Brokers</h2>
        <ul class="tallies">
          {list.brokers.map(({ id, host, port }) => (
            <li key={id}>
              <strong>{String(id)}</strong> {host}:{String(port)}{' '}
              {id === list.controller && <Chip kind="good">Controller</Chip>}
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="topics">
        <h2 id="topics">Topics</h2>
        {list.items.length === 0 ? (
          <Empty command="npx orderledger topics create">The cluster has none of the topics of this service yet.</Empty>
        ) : (
          <DataTable caption="Topics, by name" items={list.items} rowKey={({ name }) => name} columns={TOPICS} />
        )}
      </section>
    </>
  )
}

const TOPICS = [
  { title: 'Topic', cell: ({ name }: Topic) => <a href={href('kafka', name)}>{name}</a> },
  { title: 'Health', cell: ({ health }: Topic) => <Chip kind={HEALTH[health]}>{inWords(health)}</Chip> },
  { title: 'Partitions', numeric: true, cell: ({ partitions }: Topic) => count(partitions.length) },
  { title: 'Messages', numeric: true, cell: ({ records }: Topic) => count(records) },
  { title: 'In/s', numeric: true, cell: ({ inRate }: Topic) => oneDecimal(inRate) },
  { title: 'Size', numeric: true, cell: ({ bytes }: Topic) => (bytes === null ? 'unknown' : size(bytes)) },
  { title: 'Kept for', numeric: true, cell: ({ retentionMs }: Topic) => retention(retentionMs) },
]

function Groups({ groups }: { readonly groups: readonly GroupLag[] }) {
  return (
    <section aria-labelledby="groups">
      <h2 id="groups">Consumer groups</h2>
      {groups.length === 0 ? (
        <Empty command="npx orderledger consume orders --group analysts --decode">
          No group reads these topics yet.
        </Empty>
      ) : (
        <DataTable caption="Consumer groups, by name" items={groups} rowKey={({ group }) => group} columns={GROUPS} />
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

const behind = (one: string) => [
  {
    title: 'Behind',
    numeric: true,
    cell: ({ behind: messages, secondsBehind }: Shown) => (
      <>
        {messages === null ? 'unknown' : counted(messages, one)}
        {secondsBehind === null ? ', age unknown' : `, ${oneDecimal(secondsBehind)} s`}
      </>
    ),
  },
  {
    title: 'In/s, out/s',
    numeric: true,
    cell: ({ inRate, outRate }: Shown) => `${oneDecimal(inRate)}, ${oneDecimal(outRate)}`,
  },
  { title: 'Trend', cell: ({ trend }: Shown) => TRENDS[trend] },
  {
    title: 'Caught up in',
    numeric: true,
    cell: ({ behind: left, etaSeconds }: Shown) =>
      left === 0 ? 'done' : etaSeconds === null ? 'unknown' : duration(etaSeconds),
  },
]

function VerdictChip({ verdict, settled, detail, ageSeconds }: Shown) {
  return (
    <>
      <Chip kind={settled ? VERDICTS[verdict] : 'open'}>{verdict}</Chip>
      {!settled && <span class="dim"> so far</span>}
      {detail !== null && <span class="dim"> {detail}</span>}
      {ageSeconds !== null && ageSeconds > OLD_SECONDS && <span class="dim"> {duration(ageSeconds)} ago</span>}
    </>
  )
}

const GROUPS = [
  { title: 'Group', cell: ({ group }: GroupLag) => group },
  { title: 'Verdict', cell: (group: GroupLag) => <VerdictChip {...group} /> },
  {
    title: 'Members',
    numeric: true,
    cell: ({ members, state }: GroupLag) => (
      <>
        {count(members.length)} <span class="dim">{inWords(state)}</span>
      </>
    ),
  },
  ...behind('message'),
  {
    title: 'Partitions',
    cell: ({ partitions }: GroupLag) => (
      <details>
        <summary>{counted(partitions.length, 'partition')}</summary>
        <ul>
          {partitions.map((one) => (
            <li key={`${one.topic} ${String(one.partition)}`}>
              {one.topic} {String(one.partition)}: {known(one.offset)} of {known(one.end)}, {one.verdict}
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
      <h2 id="readers">Readers of the log</h2>
      <DataTable
        caption="Readers of the log"
        items={readers}
        rowKey={({ name }) => name}
        columns={[
          {
            title: 'Reader',
            cell: ({ name, kind }: ReaderLag) => (kind === 'relay' ? name : `${inWords(kind)} ${name}`),
          },
          {
            title: 'Verdict',
            cell: (reader: ReaderLag) => <VerdictChip {...reader} />,
          },
          { title: 'Position', numeric: true, cell: ({ position }: ReaderLag) => known(position) },
          ...behind('event'),
        ]}
      />
    </section>
  )
}

function known(value: number | null): string {
  return value === null ? 'unknown' : count(value)
}

function retention(milliseconds: number | null): string {
  if (milliseconds === null) return 'ever, or unknown'
  const seconds = milliseconds / 1_000
  return seconds >= 2 * DAY_SECONDS ? counted(Math.round(seconds / DAY_SECONDS), 'day') : duration(seconds)
}

function size(bytes: number): string {
  const power = bytes < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${power === 0 ? count(bytes) : oneDecimal(bytes / 1_000 ** power)} ${UNITS[power] ?? ''}`
}
