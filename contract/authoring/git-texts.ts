/** The schema files as a commit has them, read from git without touching the working tree. */
import { execFileSync } from 'node:child_process'
import { isSchemaPath, type SchemaTexts } from './schema-files.ts'

/** Git is missing, the folder is not in a repository, or it knows no such commit. */
export class GitRefused extends Error {
  readonly code = 'git-refused'
  readonly retriable = false
  override readonly name = 'GitRefused'
  /** What to type next; null: that depends on what was asked. */
  readonly next: string | null

  constructor(message: string, next: string | null, options?: ErrorOptions) {
    super(message, options)
    this.next = next
  }
}

/** The texts below the folder at a branch, tag or commit. Throws GitRefused. */
export function gitTexts(folder: string, ref: string): SchemaTexts {
  // A ref that looks like an option would be one.
  if (ref.startsWith('-')) throw new GitRefused(`${ref} is not the name of a commit`, null)
  // Paths come relative to the folder, and are asked for so: ./ is git's sign for that.
  const listed = git(folder, ['ls-tree', '-r', '-z', '--name-only', ref, '--', '.']).toString()
  const paths = listed.split('\0').filter(isSchemaPath)
  const request = paths.map((path) => `${ref}:./${path}\n`).join('')
  const objects = git(folder, ['cat-file', '--batch'], request)
  return new Map(readObjects(objects).map((text, index) => [paths[index] ?? '', text]))
}

/** Where changes go, by preference. */
const TRUNKS = ['main', 'origin/main', 'origin/HEAD']

/**
 * `main` where there is one, here or at the remote; else what was last committed, where that can be what changes go to: a
 * copy of a part of a repository would be compared with itself. Throws GitRefused.
 */
export function defaultRef(folder: string): string {
  const refs = TRUNKS.map((trunk) => (trunk.includes('/') ? `refs/remotes/${trunk}` : `refs/heads/${trunk}`))
  const present = said(folder, ['for-each-ref', '--format=%(refname)', ...refs]).split('\n')
  const trunk = TRUNKS.find((_, index) => present.includes(refs[index] ?? ''))
  if (trunk !== undefined) return trunk
  const isDetached = said(folder, ['branch', '--show-current']) === ''
  if (!isDetached && said(folder, ['remote']) === '') return 'HEAD'
  const what = 'neither main nor origin/main is here: what is checked out would be compared with itself'
  throw new GitRefused(
    what,
    'git fetch --depth=1 origin main:refs/remotes/origin/main, or name a commit: --against git:REF',
  )
}

function said(folder: string, args: readonly string[]): string {
  return git(folder, args).toString().trim()
}

/** Each object is `<hash> <type> <size>\n`, its bytes, and a line end. */
function readObjects(output: Buffer): readonly string[] {
  const texts: string[] = []
  let at = 0
  while (at < output.length) {
    const end = output.indexOf('\n', at)
    const size = Number(output.subarray(at, end).toString().split(' ')[2])
    texts.push(output.subarray(end + 1, end + 1 + size).toString())
    at = end + size + 2
  }
  return texts
}

/** Runs git in the folder. Throws GitRefused. */
export function git(folder: string, args: readonly string[], input = ''): Buffer {
  try {
    return execFileSync('git', args, { cwd: folder, input, stdio: 'pipe', maxBuffer: 256 * 1024 * 1024 })
  } catch (cause) {
    const errors = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    const why = errors.split('\n')[0] || (cause instanceof Error ? cause.message : String(cause))
    // It does not read a repository of another user, as a container meets it in a folder that was mounted.
    const foreign = /dubious ownership in repository at '(.*)'/.exec(errors)?.[1]
    const next = foreign === undefined ? null : `git config --global --add safe.directory '${foreign}'`
    throw new GitRefused(`git ${args.slice(0, 2).join(' ')}: ${why}`, next, { cause })
  }
}
