/** What a request to the registry says, parsed; what cannot be is refused as Confluent's does. */
import { cut } from '../compatibility/cut.ts'
import { compatibilityLevels, type CompatibilityLevel } from '../compatibility/levels.ts'
import type { Registration } from '../embedded/register-schema.ts'
import { invalidLevel, invalidMode, invalidSchema, invalidSubject } from '../embedded/registry-refusal.ts'
import { invalidVersion, RegistryRefusal } from '../embedded/registry-refusal.ts'
import { isLevel, isMode, registryModes, type RegistryMode } from '../embedded/settings.ts'
import type { SchemaReference } from '../embedded/stored-schemas.ts'

/** The parameters of a path and of its query, as they came. */
export interface Asked {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  /** Nobody waits for the answer any more. */
  readonly isGone: () => boolean
}

const MOST = 2_147_483_647
const DIGITS = /^[0-9]{1,10}$/
/** What the protocol knows of settings and registrations, and this registry does not do. */
const NOT_DONE = [
  ...['alias', 'normalize', 'validateFields', 'compatibilityGroup', 'compatibilityPolicy'],
  ...['defaultMetadata', 'overrideMetadata', 'defaultRuleSet', 'overrideRuleSet'],
  ...['metadata', 'ruleSet', 'rules', 'tags', 'schemaTagsToAdd', 'schemaTagsToRemove', 'propagateSchemaTags'],
]
/** Anything else could not be shown on one line; Postgres does not even take NUL. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u

export function subjectOf(asked: Asked): string {
  // `:.:` names the default context, which is the only one here.
  const subject = textOf(asked.params, 'subject').replace(/^:\.:/, '')
  if (subject === '' || UNPRINTABLE.test(subject)) throw invalidSubject(subject)
  return subject
}

/** `latest` and -1 are the newest. */
export function versionOf(asked: Asked): number | 'latest' {
  const text = textOf(asked.params, 'version')
  if (text === 'latest' || text === '-1') return 'latest'
  const version = DIGITS.test(text) ? Number(text) : 0
  if (version < 1 || version > MOST) throw invalidVersion(cut(text.replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}')))
  return version
}

export function idOf(asked: Asked): number {
  const text = textOf(asked.params, 'id')
  const id = DIGITS.test(text) ? Number(text) : MOST + 1
  if (id > MOST) throw new RegistryRefusal({ status: 404, errorCode: 404, message: 'HTTP 404 Not Found' })
  return id
}

/** A flag is on when it says `true`. */
export function flag(asked: Asked, name: string): boolean {
  return textOf(asked.query, name).toLowerCase() === 'true'
}

/** The schema itself: `format=resolved`, with what it refers to written out, is done only where it refers to nothing. */
export function shownAs<Schema extends { readonly references: readonly unknown[] }>(
  asked: Asked,
  schema: Schema,
): Schema {
  if (textOf(asked.query, 'format').toLowerCase() !== 'resolved' || schema.references.length === 0) return schema
  throw new RegistryRefusal({
    status: 422,
    errorCode: 422,
    message: 'format=resolved is not done by this registry for a schema that refers to others: ask for each of them',
  })
}

/** Null when it is absent or no number. */
export function numberOf(asked: Asked, name: string): number | null {
  const text = textOf(asked.query, name)
  return DIGITS.test(text) ? Number(text) : null
}

/** `:*:` stands for every context, `:.:` for the default one. */
export function prefixOf(asked: Asked): string {
  const prefix = textOf(asked.query, 'subjectPrefix').replace(/^:[*.]:/, '')
  if (UNPRINTABLE.test(prefix)) throw invalidSubject(prefix)
  return prefix
}

/** The body of a registration, a look-up or a check. */
export function registrationOf(asked: Asked): Registration {
  const body = objectOf(asked.body)
  requireDone(body)
  const { schema, schemaType, references } = body
  if (schemaType !== undefined && schemaType !== null && schemaType !== 'AVRO') {
    throw invalidSchema(`schemaType ${cut(JSON.stringify(schemaType))} is not known here, AVRO is`)
  }
  if (schema === undefined || schema === null) throw invalidSchema('there is no "schema"')
  if (typeof schema !== 'string') throw unreadable('"schema" has to be a string that holds the JSON of the schema')
  return {
    schema,
    references: referencesOf(references),
    normalize: flag(asked, 'normalize'),
    // Clients send -1 and 0 for none.
    id: wholeNumber(body, 'id'),
    version: wholeNumber(body, 'version') === 0 ? null : wholeNumber(body, 'version'),
  }
}

/** As `compatibility`, or as GET shows it: `compatibilityLevel`. */
export function levelOf(asked: Asked): CompatibilityLevel {
  const body = objectOf(asked.body)
  requireDone(body)
  const [level = '', ...others] = new Set(
    [body.compatibility, body.compatibilityLevel]
      .filter((given) => !isAbsent(given))
      .map((given) => (typeof given === 'string' ? given.toUpperCase() : '')),
  )
  if (others.length > 0) throw unreadable('"compatibility" and "compatibilityLevel" name two levels')
  if (!isLevel(level)) throw invalidLevel(compatibilityLevels)
  return level
}

export function modeOf(asked: Asked): RegistryMode {
  const { mode: asText } = objectOf(asked.body)
  const mode = typeof asText === 'string' ? asText.toUpperCase() : ''
  if (!isMode(mode)) throw invalidMode(registryModes)
  return mode
}

/** Nobody should believe in force what is not. Properties that the protocol does not know are left alone. */
function requireDone(body: Readonly<Record<string, unknown>>): void {
  const asked = NOT_DONE.filter((name) => Object.hasOwn(body, name) && !isAbsent(body[name]))
  if (asked.length === 0) return
  throw unreadable(`${asked.map((name) => `"${name}"`).join(', ')} is not done by this registry: leave it out`)
}

/** Null, empty and false say nothing, and so does what holds nothing else. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true
  return typeof value === 'object' && Object.values(value).every(isAbsent)
}

function referencesOf(references: unknown): readonly SchemaReference[] {
  if (references === undefined || references === null) return []
  if (!Array.isArray(references)) throw unreadable('"references" has to be a list')
  return references.map((reference: unknown) => {
    const { name, subject, version } = objectOf(reference)
    const fits = isPrintable(name) && isPrintable(subject) && typeof version === 'number' && Number.isInteger(version)
    if (!fits || version > MOST) throw unreadable('a reference needs a name, a subject and a version')
    return { name, subject, version }
  })
}

function isPrintable(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !UNPRINTABLE.test(value)
}

/** Null for none, which some clients write as -1. */
function wholeNumber(body: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = body[name]
  if (value === undefined || value === null || value === -1) return null
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST) return value
  throw unreadable(`"${name}" has to be a whole number of 32 bits`)
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable('it has to be a JSON object')
  return value as Readonly<Record<string, unknown>>
}

function unreadable(why: string): RegistryRefusal {
  return new RegistryRefusal({ status: 422, errorCode: 422, message: `Unprocessable body: ${why}` })
}

/** A parameter of a path or a query. What was not said is empty; of two, the first counts. */
export function textOf(part: unknown, name: string): string {
  if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return ''
  const value: unknown = Reflect.get(part, name)
  const [first]: readonly unknown[] = [value].flat()
  return typeof first === 'string' ? first : ''
}
