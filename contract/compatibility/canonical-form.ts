/**
 * The Parsing Canonical Form of the specification: what readers need of a schema and nothing else, always in the same
 * words, so that two schemas that decode the same bytes the same way are the same text.
 */
import type { NamedType, ParsedField, ParsedSchema } from './parsed-schema.ts'

/** JSON without spaces; every type is written out where it is met first, and named afterwards. */
export function canonicalForm(schema: ParsedSchema): string {
  return formOf(schema, new Set())
}

function formOf(schema: ParsedSchema, written: Set<NamedType>): string {
  if ('name' in schema) return namedFormOf(schema, written)
  if (schema.type === 'array') return `{"type":"array","items":${formOf(schema.items, written)}}`
  if (schema.type === 'map') return `{"type":"map","values":${formOf(schema.values, written)}}`
  if (schema.type === 'union') return `[${schema.branches.map((branch) => formOf(branch, written)).join(',')}]`
  return `"${schema.type}"`
}

// Names and symbols are ASCII words: nothing in them needs escaping.
function namedFormOf(type: NamedType, written: Set<NamedType>): string {
  if (written.has(type)) return `"${type.name}"`
  written.add(type)
  const start = `{"name":"${type.name}","type":"${type.type}"`
  switch (type.type) {
    case 'enum':
      return `${start},"symbols":[${type.symbols.map((symbol) => `"${symbol}"`).join(',')}]}`
    case 'fixed':
      return `${start},"size":${type.size}}`
    case 'record':
      return `${start},"fields":[${type.fields.map((field) => fieldFormOf(field, written)).join(',')}]}`
  }
}

function fieldFormOf({ name, type }: ParsedField, written: Set<NamedType>): string {
  return `{"name":"${name}","type":${formOf(type, written)}}`
}
