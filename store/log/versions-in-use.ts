/** Every version of every event that exists: those that this release has, and those that the log holds besides. */
import { eventSchemas, type HistoricType } from '../../schemas/events.ts'
import type { VersionUsage } from './schema-usage.ts'

export interface EventVersions {
  readonly type: string
  /** Null for an event that this release does not know: one that a later release has written. */
  readonly known: HistoricType | null
  readonly versions: readonly VersionInUse[]
}

export interface VersionInUse {
  readonly version: number
  /** False for a version that only a later release has. */
  readonly known: boolean
  /** Null: the log holds none. */
  readonly usage: VersionUsage | null
}

/** By type; versions oldest first. */
export function versionsInUse(used: readonly VersionUsage[]): readonly EventVersions[] {
  const types = new Set([...Object.keys(eventSchemas), ...used.map(({ type }) => type)])
  return [...types].sort().map((type) => {
    const usages = new Map(used.filter((one) => one.type === type).map((one) => [one.version, one]))
    const known = isKnown(type) ? type : null
    const count = known === null ? 0 : eventSchemas[known].versions.length
    const versions = new Set([...Array.from({ length: count }, (_, index) => index + 1), ...usages.keys()])
    return {
      type,
      known,
      versions: [...versions]
        .sort((one, other) => one - other)
        .map((version) => ({
          version,
          known: version >= 1 && version <= count,
          usage: usages.get(version) ?? null,
        })),
    }
  })
}

export function isKnown(type: string): type is HistoricType {
  return Object.hasOwn(eventSchemas, type)
}
