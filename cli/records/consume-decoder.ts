/** Decodes our events with the ids of the registry in use, and what others register there; a command can do without. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../../app/start/run-file.ts'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { judgeThread } from '../../contract/judgement/judge-thread.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { lookUpEventSchemas, type EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { foreignSchemas } from '../../contract/registry/foreign-schemas.ts'
import { schemaIdOf, wireFormat } from '../../contract/registry/wire-format.ts'
import { eventDecoder, type ValueDecoder } from '../../kafka/topics/shown-record.ts'
import { openPool, READER_SETTINGS } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { withDatabase } from '../database/with-database.ts'

export interface ConsumeDecoder {
  readonly decode: ValueDecoder
  /** Has to know of the messages before they are decoded: it may ask the registry. */
  readonly prepare: (messages: readonly Buffer[]) => Promise<void>
}

/** Null, with a note why, where the ids of our schemas cannot be had: then Avro is shown in hex. */
export async function consumeDecoder(context: CommandContext): Promise<ConsumeDecoder | null> {
  const ids = await eventIds(context)
  if (ids === null) return null
  const ours = eventDecoder(wireFormat(ids))
  const { schemaRegistryUrl, dataDir } = context.config()
  const service = readRunFile(dataDir)?.url
  const url = schemaRegistryUrl ?? (service === undefined ? null : `${service}/registry`)
  if (url === null) return { decode: ours, prepare: () => Promise.resolve() }
  const foreign = foreignSchemas(url, judgeThread().judge)
  const isForeign = (message: Buffer) => {
    const id = schemaIdOf(message)
    return id !== null && ids.find(id) === null
  }
  return {
    prepare: (messages) => foreign.learn(messages.filter(isForeign)),
    decode: (message) => (isForeign(message) ? foreign.decode(message) : ours(message)),
  }
}

async function eventIds(context: CommandContext): Promise<EventSchemaIds | null> {
  const { schemaRegistryUrl: url, databaseUrl, dataDir } = context.config()
  const embedded = databaseUrl !== null || readRunFile(dataDir) !== null || existsSync(join(dataDir, 'postgres'))
  if (url === null && !embedded) {
    context.output.note('no registry and no database here, so Avro is shown in hex: set SCHEMA_REGISTRY_URL')
    return null
  }
  try {
    if (url !== null) {
      return await lookUpEventSchemas(confluentRegistry({ url, monotonic: () => performance.now() }))
    }
    return await withDatabase(context, { command: 'consume', create: false }, async (database) => {
      const pool = openPool(database.url, { name: 'consume', max: 2, settings: READER_SETTINGS })
      try {
        return await lookUpEventSchemas(embeddedRegistry(pool))
      } finally {
        await pool.end()
      }
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    context.output.note(`could not read the ids of our schemas, so Avro is shown in hex: ${why}`)
    return null
  }
}
