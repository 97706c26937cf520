/** The wire format of our events, with the ids of whichever registry is used; a command can do without. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../../app/start/run-file.ts'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { lookUpEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import { wireFormat, type WireFormat } from '../../contract/registry/wire-format.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { withDatabase } from '../database/with-database.ts'

/** Null, with a note why, where the ids cannot be had: then Avro is shown in hex. */
export async function eventWire(context: CommandContext): Promise<WireFormat | null> {
  const { schemaRegistryUrl: url, databaseUrl, dataDir } = context.config()
  const embedded = databaseUrl !== null || readRunFile(dataDir) !== null || existsSync(join(dataDir, 'postgres'))
  if (url === null && !embedded) {
    context.output.note(
      'found no registry and no database, so Avro is shown in hex; set SCHEMA_REGISTRY_URL to decode it',
    )
    return null
  }
  try {
    if (url !== null) {
      return wireFormat(await lookUpEventSchemas(confluentRegistry({ url, monotonic: () => performance.now() })))
    }
    return await withDatabase(context, { command: 'consume', create: false }, async (database) => {
      const pool = openPool(database.url, { name: 'consume', max: 2, settings: READER_SETTINGS })
      try {
        return wireFormat(await lookUpEventSchemas(embeddedRegistry(pool)))
      } finally {
        await pool.end()
      }
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    context.output.note(`could not look up the schema ids, so Avro is shown in hex: ${why}`)
    return null
  }
}
