/** The real registry of a test file, where it can be had. */
import { fetchApicurio, startApicurio, type Apicurio } from '../../cluster/apicurio.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { leaveOut } from '../support/left-out.ts'

const here = { cacheDir: cacheDirectory(process.env), javaHome: process.env['JAVA_HOME'] }

/** Null where Java or the network is missing and nobody demands them (REQUIRE_ALL=1). */
export function realRegistry(): Promise<Apicurio | null> {
  return orLeftOut(() => startApicurio(here))
}

/** Whether one can be started here; fetches what it takes. */
export async function registryIsHere(): Promise<boolean> {
  const fetched = await orLeftOut(async () => {
    await fetchApicurio(here)
    return true
  })
  return fetched !== null
}

async function orLeftOut<Found>(find: () => Promise<Found>): Promise<Found | null> {
  try {
    return await find()
  } catch (error) {
    return leaveOut(`a real registry: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}
