/** What the embedded registry holds, read with plain look-ups; each works inside a transaction and outside of one. */
import type pg from 'pg'

export type Connection = Pick<pg.ClientBase, 'query'>

/** A type of another schema that a schema uses. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

export interface StoredSchema {
  readonly id: number
  readonly text: string
  readonly references: readonly SchemaReference[]
}

export interface StoredVersion extends StoredSchema {
  readonly subject: string
  readonly version: number
  /** Softly: a look-up that asks for deleted ones still finds it. */
  readonly deleted: boolean
}

export type Which = 'live' | 'deleted' | 'all'

const REFERENCES = `(select coalesce(json_agg(json_build_object('name', r.name, 'subject', r.subject, 'version', r.version)
    order by r.place), '[]') from registry.schema_references r where r.schema_id = s.id) as references`

export async function schemaOfId(db: Connection, id: number): Promise<StoredSchema | null> {
  const { rows } = await db.query<StoredSchema>({
    name: 'registry-schema',
    text: `select s.id, s.text, ${REFERENCES} from registry.schemas s where s.id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** The lowest id of a schema with this fingerprint. */
export async function idOfFingerprint(db: Connection, fingerprint: Buffer): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(
    'select id from registry.schemas where fingerprint = $1 order by id limit 1',
    [fingerprint],
  )
  return rows[0]?.id ?? null
}

export interface VersionFilter {
  /** Null: of all subjects. */
  readonly subject: string | null
  readonly prefix?: string
  readonly which: Which
  /** Only the newest of each subject that the filter leaves. */
  readonly latestOnly?: boolean
}

/** By subject and version. */
export async function versionsWithSchemas(db: Connection, filter: VersionFilter): Promise<readonly StoredVersion[]> {
  const { subject, prefix = '', which, latestOnly = false } = filter
  const { rows } = await db.query<StoredVersion>(
    `select ${latestOnly ? 'distinct on (v.subject)' : ''} v.subject, v.version, v.deleted, s.id, s.text, ${REFERENCES}
    from registry.versions v join registry.schemas s on s.id = v.schema_id
    where ($1::text is null or v.subject = $1) and starts_with(v.subject, $2) and ${chosen(which)}
    order by v.subject, v.version ${latestOnly ? 'desc' : ''}`,
    [subject, prefix],
  )
  return rows
}

/** One version, or the newest that is not deleted. */
export async function storedVersion(
  db: Connection,
  subject: string,
  version: number | 'latest',
): Promise<StoredVersion | null> {
  const { rows } = await db.query<StoredVersion>({
    name: version === 'latest' ? 'registry-latest-version' : 'registry-version',
    text: `select v.subject, v.version, v.deleted, s.id, s.text, ${REFERENCES}
      from registry.versions v join registry.schemas s on s.id = v.schema_id
      where v.subject = $1 and ${version === 'latest' ? 'not v.deleted' : 'v.version = $2'}
      order by v.version desc limit 1`,
    values: version === 'latest' ? [subject] : [subject, version],
  })
  return rows[0] ?? null
}

/** The newest version of the subject whose schema has this fingerprint. */
export async function versionOfFingerprint(
  db: Connection,
  subject: string,
  { fingerprint, which }: { readonly fingerprint: Buffer; readonly which: Which },
): Promise<StoredVersion | null> {
  const { rows } = await db.query<StoredVersion>(
    `select v.subject, v.version, v.deleted, s.id, s.text, ${REFERENCES}
    from registry.versions v join registry.schemas s on s.id = v.schema_id
    where v.subject = $1 and s.fingerprint = $2 and ${chosen(which)}
    order by v.version desc limit 1`,
    [subject, fingerprint],
  )
  return rows[0] ?? null
}

export async function versionNumbers(db: Connection, subject: string, which: Which): Promise<readonly number[]> {
  const { rows } = await db.query<{ version: number }>(
    `select v.version from registry.versions v where v.subject = $1 and ${chosen(which)} order by v.version`,
    [subject],
  )
  return rows.map(({ version }) => version)
}

/** In order. `deleted`: those of which nothing is left but deleted versions. */
export async function subjectNames(db: Connection, which: Which, prefix = ''): Promise<readonly string[]> {
  const left = { live: 'bool_or(not v.deleted)', deleted: 'bool_and(v.deleted)', all: 'true' }[which]
  const { rows } = await db.query<{ subject: string }>(
    `select v.subject from registry.versions v where starts_with(v.subject, $1)
    group by v.subject having ${left} order by v.subject`,
    [prefix],
  )
  return rows.map(({ subject }) => subject)
}

export interface SubjectVersion {
  readonly subject: string
  readonly version: number
}

/** Where a schema is registered. */
export async function usesOf(db: Connection, id: number, which: Which): Promise<readonly SubjectVersion[]> {
  const { rows } = await db.query<SubjectVersion>(
    `select v.subject, v.version from registry.versions v
    where v.schema_id = $1 and ${chosen(which)} order by v.subject, v.version`,
    [id],
  )
  return rows
}

/** The ids of the schemas that refer to this version: those in use, or all. An id can be asked for as long as there are bytes. */
export async function referencingIds(
  db: Connection,
  { subject, version }: SubjectVersion,
  which: 'live' | 'all',
): Promise<readonly number[]> {
  const inUse = 'exists (select from registry.versions v where v.schema_id = r.schema_id and not v.deleted)'
  const { rows } = await db.query<{ id: number }>(
    `select distinct r.schema_id as id from registry.schema_references r
    where r.subject = $1 and r.version = $2 and ${which === 'live' ? inUse : 'true'} order by id`,
    [subject, version],
  )
  return rows.map(({ id }) => id)
}

/** Numbers of the subject that something refers to, whether there still is such a version or not. */
export async function referredNumbers(db: Connection, subject: string): Promise<readonly number[]> {
  const { rows } = await db.query<{ version: number }>(
    'select distinct version from registry.schema_references where subject = $1',
    [subject],
  )
  return rows.map(({ version }) => version)
}

/** The id of each version, softly deleted ones too, in their order; null: none. */
export async function versionIds(
  db: Connection,
  versions: readonly SubjectVersion[],
): Promise<readonly (number | null)[]> {
  const { rows } = await db.query<{ id: number | null }>(
    `select v.schema_id as id
    from unnest($1::text[], $2::integer[]) with ordinality as asked (subject, version, place)
    left join registry.versions v on v.subject = asked.subject and v.version = asked.version order by asked.place`,
    [versions.map(({ subject }) => subject), versions.map(({ version }) => version)],
  )
  return rows.map(({ id }) => id)
}

/**
 * The texts of these schemas and of all that they refer to, each behind what it needs itself. By what the references meant
 * when they were registered, whatever stands under their versions now. Null: they are over the bounds.
 */
export async function referredTexts(
  db: Connection,
  ids: readonly number[],
  most: { readonly schemas: number; readonly characters: number },
): Promise<readonly string[] | null> {
  const { rows } = await db.query<{ id: number; text: string | null; targets: readonly number[] }>(
    `with recursive reached (id) as (
      select unnest($1::integer[])
      union
      select r.target_id from reached join registry.schema_references r on r.schema_id = reached.id
    )
    select s.id, case when sum(length(s.text)) over () <= $3 then s.text end as text,
      array(select r.target_id from registry.schema_references r where r.schema_id = s.id order by r.place) as targets
    from reached join registry.schemas s on s.id = reached.id limit $2`,
    [ids, most.schemas + 1, most.characters],
  )
  if (rows.length > most.schemas) return null
  const found = new Map(rows.map((row) => [row.id, row]))
  const texts: (string | null)[] = []
  const visit = (id: number): void => {
    const schema = found.get(id)
    if (schema === undefined) return
    found.delete(id)
    schema.targets.forEach(visit)
    texts.push(schema.text)
  }
  ids.forEach(visit)
  return texts.every((text) => text !== null) ? texts : null
}

function chosen(which: Which): string {
  return { live: 'not v.deleted', deleted: 'v.deleted', all: 'true' }[which]
}
