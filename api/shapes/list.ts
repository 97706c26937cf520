import { Type, type TProperties } from 'typebox'
import { named, nullable, ref, type Named } from '../../commands/shape.ts'
import { Position } from './shape.ts'

export const DEFAULT_LIMIT = 50
export const MOST_ITEMS = 200

/** A page of a list: at most `limit` items, and where the next page begins. `more`: what it may have besides. */
export function listOf<More extends TProperties = Record<never, never>>(item: Named, more?: More) {
  return named(
    `${item.$id}List`,
    {
      items: Type.Array(ref(item)),
      next: nullable(Type.String({ description: 'The cursor of the next page; null on the last.' })),
      position: Position,
      ...more,
    },
    { description: `A page of a list: ${item.$id}.` },
  )
}

export const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: MOST_ITEMS, default: DEFAULT_LIMIT, description: 'Items of a page.' }),
)

export const cursor = Type.Optional(
  Type.String({ pattern: '^[A-Za-z0-9_-]{1,256}$', description: 'Start of the page: `next` of the page before.' }),
)

export const after = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description:
      'Read your own write: wait (at most 5 s) until the answer shows this position, the `X-Position` of a command.',
  }),
)

export const logAfter = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: 0,
    description: 'Start after this position. Does not wait.',
  }),
)

/** A point in time as a query parameter; `momentIn` reads it. */
export function moment(description: string) {
  return Type.Optional(
    Type.String({
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$',
      description: `${description} RFC 3339; in an address \`+\` is written \`%2B\`.`,
    }),
  )
}
