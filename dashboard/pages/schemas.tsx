/** The schemas of the events: which versions there are, and which of them the log still holds. */
import type { SchemaSubject, SchemaSubjectList } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, inWords } from '../parts/format.ts'
import { Chip, Empty, ReadTrouble } from '../parts/notes.tsx'
import { CountedTo, Held, RegistryNote } from '../parts/schema-notes.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'

export function SchemasPage() {
  const live = useLive<SchemaSubjectList>('/schemas')
  const list = live.shown.value?.body ?? null
  return (
    <>
      <h1 tabIndex={-1}>{t('frame.page.schemas')}</h1>
      <ReadTrouble live={live} />
      {list !== null && (
        <>
          <Tallies list={list} />
          <CountedTo live={live} />
          {list.head === 0 && <Empty command="npx orderledger flood -n 100 -c 10">{t('schemas.empty')}</Empty>}
          <DataTable
            caption={t('schemas.caption')}
            items={list.items}
            rowKey={({ type }) => type}
            columns={columns(list, most(list))}
          />
          <p class="dim">
            {t('schemas.elsewhere')} <RegistryNote shared={list.sharedRegistry} />.
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
        <strong>{count(items.length)}</strong> {t('schemas.events', { n: items.length })}
      </li>
      <li>
        <strong>{count(versions.length)}</strong> {t('schemas.versions', { n: versions.length })}
      </li>
      <li>
        <Chip kind="good">{t('schemas.in-log')}</Chip> <strong>{count(held)}</strong>
      </li>
      <li>
        <Chip kind="quiet">{t('schemas.not-in-log')}</Chip> <strong>{count(versions.length - held)}</strong>
      </li>
    </ul>
  )
}

const columns = ({ position, head }: SchemaSubjectList, most: number) => [
  {
    title: t('schemas.event'),
    cell: (item: SchemaSubject) => (
      <>
        {item.stream === null ? item.type : <a href={href('schemas', item.type)}>{item.type}</a>}{' '}
        <span class="id dim">{item.subject}</span>
        {item.retiredBy !== null && <Retired by={item.retiredBy} />}
        {item.stream === null && (
          <>
            {' '}
            <Chip kind="waiting">{t('schemas.later')}</Chip>
          </>
        )}
      </>
    ),
  },
  {
    title: t('schemas.stream'),
    cell: ({ stream }: SchemaSubject) => (stream === null ? t('schemas.unknown') : inWords(stream)),
  },
  {
    title: t('schemas.level'),
    cell: ({ level }: SchemaSubject) => (level === null ? t('schemas.unknown') : <code>{level}</code>),
  },
  {
    title: t('schemas.version.many'),
    cell: (item: SchemaSubject) => <Versions item={item} most={most} complete={position >= head} />,
  },
]

export function Retired({ by }: { readonly by: readonly string[] }) {
  return (
    <>
      {' '}
      <Chip kind="quiet">{t('schemas.retired')}</Chip>{' '}
      <span class="dim">{t('schemas.retired.by', { names: by.join(', ') })}</span>
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
            aria-label={t('schemas.bar', { type, version: String(version.version), n: longest })}
          />
          {version.fields === null && <span class="dim">{t('schemas.later')}</span>}
        </li>
      ))}
    </ul>
  )
}

function most({ items }: SchemaSubjectList): number {
  return Math.max(0, ...items.flatMap(({ versions }) => versions.map(({ events }) => events)))
}
