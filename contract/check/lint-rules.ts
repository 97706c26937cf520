/**
 * The rules of style and safety, one function each. They look at the newest version of an event: older ones are
 * published and cannot follow any more. schemas/README.md says each of them in a sentence.
 */
import { isUnion, type AvroSchema, type FieldSchema } from '../../schemas/avro-schema.ts'
import { namedIn } from '../authoring/events-source.ts'
import type { Finding } from '../finding.ts'
import { NAMESPACE } from '../authoring/schema-file-faults.ts'
import type { SchemaFile } from '../authoring/schema-files.ts'
import { formatSchema } from '../authoring/format-schema.ts'
import { placesOf, type Places } from './walk-schema.ts'

/** The newest version of an event, and what came before it. */
export interface Linted {
  readonly newest: SchemaFile
  readonly places: Places
  /** Oldest first, the newest included. */
  readonly history: readonly { readonly file: SchemaFile; readonly places: Places }[]
}

type Found = Pick<Finding, 'path' | 'message' | 'next'>
type Rule = (linted: Linted) => readonly Found[]

const MONEY = /(^|[a-z_])(?:price|amount|total|cost|fee|tax|discount|refund|balance|revenue)s?$/i
const TIME = /(?:At|Until|Since|Time|Date|Timestamp|Deadline)$|^(?:at|until|since|time|date|timestamp|deadline)$/
const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double'])

export const lintRules: Readonly<Record<string, Rule>> = {
  S001: ({ places: { fields, types } }) => [
    // Those of the event itself are looked for when the file is read.
    ...fields
      .filter(({ field, ofEvent }) => !ofEvent && !field.doc)
      .map(({ path, field }) => ({ path, message: `field ${field.name} needs a doc`, next: 'add "doc"' })),
    ...types
      .filter(({ schema }) => schema.type !== 'fixed' && !schema.doc)
      .map(({ path, schema }) => ({ path, message: `${schema.name} needs a doc`, next: 'add "doc"' })),
  ],

  S002: ({ history, places: { fields } }) => {
    const before = history.at(-2)
    if (before === undefined) return []
    const known = new Set(before.places.fields.map(({ path }) => path))
    const parents = new Set(['', ...known])
    return fields
      .filter(({ path, field }) => !known.has(path) && parents.has(parentOf(path)) && !('default' in field))
      .map(({ path, field }) => ({
        path,
        message: `field ${field.name} is new and has no default, so older events cannot be read`,
        next: 'add "default": the value for older events',
      }))
  },

  S003: ({ places: { types } }) =>
    types
      .filter(({ schema }) => schema.type === 'enum' && schema.default === undefined)
      .map(({ path, schema }) => ({
        path,
        message: `enum ${schema.name} has no default, so older readers cannot read a symbol that is added later`,
        next: 'add "default": the symbol to read an unknown one as',
      })),

  S004: ({ places: { fields } }) =>
    fields
      .filter(({ field }) => isUnion(field.type) && field.type.includes('null') && !isOptional(field))
      .map(({ path }) => ({
        path,
        message: 'an optional field must be ["null", X] with the default null',
        next: 'write "type": ["null", ...], "default": null',
      })),

  S005: ({ places: { fields } }) =>
    fields
      .filter(
        ({ field }) =>
          MONEY.test(field.name) && ['int', 'long', 'string', 'bytes'].some((type) => is(field.type, type)),
      )
      .filter(({ field, siblings }) => !(is(field.type, 'long') && siblings.some(isCurrency)))
      .map(({ path }) => ({
        path,
        message: 'money must be a long in minor units next to its currency',
        next: 'write "type": "Money", with the record Money that other events have',
      })),

  S006: ({ places: { fields } }) =>
    fields.flatMap(({ path, field }) => {
      const timed = logicalTypes(field.type).filter((name) => /timestamp|^date$|^time-/.test(name))
      const wrong = timed.find((name) => name !== 'timestamp-millis')
      const bare = TIME.test(field.name) && timed.length === 0 && mayBeTime(field.type)
      if (wrong === undefined && !bare) return []
      const message = `a time must be a long with timestamp-millis${wrong === undefined ? '' : `, not ${wrong}`}`
      return [{ path, message, next: 'write "type": { "type": "long", "logicalType": "timestamp-millis" }' }]
    }),

  S007: ({ history, places: { fields } }) => {
    const [previous, ...older] = history.slice(0, -1).reverse()
    if (previous === undefined) return []
    const known = new Set(previous.places.fields.map(({ path }) => path))
    return fields.flatMap(({ path, field }) => {
      const earlier = known.has(path)
        ? undefined
        : older.find(({ places }) => places.fields.some((one) => one.path === path))
      if (earlier === undefined) return []
      const message = `version ${earlier.file.version} had a field ${field.name}, which was removed: do not reuse its name`
      return [{ path, message, next: 'choose another name' }]
    })
  },

  S008: ({ newest, places: { fields, types } }) => [
    ...(PASCAL.test(newest.event)
      ? []
      : [{ path: '', message: `the name ${newest.event} is not in PascalCase`, next: 'choose another name' }]),
    ...fields
      .filter(({ field }) => !CAMEL.test(field.name))
      .map(({ path, field }) => ({
        path,
        message: `the name ${field.name} is not in camelCase`,
        next: 'rename it now; you cannot rename it later',
      })),
    ...types
      .filter(({ schema }) => !PASCAL.test(schema.name))
      .map(({ path, schema }) => ({
        path,
        message: `the name ${schema.name} is not in PascalCase`,
        next: 'rename it',
      })),
    ...types.flatMap(({ path, schema }) => {
      const symbol = schema.type === 'enum' ? schema.symbols.find((name) => !CAMEL.test(name)) : undefined
      if (symbol === undefined) return []
      return [
        {
          path,
          message: `the symbol ${symbol} is not in camelCase`,
          next: 'rename it now; you cannot rename it later',
        },
      ]
    }),
  ],

  S009: ({ places: { types } }) =>
    types
      .filter(({ schema }) => schema.namespace !== undefined && schema.namespace !== NAMESPACE)
      .map(({ path, schema }) => ({
        path,
        message: `${schema.name} has a namespace of its own: ${String(schema.namespace)}`,
        next: 'leave out "namespace": the event sets it',
      })),

  S010: ({ places: { fields } }) =>
    fields
      .filter(({ field }) => MONEY.test(field.name) && (is(field.type, 'double') || is(field.type, 'float')))
      .map(({ path }) => ({
        path,
        message: 'do not use a float for money: its sums are inexact',
        next: 'write "type": "Money", with the record Money that other events have',
      })),

  S012: ({ newest }) => {
    const same = formatSchema(newest.schema) === newest.text.replaceAll('\r\n', '\n')
    const message = 'it is not formatted like the other schema files'
    return same
      ? []
      : [{ path: '', message, next: 'use two spaces, one property per line, and lists of plain values on one line' }]
  },
}

