/** Looks at what a cluster brings along: the registry that is shared. */
import { failed, fine, type Check } from './check.ts'
import type { Config } from './config.ts'
import { openRegistry } from './schema-ids.ts'
import { StartFailure } from './start-failure.ts'

/** None where everything is embedded. */
export async function clusterChecks(config: Config): Promise<readonly Check[]> {
  return config.schemaRegistryUrl === null ? [] : [await checkRegistry(config)]
}

async function checkRegistry(config: Config): Promise<Check> {
  try {
    const { description } = await openRegistry(config, () => {
      throw new Error('the registry is in no database of ours')
    })
    return fine('registry', description)
  } catch (error) {
    if (error instanceof StartFailure) return failed('registry', error.what, error.next)
    throw error
  }
}
