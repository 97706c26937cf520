/** The JSON of an Avro schema, as far as the events use it: https://avro.apache.org/docs/1.12.0/specification/ */

export type PrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** A primitive, or the name of a record, enum or fixed defined earlier in the same file. */
export type TypeName = PrimitiveName | (string & {})

export interface AnnotatedPrimitive {
  readonly type: PrimitiveName
  readonly logicalType?: string
}

export interface ArraySchema {
  readonly type: 'array'
  readonly items: AvroSchema
}

export interface MapSchema {
  readonly type: 'map'
  readonly values: AvroSchema
}

export interface EnumSchema {
  readonly type: 'enum'
  readonly name: string
  readonly namespace?: string
  readonly doc?: string
  readonly symbols: readonly string[]
  readonly default?: string
}

export interface FixedSchema {
  readonly type: 'fixed'
  readonly name: string
  readonly namespace?: string
  readonly size: number
}

export interface FieldSchema {
  readonly name: string
  readonly type: AvroSchema
  readonly doc?: string
  readonly default?: unknown
}

export interface RecordSchema {
  readonly type: 'record'
  readonly name: string
  readonly namespace?: string
  readonly doc?: string
  readonly fields: readonly FieldSchema[]
}

/** The record of an event: `stream` names the kind of stream it is appended to. Avro ignores attributes it does not know. */
export interface EventSchema extends RecordSchema {
  readonly stream: string
}

export type NamedSchema = RecordSchema | EnumSchema | FixedSchema
export type ComplexSchema = AnnotatedPrimitive | ArraySchema | MapSchema | NamedSchema
export type AvroSchema = TypeName | ComplexSchema | readonly AvroSchema[]

export function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema)
}
