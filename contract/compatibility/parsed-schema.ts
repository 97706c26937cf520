/**
 * An Avro schema as it is understood: references resolved, so that a recursive record holds itself; names absolute.
 * Two places that name one type hold the same object, and no two other places do: the comparison counts on it.
 */
import type { PrimitiveName } from '../../schemas/avro-schema.ts'
import type { LogicalType } from './logical-type.ts'

const PRIMITIVES: ReadonlySet<string> = new Set<ParsedPrimitive['type']>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

export type ParsedSchema =
  ParsedPrimitive | ParsedArray | ParsedMap | ParsedUnion | ParsedRecord | ParsedEnum | ParsedFixed

export type NamedType = ParsedRecord | ParsedEnum | ParsedFixed

/** What the specification does not reserve, as it was written: `logicalType` and what belongs to it among the rest. */
export type Attributes = ReadonlyMap<string, unknown>

interface Attributed {
  readonly attributes: Attributes
  /** Null without one, or one that does not fit the type: readers ignore that. */
  readonly logicalType: LogicalType | null
}

interface Named extends Attributed {
  /** With the namespace. */
  readonly name: string
  /** With their namespaces; one that was given none (`.Name`) within a namespace keeps its dot, and so matches nothing. */
  readonly aliases: readonly string[]
  readonly doc: string | null
}

export interface ParsedPrimitive extends Attributed {
  readonly type: PrimitiveName
}

export interface ParsedArray extends Attributed {
  readonly type: 'array'
  readonly items: ParsedSchema
}

export interface ParsedMap extends Attributed {
  readonly type: 'map'
  readonly values: ParsedSchema
}

export interface ParsedUnion {
  readonly type: 'union'
  readonly branches: readonly ParsedSchema[]
}

export interface ParsedRecord extends Named {
  readonly type: 'record'
  /** Declared as `error`, as protocols do. */
  readonly isError: boolean
  readonly fields: readonly ParsedField[]
}

export interface ParsedEnum extends Named {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly default: string | null
}

export interface ParsedFixed extends Named {
  readonly type: 'fixed'
  /** Bytes. */
  readonly size: number
}

export interface ParsedField {
  readonly name: string
  /** Without a namespace, as field names are. */
  readonly aliases: readonly string[]
  readonly doc: string | null
  readonly type: ParsedSchema
  /** Null without one; a default of null is `{ value: null }`. */
  readonly default: { readonly value: unknown } | null
  readonly order: 'ascending' | 'descending' | 'ignore'
  readonly attributes: Attributes
}

/** The name without its namespace. */
export function shortName({ name }: NamedType): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

export function isPrimitive(name: string): name is ParsedPrimitive['type'] {
  return PRIMITIVES.has(name)
}
