/** Registers a schema as the next version of a subject, unless it is one already. */
import type pg from 'pg'
import { cut } from '../compatibility/cut.ts'
import { incompatibilityMessages } from './check-compatibility.ts'
import { incompatible, invalidSchema, notPermitted } from './registry-refusal.ts'
import { effectiveLevel, effectiveMode, requireWritable } from './settings.ts'
import type { Judge } from '../judgement/judgement.ts'
import { spellEarlier } from './spell-earlier.ts'
import { idOfFingerprint, referredNumbers, schemaOfId, versionNumbers } from './stored-schemas.ts'
import { versionOfFingerprint, versionsWithSchemas, type Connection } from './stored-schemas.ts'
import { resolveReferences, submittedSchema, type Submission, type SubmittedSchema } from './submitted-schema.ts'
import { writeTransaction } from './write-transaction.ts'

export interface Registration extends Submission {
  /** Null: the registry chooses. An id is given in IMPORT mode, and only there. */
  readonly id: number | null
  readonly version: number | null
}

export interface RegistryParts {
  /** Stays the caller's. */
  readonly pool: pg.Pool
  readonly judge: Judge
}

/** What is brought along may use up a part of the numbers only: those that the registry gives come behind it. */
const MOST_IMPORTED = { id: 1_000_000_000, version: 1_000_000 } as const

/** Returns the id. Two processes that register the same schema get the same one. Throws a RegistryRefusal. */
export async function registerSchema(
  { pool, judge }: RegistryParts,
  subject: string,
  registration: Registration,
): Promise<number> {
  const schema = await submittedSchema(pool, judge, registration)
  await spellEarlier(pool, judge)
  for (;;) {
    // Most registrations repeat an earlier one: they need no lock, and are answered in a mode that only reads too.
    const present = await presentId(pool, subject, { schema, registration })
    if (present !== null) return present
    // The lock is that of all writers, and judging may take long.
    const judged = await judgedBeside(pool, judge, { subject, schema })
    const id = await writeTransaction(pool, (client) => write(client, judged))
    if (id !== null) return id
  }

  /** Null: what it was judged beside is no longer there. */
  async function write(client: pg.PoolClient, judged: JudgedBeside): Promise<number | null> {
    await requireUnmoved(client, schema)
    const present = await presentId(client, subject, { schema, registration })
    if (present !== null) return present
    const mode = await requireWritable(client, subject)
    if (mode === 'IMPORT') {
      if (registration.id === null) throw notPermitted(`Subject ${subject} is not in read-write mode`)
      requireImportable(registration)
    } else {
      if (registration.id !== null) throw notPermitted(`Subject ${subject} is not in import mode`)
      if ((await neighbours(client, subject)) !== judged.neighbours) return null
      if (judged.messages.length > 0) throw incompatible(subject, judged.messages)
    }
    const version = await freeVersion(client, subject, { asked: registration.version, importing: mode === 'IMPORT' })
    const id = await idFor(client, schema, registration.id)
    await client.query('insert into registry.versions (subject, version, schema_id) values ($1, $2, $3)', [
      subject,
      version,
      id,
    ])
    return id
  }
}

function requireImportable(registration: Registration): void {
  for (const [name, most] of [
    ['id', MOST_IMPORTED.id],
    ['version', MOST_IMPORTED.version],
  ] as const) {
    const given = registration[name]
    if (given !== null && given > most) {
      throw notPermitted(`Imported ${name} ${String(given)} is beyond ${String(most)}, the highest that is taken`)
    }
  }
}

interface Wanted {
  readonly schema: SubmittedSchema
  readonly registration: Registration
}

/** The id, when exactly what is asked for is there. */
async function presentId(
  db: Connection,
  subject: string,
  { schema: { fingerprint }, registration }: Wanted,
): Promise<number | null> {
  const found = await versionOfFingerprint(db, subject, { fingerprint, which: 'live' })
  if (found === null || (registration.id ?? found.id) !== found.id) return null
  return (registration.version ?? found.version) === found.version ? found.id : null
}

