/** Finds the directory or file that keeps another user out. */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Account } from './account.ts'

export interface Unreachable {
  readonly path: string
  /** The permission bits, in octal. */
  readonly mode: string
}

/**
 * The first directory on the way to `path`, or `path` itself, that the user may not enter or execute by its permission
 * bits (access lists are not looked at); null when nothing is in the way.
 */
export function firstUnreachable(path: string, account: Account): Unreachable | null {
  for (const part of fromTheTop(resolve(path))) {
    const stat = statSync(part, { throwIfNoEntry: false })
    if (stat === undefined) return null
    const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
    if ((stat.mode & bit) === 0) return { path: part, mode: `0${(stat.mode & 0o777).toString(8)}` }
  }
  return null
}

function fromTheTop(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...fromTheTop(parent), path]
}
