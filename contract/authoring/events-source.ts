/** Writes the TypeScript of schemas/events.ts: types of the newest version of each event, and the table of all versions. */
import {
  isUnion,
  type AvroSchema,
  type ComplexSchema,
  type EventSchema,
  type FieldSchema,
  type NamedSchema,
} from '../../schemas/avro-schema.ts'
import type { Retirements } from './retired.ts'
import { SchemaRuleError, type SchemaFile } from './schema-files.ts'

const HEADER = `// Generated from schemas/<Event>/v<N>.avsc by \`orderledger schemas codegen\`: change those, never this file.
import type { EventSchema } from './avro-schema.ts'
`

/** What a named type inside an event is called in TypeScript. */
type Names = (name: string) => string

const asInAvro: Names = (name) => name

/** The content of events.ts. The same files give the same text, to the byte. */
export function eventsSource(files: readonly SchemaFile[], retired: Retirements): string {
  const newest = newestVersions(files)
  const current = newest.filter(({ event }) => !retired.has(event))
  const gone = newest.filter(({ event }) => retired.has(event))
  const shared = nestedTypes(current, new Set(newest.map(({ event }) => event)))
  const streams = [...new Set(newest.map((file) => file.schema.stream))]
  return [
    HEADER,
    ...[...shared.values()].map(({ schema }) => namedType(schema, asInAvro)),
    ...current.map((file) => eventType(file, asInAvro)),
    ...gone.flatMap((file) => retiredType(file, shared)),
    ...streams.map((stream) => {
      const members = current.filter((file) => file.schema.stream === stream).map((file) => file.event)
      return `export type ${capitalised(stream)}Event = ${union(members)}\n`
    }),
    `export type DomainEvent = ${streams.map((stream) => `${capitalised(stream)}Event`).join(' | ')}\n`,
    `export type EventType = DomainEvent['type']\n`,
    `/** Events that are read and no longer written; \`upcasters.ts\` says what each of them means today. */`,
    `export type RetiredEvent = ${union(gone.map(({ event }) => event))}\n`,
    `/** Every event that the log can contain, in the newest version of its own type. */`,
    `export type HistoricEvent = DomainEvent | RetiredEvent\n`,
    `export type HistoricType = HistoricEvent['type']\n`,
    `/** What each retired event means today, in the order in which to fold them. A missing one does not compile. */`,
    `export type Upcasters = {`,
    `  readonly [T in RetiredEvent['type']]: (event: Extract<RetiredEvent, { readonly type: T }>) => readonly DomainEvent[]`,
    `}\n`,
    `/** The events that replace a retired one: code that needs one of them needs the retired one too. */`,
    `export const retiredEvents: { readonly [T in RetiredEvent['type']]: { readonly by: readonly EventType[] } } = {`,
    ...gone.map(({ event }) => `  ${event}: { by: [${(retired.get(event)?.by ?? []).map(quoted).join(', ')}] },`),
    `}\n`,
    `/** What is written to the streams of each kind. */`,
    `export interface EventsOf {`,
    ...streams.map((stream) => `  readonly ${stream}: ${capitalised(stream)}Event`),
    `}\n`,
    `/** The kind of a stream: the part of its name before the first dash. */`,
    `export type StreamKind = keyof EventsOf\n`,
    ...versionTable(files, newest),
  ].join('\n')
}

function union(members: readonly string[]): string {
  return members.length === 0 ? 'never' : members.join(' | ')
}

function newestVersions(files: readonly SchemaFile[]): readonly SchemaFile[] {
  return files.filter((file, index) => files[index + 1]?.event !== file.event)
}

interface Nested {
  readonly schema: NamedSchema
  /** With its own named types written out: equal texts are equal types. */
  readonly text: string
}

