/** The files of this checkout: what is committed or will be, without what is made from it. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** As .gitignore has it. */
const MADE = /^(node_modules|dist|coverage|\.orderledger|\.git|\.env)$|\.log$/

/** By their paths from the root, in order. */
export function sourceFiles(folder = ROOT): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !MADE.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? sourceFiles(path) : [relative(ROOT, path)]
    })
    .toSorted()
}
