/** What is published: a fingerprint of each version of each event, so that no change to one goes unnoticed. */
import { createHash } from 'node:crypto'
import { avroType } from './avro-types.ts'
import { SchemaRuleError, type SchemaFile } from './schema-files.ts'

const LEVEL = 'FULL_TRANSITIVE'

interface LockedVersion {
  readonly version: number
  /** SHA-256 of Avro's Parsing Canonical Form: what readers and writers depend on. */
  readonly canonical: string
  /** SHA-256 of the file: docs and defaults too. */
  readonly file: string
  /** SHA-256 of the golden sample. */
  readonly golden: string
}

interface LockedSubject {
  readonly level: typeof LEVEL
  readonly versions: readonly LockedVersion[]
}

interface SchemaLock {
  readonly [subject: string]: LockedSubject
}

export interface SealedFile extends SchemaFile {
  readonly golden: Buffer
}

/**
 * The content of schemas.lock for these files, given the content it has. Adds versions that are new, and throws
 * SchemaRuleError when a published one was changed or removed, or a new one is not compatible with all before it.
 */
export function lockSource(files: readonly SealedFile[], published: string | null): string {
  const before: SchemaLock = published === null ? {} : (JSON.parse(published) as SchemaLock)
  const events = [...new Set(files.map((file) => file.event))].sort()
  const lock = Object.fromEntries(
    events.map((event): [string, LockedSubject] => {
      const versions = files.filter((file) => file.event === event)
      return [subjectOf(event), { level: LEVEL, versions: versions.map(lockedVersion) }]
    }),
  )
  for (const [subject, { versions }] of Object.entries(before)) requireUnchanged(subject, versions, lock)
  for (const event of events) requireCompatible(files.filter((file) => file.event === event))
  return `${JSON.stringify(lock, null, 2)}\n`
}

function subjectOf(event: string): string {
  return `orderledger.${event}`
}

function lockedVersion({ version, text, schema, golden }: SealedFile): LockedVersion {
  // Line ends are git's business, not the schema's.
  const file = sha256(text.replaceAll('\r\n', '\n'))
  return { version, canonical: sha256(JSON.stringify(avroType(schema).schema())), file, golden: sha256(golden) }
}

function requireUnchanged(subject: string, published: readonly LockedVersion[], lock: SchemaLock): void {
  for (const was of published) {
    const is = lock[subject]?.versions[was.version - 1]
    const refuse = (what: string) => new SchemaRuleError(`${subject} version ${was.version} is published: ${what}`)
    if (!is) throw refuse('it cannot be removed')
    if (is.canonical !== was.canonical || is.file !== was.file) {
      throw refuse('its file cannot be changed. Restore it and add the change as the next version')
    }
    if (is.golden !== was.golden) throw refuse('its golden sample cannot be changed. Restore it')
  }
}

/** FULL_TRANSITIVE: every version reads what every other has written. */
function requireCompatible(versions: readonly SchemaFile[]): void {
  for (const reader of versions) {
    for (const writer of versions) {
      try {
        avroType(reader.schema).createResolver(avroType(writer.schema))
      } catch (cause) {
        const message = `${reader.event}: version ${reader.version} cannot read version ${writer.version}`
        throw new SchemaRuleError(`${message}: ${String(cause)}`, { cause })
      }
    }
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
