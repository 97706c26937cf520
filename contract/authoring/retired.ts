/**
 * Which events are no longer written, from `retired.json`. It stands beside the schema files because those never
 * change: their versions are kept for the bytes in the log, and upcasters.ts says what those bytes mean today.
 */
import type { Finding } from '../finding.ts'
import { parseJson } from './schema-file-faults.ts'

export interface Retirement {
  /** The events it is read as: one after a rename or a merge, several after a split. */
  readonly by: readonly string[]
  readonly reason: string
}

export type Retirements = ReadonlyMap<string, Retirement>

export const RETIRED = 'retired.json'

/** `text` null: there is no such file, and nothing is retired. `events` are those that have schema files. */
export function readRetirements(
  text: string | null,
  events: ReadonlySet<string>,
): { readonly retired: Retirements; readonly faults: readonly Finding[] } {
  const json = parseJson(RETIRED, text ?? '{}')
  if (!json.ok) return { retired: new Map(), faults: [json.fault] }
  const entries = Object.entries(Object(json.value) as Record<string, unknown>)
  const retired = new Map(entries.flatMap(([event, value]) => (isRetirement(value) ? [[event, value] as const] : [])))
  const faults = entries.flatMap(([event, value]) => {
    const why = fault(event, value, events, retired)
    const next = `schemas/README.md describes how to retire an event`
    return why === null ? [] : [{ code: 'F007', file: RETIRED, path: event, message: why, next }]
  })
  return { retired, faults }
}

function fault(event: string, value: unknown, events: ReadonlySet<string>, retired: Retirements): string | null {
  if (!events.has(event)) return `${event} has no schema files: keep those of a retired event`
  if (!isRetirement(value)) return 'it needs "by" (the names of one or more events) and a "reason"'
  const unknown = value.by.find((name) => !events.has(name))
  if (unknown !== undefined) return `${unknown} has no schema files`
  const gone = value.by.find((name) => retired.has(name))
  if (gone !== undefined) return `${gone} is itself retired: name events that are written today`
  return null
}

function isRetirement(value: unknown): value is Retirement {
  if (typeof value !== 'object' || value === null) return false
  const { by, reason } = value as Partial<Retirement>
  return (
    Array.isArray(by) &&
    by.length > 0 &&
    by.every((name) => typeof name === 'string') &&
    typeof reason === 'string' &&
    reason !== ''
  )
}
