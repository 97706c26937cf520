/** One event: its versions, what each has changed, and what its bytes are. */
import type { DescribedSchema, DescribedVersion } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords } from '../parts/format.ts'
import { Chip, ReadTrouble } from '../parts/notes.tsx'
import { CountedTo, Held, RegistryNote } from '../parts/schema-notes.tsx'
import { href } from '../route.ts'
import { t } from '../texts/text.ts'
import { SchemaBytes } from './schema-bytes.tsx'
import { SchemaTexts } from './schema-texts.tsx'
import { Retired } from './schemas.tsx'

interface SchemaPageProps {
  readonly type: string
  /** The versions that stand side by side, as the address names them. */
  readonly before: string | null
  readonly after: string | null
}

export function SchemaPage({ type, before, after }: SchemaPageProps) {
  const live = useLive<DescribedSchema>(`/schemas/${encodeURIComponent(type)}`)
  const schema = live.shown.value?.body ?? null
  return (
    <>
      <p>
        <a href={href('schemas')}>{t('frame.page.schemas')}</a>
      </p>
      <h1 tabIndex={-1}>{type}</h1>
      <ReadTrouble live={live} />
      {schema !== null && (
        <>
          <Facts schema={schema} />
          <section aria-labelledby="versions">
            <h2 id="versions">{t('schemas.version.many')}</h2>
            <CountedTo live={live} />
            <DataTable
              caption={t('schema.versions.caption')}
              items={schema.versions}
              rowKey={({ version }) => String(version)}
              columns={columns(schema)}
            />
          </section>
          <Changes versions={schema.versions} />
          <SchemaTexts type={type} versions={schema.versions} before={before} after={after} />
          <SchemaBytes type={type} versions={schema.versions} />
        </>
      )}
    </>
  )
}

function Facts({
  schema: { subject, stream, level, retiredBy, sharedRegistry },
}: {
  readonly schema: DescribedSchema
}) {
  return (
    <dl class="facts">
      <dt>{t('schema.subject')}</dt>
      <dd class="id">{subject}</dd>
      <dt>{t('schemas.stream')}</dt>
      <dd>{stream === null ? t('schemas.unknown') : inWords(stream)}</dd>
      <dt>{t('schemas.level')}</dt>
      <dd>{level === null ? t('schemas.unknown') : <code>{level}</code>}</dd>
      <dt>{t('schema.written')}</dt>
      <dd>{retiredBy === null ? t('schema.written.today') : <Retired by={retiredBy} />}</dd>
      <dt>{t('schema.registry')}</dt>
      <dd>
        <RegistryNote shared={sharedRegistry} />
      </dd>
    </dl>
  )
}

const columns = ({ position, head }: DescribedSchema) => [
  { title: t('schema.version'), cell: ({ version }: DescribedVersion) => `v${String(version)}` },
  {
    title: t('schemas.in-log'),
    cell: (version: DescribedVersion) => <Held version={version} complete={position >= head} />,
  },
  {
    title: t('schema.first'),
    cell: ({ firstAt, firstPosition }: DescribedVersion) => <Seen at={firstAt} position={firstPosition} />,
  },
  {
    title: t('schema.last'),
    cell: ({ lastAt, lastPosition }: DescribedVersion) => <Seen at={lastAt} position={lastPosition} />,
  },
  {
    title: t('schema.fields'),
    numeric: true,
    cell: ({ fields }: DescribedVersion) => (fields === null ? t('schemas.unknown') : count(fields)),
  },
  {
    title: t('schema.id'),
    numeric: true,
    cell: ({ registryId }: DescribedVersion) => (registryId === null ? t('schemas.unknown') : String(registryId)),
  },
]

function Seen({ at, position }: { readonly at: string | null; readonly position: number | null }) {
  if (at === null || position === null) return <span class="dim">{t('schema.never')}</span>
  return (
    <>
      <time dateTime={at}>{dateTime(at)}</time> <span class="dim">{t('schema.position', { n: position })}</span>
    </>
  )
}

const VERDICTS = {
  safe: 'good',
  'backward only': 'waiting',
  'forward only': 'waiting',
  breaking: 'bad',
  meaning: 'bad',
} as const

function Changes({ versions }: { readonly versions: readonly DescribedVersion[] }) {
  const later = versions.filter(({ changes }) => changes !== null)
  if (later.length === 0) return null
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{t('schema.changes')}</h2>
      {later.map(({ version, changes, deployFirst }) => (
        <div key={version}>
          <p>
            <strong>{t('schema.change', { from: String(version - 1), to: String(version) })}</strong>{' '}
            {deployFirst !== null && t(`schema.deploy.${deployFirst}`)}
          </p>
          <ul class="changes">
            {changes?.map(({ path, message, verdict }) => (
              <li key={`${path} ${message}`}>
                <Chip kind={VERDICTS[verdict]}>{t(`schema.verdict.${verdict}`)}</Chip>{' '}
                <code>{path === '' ? t('schema.whole') : path}</code> {message}
              </li>
            ))}
          </ul>
          {changes?.length === 0 && <p class="dim">{t('schema.unchanged')}</p>}
        </div>
      ))}
    </section>
  )
}
