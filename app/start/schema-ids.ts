/** Finds the ids of our schemas at the start: in the registry that is named, or in our own, which gets what it lacks. */
import { confluentRegistry } from '../../contract/registry/confluent-registry.ts'
import { embeddedRegistry } from '../../contract/embedded/embedded-registry.ts'
import { eventSchemaTexts, lookUpEventSchemas, registerEventSchemas } from '../../contract/registry/event-schema-ids.ts'
import type { EventSchemaIds } from '../../contract/registry/event-schema-ids.ts'
import { addressOf } from '../../contract/registry/registry-client.ts'
import { RegistryFailure, type SchemaRegistry } from '../../contract/registry/schema-registry.ts'
import { builtLock, readerBreach } from '../../contract/registry/reader-lock.ts'
import type { Pool } from '../../store/postgres/database.ts'
import type { Config } from '../config/config.ts'
import { StartFailure } from '../start-failure.ts'

export interface OpenedRegistry {
  readonly registry: SchemaRegistry
  readonly ids: EventSchemaIds
  /** Of the embedded registry; null: another registry is used. */
  readonly pool: Pool | null
  /** For people: what it is and where, without its password. */
  readonly description: string
}

/** `openPool` is called where no other registry is named. Throws a StartFailure that says what to do. */
export async function openRegistry(config: Config, openPool: () => Pool): Promise<OpenedRegistry> {
  requireLockedReaders()
  const count = `${String(eventSchemaTexts.length)} schemas`
  const url = config.schemaRegistryUrl
  if (url === null) {
    const pool = openPool()
    const registry = embeddedRegistry(pool)
    const ids = await registerEventSchemas(registry).catch((error: unknown) => {
      throw embeddedFailure(error)
    })
    return { registry, ids, pool, description: `embedded registry, ${count}` }
  }
  const registry = confluentRegistry({ url, monotonic: () => performance.now() })
  const { base } = addressOf(url)
  const ids = await lookUpEventSchemas(registry).catch((error: unknown) => {
    throw sharedFailure(error, base)
  })
  return { registry, ids, pool: null, description: `registry at ${base}, ${count}` }
}

function requireLockedReaders(): void {
  const breach = readerBreach(builtLock())
  if (breach === null) return
  throw new StartFailure({
    code: 'readers-not-locked',
    exitCode: 1,
    what: breach,
    tried: 'to compare the readers of this program with schemas/schemas.lock',
    next: 'run orderledger schemas check to see what changed; in a checkout of a release both match',
  })
}

function sharedFailure(error: unknown, base: string): unknown {
  if (!(error instanceof RegistryFailure)) return error
  const tried = `to look up our ${String(eventSchemaTexts.length)} schemas at ${base}`
  if (error.kind === 'schema') {
    const next =
      error.code === 'schema-unknown'
        ? 'run orderledger schemas apply --env <env>, then start the service again'
        : 'correct the user, the password or the rights in SCHEMA_REGISTRY_URL'
    return new StartFailure({ code: error.code, exitCode: 1, what: error.message, tried, next }, { cause: error })
  }
  const next = 'start that registry, correct SCHEMA_REGISTRY_URL, or unset it to use the embedded one'
  const what = `Schema Registry: ${error.message}`
  return new StartFailure({ code: error.code, exitCode: 3, what, tried, next }, { cause: error })
}

function embeddedFailure(error: unknown): unknown {
  if (!(error instanceof RegistryFailure)) return error
  const unreachable = error.kind === 'infrastructure'
  return new StartFailure(
    {
      code: error.code,
      exitCode: unreachable ? 3 : 1,
      what: `embedded registry: ${error.message}`,
      tried: 'to register the schemas of this release',
      next: unreachable
        ? 'orderledger doctor'
        : 'remove the conflicting schema from /registry with the release that added it (docs/registry.md)',
    },
    { cause: error },
  )
}