/** What it refers to may have been deleted since it was read. */
async function requireUnmoved(db: Connection, { references }: SubmittedSchema): Promise<void> {
  const now = await resolveReferences(db, references)
  const moved = references.find(({ targetId }, index) => now[index]?.targetId !== targetId)
  if (moved !== undefined)
    throw invalidSchema(`what ${cut(moved.name)} refers to was replaced meanwhile: register it again`)
}

interface JudgedBeside {
  readonly neighbours: string
  /** One line for each breach; none: it is compatible. */
  readonly messages: readonly string[]
}

async function judgedBeside(
  db: Connection,
  judge: Judge,
  { subject, schema }: { readonly subject: string; readonly schema: SubmittedSchema },
): Promise<JudgedBeside> {
  if ((await effectiveMode(db, subject)) === 'IMPORT') return { neighbours: '', messages: [] }
  const beside = await neighbours(db, subject)
  const level = await effectiveLevel(db, subject)
  const earlier = await versionsWithSchemas(db, { subject, which: 'live' })
  const comparison = { level, next: schema.source, earlier, every: true }
  return { neighbours: beside, messages: await incompatibilityMessages(db, judge, comparison) }
}

/** The level and the versions that a schema is judged by, as a text to compare. */
async function neighbours(db: Connection, subject: string): Promise<string> {
  const { rows } = await db.query<[number, number]>({
    text: 'select version, schema_id from registry.versions where subject = $1 and not deleted order by version',
    values: [subject],
    rowMode: 'array',
  })
  return JSON.stringify([await effectiveLevel(db, subject), rows])
}

/** Numbers of softly deleted versions are taken, and so are those that something refers to. */
async function freeVersion(
  db: Connection,
  subject: string,
  { asked, importing }: { readonly asked: number | null; readonly importing: boolean },
): Promise<number> {
  const taken = [...(await versionNumbers(db, subject, 'all')), ...(await referredNumbers(db, subject))]
  const next = Math.max(0, ...taken) + 1
  if (asked === null || asked === next) return next
  if (!importing) throw invalidSchema('Version is not one more than previous version')
  if (taken.includes(asked)) throw notPermitted(`Subject ${subject} has a version ${String(asked)} already`)
  return asked
}

/** That of the same schema, or a new one. */
async function idFor(client: pg.PoolClient, schema: SubmittedSchema, asked: number | null): Promise<number> {
  if (asked === null) {
    const known = await idOfFingerprint(client, schema.fingerprint)
    if (known !== null) return known
  } else if ((await schemaOfId(client, asked)) !== null) {
    if (await hasFingerprint(client, asked, schema.fingerprint)) return asked
    throw notPermitted(`Overwrite new schema with id ${String(asked)} is not permitted.`)
  }
  const { rows } = await client.query<{ id: number }>(
    asked === null
      ? 'update registry.head set last_id = last_id + 1 returning last_id as id'
      : {
          text: 'update registry.head set last_id = greatest(last_id, $1) returning $1::integer as id',
          values: [asked],
        },
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('the row of registry.head is missing')
  await insertSchema(client, id, schema)
  return id
}

async function hasFingerprint(db: Connection, id: number, fingerprint: Buffer): Promise<boolean> {
  const { rowCount } = await db.query('select from registry.schemas where id = $1 and fingerprint = $2', [
    id,
    fingerprint,
  ])
  return rowCount === 1
}

async function insertSchema(
  db: Connection,
  id: number,
  { fingerprint, text, references }: SubmittedSchema,
): Promise<void> {
  await db.query('insert into registry.schemas (id, fingerprint, text, spelled) values ($1, $2, $3, true)', [
    id,
    fingerprint,
    text,
  ])
  if (references.length === 0) return
  await db.query(
    `insert into registry.schema_references (schema_id, place, name, subject, version, target_id)
    select $1, r.place, r.name, r.subject, r.version, r.target_id
    from unnest($2::text[], $3::text[], $4::integer[], $5::integer[])
      with ordinality as r(name, subject, version, target_id, place)`,
    [
      id,
      references.map(({ name }) => name),
      references.map(({ subject }) => subject),
      references.map(({ version }) => version),
      references.map(({ targetId }) => targetId),
    ],
  )
}
