/**
 * The tables that people write beside the schema files, from the folder that a command works on: not those that this
 * program was built with, because a new version adds to them.
 */
import { join } from 'node:path'
import { build } from 'esbuild'
import { StartFailure } from '../../app/start-failure.ts'
import type { GoldenSamples } from '../../contract/authoring/codegen.ts'
import type { UpcasterTable } from '../../contract/check/check-upcasters.ts'
import type { Finding } from '../../contract/finding.ts'
import { CONFLICT_LEFT, hasConflict } from '../../contract/authoring/schema-file-faults.ts'
import { textOf } from '../../contract/authoring/schema-files.ts'

/** Rejects with TableUnloadable. */
export async function loadSamples(folder: string): Promise<GoldenSamples> {
  return (await loadTable(folder, 'golden-samples.ts', 'goldenSamples')) as GoldenSamples
}

/** Rejects with TableUnloadable. */
export function loadUpcasters(folder: string): Promise<UpcasterTable> {
  return loadTable(folder, 'upcasters.ts', 'upcasters')
}

/** The file is missing, in conflict, no TypeScript, or without its table. */
export class TableUnloadable extends StartFailure {
  /** For those who look for all that is wrong, and do not stop here. */
  readonly finding: Finding

  constructor(folder: string, file: string, what: string, cause?: unknown) {
    const next = `correct schemas/${file}, or name another folder with --folder`
    const tried = `to load ${join(folder, file)}`
    super({ code: 'schema-table-unloadable', exitCode: 1, what: `${file}: ${what}`, tried, next }, { cause })
    this.finding = { code: 'F001', file, path: '', message: what, next: `correct schemas/${file}` }
  }
}

async function loadTable(folder: string, file: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const text = textOf(folder, file)
  if (text === null) throw new TableUnloadable(folder, file, 'it is missing')
  if (hasConflict(text)) throw new TableUnloadable(folder, file, CONFLICT_LEFT)
  let module: Readonly<Record<string, unknown>>
  try {
    module = await load(join(folder, file))
  } catch (cause) {
    throw new TableUnloadable(folder, file, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const table = module[name]
  if (typeof table === 'object' && table !== null) return table as Readonly<Record<string, unknown>>
  throw new TableUnloadable(folder, file, `it exports no table ${name}`)
}

/** Bundled into one text, so that it loads from anywhere; a text that was changed is another module. */
async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  return (await import(`data:text/javascript;base64,${source}`)) as Readonly<Record<string, unknown>>
}
