/** What is published: a fingerprint of each version of each event, so that no change to one goes unnoticed. */
import { createHash } from 'node:crypto'
import type avsc from 'avsc'
import { avroType } from '../../schemas/avro-types.ts'
import { parseJson } from './schema-file-faults.ts'
import { SchemaRuleError, type SchemaFile } from './schema-files.ts'
import { EVENT_LEVEL, SUBJECT_PREFIX, subjectOf } from '../subject.ts'

export interface LockedVersion {
  readonly version: number
  /** SHA-256 of Avro's Parsing Canonical Form: what readers and writers depend on. */
  readonly canonical: string
  /** SHA-256 of the file: docs and defaults too. */
  readonly file: string
  /** SHA-256 of the golden sample. */
  readonly golden: string
  /** Under which id the registry of each environment has it; absent before the first. */
  readonly ids?: RegistryIds
}

/** By environment. */
export type RegistryIds = Readonly<Record<string, number>>

export interface LockedSubject {
  readonly level: typeof EVENT_LEVEL
  readonly versions: readonly LockedVersion[]
}

export interface SchemaLock {
  readonly [subject: string]: LockedSubject
}

export interface SealedFile extends SchemaFile {
  readonly golden: Buffer
}

/** Something was done to what is published. */
export interface LockBreach {
  readonly event: string
  readonly version: number
  readonly what: 'removed' | 'file' | 'golden'
  /** The whole sentence. */
  readonly message: string
}

/**
 * The content of schemas.lock for these files, given the content it has. Adds versions that are new, and throws
 * SchemaRuleError when a published one was changed or removed, or a new one is not compatible with all before it.
 */
export function lockSource(files: readonly SealedFile[], published: string | null): string {
  const lock = parseLock(published)
  const [breach] = lockBreaches(files, lock)
  if (breach !== undefined) throw new SchemaRuleError(breach.message)
  const events = [...new Set(files.map((file) => file.event))].sort()
  for (const event of events) requireCompatible(files.filter((file) => file.event === event))
  return textOfLock(lockOf(files, lock))
}

/** Throws SchemaRuleError when it cannot be read; null: nothing is published yet. */
export function parseLock(published: string | null): SchemaLock {
  const json = parseJson('schemas.lock', published ?? '{}')
  if (json.ok) return json.value as SchemaLock
  throw new SchemaRuleError(`schemas.lock: ${json.fault.message}`)
}

/** The lock with the ids that the registry of an environment has given; other environments keep theirs. */
export function lockWithIds(
  published: string,
  environment: string,
  given: readonly { readonly subject: string; readonly version: number; readonly id: number }[],
): string {
  const changed = Object.entries(parseLock(published)).map(([subject, locked]): [string, LockedSubject] => {
    const versions = locked.versions.map((one) => {
      const found = given.find(({ subject: name, version }) => name === subject && version === one.version)
      return found === undefined ? one : { ...one, ids: { ...one.ids, [environment]: found.id } }
    })
    return [subject, { ...locked, versions }]
  })
  return textOfLock(Object.fromEntries(changed))
}

/** Of what is published: the ids that registries gave are not part of that. */
export function lockDigest(published: string): string {
  const lock = parseLock(published)
  const said = Object.entries(lock).map(([subject, { level, versions }]) => [
    subject,
    level,
    versions.map(({ version, canonical, file, golden }) => [version, canonical, file, golden]),
  ])
  return sha256(JSON.stringify(said))
}

/** Every published version that is no longer as it was published. A golden sample that is null is not looked at. */
export function lockBreaches(
  files: readonly (SchemaFile & { readonly golden: Buffer | null })[],
  lock: SchemaLock,
): readonly LockBreach[] {
  return Object.entries(lock).flatMap(([subject, { versions }]) =>
    versions.flatMap((was) => {
      const event = subject.slice(SUBJECT_PREFIX.length)
      const file = files.find((one) => one.event === event && one.version === was.version)
      const breach = (what: LockBreach['what'], said: string): readonly LockBreach[] => {
        const message = `${subject} version ${was.version} is published: ${said}`
        return [{ event, version: was.version, what, message }]
      }
      if (file === undefined) return breach('removed', 'it must not be removed')
      if (!isPublished(file, lock)) {
        return breach('file', 'its file must not change. Restore it and add the change as the next version')
      }
      if (file.golden === null || sha256(file.golden) === was.golden) return []
      return breach('golden', 'its golden sample must not change. Restore it')
    }),
  )
}

/** How many versions of an event are published. */
export function lockedVersions(lock: SchemaLock, event: string): number {
  return lock[subjectOf(event)]?.versions.length ?? 0
}

/** Whether a file is a published version, and still says what was published. */
export function isPublished(file: SchemaFile, lock: SchemaLock): boolean {
  const was = lock[subjectOf(file.event)]?.versions.find(({ version }) => version === file.version)
  return was !== undefined && was.file === fileHash(file) && was.canonical === canonicalHash(file)
}

function lockOf(files: readonly SealedFile[], published: SchemaLock): SchemaLock {
  const events = [...new Set(files.map((file) => file.event))].sort()
  return Object.fromEntries(
    events.map((event): [string, LockedSubject] => {
      const versions = files.filter((file) => file.event === event)
      const known = published[subjectOf(event)]?.versions ?? []
      const locked = versions.map((file) =>
        lockedVersion(
          file,
          known.find(({ version }) => version === file.version),
        ),
      )
      return [subjectOf(event), { level: EVENT_LEVEL, versions: locked }]
    }),
  )
}

function lockedVersion(file: SealedFile, known: LockedVersion | undefined): LockedVersion {
  const { version, golden } = file
  const sealed = { version, canonical: canonicalHash(file), file: fileHash(file), golden: sha256(golden) }
  return known?.ids === undefined ? sealed : { ...sealed, ids: known.ids }
}

function textOfLock(lock: SchemaLock): string {
  return `${JSON.stringify(lock, null, 2)}\n`
}

/** What readers and writers of a schema depend on. */
export function canonicalHash({ schema }: Pick<SchemaFile, 'schema'>): string {
  return sha256(JSON.stringify(avroType(schema).schema()))
}

function fileHash({ text }: SchemaFile): string {
  // Line ends are git's business, not the schema's.
  return sha256(text.replaceAll('\r\n', '\n'))
}

/** FULL_TRANSITIVE: every version reads what every other has written. */
function requireCompatible(versions: readonly SchemaFile[]): void {
  // One type for each: making them is what takes the time.
  const typed = versions.map((file) => ({ ...file, type: typeOf(file) }))
  for (const reader of typed) {
    for (const writer of typed) {
      try {
        reader.type.createResolver(writer.type)
      } catch (cause) {
        const message = `${reader.event}: version ${reader.version} cannot read version ${writer.version}`
        throw new SchemaRuleError(`${message}: ${String(cause)}`, { cause })
      }
    }
  }
}

function typeOf({ event, version, schema }: SchemaFile): avsc.Type {
  try {
    return avroType(schema)
  } catch (cause) {
    throw new SchemaRuleError(`${event}: version ${version} cannot be read: ${String(cause)}`, { cause })
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
