/** The schema files as a commit has them, read from git without touching the working tree. */
import { execFileSync } from 'node:child_process'
import { isSchemaPath, type SchemaTexts } from './schema-files.ts'

/** Git is missing, the folder is not in a repository, or it knows no such commit. */
export class GitRefused extends Error {
  readonly code = 'git-refused'
  readonly retriable = false
  override readonly name = 'GitRefused'
}

/** The texts below the folder at a branch, tag or commit. Throws GitRefused. */
export function gitTexts(folder: string, ref: string): SchemaTexts {
  // A ref that looks like an option would be one.
  if (ref.startsWith('-')) throw new GitRefused(`${ref} is not the name of a commit`)
  // Paths come relative to the folder, and are asked for so: ./ is git's sign for that.
  const listed = git(folder, ['ls-tree', '-r', '-z', '--name-only', ref, '--', '.']).toString()
  const paths = listed.split('\0').filter(isSchemaPath)
  const request = paths.map((path) => `${ref}:./${path}\n`).join('')
  const objects = git(folder, ['cat-file', '--batch'], request)
  return new Map(readObjects(objects).map((text, index) => [paths[index] ?? '', text]))
}

/** `main` where there is one, else what was last committed. Throws GitRefused. */
export function defaultRef(folder: string): string {
  try {
    git(folder, ['rev-parse', '--verify', '--quiet', 'main^{commit}'])
    return 'main'
  } catch (error) {
    if (!(error instanceof GitRefused)) throw error
    return 'HEAD'
  }
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
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    const why = said.split('\n')[0] || (cause instanceof Error ? cause.message : String(cause))
    throw new GitRefused(`git ${args.slice(0, 2).join(' ')}: ${why}`, { cause })
  }
}
