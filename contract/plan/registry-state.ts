/** What a registry has of our subjects, and a digest by which one sees that it has moved. */
import { createHash } from 'node:crypto'
import type { CompatibilityLevel } from '../compatibility/levels.ts'
import { subjectOf } from '../subject.ts'
import type { RegisteredSchema, SchemaRegistry } from '../registry/schema-registry.ts'

/** Subjects of ours begin so; a registry may serve others too, and those are none of our business. */
const PREFIX = subjectOf('')
/** What a registry does where nothing is said. */
const DEFAULT_LEVEL: CompatibilityLevel = 'BACKWARD'
/** Exchanges under way at a time. */
const AT_ONCE = 4

export interface SubjectState {
  readonly subject: string
  /** Null: it follows the level of all. */
  readonly level: CompatibilityLevel | null
  /** Oldest first. */
  readonly versions: readonly RegisteredSchema[]
  /** Under which id it finds each of the schemas that were asked for, in their order; null: it does not. */
  readonly found: readonly (number | null)[]
}

/** A subject with the schemas that it should have. */
export interface AskedSubject {
  readonly subject: string
  readonly schemas: readonly string[]
}

export interface RegistryState {
  /** Of the subjects without a level of their own. */
  readonly level: CompatibilityLevel
  /** By name; those that were asked for are there even when the registry does not know them. */
  readonly subjects: readonly SubjectState[]
}

/** Our subjects, and those that are asked for. Rejects with a RegistryFailure. */
export async function readRegistryState(
  registry: SchemaRegistry,
  asked: readonly AskedSubject[],
): Promise<RegistryState> {
  const level = (await registry.level(null)) ?? DEFAULT_LEVEL
  const ours = (await registry.subjects()).filter((subject) => subject.startsWith(PREFIX))
  const schemas = new Map(asked.map((one) => [one.subject, one.schemas]))
  const names = [...new Set([...schemas.keys(), ...ours])].sort()
  const subjects: SubjectState[] = []
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE)
    subjects.push(
      ...(await Promise.all(some.map((subject) => readSubject(registry, subject, schemas.get(subject) ?? [])))),
    )
  }
  return { level, subjects }
}

/** Of each subject, and of what counts for all (`*`): changes with every version, id and level that it gets or loses. */
export function stateDigests({ level, subjects }: RegistryState): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ['*', digestOf(level)],
    ...subjects.map(({ subject, level: own, versions }) => {
      const said = versions.map(({ id, version, schema }) => [version, id, schema])
      return [subject, digestOf([own, said])]
    }),
  ])
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

async function readSubject(
  registry: SchemaRegistry,
  subject: string,
  schemas: readonly string[],
): Promise<SubjectState> {
  const level = await registry.level(subject)
  const versions: RegisteredSchema[] = []
  for (const number of await registry.versions(subject)) {
    const version = await registry.version(subject, number)
    // It may have been deleted between the two questions.
    if (version !== null) versions.push(version)
  }
  const found: (number | null)[] = []
  for (const schema of schemas) found.push(versions.length === 0 ? null : await registry.idOf(subject, schema))
  return { subject, level, versions, found }
}
