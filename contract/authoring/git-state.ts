/** Whether the schemas stand as they were committed. */
import { parseLock, lockDigest } from './schema-lock.ts'
import { textOf } from './schema-files.ts'
import { git } from './git-texts.ts'

const LOCK = 'schemas.lock'
/** What is left of a writing of the lock that was killed. */
export const DRAFT = '.schemas.lock.partial'

/**
 * Files of the folder with changes that are not committed, relative to it. Ids that registries gave are written into the
 * lock by a machine, and do not count. Throws GitRefused outside of a repository.
 */
export function uncommittedFiles(folder: string): readonly string[] {
  const listed = git(folder, ['status', '--porcelain', '-z', '--untracked-files=all', '--', '.']).toString()
  const prefix = git(folder, ['rev-parse', '--show-prefix']).toString().trim()
  const files = listed
    .split('\0')
    .filter((entry) => entry !== '')
    // Two letters and a space; a renamed file is followed by its old name alone.
    .map((entry) => (/^.. /.test(entry) ? entry.slice(3) : entry))
    .map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path))
  return files.filter((file) => file !== DRAFT && (file !== LOCK || !hasNewIdsOnly(folder)))
}

function hasNewIdsOnly(folder: string): boolean {
  const now = textOf(folder, LOCK)
  if (now === null) return false
  const committed = git(folder, ['show', `HEAD:./${LOCK}`]).toString()
  return isLock(committed) && isLock(now) && lockDigest(committed) === lockDigest(now)
}

function isLock(text: string): boolean {
  try {
    parseLock(text)
    return true
  } catch {
    return false
  }
}