/** Records and enums inside events, by name. Events share them by repeating them, so the repetitions must agree. */
function nestedTypes(files: readonly SchemaFile[], events: ReadonlySet<string>): ReadonlyMap<string, Nested> {
  const found = new Map<string, Nested>()
  for (const file of files) {
    for (const [name, nested] of namedIn(file)) {
      const known = found.get(name)
      if (events.has(name)) throw new SchemaRuleError(`${file.event}: ${name} is the name of an event`)
      if (known && known.text !== nested.text)
        throw new SchemaRuleError(`${file.event}: its ${name} differs from that of other events`)
      found.set(name, known ?? nested)
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Types inside one event, by name. */
export function namedIn({ schema }: SchemaFile): ReadonlyMap<string, Nested> {
  const local = localTypes(schema)
  return new Map([...local].map(([name, type]) => [name, { schema: type, text: JSON.stringify(expand(type, local)) }]))
}

/** The schema of an event with all its types written out where they are used. */
export function expanded(schema: EventSchema): AvroSchema {
  return expand(schema, localTypes(schema))
}

function localTypes({ fields }: EventSchema): ReadonlyMap<string, NamedSchema> {
  const local = new Map<string, NamedSchema>()
  for (const field of fields) collectNamed(field.type, local)
  return local
}

/** A retired event keeps its types as they were: those that have moved on without it bear its name in front. */
function retiredType(file: SchemaFile, shared: ReadonlyMap<string, Nested>): readonly string[] {
  const own = [...namedIn(file)].filter(([name, { text }]) => shared.get(name)?.text !== text)
  const names: Names = (name) => (own.some(([mine]) => mine === name) ? `${file.event}${name}` : name)
  return [...own.map(([, { schema }]) => namedType(schema, names)), eventType(file, names)]
}

function collectNamed(schema: AvroSchema, into: Map<string, NamedSchema>): void {
  if (typeof schema === 'string') return
  if (isUnion(schema)) return schema.forEach((branch) => collectNamed(branch, into))
  if (schema.type === 'array') return collectNamed(schema.items, into)
  if (schema.type === 'map') return collectNamed(schema.values, into)
  if (schema.type === 'enum' || schema.type === 'fixed') into.set(schema.name, schema)
  if (schema.type !== 'record') return
  into.set(schema.name, schema)
  for (const field of schema.fields) collectNamed(field.type, into)
}

/** Puts definitions in place of names, so that two uses compare equal no matter which of them holds the definition. */
function expand(schema: AvroSchema, named: ReadonlyMap<string, NamedSchema>): AvroSchema {
  if (typeof schema === 'string') {
    const definition = named.get(schema)
    return definition ? expand(definition, named) : schema
  }
  if (isUnion(schema)) return schema.map((branch) => expand(branch, named))
  if (schema.type === 'array') return { ...schema, items: expand(schema.items, named) }
  if (schema.type === 'map') return { ...schema, values: expand(schema.values, named) }
  if (schema.type !== 'record') return schema
  return { ...schema, fields: schema.fields.map((field) => ({ ...field, type: expand(field.type, named) })) }
}

function namedType(schema: NamedSchema, names: Names): string {
  const name = names(schema.name)
  if (schema.type === 'fixed') return `export type ${name} = Uint8Array\n`
  if (schema.type === 'enum') {
    return `${doc(schema.doc, '')}export type ${name} = ${schema.symbols.map(quoted).join(' | ')}\n`
  }
  const properties = schema.fields.map((field) => property(field, names)).join('')
  return `${doc(schema.doc, '')}export interface ${name} {\n${properties}}\n`
}

function eventType({ event, schema }: SchemaFile, names: Names): string {
  const fields = schema.fields.map((field) => property(field, names)).join('')
  return `${doc(schema.doc, '')}export interface ${event} {\n  readonly type: '${event}'\n${fields}}\n`
}

function property(field: FieldSchema, names: Names): string {
  return `${doc(field.doc, '  ')}  readonly ${field.name}: ${typeOf(field.type, names)}\n`
}

function typeOf(schema: AvroSchema, names: Names): string {
  if (typeof schema === 'string') return nameOf(schema, names)
  if (isUnion(schema)) {
    const branches = schema.map((branch) => typeOf(branch, names))
    return [...branches.filter((branch) => branch !== 'null'), ...branches.filter((branch) => branch === 'null')].join(
      ' | ',
    )
  }
  return typeOfComplex(schema, names)
}

function typeOfComplex(schema: ComplexSchema, names: Names): string {
  if (schema.type === 'array') {
    const items = typeOf(schema.items, names)
    return isUnion(schema.items) ? `readonly (${items})[]` : `readonly ${items}[]`
  }
  if (schema.type === 'map') return `{ readonly [key: string]: ${typeOf(schema.values, names)} }`
  return 'name' in schema ? names(schema.name) : nameOf(schema.type, names)
}

function nameOf(name: string, names: Names): string {
  if (name === 'int' || name === 'long' || name === 'float' || name === 'double') return 'number'
  if (name === 'bytes') return 'Uint8Array'
  return PLAIN.has(name) ? name : names(name)
}

const PLAIN: ReadonlySet<string> = new Set(['null', 'boolean', 'string'])

function quoted(text: string): string {
  return `'${text}'`
}

function versionTable(files: readonly SchemaFile[], newest: readonly SchemaFile[]): readonly string[] {
  return [
    '/** Every version of every event, oldest first: version n stands at index n - 1. */',
    'export const eventSchemas: {',
    '  readonly [T in HistoricType]: {',
    '    readonly stream: StreamKind',
    '    readonly versions: readonly [EventSchema, ...EventSchema[]]',
    '  }',
    '} = {',
    ...newest.map(({ event, schema }) => {
      const versions = files.filter((file) => file.event === event)
      const lines = versions.map((file) => `      ${JSON.stringify(file.schema)},`).join('\n')
      return `  ${event}: {\n    stream: '${schema.stream}',\n    versions: [\n${lines}\n    ],\n  },`
    }),
    '}\n',
  ]
}

function doc(text: string | undefined, indent: string): string {
  return text ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : ''
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
