/** Fetches what is published on Maven Central, once, into a folder of its own. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './cache-directory.ts'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
/** The largest that we fetch is 160 MB. */
const FETCH_MS = 900_000
/** Maven says first what is wrong, and then at length where to read more. */
const FIRST_LINES = 2

export interface MavenJars {
  /** Made when it is not there; holds one folder for each set of artifacts. */
  readonly cacheDir: string
  /** What the folder is called, before a fingerprint of the artifacts. */
  readonly name: string
  /** `group:artifact:version`, `...:type` or `...:type:classifier`. Jars come with all they depend on, other types alone. */
  readonly artifacts: readonly string[]
  /** Called when they are not in the cache and have to be fetched. */
  readonly onFetch?: () => void
}

export type MavenFailureCode = 'maven-missing' | 'maven-failed'

/** Maven is not installed, or could not fetch. The message says what it said, or what to install. */
export class MavenFailure extends Error {
  readonly code: MavenFailureCode
  readonly retriable: boolean
  override readonly name = 'MavenFailure'

  constructor(code: MavenFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retriable = code === 'maven-failed'
  }
}

/**
 * The folder that holds the files of these artifacts, fetched at the first call. Anyone who finds the folder finds it
 * complete: it is filled aside and moved into place. Throws MavenFailure.
 */
export async function mavenJars({ cacheDir, name, artifacts, onFetch }: MavenJars): Promise<string> {
  const folder = cacheFolder(cacheDir, name, artifacts)
  if (existsSync(folder)) return folder
  onFetch?.()
  await mkdir(cacheDir, { recursive: true })
  const aside = await mkdtemp(join(cacheDir, '.fetching-'))
  try {
    await writeFile(join(aside, 'pom.xml'), projectOf(artifacts))
    await copyDependencies(aside, artifacts)
    await rename(join(aside, 'files'), folder).catch((error: unknown) => {
      // Another process was faster, and its folder is as good.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return folder
}

async function copyDependencies(aside: string, artifacts: readonly string[]): Promise<void> {
  // NOTE: the repository is its own because two Mavens that fill the same one at the same time damage it.
  const args = ['-q', '-B', `-Dmaven.repo.local=${join(aside, 'repository')}`, `${PLUGIN}:copy-dependencies`]
  try {
    const outputDirectory = `-DoutputDirectory=${join(aside, 'files')}`
    await promisify(execFile)('mvn', [...args, outputDirectory], { cwd: aside, timeout: FETCH_MS })
  } catch (cause) {
    throw failureOf(cause, artifacts)
  }
}

function failureOf(cause: unknown, artifacts: readonly string[]): MavenFailure {
  const wanted = artifacts.join(', ')
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const message = `fetching ${wanted} needs Maven: apt-get install -y maven`
    return new MavenFailure('maven-missing', message, { cause })
  }
  const said = cause instanceof Error && 'stdout' in cause ? String(cause.stdout).trim() : String(cause)
  const reason = said.split('\n').slice(0, FIRST_LINES).join('\n')
  return new MavenFailure('maven-failed', `Maven could not fetch ${wanted}: ${reason}`, { cause })
}

/** A project that is nothing but its dependencies: that is how Maven resolves several artifacts as one set. */
function projectOf(artifacts: readonly string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>orderledger</groupId><artifactId>fetched</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependencyOf).join('\n')}
  </dependencies>
</project>
`
}

function dependencyOf(artifact: string): string {
  const [group, id, version, type = 'jar', classifier] = artifact.split(':')
  const alone = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
  const parts = [
    `<groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version><type>${type}</type>`,
    classifier === undefined ? '' : `<classifier>${classifier}</classifier>`,
    type === 'jar' ? '' : alone,
  ]
  return `    <dependency>${parts.join('')}</dependency>`
}
