/** From a value of anywhere to what is wanted: the one check that every door holds a command to. */
import { Ajv, type ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'
import { faultsOf, type Fault } from './faults.ts'
import { shapesIn } from './shape.ts'

/**
 * How values are held to their shapes: nothing is converted, dropped or filled in, and the first fault is reported. The shapes
 * themselves are ours, and their own test holds them to the meta-schema: compiling that took a third of a start.
 */
export const VALIDATION = {
  meta: false,
  validateSchema: false,
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: false,
} as const

export type Checked<Wanted> =
  | { readonly wanted: Wanted }
  /** `code`: what it is called where it is not only invalid. */
  | { readonly faults: readonly Fault[]; readonly code?: 'card-number' }

export interface Request<Body extends TSchema = TSchema> {
  /** The shape, as the OpenAPI document refers to it. */
  readonly body: Body
  /** The value itself when it is within the bounds of the shape. Never throws. */
  check(value: unknown): Checked<Static<Body>>
}

/** What a request wants once it is checked. */
export type Wanted<Of extends Request> = Immutable<Static<Of['body']>>

type Immutable<Value> = Value extends object ? { readonly [Name in keyof Value]: Immutable<Value[Name]> } : Value

/** `judge`: what no shape says. */
export function request<Body extends TSchema>(
  body: Body,
  judge: (wanted: Static<Body>) => Checked<Static<Body>> = (wanted) => ({ wanted }),
): Request<Body> {
  let compiled: ValidateFunction<Static<Body>> | null = null
  return {
    body,
    check(value) {
      // At its first use: anyone who only reads the shapes does not wait for the compiler.
      const isWanted = (compiled ??= new Ajv(VALIDATION).addSchema([...shapesIn(body)]).compile<Static<Body>>(body))
      return isWanted(value) ? judge(value) : { faults: faultsOf(isWanted.errors ?? []) }
    },
  }
}
