/** The schemas of the events: which versions there are, and which of them the log still holds. */
import type { SchemaSubject, SchemaSubjectList } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, counted, inWords } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { CountedTo, Held, RegistryNote } from '../parts/schema-notes.tsx'
import { href } from '../route.ts'

export function SchemasPage() {
  const live = useLive<SchemaSubjectList>('/schemas')
  const list = live.shown.value?.body ?? null
  return (
    <>
      <h1 tabIndex={-1}>Schemas</h1>
      <ReadTrouble live={live} />
      {list !== null && (
        <>
          <Tallies list={list} />
          <CountedTo live={live} />
          {list.head === 0 && (
            <Empty command="npx orderledger flood -n 100 -c 10">The log is empty, so no version is in use yet.</Empty>
          )}
          <DataTable
            caption="Events and their versions, by name"
            items={list.items}
            rowKey={({ type }) => type}
            columns={columns(list, most(list))}
          />
          <p class="dim">
            A version that is not in the log may still be in dumps or in use by consumers. Schema registry:{' '}
            <RegistryNote shared={list.sharedRegistry} />.
          </p>
        </>
      )}
    </>
  )
}

function Tallies({ list: { items } }: { readonly list: SchemaSubjectList }) {
  const versions = items.flatMap((item) => item.versions)
  const held = versions.filter(({ events }) => events > 0).length
  return (
    <ul class="tallies">
      <li>
        <strong>{count(items.length)}</strong> {items.length === 1 ? 'event' : 'events'}
      </li>
      <li>
        <strong>{count(versions.length)}</strong> {versions.length === 1 ? 'version' : 'versions'}
      </li>
      <li>
        <Chip kind="good">In the log</Chip> <strong>{count(held)}</strong>
      </li>
      <li>
        <Chip kind="quiet">Not in the log</Chip> <strong>{count(versions.length - held)}</strong>
      </li>
    </ul>
  )
}

const columns = ({ position, head }: SchemaSubjectList, most: number) => [
  {
    title: 'Event',
    cell: (item: SchemaSubject) => (
      <>
        {item.stream === null ? item.type : <a href={href('schemas', item.type)}>{item.type}</a>}{' '}
        <span class="id dim">{item.subject}</span>
        {item.retiredBy !== null && <Retired by={item.retiredBy} />}
        {item.stream === null && (
          <>
            {' '}
            <Chip kind="waiting">from a later release</Chip>
          </>
        )}
      </>
    ),
  },
  { title: 'Stream', cell: ({ stream }: SchemaSubject) => (stream === null ? 'unknown' : inWords(stream)) },
  { title: 'Level', cell: ({ level }: SchemaSubject) => (level === null ? 'unknown' : <code>{level}</code>) },
  {
    title: 'Versions',
    cell: (item: SchemaSubject) => <Versions item={item} most={most} complete={position >= head} />,
  },
]

export function Retired({ by }: { readonly by: readonly string[] }) {
  return (
    <>
      {' '}
      <Chip kind="quiet">retired</Chip> <span class="dim">now {by.join(', ')}</span>
    </>
  )
}

interface VersionsProps {
  readonly item: SchemaSubject
  readonly most: number
  readonly complete: boolean
}

/** The bars compare all versions of all events; the counts stand before them. */
function Versions({ item: { type, versions }, most: longest, complete }: VersionsProps) {
  return (
    <ul class="held">
      {versions.map((version) => (
        <li key={version.version}>
          <strong>v{String(version.version)}</strong>
          <Held version={version} complete={complete} />
          <progress
            max={Math.max(1, longest)}
            value={version.events}
            aria-label={`${type} v${String(version.version)}, of ${counted(longest, 'event')} of the most frequent version`}
          />
          {version.fields === null && <span class="dim">from a later release</span>}
        </li>
      ))}
    </ul>
  )
}

function most({ items }: SchemaSubjectList): number {
  return Math.max(0, ...items.flatMap(({ versions }) => versions.map(({ events }) => events)))
}