const PASCAL = /^[A-Z][A-Za-z0-9]*$/
const CAMEL = /^[a-z][A-Za-z0-9]*$/

/** Types that events share and do not agree about: those that differ from what most events say. Needs all events at once. */
export function sharedTypes(all: readonly Linted[]): readonly Finding[] {
  const uses = all.flatMap(({ newest, places }) =>
    [...namedIn(newest)].map(([name, { text }]) => {
      const path = places.types.find(({ schema }) => schema.name === name)?.path ?? ''
      return { name, text, path, file: newest.file, event: newest.event }
    }),
  )
  return uses.flatMap(({ name, text, path, file }) => {
    const same = uses.filter((use) => use.name === name)
    const count = (of: string) => same.filter((use) => use.text === of).length
    const usual = same.reduce((best, use) => (count(use.text) > count(best.text) ? use : best))
    if (usual.text === text) return []
    const message = `${name} differs from the one in ${usual.event}`
    return [{ code: 'S011', file, path, message, next: 'make both equal, or rename this one' }]
  })
}

export function linted(versions: readonly SchemaFile[]): Linted | null {
  const history = versions.map((file) => ({ file, places: placesOf(file.schema) }))
  const last = history.at(-1)
  return last === undefined ? null : { newest: last.file, places: last.places, history }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0)).replace(/(?:\[\]|\{\})+$/, '')
}

function isOptional({ type, ...field }: FieldSchema): boolean {
  return isUnion(type) && type[0] === 'null' && 'default' in field && field.default === null
}

function isCurrency({ name, type }: FieldSchema): boolean {
  return name === 'currency' && type === 'string'
}

/** Whether a type, or one of the branches of a union, is this primitive. */
function is(type: AvroSchema, primitive: string): boolean {
  if (isUnion(type)) return type.some((branch) => is(branch, primitive))
  return typeof type === 'string' ? type === primitive : type.type === primitive
}

function mayBeTime(type: AvroSchema): boolean {
  return is(type, 'string') || [...NUMBERS].some((number) => is(type, number))
}

function logicalTypes(type: AvroSchema): readonly string[] {
  if (typeof type === 'string') return []
  if (isUnion(type)) return type.flatMap(logicalTypes)
  return 'logicalType' in type && type.logicalType !== undefined ? [type.logicalType] : []
}
