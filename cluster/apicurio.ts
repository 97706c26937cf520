/** A real schema registry on this machine, without Docker: Apicurio from Maven Central, in one Java. */
import { execFile, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { StartFailure } from '../app/start-failure.ts'
import { javaRuntime, type JavaRuntimeOptions } from './java-runtime.ts'
import { mavenJars } from './maven.ts'
import { spawnBound } from './spawn-bound.ts'

const RELEASE = '3.3.3'
const ARTIFACT = `io.apicurio:apicurio-registry-app:${RELEASE}:tar.gz:all`
const JAVA = 21
/** It takes three seconds, and ten on a busy machine. */
const READY_MS = 120_000
const STOP_MS = 5_000
/** Compiled by the quick compiler alone and with the simple collector it starts sooner, and takes 300 MB. */
const JAVA_FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const CONFLUENT_PATH = '/apis/ccompat/v7'

export interface ApicurioOptions extends JavaRuntimeOptions {
  /** Keeps its data there. Default: in its memory. */
  readonly dataDir?: string | undefined
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

/** Fetches what a start needs and this machine lacks. */
export async function fetchApicurio(options: JavaRuntimeOptions): Promise<void> {
  await unpacked(options)
  await javaRuntime(JAVA, options)
}

/** Resolves once it answers, on a free port of loopback. It ends with this process, however that ends (Linux). */
export async function startApicurio(options: ApicurioOptions): Promise<Apicurio> {
  const folder = await unpacked(options)
  const java = await javaRuntime(JAVA, options)
  const child = launch(java, folder, options)
  const output = tail(child)
  const ended = once(child, 'close').then(() => output())
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    // What it stores is written at once, or gone anyway.
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

async function unpacked({ cacheDir, onNote }: JavaRuntimeOptions): Promise<string> {
  const folder = join(cacheDir, `apicurio-${RELEASE}-unpacked`)
  if (existsSync(folder)) return folder
  onNote?.(`fetching Apicurio Registry ${RELEASE} from Maven Central, once (159 MB)`)
  const fetched = await mavenJars({ cacheDir, name: 'apicurio', artifacts: [ARTIFACT] })
  const [archive] = (await readdir(fetched)).filter((file) => file.endsWith('.tar.gz'))
  if (archive === undefined) throw new Error(`${fetched} does not contain an archive`)
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

function launch(java: string, folder: string, { dataDir }: ApicurioOptions): ChildProcess {
  const settings = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': '0',
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': '0',
    'apicurio.rules.global.compatibility': 'BACKWARD',
    ...(dataDir === undefined
      ? {}
      : { 'apicurio.datasource.url': `jdbc:h2:file:${join(resolve(dataDir), 'registry')}` }),
  }
  const args = [
    ...JAVA_FLAGS,
    ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    '-jar',
    join(folder, 'quarkus-run.jar'),
  ]
  return spawnBound(java, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
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
    const timer = setTimeout(() => reject(notReady(`it was not ready within ${READY_MS / 1_000} s`)), READY_MS)
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
    what: `Apicurio did not start: ${why}`,
    tried: `to start Apicurio Registry ${RELEASE} in a Java of this machine`,
    next: 'free some memory (it needs 300 MB), or remove its folder below ~/.cache/orderledger and run the command again',
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
