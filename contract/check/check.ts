/**
 * Whether the schemas of a folder may go out: complete, and without a service or a registry. Everything that is wrong is
 * reported at once; one file that cannot be read does not hide what is wrong with the others.
 */
import { existsSync, readFileSync } from 'node:fs'
import { goldenPath, staleGenerated } from '../authoring/codegen.ts'
import { samplesOf, writtenSamples, type Sample, type WrittenSamples } from '../authoring/golden-samples.ts'
import { inOrder, type Finding } from '../finding.ts'
import { readRetirements, RETIRED } from '../authoring/retired.ts'
import { schemaTexts, schemaTree, SchemaRuleError, textOf, type SchemaFile } from '../authoring/schema-files.ts'
import { parseJson } from '../authoring/schema-file-faults.ts'
import { lockBreaches, parseLock } from '../authoring/schema-lock.ts'
import { checkCompatibility } from './check-compatibility.ts'
import { checkGolden } from './check-golden.ts'
import { checkUpcasters, type UpcasterTable } from './check-upcasters.ts'
import { versionsByEvent } from '../diff/versions-by-event.ts'

export interface SchemaFolder {
  readonly folder: string
  /** What the folder's upcasters.ts holds, or why it cannot be read. */
  readonly upcasters: UpcasterTable | Finding
  readonly written?: WrittenSamples
}

const LOCK = 'schemas.lock'

export function check({ folder, upcasters, written = writtenSamples }: SchemaFolder): readonly Finding[] {
  const { files, faults } = schemaTree(schemaTexts(folder))
  const byEvent = versionsByEvent(files)
  const { retired, faults: misretired } = readRetirements(textOf(folder, RETIRED), new Set(byEvent.keys()))
  const newest = new Map(
    [...byEvent].flatMap(([event, versions]) => versions.slice(-1).map((file): [string, SchemaFile] => [event, file])),
  )
  const samples = new Map(
    [...byEvent].map(([event, versions]) => [event, samplesOf(event, versions, written)] as const),
  )
  const findings = [
    ...faults,
    ...(isFinding(upcasters) ? [upcasters] : []),
    ...misretired,
    ...[...byEvent].flatMap(([event, versions]) => checkVersions(folder, versions, samples.get(event) ?? [])),
    ...checkLock(folder, files),
    ...(isFinding(upcasters) ? [] : checkUpcasters({ retired, newest, upcasters, samples })),
  ]
  return inOrder([...findings, ...checkGenerated(folder, written, findings)])
}

/** Bytes are looked at when the schemas read each other: else the same would be said twice. */
function checkVersions(
  folder: string,
  versions: readonly SchemaFile[],
  samples: readonly Sample[],
): readonly Finding[] {
  const incompatible = checkCompatibility(versions)
  if (incompatible.some(({ code }) => code !== 'M001')) return incompatible
  return [...incompatible, ...checkGolden(folder, versions, samples)]
}

function checkLock(folder: string, files: readonly SchemaFile[]): readonly Finding[] {
  const text = textOf(folder, LOCK)
  const json = parseJson(LOCK, text ?? '{}')
  if (!json.ok) return [json.fault]
  const sealed = files.map((file) => ({ ...file, golden: goldenOf(folder, file) }))
  return lockBreaches(sealed, parseLock(text)).map(({ event, version, what, message }) => {
    const schema = `${event}/v${version}.avsc`
    const file = what === 'golden' ? goldenPath('', { event, version }) : schema
    const next = `run git checkout main -- schemas/${file}; if a merge dropped it, keep the one of main and give yours the next number`
    return { code: what === 'removed' ? 'C005' : 'C004', file, path: '', message, next }
  })
}

/** What cannot be generated from files with faults is not worth telling beside them. */
function checkGenerated(folder: string, written: WrittenSamples, findings: readonly Finding[]): readonly Finding[] {
  const next = 'orderledger schemas codegen'
  try {
    return staleGenerated(folder, written).map((file) => ({
      code: 'C006',
      file,
      path: '',
      message: 'it does not match the schema files',
      next,
    }))
  } catch (error) {
    if (!(error instanceof SchemaRuleError)) throw error
    return findings.length > 0 ? [] : [{ code: 'C007', file: 'events.ts', path: '', message: error.message, next }]
  }
}

/** A table's keys are names of events, and begin with a capital. */
function isFinding(table: UpcasterTable | Finding): table is Finding {
  return typeof table['code'] === 'string'
}

function goldenOf(folder: string, file: SchemaFile): Buffer | null {
  const path = goldenPath(folder, file)
  return existsSync(path) ? readFileSync(path) : null
}
