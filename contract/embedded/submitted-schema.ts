/** A schema as somebody submits it: parsed with what it refers to, and its text and fingerprint, by which it is known. */
import { createHash } from 'node:crypto'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { NamedType, ParsedSchema } from '../compatibility/parsed-schema.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import { invalidSchema } from './registry-refusal.ts'
import { schemaText } from './schema-text.ts'
import { storedVersion, type Connection, type SchemaReference, type StoredVersion } from './stored-schemas.ts'

export interface Submission {
  readonly schema: string
  readonly references: readonly SchemaReference[]
  readonly normalize: boolean
}

export interface SubmittedSchema {
  readonly parsed: ParsedSchema
  readonly text: string
  readonly fingerprint: Buffer
  readonly references: readonly ResolvedReference[]
}

export interface ResolvedReference extends SchemaReference {
  readonly targetId: number
}

/** Throws a RegistryRefusal that says what is wrong with it, and where. */
export async function submittedSchema(db: Connection, submission: Submission): Promise<SubmittedSchema> {
  const { schema, references, normalize } = submission
  const parsed = await parseSubmitted(db, submission)
  const resolved = await resolveReferences(db, references)
  const text = schemaText(schema, { normalize })
  const fingerprint = createHash('sha256')
    .update(
      JSON.stringify([
        text,
        resolved.map(({ name, subject, version, targetId }) => [name, subject, version, targetId]),
      ]),
    )
    .digest()
  return { parsed, text, fingerprint, references: resolved }
}

/** Enough for a check. Throws as `submittedSchema`. */
export async function parseSubmitted(db: Connection, { schema, references }: Submission): Promise<ParsedSchema> {
  if (schema.trim() === '') throw invalidSchema('it is empty')
  return parse(schema, await typesOf(db, references))
}

/** A schema that was registered, with what it refers to. */
export async function parseStored(
  db: Connection,
  { text, references }: { readonly text: string; readonly references: readonly SchemaReference[] },
): Promise<ParsedSchema> {
  return parse(text, await typesOf(db, references))
}

function parse(schema: string, named: ReadonlyMap<string, NamedType>): ParsedSchema {
  try {
    return parseSchema(schema, named)
  } catch (error) {
    if (error instanceof SchemaParseError) throw invalidSchema(error.message, error)
    throw error
  }
}

async function resolveReferences(
  db: Connection,
  references: readonly SchemaReference[],
): Promise<readonly ResolvedReference[]> {
  const resolved: ResolvedReference[] = []
  for (const reference of references) resolved.push({ ...reference, targetId: (await targetOf(db, reference)).id })
  return resolved
}

/** The types that references bring, those of what they refer to included, by full name. */
async function typesOf(
  db: Connection,
  references: readonly SchemaReference[],
): Promise<ReadonlyMap<string, NamedType>> {
  const types = new Map<string, NamedType>()
  const visited = new Set<number>()
  const visit = async (reference: SchemaReference): Promise<void> => {
    const target = await targetOf(db, reference)
    if (visited.has(target.id)) return
    visited.add(target.id)
    for (const inner of target.references) await visit(inner)
    for (const type of namedTypes(parse(target.text, types))) types.set(type.name, type)
  }
  for (const reference of references) await visit(reference)
  return types
}

/** All that a schema defines or uses, however deep. */
function namedTypes(schema: ParsedSchema): readonly NamedType[] {
  const found = new Set<NamedType>()
  const waiting = [schema]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.type === 'array') waiting.push(next.items)
    else if (next.type === 'map') waiting.push(next.values)
    else if (next.type === 'union') waiting.push(...next.branches)
    else if ('name' in next && !found.has(next)) {
      found.add(next)
      if (next.type === 'record') for (const field of next.fields) waiting.push(field.type)
    }
  }
  return [...found]
}

/** Deleted softly, it may still be referred to. */
async function targetOf(db: Connection, { name, subject, version }: SchemaReference): Promise<StoredVersion> {
  const target = await storedVersion(db, subject, version)
  if (target !== null) return target
  throw invalidSchema(`${name} refers to version ${String(version)} of subject '${subject}', which does not exist`)
}
