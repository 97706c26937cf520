/** The real registry of a test file, where it can be had. */
import { startApicurio, type Apicurio } from '../../cluster/apicurio.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { leaveOut } from '../support/left-out.ts'

/** Null where Java or the network is missing and nobody demands them (REQUIRE_ALL=1). */
export async function realRegistry(): Promise<Apicurio | null> {
  try {
    return await startApicurio({ cacheDir: cacheDirectory(process.env), javaHome: process.env['JAVA_HOME'] })
  } catch (error) {
    return leaveOut(`a real registry: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}
