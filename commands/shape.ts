/** What every shape is made of. One TypeBox schema serves as validation, as TypeScript type and in the OpenAPI document. */
import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox'
import { ID_PATTERN } from '../domain/values.ts'

/** Without control characters (NUL among them, which Postgres cannot store) and lone surrogates (which are not text). */
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
  const reference = Type.Unsafe<Static<Shape>>({ $ref: `${shape.$id}#` })
  // Hidden, as TypeBox hides its own marks: it is in no document.
  return Object.defineProperty(reference, '~shape', { value: shape, enumerable: false })
}

/** The named shapes that a schema refers to, directly or through others; each once. */
export function shapesIn(schema: unknown, found = new Map<string, Named>()): readonly Named[] {
  if (typeof schema !== 'object' || schema === null) return []
  const shape: unknown = Reflect.get(schema, '~shape')
  if (isNamed(shape) && found.get(shape.$id) !== shape) {
    if (found.has(shape.$id)) throw new Error(`two shapes have the name ${shape.$id}`)
    found.set(shape.$id, shape)
    shapesIn(shape, found)
  }
  for (const part of Object.values(schema)) shapesIn(part, found)
  return [...found.values()]
}

function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && '$id' in value
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

/** An id as a client may name it. `example`: one that the demo has, for the page of the API. */
export function id(description: string, example?: string) {
  return Type.String({ pattern: ID_PATTERN, description, ...(example !== undefined && { examples: [example] }) })
}

/** A whole number within bounds. */
export function whole(minimum: number, maximum: number, description: string) {
  return Type.Integer({ minimum, maximum, description })
}
