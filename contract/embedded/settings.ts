/** Levels and modes: of one subject, of all (null), and which of them counts for a subject. */
import { compatibilityLevels, type CompatibilityLevel } from '../compatibility/levels.ts'
import { notPermitted } from './registry-refusal.ts'
import { subjectNames, versionNumbers, type Connection } from './stored-schemas.ts'

/** READONLY_OVERRIDE of all subjects counts, whatever a subject says itself. */
export const registryModes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const
export type RegistryMode = (typeof registryModes)[number]

export const DEFAULT_LEVEL: CompatibilityLevel = 'BACKWARD'
export const DEFAULT_MODE: RegistryMode = 'READWRITE'

interface Settings {
  readonly level: CompatibilityLevel | null
  readonly mode: RegistryMode | null
}

/** What is set for exactly this subject, or for all (null). */
export async function ownSettings(db: Connection, subject: string | null): Promise<Settings> {
  const { rows } = await db.query<Settings>('select level, mode from registry.settings where subject = $1', [
    keyOf(subject),
  ])
  return rows[0] ?? { level: null, mode: null }
}

export async function effectiveLevel(db: Connection, subject: string): Promise<CompatibilityLevel> {
  const { level } = await ownSettings(db, subject)
  return level ?? (await ownSettings(db, null)).level ?? DEFAULT_LEVEL
}

export async function effectiveMode(db: Connection, subject: string | null): Promise<RegistryMode> {
  const { mode: ofAll } = await ownSettings(db, null)
  if (subject === null || ofAll === 'READONLY_OVERRIDE') return ofAll ?? DEFAULT_MODE
  const { mode } = await ownSettings(db, subject)
  return mode ?? ofAll ?? DEFAULT_MODE
}

/** Refuses in a mode that only reads. */
export async function requireWritable(db: Connection, subject: string | null): Promise<RegistryMode> {
  const mode = await effectiveMode(db, subject)
  if (mode !== 'READONLY' && mode !== 'READONLY_OVERRIDE') return mode
  throw notPermitted(`Subject ${subject ?? '(all)'} is in read-only mode`)
}

/** Null takes the level away. */
export async function writeLevel(
  db: Connection,
  subject: string | null,
  level: CompatibilityLevel | null,
): Promise<void> {
  await requireWritable(db, subject)
  await db.query(
    `insert into registry.settings (subject, level) values ($1, $2)
    on conflict (subject) do update set level = excluded.level`,
    [keyOf(subject), level],
  )
}

export interface ModeChange {
  /** Null takes the mode away. */
  readonly mode: RegistryMode | null
  /** IMPORT even where schemas are registered. */
  readonly force: boolean
}

export async function writeMode(db: Connection, subject: string | null, { mode, force }: ModeChange): Promise<void> {
  if (mode === 'IMPORT' && !force && (await effectiveMode(db, subject)) !== 'IMPORT') {
    const present = subject === null ? await subjectNames(db, 'live') : await versionNumbers(db, subject, 'live')
    if (present.length > 0)
      throw notPermitted('Cannot import since found existing subjects; ?force=true does it anyway')
  }
  await db.query(
    `insert into registry.settings (subject, mode) values ($1, $2)
    on conflict (subject) do update set mode = excluded.mode`,
    [keyOf(subject), mode],
  )
}

/** A subject that is gone has no settings. */
export async function dropSettings(db: Connection, subject: string): Promise<void> {
  await db.query('delete from registry.settings where subject = $1', [keyOf(subject)])
}

export function isLevel(text: string): text is CompatibilityLevel {
  return compatibilityLevels.some((level) => level === text)
}

export function isMode(text: string): text is RegistryMode {
  return registryModes.some((mode) => mode === text)
}

/** No subject has an empty name. */
function keyOf(subject: string | null): string {
  return subject ?? ''
}
