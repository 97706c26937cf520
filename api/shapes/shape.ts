/** What answers are made of, beside what requests are (commands/shape.ts). */
import { Type } from 'typebox'

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
