/** A schema as somebody submits it: read with what it refers to, and its text and fingerprint, by which it is known. */
import { createHash } from 'node:crypto'
import { cut } from '../compatibility/cut.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import type { Judge, Judgement, Question, SchemaSource } from '../judgement/judgement.ts'
import { invalidSchema } from './registry-refusal.ts'
import { referredTexts, versionIds, type Connection, type SchemaReference } from './stored-schemas.ts'

export interface Submission {
  readonly schema: string
  readonly references: readonly SchemaReference[]
  readonly normalize: boolean
}

export interface SubmittedSchema {
  readonly source: SchemaSource
  readonly text: string
  readonly fingerprint: Buffer
  readonly references: readonly ResolvedReference[]
}

/** What it refers to, for good: a reference names a version, and means the schema that stood there. */
export interface ResolvedReference extends SchemaReference {
  readonly targetId: number
}

/** Of schemas that one refers to, those that they bring in included. */
const MOST_REFERENCES = { schemas: 100, characters: 4_000_000 } as const

/** Throws a RegistryRefusal that says what is wrong with it, and where. */
export async function submittedSchema(db: Connection, judge: Judge, submission: Submission): Promise<SubmittedSchema> {
  const { schema, normalize } = submission
  if (schema.trim() === '') throw invalidSchema('it is empty')
  const references = await resolveReferences(db, submission.references)
  const source = { text: schema, others: await textsOf(db, references) }
  const { text } = await said(judge, { schema: source, normalize, level: 'NONE', earlier: null, every: false })
  return { source, text, fingerprint: fingerprintOf(text, references), references }
}

/** A schema that is stored, with what it refers to. */
export async function storedSource(
  db: Connection,
  { id, text, references }: { readonly id: number; readonly text: string; readonly references: readonly unknown[] },
): Promise<SchemaSource> {
  if (references.length === 0) return { text, others: [] }
  const texts = await referredTexts(db, [id], { ...MOST_REFERENCES, schemas: MOST_REFERENCES.schemas + 1 })
  return { text, others: withinBounds(texts).slice(0, -1) }
}

/** Throws what is wrong with a schema as the refusal that it is. */
export async function said(judge: Judge, question: Question): Promise<Judgement> {
  try {
    return await judge(question)
  } catch (error) {
    if (error instanceof SchemaParseError) throw invalidSchema(error.message, error)
    throw error
  }
}

export function fingerprintOf(text: string, references: readonly ResolvedReference[]): Buffer {
  const meant = references.map(({ name, subject, version, targetId }) => [name, subject, version, targetId])
  return createHash('sha256')
    .update(JSON.stringify([text, meant]))
    .digest()
}

/** Deleted softly, a version may still be referred to. */
export async function resolveReferences(
  db: Connection,
  references: readonly SchemaReference[],
): Promise<readonly ResolvedReference[]> {
  if (references.length === 0) return []
  if (references.length > MOST_REFERENCES.schemas) throw tooManyReferences()
  const ids = await versionIds(db, references)
  return references.map((reference, index) => {
    const targetId = ids[index] ?? null
    if (targetId !== null) return { ...reference, targetId }
    const { name, subject, version } = reference
    throw invalidSchema(`${cut(name)} refers to version ${version} of subject '${cut(subject)}', which does not exist`)
  })
}

async function textsOf(db: Connection, references: readonly ResolvedReference[]): Promise<readonly string[]> {
  if (references.length === 0) return []
  const targets = references.map(({ targetId }) => targetId)
  return withinBounds(await referredTexts(db, targets, MOST_REFERENCES))
}

function withinBounds(texts: readonly string[] | null): readonly string[] {
  if (texts === null) throw tooManyReferences()
  return texts
}

function tooManyReferences(): Error {
  const { schemas, characters } = MOST_REFERENCES
  return invalidSchema(
    `it refers to more than ${String(schemas)} schemas, or ${String(characters)} characters, with those that they bring in`,
  )
}
