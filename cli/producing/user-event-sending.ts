/** With what `produce` sends user events: the id of their schema by the registry at hand, and the secret of pseudonyms. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pseudonyms, pseudonymSecret } from '../../app/pseudonyms.ts'
import { readRunFile } from '../../app/start/run-file.ts'
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { lookUpUserEvent, registerUserEvent } from '../../contract/registry/user-event-schema.ts'
import { openPool, REGISTRY_SETTINGS } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'
import { withDatabase } from '../database/with-database.ts'
import type { Sending } from './user-event-line.ts'

/** Without a registry, or a secret, it notes what is missing, and events go without the four keys. */
export async function userEventSending(context: CommandContext): Promise<Sending> {
  const config = context.config()
  const { schemaRegistryUrl: url, databaseUrl, dataDir } = config
  const embedded = databaseUrl !== null || readRunFile(dataDir) !== null || existsSync(join(dataDir, 'postgres'))
  if (url === null && !embedded) return { schemaId: null, pseudonym: () => null }
  const schemaId = await lookUp().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    context.output.note(
      `user events go as JSON, without card, device, address and network, because no registry can be asked: ${why}`,
    )
    return null
  })
  return { schemaId, pseudonym: pseudonyms(pseudonymSecret(config)).of }

  function lookUp(): Promise<number | null> {
    if (url !== null) return lookUpUserEvent(confluentRegistry({ url, monotonic: () => performance.now() }))
    return withDatabase(context, { command: 'produce', create: false }, async (database) => {
      const pool = openPool(database.url, { name: 'produce', max: 2, settings: REGISTRY_SETTINGS })
      try {
        return await registerUserEvent(embeddedRegistry(pool))
      } finally {
        await pool.end()
      }
    })
  }
}
