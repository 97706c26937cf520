/** Writes the TypeScript of schemas/events.ts: types of the newest version of each event, and the table of all versions. */
import { isUnion, type AvroSchema, type ComplexSchema, type FieldSchema, type NamedSchema } from './avro-schema.ts'
import { SchemaRuleError, type SchemaFile } from './schema-files.ts'

const HEADER = `// Generated from schemas/<Event>/v<N>.avsc by \`orderledger schemas codegen\`: change those, never this file.
import type { EventSchema } from './avro-schema.ts'
`

/** The content of events.ts. The same files give the same text, to the byte. */
export function eventsSource(files: readonly SchemaFile[]): string {
  const newest = newestVersions(files)
  const nested = nestedTypes(newest)
  const streams = [...new Set(newest.map((file) => file.schema.stream))]
  return [
    HEADER,
    ...[...nested.values()].map(namedType),
    ...newest.map(eventType),
    ...streams.map((stream) => {
      const members = newest.filter((file) => file.schema.stream === stream).map((file) => file.event)
      return `export type ${capitalised(stream)}Event = ${members.join(' | ')}\n`
    }),
    `export type DomainEvent = ${streams.map((stream) => `${capitalised(stream)}Event`).join(' | ')}\n`,
    `export type EventType = DomainEvent['type']\n`,
    `/** The kind of a stream: the part of its name before the first dash. */`,
    `export type StreamKind = ${streams.map((stream) => `'${stream}'`).join(' | ')}\n`,
    ...versionTable(files, newest),
  ].join('\n')
}

function newestVersions(files: readonly SchemaFile[]): readonly SchemaFile[] {
  return files.filter((file, index) => files[index + 1]?.event !== file.event)
}

/** Records and enums inside events, by name. Events share them by repeating them, so the repetitions must agree. */
function nestedTypes(files: readonly SchemaFile[]): ReadonlyMap<string, NamedSchema> {
  const found = new Map<string, { schema: NamedSchema; text: string }>()
  const events = new Set(files.map((file) => file.event))
  for (const file of files) {
    const local = new Map<string, NamedSchema>()
    for (const field of file.schema.fields) collectNamed(field.type, local)
    for (const [name, schema] of local) {
      const text = JSON.stringify(expand(schema, local))
      const known = found.get(name)
      if (events.has(name)) throw new SchemaRuleError(`${file.event}: ${name} is the name of an event`)
      if (known && known.text !== text)
        throw new SchemaRuleError(`${file.event}: its ${name} differs from that of other events`)
      found.set(name, known ?? { schema, text })
    }
  }
  const byName = [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(byName.map(([name, { schema }]) => [name, schema]))
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

/** Puts definitions in place of names, so that two uses compare equal whichever of them holds the definition. */
function expand(schema: AvroSchema, named: ReadonlyMap<string, NamedSchema>): unknown {
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

function namedType(schema: NamedSchema): string {
  if (schema.type === 'fixed') return `export type ${schema.name} = Uint8Array\n`
  if (schema.type === 'enum') {
    return `${doc(schema.doc, '')}export type ${schema.name} = ${schema.symbols.map((symbol) => `'${symbol}'`).join(' | ')}\n`
  }
  return `${doc(schema.doc, '')}export interface ${schema.name} {\n${schema.fields.map(property).join('')}}\n`
}

function eventType({ event, schema }: SchemaFile): string {
  const fields = schema.fields.map(property).join('')
  return `${doc(schema.doc, '')}export interface ${event} {\n  readonly type: '${event}'\n${fields}}\n`
}

function property(field: FieldSchema): string {
  return `${doc(field.doc, '  ')}  readonly ${field.name}: ${typeOf(field.type)}\n`
}

function typeOf(schema: AvroSchema): string {
  if (typeof schema === 'string') return nameOf(schema)
  if (isUnion(schema)) {
    const branches = schema.map(typeOf)
    return [...branches.filter((branch) => branch !== 'null'), ...branches.filter((branch) => branch === 'null')].join(
      ' | ',
    )
  }
  return typeOfComplex(schema)
}

function typeOfComplex(schema: ComplexSchema): string {
  if (schema.type === 'array') {
    return isUnion(schema.items) ? `readonly (${typeOf(schema.items)})[]` : `readonly ${typeOf(schema.items)}[]`
  }
  if (schema.type === 'map') return `{ readonly [key: string]: ${typeOf(schema.values)} }`
  if ('name' in schema) return schema.name
  return nameOf(schema.type)
}

function nameOf(name: string): string {
  if (name === 'int' || name === 'long' || name === 'float' || name === 'double') return 'number'
  return name === 'bytes' ? 'Uint8Array' : name
}

function versionTable(files: readonly SchemaFile[], newest: readonly SchemaFile[]): readonly string[] {
  return [
    '/** Every version of every event, oldest first: version n stands at index n - 1. */',
    'export const eventSchemas: {',
    '  readonly [T in EventType]: {',
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
