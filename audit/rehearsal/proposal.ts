/** What a rehearsal tries out: a schema that an event would have next, with those that it has today. */
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { eventSchemas } from '../../schemas/events.ts'
import { placeOf } from '../../contract/finding.ts'
import { parseJson, schemaFileFaults } from '../../contract/authoring/schema-file-faults.ts'
import { schemaTexts, schemaTree, SchemaRuleError, textOf } from '../../contract/authoring/schema-files.ts'
import { lockedVersions, parseLock } from '../../contract/authoring/schema-lock.ts'

export interface Proposal {
  readonly event: string
  /** The one that it would be. */
  readonly version: number
  /** Where it stands; for messages. */
  readonly file: string
  readonly schema: EventSchema
  /** What events are read with today. */
  readonly today: EventSchema
  /** Every version that may have written an event; version n stands at index n - 1. */
  readonly written: readonly EventSchema[]
}

interface Found {
  readonly event: string
  readonly file: string
  readonly schema: EventSchema
}

const known: ReadonlyMap<string, { readonly versions: readonly EventSchema[] }> = new Map(Object.entries(eventSchemas))

/** `event` null: whatever the schema names. Throws SchemaRuleError with file and path. */
export function proposalInFile(file: string, text: string, event: string | null): Proposal {
  const json = parseJson(file, text)
  if (!json.ok) throw new SchemaRuleError(`${file}: ${json.fault.message}`)
  const found = read(event ?? nameOf(json.value), file, text)
  const proposal = proposalOf(found)
  if (proposal === null && known.has(found.event))
    throw new SchemaRuleError(`${file}: it is version 1 of ${found.event} as it is published, so nothing would change`)
  if (proposal === null)
    throw new SchemaRuleError(`${file}: no event ${found.event} is stored, so nothing can be rehearsed`)
  return proposal
}

/**
 * The newest version of each event that the folder has and its lock does not; of one event, or of all (null). Events
 * that are new have nothing stored, and are left out. Throws SchemaRuleError with file and path.
 */
export function proposalsInFolder(folder: string, event: string | null): readonly Proposal[] {
  const lock = parseLock(textOf(folder, 'schemas.lock'))
  const { files, faults } = schemaTree(schemaTexts(folder))
  const [fault] = faults.filter(({ code, file }) => hinders(code) && (event === null || file.startsWith(`${event}/`)))
  if (fault !== undefined) throw new SchemaRuleError(`${placeOf(fault)}: ${fault.message}`)
  const newest = new Map(files.map((file) => [file.event, file]))
  return [...newest.values()]
    .filter((file) => event === null || file.event === event)
    .filter((file) => file.version > lockedVersions(lock, file.event))
    .flatMap((file) => proposalOf({ ...file, file: `${folder}/${file.file}` }) ?? [])
}

/** Null when nothing older can have been stored. A schema that this program has already is compared with the one before. */
function proposalOf({ event, file, schema }: Found): Proposal | null {
  const written = known.get(event)?.versions ?? []
  const same = written.findIndex((one) => JSON.stringify(one) === JSON.stringify(schema))
  const before = same < 0 ? written.length : same
  const today = written[before - 1]
  return today === undefined ? null : { event, version: before + 1, file, schema, today, written }
}

function read(event: string, file: string, text: string): Found {
  const { read: found, faults } = schemaFileFaults(event, file, text)
  const fault = faults.find(({ code }) => found === null || hinders(code))
  if (fault !== undefined) throw new SchemaRuleError(`${placeOf(fault)}: ${fault.message}`)
  if (found === null) throw new Error(`${file} has no schema`)
  return { event, file, schema: found.schema }
}

/** What is a matter of style does not keep a schema from being tried out. */
function hinders(code: string): boolean {
  return code.startsWith('F')
}

function nameOf(value: unknown): string {
  const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : undefined
  return typeof name === 'string' ? name : 'with the name of an event'
}
