/**
 * The tables that people write beside the schema files, from the folder that a command works on: not those that this
 * program was built with, because a new version adds to them.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { StartFailure } from '../../app/start-failure.ts'
import type { GoldenSamples } from '../../schemas/codegen.ts'
import type { UpcasterTable } from '../../schemas/evolution/check-upcasters.ts'

export async function loadSamples(folder: string): Promise<GoldenSamples> {
  return (await loadTable(folder, 'golden-samples.ts', 'goldenSamples')) as GoldenSamples
}

export async function loadUpcasters(folder: string): Promise<UpcasterTable> {
  return await loadTable(folder, 'upcasters.ts', 'upcasters')
}

/** Throws StartFailure when the file does not load, or exports no such table. */
async function loadTable(folder: string, file: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, file)
  if (!existsSync(path)) throw unloadable(path, `${path} is missing`)
  const module = await load(path)
  const table = module[name]
  if (typeof table === 'object' && table !== null) return table as Readonly<Record<string, unknown>>
  throw unloadable(path, `${path} exports no table ${name}`)
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
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
  } catch (cause) {
    throw unloadable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function unloadable(path: string, what: string, cause?: unknown): StartFailure {
  const next = `correct ${path}, or name another folder with --folder`
  return new StartFailure(
    { code: 'schema-table-unloadable', exitCode: 1, what, tried: `to load ${path}`, next },
    { cause },
  )
}
