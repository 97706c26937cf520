/** /schemas: schemas by id, and all there are. */
import type pg from 'pg'
import { schemaNotFound } from '../embedded/registry-refusal.ts'
import { schemasById } from '../embedded/schemas-by-id.ts'
import { usesOf, versionsWithSchemas, type StoredSchema } from '../embedded/stored-schemas.ts'
import { flag, idOf, numberOf, prefixOf, shownAs, type Asked } from './request.ts'
import { reading, showing, type Route } from './route.ts'
import { whichOf, wholeVersion } from './subjects.ts'

const ID = '/schemas/ids/:id'

export function schemaRoutes(pool: pg.Pool): readonly Route[] {
  const schemaOf = schemasById(pool)
  const findSchema = async (asked: Asked): Promise<StoredSchema> => {
    const id = idOf(asked)
    const found = await schemaOf(id)
    if (found === null) throw schemaNotFound(id)
    return shownAs(asked, found)
  }
  return [
    reading('/schemas', (asked) => listSchemas(pool, asked)),
    reading('/schemas/types', () => Promise.resolve(['AVRO'])),
    reading(ID, async (asked) => {
      const { text, references } = await findSchema(asked)
      return { ...(references.length > 0 && { references }), schema: text }
    }),
    showing(`${ID}/schema`, async (asked) => (await findSchema(asked)).text),
    reading(`${ID}/subjects`, async (asked) => {
      const { id } = await findSchema(asked)
      const uses = await usesOf(pool, id, whichOf(asked))
      return [...new Set(uses.map(({ subject }) => subject))]
    }),
    reading(`${ID}/versions`, async (asked) => {
      const { id } = await findSchema(asked)
      return usesOf(pool, id, whichOf(asked))
    }),
  ]
}

async function listSchemas(pool: pg.Pool, asked: Asked): Promise<readonly unknown[]> {
  const versions = await versionsWithSchemas(pool, {
    subject: null,
    prefix: prefixOf(asked),
    which: flag(asked, 'deleted') ? 'all' : 'live',
    latestOnly: flag(asked, 'latestOnly'),
  })
  const start = numberOf(asked, 'offset') ?? 0
  const limit = numberOf(asked, 'limit') ?? versions.length
  return versions.slice(start, start + limit).map((version) => wholeVersion(shownAs(asked, version)))
}
