/**
 * What is said of a schema that somebody submits: its text, by which it is known, and why a level does not allow it beside
 * the versions that exist. Texts go in and texts come out, so that a thread can do it as well.
 */
import { breaches, type Breach, type CompatibilityLevel } from '../compatibility/levels.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { NamedType, ParsedSchema } from '../compatibility/parsed-schema.ts'
import { schemaText } from './schema-text.ts'

/** A schema, and the texts of those that it refers to: each stands behind what it needs itself. */
export interface SchemaSource {
  readonly text: string
  readonly others: readonly string[]
}

export interface Question {
  readonly schema: SchemaSource
  readonly normalize: boolean
  readonly level: CompatibilityLevel
  /** What it is compared with; null: nothing. */
  readonly earlier: (SchemaSource & { readonly version: number }) | null
  /** Every reason; else the first is enough. */
  readonly every: boolean
}

export interface Judgement {
  /** Empty where schemas are compared. */
  readonly text: string
  /** One line for each breach of the level; none: it is compatible. */
  readonly messages: readonly string[]
}

/** Rejects with a SchemaParseError that says what is wrong with the schema, and where. */
export type Judge = (question: Question) => Promise<Judgement>

/** Rejects as the judge does; nothing is compared. */
export async function requireSchema(judge: Judge, text: string): Promise<void> {
  await judge({ schema: { text, others: [] }, normalize: false, level: 'NONE', earlier: null, every: false })
}

/** In this thread: for schemas of our own. */
export const judgeHere: Judge = (question) => Promise.resolve().then(() => judged(question))

/** Throws SchemaParseError. */
export function judged({ schema, normalize, level, earlier, every }: Question): Judgement {
  const next = parsed(schema)
  if (earlier === null) return { text: schemaText(schema.text, next, { normalize }), messages: [] }
  const found = breaches(level, next, [parsed(earlier)], every ? undefined : 1)
  return { text: '', messages: (every ? found : found.slice(0, 1)).map((one) => messageOf(one, earlier.version)) }
}

function parsed({ text, others }: SchemaSource): ParsedSchema {
  const types = new Map<string, NamedType>()
  for (const other of others) for (const type of namedTypes(parseSchema(other, types))) types.set(type.name, type)
  return parseSchema(text, types)
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

/** As Confluent writes them: `{errorType:'...', description:'...', additionalInfo:'...'}`, and which version it is about. */
function messageOf({ type, path, message, direction }: Breach, version: number): string {
  const old = `version ${String(version)}`
  const [reader, writer] = direction === 'backward' ? ['the new schema', old] : [old, 'the new schema']
  const description = WORDS[type](reader, writer)
  return `{errorType:'${type}', path:'${path}', description:'${description}', additionalInfo:'${message}'}`
}

/** What each rule says of the reader and of the writer. */
const WORDS: { readonly [Rule in Breach['type']]: (reader: string, writer: string) => string } = {
  NAME_MISMATCH: (reader, writer) => `a type has another name in ${reader} than in ${writer}`,
  FIXED_SIZE_MISMATCH: (reader, writer) => `a fixed has another size in ${reader} than in ${writer}`,
  MISSING_ENUM_SYMBOLS: (reader, writer) => `an enum in ${reader} lacks symbols of ${writer}`,
  READER_FIELD_MISSING_DEFAULT_VALUE: (reader, writer) =>
    `a field of ${reader} has no default value and is missing in ${writer}`,
  TYPE_MISMATCH: (reader, writer) => `a type in ${reader} cannot read what ${writer} has written`,
  MISSING_UNION_BRANCH: (reader, writer) => `a union in ${reader} lacks a type of ${writer}`,
}
