/**
 * Query parameters. They arrive as text; those that a shape calls integers become numbers here, if they are written as
 * plain digits (`1e1`, `0x5`, `+5`, ` 5` and `05` are not). What did not become a number then fails validation, which
 * converts nothing; so do duplicates (they arrive as a list) and unknown parameters.
 */
import type { FastifyRequest } from 'fastify'
import type { Timestamp } from '../../domain/values.ts'
import { ProblemError } from './problem-document.ts'

const DIGITS = /^(?:0|[1-9][0-9]{0,15})$/

/** A hook that runs before validation; null when the shape has no integers. */
export function convertIntegers(shape: unknown): ((request: FastifyRequest) => Promise<void>) | null {
  const integers = integersOf(shape)
  if (integers.length === 0) return null
  return async ({ query }) => {
    if (typeof query !== 'object' || query === null) return
    for (const name of integers) {
      const value: unknown = Reflect.get(query, name)
      if (typeof value === 'string' && DIGITS.test(value)) Reflect.set(query, name, Number(value))
    }
  }
}

/** A point in time under its name; nothing where it is absent. Throws when no calendar has such a day. */
export function momentIn<Name extends string>(
  name: Name,
  text: string | undefined,
): { readonly [_ in Name]?: Timestamp } {
  if (text === undefined) return {}
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return { [name]: at } as { readonly [_ in Name]?: Timestamp }
  throw new ProblemError({
    code: 'invalid-request',
    detail: `${name} is not a point in time`,
    errors: [{ in: 'query', pointer: `/${name}`, message: 'must be a day and a time of the calendar' }],
  })
}

function integersOf(shape: unknown): readonly string[] {
  if (typeof shape !== 'object' || shape === null || !('properties' in shape)) return []
  return Object.entries(shape.properties ?? {})
    .filter(([, property]: [string, unknown]) => isInteger(property))
    .map(([name]) => name)
}

function isInteger(property: unknown): boolean {
  return typeof property === 'object' && property !== null && 'type' in property && property.type === 'integer'
}
