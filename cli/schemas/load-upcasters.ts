/**
 * The upcasters that people write beside the schema files, from the folder that a command works on: not those that this
 * program was built with, because a retired event adds to them.
 */
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'
import type { UpcasterTable } from '../../contract/check/check-upcasters.ts'
import type { Finding } from '../../contract/finding.ts'
import { CONFLICT_LEFT, hasConflict } from '../../contract/authoring/schema-file-faults.ts'
import { textOf } from '../../contract/authoring/schema-files.ts'

const FILE = 'upcasters.ts'

/** The table, or what is wrong with the file: missing, in conflict, no TypeScript, or without its table. */
export async function loadUpcasters(folder: string): Promise<UpcasterTable | Finding> {
  const found = (message: string) => ({ code: 'F001', file: FILE, path: '', message, next: `correct schemas/${FILE}` })
  const text = textOf(folder, FILE)
  if (text === null) return found('it is missing')
  if (hasConflict(text)) return found(CONFLICT_LEFT)
  try {
    const { upcasters } = await load(join(folder, FILE))
    return typeof upcasters === 'object' && upcasters !== null
      ? (upcasters as UpcasterTable)
      : found('it exports no table upcasters')
  } catch (cause) {
    return found(cause instanceof Error ? cause.message : String(cause))
  }
}

/**
 * Bundled into one text, so that it loads from anywhere; a text that was changed is another module. Not by `build`, whose
 * process would live as long as this one.
 */
async function load(path: string): Promise<{ readonly upcasters?: unknown }> {
  const { outputFiles } = buildSync({
    entryPoints: [path],
    // By default the directory in which this program began, which may be gone.
    absWorkingDir: dirname(path),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  return (await import(`data:text/javascript;base64,${source}`)) as { readonly upcasters?: unknown }
}
