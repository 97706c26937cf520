/** A newer release of this program, as a checkout of its own beside this one. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT, sourceFiles } from '../support/source-files.ts'

export interface Release {
  /** Its command line, for `startService` and `startCommand`. */
  readonly bin: string
  remove(): void
}

/** The sources as they stand here, with the version of a projection raised by one. */
export function nextRelease(projection: string): Release {
  const folder = mkdtempSync(join(tmpdir(), 'orderledger-release-'))
  chmodSync(folder, 0o755)
  for (const file of sourceFiles()) {
    if (/^(test|bench|docs)\//.test(file)) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(ROOT, file), join(folder, file))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const path = join(folder, 'projections/views', `${projection}.ts`)
  const source = readFileSync(path, 'utf8')
  const raised = source.replace(/^ {2}version: (\d+),$/m, (_, version: string) => `  version: ${Number(version) + 1},`)
  if (raised === source) throw new Error(`${path} states no version`)
  writeFileSync(path, raised)
  return {
    bin: join(folder, 'cli/orderledger.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
