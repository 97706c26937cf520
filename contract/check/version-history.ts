/** The versions of one event for people who look at them: their texts, and what each has changed. */
import { parseSchema } from '../compatibility/parse-schema.ts'
import { eventSchemas, type HistoricType } from '../../schemas/events.ts'
import { numbered, samplesOf } from '../authoring/golden-samples.ts'
import { deployFirst, overall, type Change, type DeployFirst, type Verdict } from '../diff/change.ts'
import { compareSchemas } from '../diff/compare-schemas.ts'
import { formatSchema } from '../authoring/format-schema.ts'

export interface VersionHistory {
  readonly version: number
  /** Of the event itself. */
  readonly fields: number
  /** As the schema files are written. */
  readonly text: string
  /** What it has changed; null for the first, which had nothing to change. */
  readonly since: Since | null
  /** An event as the version writes it. */
  readonly sample: object
}

export interface Since {
  readonly changes: readonly Change[]
  readonly verdict: Verdict
  readonly deployFirst: DeployFirst
}

const histories = new Map<HistoricType, readonly VersionHistory[]>()

/** Oldest first. Made once, as somebody first asks: the versions of a release do not change while it runs. */
export function versionHistory(type: HistoricType): readonly VersionHistory[] {
  const known = histories.get(type)
  if (known !== undefined) return known
  const made = historyOf(type)
  histories.set(type, made)
  return made
}

function historyOf(type: HistoricType): readonly VersionHistory[] {
  const { versions } = eventSchemas[type]
  const parsed = versions.map((schema) => parseSchema(JSON.stringify(schema)))
  const samples = samplesOf(type, numbered(versions))
  return versions.map((schema, index) => {
    const [before, after] = [parsed[index - 1], parsed[index]]
    return {
      version: index + 1,
      fields: schema.fields.length,
      text: formatSchema(schema),
      since: before === undefined || after === undefined ? null : sinceOf(compareSchemas(before, after)),
      sample: samples[index] ?? {},
    }
  })
}

function sinceOf(changes: readonly Change[]): Since {
  const verdict = overall(changes)
  return { changes, verdict, deployFirst: deployFirst(verdict) }
}
