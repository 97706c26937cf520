/** What has changed between two states of the schema files: event by event, with who has to be deployed first. */
import { incompatibilities, type Incompatibility } from '../compatibility/incompatibilities.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import type { Finding } from '../finding.ts'
import { schemaTree, type SchemaFile, type SchemaTexts } from '../authoring/schema-files.ts'
import { deployFirst, overall, verdictOf, type Change, type DeployFirst, type Verdict } from './change.ts'
import { compareSchemas } from './compare-schemas.ts'
import { versionsByEvent } from './versions-by-event.ts'

export interface ChangedPlace extends Change {
  readonly verdict: Verdict
}

export interface EventDiff {
  readonly event: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Versions compared: the newest of each side; null where the side has none. */
  readonly from: number | null
  readonly to: number | null
  /** Versions that both sides have and that are not the same: published ones are not to change. */
  readonly edited: readonly number[]
  readonly verdict: Verdict
  readonly deployFirst: DeployFirst
  readonly changes: readonly ChangedPlace[]
}

export interface SchemaDiff {
  /** Events that are the same on both sides are left out. */
  readonly events: readonly EventDiff[]
  /** Files of the later side that cannot be read, and so are not compared. */
  readonly faults: readonly Finding[]
}

/** `event` null: all of them. */
export function diffSchemas(before: SchemaTexts, after: SchemaTexts, event: string | null): SchemaDiff {
  const [was, is] = [schemaTree(before), schemaTree(after)]
  const [earlier, later] = [versionsByEvent(was.files), versionsByEvent(is.files)]
  const events = [...new Set([...earlier.keys(), ...later.keys()])].sort()
  const chosen = events.filter((name) => event === null || name === event)
  const diffs = chosen.flatMap((name) => diffEvent(name, earlier.get(name) ?? [], later.get(name) ?? []) ?? [])
  return { events: diffs, faults: is.faults }
}

function diffEvent(event: string, before: readonly SchemaFile[], after: readonly SchemaFile[]): EventDiff | null {
  const [was, is] = [before.at(-1), after.at(-1)]
  const edited = before.filter((file) => after.some((one) => one.version === file.version && !sameText(one, file)))
  const ends = {
    event,
    from: was?.version ?? null,
    to: is?.version ?? null,
    edited: edited.map(({ version }) => version),
  }
  if (was === undefined) return { ...ends, change: 'added', changes: [], ...verdict('safe') }
  if (is === undefined) return { ...ends, change: 'removed', changes: [], ...verdict('breaking') }
  if (edited.length === 0 && was.version === is.version) return null
  const changes = explained(was.parsed, is.parsed)
  return { ...ends, change: 'changed', changes, ...verdict(overall(changes)) }
}

/**
 * The changes in our words, and what the rules have against them beside: they have the last word on the whole, and some of
 * what they say of aliases is not said place by place.
 */
function explained(before: ParsedSchema, after: ParsedSchema): readonly ChangedPlace[] {
  const changes = compareSchemas(before, after)
  const backward = changes.every((change) => change.backward) ? incompatibilities(after, before) : []
  const forward = changes.every((change) => change.forward) ? incompatibilities(before, after) : []
  return [
    ...changes,
    ...backward.map((reason) =>
      ruled(reason, 'newer readers cannot read older events', { backward: false, forward: true }),
    ),
    ...forward.map((reason) =>
      ruled(reason, 'older readers cannot read newer events', { backward: true, forward: false }),
    ),
  ].map((change) => ({ ...change, verdict: verdictOf(change) }))
}

function ruled(
  { type, path, message }: Incompatibility,
  who: string,
  able: Pick<Change, 'backward' | 'forward'>,
): Change {
  return { path, message: `${who}: ${type}: ${message}`, meaning: false, ...able }
}

function verdict(given: Verdict): Pick<EventDiff, 'verdict' | 'deployFirst'> {
  return { verdict: given, deployFirst: deployFirst(given) }
}

function sameText(one: SchemaFile, other: SchemaFile): boolean {
  return one.text.replaceAll('\r\n', '\n') === other.text.replaceAll('\r\n', '\n')
}
