/** What every shape is made of. One TypeBox schema serves as validation, as TypeScript type and in the OpenAPI document. */
import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import { ID_PATTERN } from '../../domain/values.ts'

/** Without control characters (NUL among them, which Postgres cannot store) and lone surrogates (which are no text). */
const TEXT_PATTERN = '^[^\\p{Cc}\\p{Cs}]*$'

/** A shape with a name of its own in the OpenAPI document. */
export type Named = TSchema & { readonly $id: string }

/** An object with exactly these properties, known in the OpenAPI document by `name`. */
export function named<Properties extends TProperties>(
  name: string,
  properties: Properties,
  options: { readonly description: string; readonly examples?: readonly unknown[] },
): TObject<Properties> & { readonly $id: string } {
  return Object.assign(Type.Object(properties, { ...options, additionalProperties: false }), { $id: name })
}

/** An object with exactly these properties, written out where it is used. */
export function closed<Properties extends TProperties>(properties: Properties): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false })
}

/** A reference to a named shape. */
export function ref<Shape extends Named>(shape: Shape): TUnsafe<Static<Shape>> {
  return Type.Unsafe<Static<Shape>>({ $ref: `${shape.$id}#` })
}

export function nullable<Shape extends TSchema>(shape: Shape): TUnsafe<Static<Shape> | null> {
  return Type.Unsafe<Static<Shape> | null>({ anyOf: [shape, { type: 'null' }] })
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  options: { readonly description: string },
): TUnsafe<Words[number]> {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: words, ...options })
}

/** Text of people, between `min` and `max` characters. */
export function text(min: number, max: number, description: string) {
  return Type.String({ minLength: min, maxLength: max, pattern: TEXT_PATTERN, description })
}

/** An id as a client may name it. */
export function id(description: string) {
  return Type.String({ pattern: ID_PATTERN, description })
}

/** A whole number within bounds. */
export function whole(minimum: number, maximum: number, description: string) {
  return Type.Integer({ minimum, maximum, description })
}

/** A whole number that we state, safe to 2^53 - 1 either way. */
export function count(description: string) {
  return Type.Integer({ description })
}

export function time(description: string) {
  return Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC.` })
}

export const Position = Type.Integer({
  minimum: 0,
  description: 'The position in the log that this shows: everything up to it is included.',
})
