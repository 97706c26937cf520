/** The ids of our schemas, for a command that has the database at hand: by the configured registry. */
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { lookUpEventSchemas, type EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { RegistryFailure, type SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import { StartFailure } from '../../app/start-failure.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { CommandContext } from '../command-context.ts'

/** Throws a StartFailure when the registry cannot be asked, or has not got all of them. */
export function schemaIds(context: CommandContext, pool: Pool): Promise<EventSchemaIds> {
  return askRegistry(context, pool, lookUpEventSchemas)
}

/** Throws a StartFailure when the registry cannot be asked, or lacks what is asked for. */
export async function askRegistry<Answer>(
  context: CommandContext,
  pool: Pool,
  ask: (registry: SchemaRegistry) => Promise<Answer>,
): Promise<Answer> {
  const { schemaRegistryUrl: url } = context.config()
  const registry =
    url === null ? embeddedRegistry(pool) : confluentRegistry({ url, monotonic: () => performance.now() })
  try {
    return await ask(registry)
  } catch (error) {
    if (!(error instanceof RegistryFailure)) throw error
    throw new StartFailure(
      {
        code: error.code,
        exitCode: error.kind === 'infrastructure' ? 3 : 1,
        what: `Schema Registry: ${error.message}`,
        tried: 'to look up the ids of our schemas',
        next: url === null ? 'npm start registers them' : 'start that registry, or correct SCHEMA_REGISTRY_URL',
      },
      { cause: error },
    )
  }
}
