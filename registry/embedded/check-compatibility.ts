/** Whether a level allows a schema beside the versions that there are, and if not, why: path by path, rule by rule. */
import { breaches, type Breach, type CompatibilityLevel } from '../../schemas/compatibility/levels.ts'
import type { ParsedSchema } from '../../schemas/compatibility/parsed-schema.ts'
import type { Connection, StoredVersion } from './stored-schemas.ts'
import { parseStored } from './submitted-schema.ts'

/** Levels that look at every earlier version; the others look at the newest alone. */
function isTransitive(level: CompatibilityLevel): boolean {
  return level.endsWith('_TRANSITIVE')
}

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
  const compared = isTransitive(level) ? earlier : earlier.slice(-1)
  const parsed: ParsedSchema[] = []
  for (const version of compared) parsed.push(await parseStored(db, version))
  const found = breaches(level, next, parsed)
  if (found.length === 0) return []
  return [...found.map((breach) => messageOf(breach, compared)), `{compatibility: '${level}'}`]
}

/** As Confluent writes them: `{errorType:'...', description:'...', ...}`. */
function messageOf({ type, path, message, version, direction }: Breach, compared: readonly StoredVersion[]): string {
  const old = String(compared[version - 1]?.version)
  const roles = direction === 'backward' ? `new schema reading version ${old}` : `version ${old} reading the new schema`
  return `{errorType:'${type}', path:'${path}', description:'${message} (${roles})', oldSchemaVersion: ${old}}`
}
