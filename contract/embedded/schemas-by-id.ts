/** Schemas by id, kept once they were read: consumers ask for the same few, and an id means one schema for good. */
import { schemaOfId, type Connection, type StoredSchema } from './stored-schemas.ts'

/** Of the texts that are kept; then it starts again. */
const MOST_CHARACTERS = 8_000_000

export function schemasById(db: Connection): (id: number) => Promise<StoredSchema | null> {
  const known = new Map<number, StoredSchema>()
  let characters = 0
  return async (id) => {
    const kept = known.get(id)
    if (kept !== undefined) return kept
    const found = await schemaOfId(db, id)
    // One that is not there may be a moment later.
    if (found === null || known.has(id)) return found
    if (characters + found.text.length > MOST_CHARACTERS) {
      known.clear()
      characters = 0
    }
    known.set(id, found)
    characters += found.text.length
    return found
  }
}
