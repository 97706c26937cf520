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

/** Lists are in its order, and anyone who follows changes puts new rows in their places by it. */
export const First = Type.Integer({
  minimum: 1,
  description: 'Position of the event that made it; lists are in its order. Only in reads.',
})
