/** Finds a Java on this machine that is new enough. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where Linux distributions put their Javas, one folder each. */
const SYSTEM_JAVAS = '/usr/lib/jvm'
/** A starting JVM answers in 0.1 s; one that hangs is none. */
const ANSWER_MS = 10_000

export interface Java {
  /** Absolute paths of the programs; `javac` is null where only the runtime is installed. */
  readonly java: string
  readonly javac: string | null
  /** The first number of its version: 17, 25. */
  readonly version: number
}

export interface JavaSearch {
  /** What JAVA_HOME names; asked first. */
  readonly javaHome?: string | undefined
  /** Only a Java with a compiler will do. */
  readonly compiler?: boolean
}

/** The first Java of at least this version in JAVA_HOME, on the PATH and under /usr/lib/jvm; null where it is missing. */
export function findJava(minimum: number, { javaHome, compiler = false }: JavaSearch = {}): Java | null {
  for (const program of candidates(javaHome)) {
    const found = askJava(program)
    if (found !== null && found.version >= minimum && (!compiler || found.javac !== null)) return found
  }
  return null
}

function candidates(javaHome: string | undefined): readonly string[] {
  const system = existsSync(SYSTEM_JAVAS) ? readdirSync(SYSTEM_JAVAS).sort() : []
  const installed = system.map((folder) => join(SYSTEM_JAVAS, folder, 'bin', 'java'))
  const named = javaHome === undefined || javaHome === '' ? [] : [join(javaHome, 'bin', 'java')]
  return [...named, 'java', ...installed]
}

/** It says itself where it lives: what is on the PATH may be a link or a script. */
function askJava(program: string): Java | null {
  const { status, stderr } = spawnSync(program, ['-XshowSettings:properties', '-version'], {
    encoding: 'utf8',
    timeout: ANSWER_MS,
  })
  if (status !== 0) return null
  const home = /^\s*java\.home = (.+)$/m.exec(stderr)?.[1]
  // Up to Java 8 the first number was 1, and the second the one that counts.
  const version = /^\s*java\.specification\.version = (?:1\.)?(\d+)/m.exec(stderr)?.[1]
  if (home === undefined || version === undefined) return null
  const javac = join(home, 'bin', 'javac')
  return {
    java: join(home, 'bin', 'java'),
    javac: existsSync(javac) ? javac : null,
    version: Number(version),
  }
}
