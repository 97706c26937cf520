/** Whether a level allows a schema beside the versions that exist, and if not, why: path by path, rule by rule. */
import { promiseOf, type CompatibilityLevel } from '../compatibility/levels.ts'
import type { Judge, SchemaSource } from '../judgement/judgement.ts'
import type { Connection, StoredVersion } from './stored-schemas.ts'
import { said, storedSource } from './submitted-schema.ts'

/** Characters of all lines together: what they quote was sent by the client, and each version may repeat it. */
const MOST_CHARACTERS = 65_536

export interface Comparison {
  readonly level: CompatibilityLevel
  readonly next: SchemaSource
  /** Oldest first. */
  readonly earlier: readonly StoredVersion[]
  /** Every reason; else the first is enough. */
  readonly every: boolean
  /** Nobody waits for the lines any more: those that are found are as good as all. */
  readonly isGone?: () => boolean
}

/** One line for each breach; none: it is compatible. */
export async function incompatibilityMessages(
  db: Connection,
  judge: Judge,
  { level, next, earlier, every, isGone = () => false }: Comparison,
): Promise<readonly string[]> {
  if (level === 'NONE') return []
  const compared = promiseOf(level).all ? earlier : earlier.slice(-1)
  const found: string[] = []
  for (const stored of compared) {
    if (isGone()) break
    const { version } = stored
    const source = { ...(await storedSource(db, stored)), version }
    const { messages } = await said(judge, { schema: next, normalize: false, level, earlier: source, every })
    found.push(...messages)
    if (!every && found.length > 0) break
  }
  return found.length === 0 ? [] : [...bounded(found), `{compatibility: '${level}'}`]
}

function bounded(messages: readonly string[]): readonly string[] {
  let characters = 0
  const shown = messages.findIndex((message) => (characters += message.length) > MOST_CHARACTERS)
  return shown < 0 ? messages : [...messages.slice(0, shown), `… and ${String(messages.length - shown)} more`]
}
