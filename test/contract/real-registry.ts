/** The real registry of a test file, where it can be had. */
import { startApicurio, type Apicurio } from '../../cluster/apicurio.ts'
import { cacheDirectory } from '../../cluster/cache-directory.ts'

/** Null where Java or the network is missing and nobody demands them (REQUIRE_ALL=1). */
export async function realRegistry(): Promise<Apicurio | null> {
  try {
    return await startApicurio({ cacheDir: cacheDirectory(process.env), javaHome: process.env['JAVA_HOME'] })
  } catch (error) {
    if (process.env['REQUIRE_ALL'] === '1') throw error
    console.warn(`skipped: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}
