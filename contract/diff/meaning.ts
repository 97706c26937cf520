/**
 * What the rules of compatibility accept although it changes what a value means: logical types (a long that was
 * milliseconds and is now microseconds), the scale of a decimal, namespaces, and defaults. Avro and every registry
 * leave these alone, so old events would be read without an error, and wrongly.
 */
import { shortName } from '../compatibility/parsed-schema.ts'
import type { NamedType, ParsedField, ParsedSchema } from '../compatibility/parsed-schema.ts'

/** What has changed about the meaning of a type, in words. */
export function meaningOfType(before: ParsedSchema, after: ParsedSchema): readonly string[] {
  return [
    ...logicalType(before, after),
    ...('name' in before && 'name' in after ? namespace(before, after) : []),
    ...(before.type === 'enum' && after.type === 'enum' ? defaultSymbol(before.default, after.default) : []),
  ]
}

/** The default of a field decides what older (or newer) events say there. Adding or removing one changes no value. */
export function meaningOfDefault(before: ParsedField, after: ParsedField): readonly string[] {
  if (before.default === null || after.default === null) return []
  const [was, is] = [JSON.stringify(before.default.value), JSON.stringify(after.default.value)]
  return was === is ? [] : [`its default changed from ${was} to ${is}: events without it would change their meaning`]
}

const TAKEN = 'older values would be misread'

function logicalType(before: ParsedSchema, after: ParsedSchema): readonly string[] {
  const [was, is] = [logicalText(before), logicalText(after)]
  if (was === is) return []
  if (was === null) return [`it became ${String(is)}: ${TAKEN}`]
  if (is === null) return [`it is no longer ${was}: ${TAKEN}`]
  return [`it changed from ${was} to ${is}: ${TAKEN}`]
}

/** As it is written, whether or not Avro knows it: programs may. */
function logicalText(schema: ParsedSchema): string | null {
  if (schema.type === 'union') return null
  const { attributes } = schema
  const name = attributes.get('logicalType')
  if (typeof name !== 'string') return null
  if (name !== 'decimal') return name
  return `decimal(${String(attributes.get('precision'))}, ${String(attributes.get('scale') ?? 0)})`
}

function namespace(before: NamedType, after: NamedType): readonly string[] {
  const [was, is] = [spaceOf(before), spaceOf(after)]
  return was === is ? [] : [`its namespace changed from ${was} to ${is}: some readers take it for another type`]
}

function spaceOf(type: NamedType): string {
  return type.name.slice(0, -shortName(type).length - 1) || 'none'
}

function defaultSymbol(was: string | null, is: string | null): readonly string[] {
  if (was === is || was === null || is === null) return []
  return [`the symbol for unknown ones changed from ${was} to ${is}`]
}
