/** One event: its versions, what each has changed, and what its bytes are. */
import type { DescribedSchema, DescribedVersion } from '../api-shapes.ts'
import { useLive } from '../polling.ts'
import { DataTable } from '../parts/data-table.tsx'
import { count, dateTime, inWords } from '../parts/format.ts'
import { Chip, ReadTrouble } from '../parts/notes.tsx'
import { CountedTo, Held, RegistryNote } from '../parts/schema-notes.tsx'
import { href } from '../route.ts'
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
        <a href={href('schemas')}>Schemas</a>
      </p>
      <h1 tabIndex={-1}>{type}</h1>
      <ReadTrouble live={live} />
      {schema !== null && (
        <>
          <Facts schema={schema} />
          <section aria-labelledby="versions">
            <h2 id="versions">Versions</h2>
            <CountedTo live={live} />
            <DataTable
              caption="Versions, oldest first"
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
      <dt>Subject</dt>
      <dd class="id">{subject}</dd>
      <dt>Stream</dt>
      <dd>{stream === null ? 'unknown' : inWords(stream)}</dd>
      <dt>Level</dt>
      <dd>{level === null ? 'unknown' : <code>{level}</code>}</dd>
      <dt>Written</dt>
      <dd>{retiredBy === null ? 'today' : <Retired by={retiredBy} />}</dd>
      <dt>Registry</dt>
      <dd>
        <RegistryNote shared={sharedRegistry} />
      </dd>
    </dl>
  )
}

const columns = ({ position, head }: DescribedSchema) => [
  { title: 'Version', cell: ({ version }: DescribedVersion) => `v${String(version)}` },
  {
    title: 'In the log',
    cell: (version: DescribedVersion) => <Held version={version} complete={position >= head} />,
  },
  {
    title: 'First seen',
    cell: ({ firstAt, firstPosition }: DescribedVersion) => <Seen at={firstAt} position={firstPosition} />,
  },
  {
    title: 'Last seen',
    cell: ({ lastAt, lastPosition }: DescribedVersion) => <Seen at={lastAt} position={lastPosition} />,
  },
  {
    title: 'Fields',
    numeric: true,
    cell: ({ fields }: DescribedVersion) => (fields === null ? 'unknown' : count(fields)),
  },
  {
    title: 'Registry id',
    numeric: true,
    cell: ({ registryId }: DescribedVersion) => (registryId === null ? 'unknown' : String(registryId)),
  },
]

function Seen({ at, position }: { readonly at: string | null; readonly position: number | null }) {
  if (at === null || position === null) return <span class="dim">never</span>
  return (
    <>
      <time dateTime={at}>{dateTime(at)}</time> <span class="dim">position {count(position)}</span>
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

const VERDICT_WORDS: Partial<Record<keyof typeof VERDICTS, string>> = { meaning: 'changes the meaning' }

const DEPLOY_FIRST = {
  'any order': 'Deploy readers and writers in any order.',
  readers: 'Deploy readers first.',
  writers: 'Deploy writers first.',
  nobody: 'No order of deployment is safe.',
} as const

function Changes({ versions }: { readonly versions: readonly DescribedVersion[] }) {
  const later = versions.filter(({ changes }) => changes !== null)
  if (later.length === 0) return null
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">What changed in each version</h2>
      {later.map(({ version, changes, deployFirst }) => (
        <div key={version}>
          <p>
            <strong>
              v{String(version - 1)} to v{String(version)}.
            </strong>{' '}
            {deployFirst !== null && DEPLOY_FIRST[deployFirst]}
          </p>
          <ul class="changes">
            {changes?.map(({ path, message, verdict }) => (
              <li key={`${path} ${message}`}>
                <Chip kind={VERDICTS[verdict]}>{VERDICT_WORDS[verdict] ?? verdict}</Chip>{' '}
                <code>{path === '' ? 'the event' : path}</code> {message}
              </li>
            ))}
          </ul>
          {changes?.length === 0 && <p class="dim">Nothing that a reader can see.</p>}
        </div>
      ))}
    </section>
  )
}
