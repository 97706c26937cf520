/** What has to happen to a registry so that it has what git has; and what it has besides. */
import { breaches, type CompatibilityLevel } from '../compatibility/levels.ts'
import { canonicalForm } from '../compatibility/canonical-form.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import type { RegisteredSchema } from '../registry/schema-registry.ts'
import { levelChange } from './level-change.ts'
import type { RegistryState, SubjectState } from './registry-state.ts'

/** A published subject as git has it. */
export interface WantedSubject {
  readonly subject: string
  readonly level: CompatibilityLevel
  /** Whether schemas.lock keeps the ids. Those of a command are asked for at each start instead. */
  readonly isLocked: boolean
  /** Oldest first. */
  readonly versions: readonly WantedVersion[]
}

export interface WantedVersion {
  readonly version: number
  /** As it is registered, to the byte. */
  readonly schema: string
  /** As the lock has it for this environment; null: not yet. */
  readonly recorded: number | null
}

/** In the order in which they are carried out. */
export type PlanStep =
  | { readonly do: 'set-level'; readonly subject: string; readonly level: CompatibilityLevel; readonly why: string }
  | { readonly do: 'register'; readonly subject: string; readonly version: number; readonly why: string }
  /** Of an id that the registry has given already. */
  | {
      readonly do: 'record-id'
      readonly subject: string
      readonly version: number
      readonly id: number
      readonly why: string
    }

/** What the registry has and git has not: a plan does not touch it. */
export interface Drift {
  readonly subject: string
  /** Null: the whole subject. */
  readonly version: number | null
  readonly why: string
}

/** A registration that the level would not allow: nothing is carried out until it is resolved. */
export interface Obstacle {
  readonly subject: string
  readonly version: number
  readonly why: string
}

export interface Changes {
  readonly steps: readonly PlanStep[]
  readonly drift: readonly Drift[]
  readonly obstacles: readonly Obstacle[]
  /** Versions that the registry has as git has them. */
  readonly unchanged: number
}

export function changesFor(wanted: readonly WantedSubject[], state: RegistryState): Changes {
  const all = wanted.map((one) => {
    const found = state.subjects.find(({ subject }) => subject === one.subject)
    return ofSubject(one, found ?? { subject: one.subject, level: null, versions: [], found: [] }, state.level)
  })
  const strangers = state.subjects.filter(({ subject, versions }) => versions.length > 0 && !isWanted(wanted, subject))
  return {
    steps: all.flatMap(({ steps }) => steps),
    drift: [
      ...all.flatMap(({ drift }) => drift),
      ...strangers.map(({ subject }) => ({ subject, version: null, why: 'git does not have this event or command' })),
    ],
    obstacles: all.flatMap(({ obstacles }) => obstacles),
    unchanged: all.reduce((sum, { unchanged }) => sum + unchanged, 0),
  }
}

function ofSubject(wanted: WantedSubject, found: SubjectState, inherited: CompatibilityLevel): Changes {
  const { subject, level } = wanted
  const matches = wanted.versions.map((version, index) => ({ version, id: found.found[index] ?? null }))
  const missing = matches.filter(({ id }) => id === null).map(({ version }) => version)
  const kept = new Set(matches.map(({ id }) => id))
  return {
    steps: [
      ...levelAndVersions(wanted, found, inherited, missing),
      ...(wanted.isLocked ? matches.flatMap((one) => recording(subject, one)) : []),
    ],
    drift: found.versions
      .filter(({ id }) => !kept.has(id))
      .map(({ version, id }) => ({ subject, version, why: `git does not have this version (id ${id})` })),
    obstacles: obstaclesOf(subject, level, missing, found.versions),
    unchanged: matches.length - missing.length,
  }
}

function levelAndVersions(
  { subject, level }: WantedSubject,
  found: SubjectState,
  inherited: CompatibilityLevel,
  missing: readonly WantedVersion[],
): readonly PlanStep[] {
  const { before, after } = levelChange({ own: found.level, inherited }, level)
  const now = found.level ?? `it has no level (the level for all subjects is ${inherited})`
  const set = (to: CompatibilityLevel | null, why: string): readonly PlanStep[] =>
    to === null ? [] : [{ do: 'set-level', subject, level: to, why }]
  return [
    ...set(before, `it is ${now}; loosen it before registering`),
    ...missing.map(({ version, schema }): PlanStep => ({
      do: 'register',
      subject,
      version,
      why: whyMissing(schema, found),
    })),
    ...set(after, `it is ${now}; tighten it after registering`),
  ]
}

function whyMissing(schema: string, { versions }: SubjectState): string {
  if (versions.length === 0) return 'the registry does not have the subject'
  const form = formOf(schema)
  const alike = versions.find((one) => form !== null && formOf(one.schema) === form)
  if (alike === undefined) return 'the registry does not have the version'
  return `the registry has it only with other docs or defaults (version ${alike.version})`
}

function recording(
  subject: string,
  { version: { version, recorded }, id }: { readonly version: WantedVersion; readonly id: number | null },
): readonly PlanStep[] {
  if (id === null || id === recorded) return []
  const why = recorded === null ? 'schemas.lock does not have it yet' : `schemas.lock says ${recorded}`
  return [{ do: 'record-id', subject, version, id, why }]
}

/** By the wanted level, no matter which one the registry has: a version that breaks it must not come in before it is set. */
function obstaclesOf(
  subject: string,
  level: CompatibilityLevel,
  missing: readonly WantedVersion[],
  registered: readonly RegisteredSchema[],
): readonly Obstacle[] {
  const earlier = registered.flatMap(({ schema }) => parsed(schema) ?? [])
  return missing.flatMap(({ version, schema }) => {
    const next = parseSchema(schema)
    const [first] = breaches(level, next, earlier)
    earlier.push(next)
    if (first === undefined) return []
    const why = `${level} does not allow it after version ${first.version} there: ${first.path}: ${first.message}`
    return [{ subject, version, why }]
  })
}

function isWanted(wanted: readonly WantedSubject[], subject: string): boolean {
  return wanted.some((one) => one.subject === subject)
}

/** Null for what others have registered and we cannot read. */
function parsed(schema: string): ParsedSchema | null {
  try {
    return parseSchema(schema)
  } catch (error) {
    if (error instanceof SchemaParseError) return null
    throw error
  }
}

function formOf(schema: string): string | null {
  const read = parsed(schema)
  return read === null ? null : canonicalForm(read)
}
