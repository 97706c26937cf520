/** Whether a level allows a schema beside the versions that there are, and if not, why: path by path, rule by rule. */
import { setImmediate as turn } from 'node:timers/promises'
import { breaches, promiseOf, type Breach, type CompatibilityLevel } from '../compatibility/levels.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import type { Connection, StoredVersion } from './stored-schemas.ts'
import { parseStored } from './submitted-schema.ts'

/** One line for each breach; none: it is compatible. `earlier` is oldest first. */
export async function incompatibilityMessages(
  db: Connection,
  {
    level,
    next,
    earlier,
  }: {
    readonly level: CompatibilityLevel
    readonly next: ParsedSchema
    readonly earlier: readonly StoredVersion[]
  },
): Promise<readonly string[]> {
  if (level === 'NONE') return []
  const compared = promiseOf(level).all ? earlier : earlier.slice(-1)
  const messages: string[] = []
  for (const version of compared) {
    const found = breaches(level, next, [await parseStored(db, version)])
    messages.push(...found.map((breach) => messageOf(breach, version.version)))
    // A schema of a megabyte takes tens of milliseconds: whoever waits gets a turn in between.
    await turn()
  }
  return messages.length === 0 ? [] : [...messages, `{compatibility: '${level}'}`]
}

/** As Confluent writes them: `{errorType:'...', description:'...', additionalInfo:'...'}`, and which version it is about. */
function messageOf({ type, path, message, direction }: Breach, version: number): string {
  const old = `version ${String(version)}`
  const [reader, writer] = direction === 'backward' ? ['the new schema', old] : [old, 'the new schema']
  const description = WORDS[type](reader, writer)
  return `{errorType:'${type}', path:'${path}', description:'${description}', additionalInfo:'${message}'}`
}

/** What each rule says of whoever reads and whoever wrote. */
const WORDS: { readonly [Rule in Breach['type']]: (reader: string, writer: string) => string } = {
  NAME_MISMATCH: (reader, writer) => `a type has another name in ${reader} than in ${writer}`,
  FIXED_SIZE_MISMATCH: (reader, writer) => `a fixed has another size in ${reader} than in ${writer}`,
  MISSING_ENUM_SYMBOLS: (reader, writer) => `an enum in ${reader} lacks symbols of ${writer}`,
  READER_FIELD_MISSING_DEFAULT_VALUE: (reader, writer) =>
    `a field of ${reader} has no default value and is missing in ${writer}`,
  TYPE_MISMATCH: (reader, writer) => `a type in ${reader} cannot read what ${writer} has written`,
  MISSING_UNION_BRANCH: (reader, writer) => `a union in ${reader} lacks a type of ${writer}`,
}
