/** Under which ids a registry has the schemas of our events: every version of every event, found once at the start. */
import { eventSchemas, type EventType } from '../../schemas/events.ts'
import { EVENT_LEVEL, subjectOf } from '../subject.ts'
import { RegistryFailure, type SchemaRegistry } from './schema-registry.ts'

export interface EventSchemaIds {
  /** Throws for an event or a version that git does not have: a defect. */
  id(type: string, version: number): number
  /** Null for the id of anything else. */
  find(id: number): EventVersion | null
  /** All of it as plain data, for a thread that makes the same from it. */
  readonly entries: readonly EventSchemaId[]
}

export interface EventSchemaId extends EventVersion {
  readonly id: number
}

export interface EventVersion {
  readonly type: EventType
  readonly version: number
}

/** A published schema of ours; `text` is what is registered, to the byte. */
export interface EventSchemaText extends EventVersion {
  readonly subject: string
  readonly text: string
}

export interface FoundSchema extends EventSchemaText {
  readonly id: number | null
}

/** In the order in which they are registered. */
export const eventSchemaTexts: readonly EventSchemaText[] = eventTypes().flatMap((type) =>
  eventSchemas[type].versions.map((schema, index) => ({
    type,
    version: index + 1,
    subject: subjectOf(type),
    text: JSON.stringify(schema),
  })),
)

/** A registry has a few places for schemas to be read, and each of its clients some of them. */
const LOOKED_UP_AT_ONCE = 3

/** What a registry has of them: null for the id of one that it lacks. */
export async function findEventSchemas(registry: SchemaRegistry): Promise<readonly FoundSchema[]> {
  const found: FoundSchema[] = []
  for (let first = 0; first < eventSchemaTexts.length; first += LOOKED_UP_AT_ONCE) {
    const some = eventSchemaTexts.slice(first, first + LOOKED_UP_AT_ONCE)
    found.push(
      ...(await Promise.all(
        some.map(async (schema) => ({ ...schema, id: await registry.idOf(schema.subject, schema.text) })),
      )),
    )
  }
  return found
}

/** For the embedded registry: sees that it has what git has. Nothing is written where nothing is missing. */
export async function registerEventSchemas(registry: SchemaRegistry): Promise<EventSchemaIds> {
  const subjects = eventTypes().map(subjectOf)
  const levels = await Promise.all(subjects.map((subject) => registry.level(subject)))
  for (const [index, subject] of subjects.entries()) {
    if (levels[index] !== EVENT_LEVEL) await registry.setLevel(subject, EVENT_LEVEL)
  }
  const ids: EventSchemaId[] = []
  for (const { type, version, subject, text, id } of await findEventSchemas(registry)) {
    ids.push({ type, version, id: id ?? (await registry.register(subject, text)) })
  }
  return eventSchemaIds(ids)
}

/** For a registry that is shared: only looks. Throws a RegistryFailure `schema-unknown` that names all that is missing. */
export async function lookUpEventSchemas(registry: SchemaRegistry): Promise<EventSchemaIds> {
  return requireAll(await findEventSchemas(registry))
}

/** Throws a RegistryFailure `schema-unknown` that names all that is missing. */
export function requireAll(found: readonly FoundSchema[]): EventSchemaIds {
  const missing = found.filter(({ id }) => id === null).map(({ subject, version }) => `${subject} v${version}`)
  if (missing.length > 0) {
    const count = `${missing.length} of ${found.length} schemas`
    throw new RegistryFailure('schema-unknown', `the registry does not have ${count}: ${missing.join(', ')}`)
  }
  return eventSchemaIds(found.flatMap(({ type, version, id }) => (id === null ? [] : [{ type, version, id }])))
}

export function eventSchemaIds(entries: readonly EventSchemaId[]): EventSchemaIds {
  const byEvent = new Map(entries.map(({ type, version, id }) => [`${type} ${version}`, id]))
  const byId = new Map(entries.map(({ type, version, id }) => [id, { type, version }]))
  return {
    entries,
    id(type, version) {
      const id = byEvent.get(`${type} ${version}`)
      if (id === undefined) throw new Error(`no event ${type} has a version ${version}`)
      return id
    },
    find: (id) => byId.get(id) ?? null,
  }
}

function eventTypes(): readonly EventType[] {
  return Object.keys(eventSchemas).filter((type): type is EventType => type in eventSchemas)
}
