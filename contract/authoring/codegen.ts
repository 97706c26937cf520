/** Everything made from the schema files: schemas/events.ts, schemas/golden and schemas/schemas.lock. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { avroType } from '../../schemas/avro-types.ts'
import { eventsSource } from './events-source.ts'
import { goldenSamples } from '../../schemas/golden-samples.ts'
import { readRetirements, RETIRED, type Retirements } from './retired.ts'
import { readSchemaFiles, SchemaRuleError, textOf, type SchemaFile } from './schema-files.ts'
import { lockSource } from './schema-lock.ts'
import { unfit } from '../../schemas/unencodable-field.ts'

const SCHEMAS = join(import.meta.dirname, '../../schemas')
const EVENTS = 'events.ts'
const LOCK = 'schemas.lock'

/** Samples by event: version n stands at index n - 1. The schema files may be ahead of the types here, and of the table. */
export interface GoldenSamples {
  readonly [event: string]: readonly unknown[] | undefined
}

/** The content of events.ts. Throws SchemaRuleError. */
export function generate(folder = SCHEMAS): string {
  const files = readSchemaFiles(folder)
  return eventsSource(files, retirements(folder, files))
}

/** The content of schemas.lock: what is published and what is new. Throws SchemaRuleError when the former was changed. */
export function lock(folder = SCHEMAS, samples: GoldenSamples = goldenSamples): string {
  const files = readSchemaFiles(folder)
  return lockSource(
    files.map((file) => ({ ...file, golden: goldenBytes(folder, file, samples) })),
    textOf(folder, LOCK),
  )
}

/**
 * Brings all generated files up to date; what is up to date is not touched. Throws SchemaRuleError. The types come
 * first: a new version needs them for its sample.
 */
export function writeGenerated(folder = SCHEMAS, samples: GoldenSamples = goldenSamples): void {
  writeTypes(folder)
  const locked = lock(folder, samples)
  for (const file of readSchemaFiles(folder)) {
    const path = goldenPath(folder, file)
    if (existsSync(path)) continue
    const bytes = goldenBytes(folder, file, samples)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  writeIfOther(folder, LOCK, locked)
}

/** The types alone, which a sample needs before there can be the rest. True when they were out of date. */
export function writeTypes(folder = SCHEMAS): boolean {
  return writeIfOther(folder, EVENTS, generate(folder))
}

/** The generated files that `writeGenerated` would write, relative to the folder. Throws SchemaRuleError as it would. */
export function staleGenerated(folder = SCHEMAS, samples: GoldenSamples = goldenSamples): readonly string[] {
  const stale: string[] = []
  if (textOf(folder, EVENTS) !== generate(folder)) stale.push(EVENTS)
  for (const file of readSchemaFiles(folder)) {
    if (!existsSync(goldenPath(folder, file))) stale.push(goldenPath('', file))
  }
  if (textOf(folder, LOCK) !== lock(folder, samples)) stale.push(LOCK)
  return stale
}

/** Where the sample of a version is kept. */
export function goldenPath(folder: string, { event, version }: Pick<SchemaFile, 'event' | 'version'>): string {
  return join(folder, 'golden', event, `v${version}.bin`)
}

/** The sample as it was once written; for a version that has none yet, the one to write. */
function goldenBytes(folder: string, file: SchemaFile, samples: GoldenSamples): Buffer {
  const path = goldenPath(folder, file)
  if (existsSync(path)) return readFileSync(path)
  const sample = samples[file.event]?.[file.version - 1]
  if (sample) return encoded(file, sample)
  throw new SchemaRuleError(`${file.event} version ${file.version} needs a sample in golden-samples.ts`)
}

function encoded({ event, version, schema }: SchemaFile, sample: unknown): Buffer {
  try {
    const type = avroType(schema)
    const fault = unfit(type, sample)
    if (fault === null) return type.toBuffer(sample)
    throw new SchemaRuleError(`${event} version ${version}: its sample in golden-samples.ts does not fit${fault}`)
  } catch (cause) {
    if (cause instanceof SchemaRuleError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SchemaRuleError(`${event} version ${version} cannot be written: ${why}`, { cause })
  }
}

function retirements(folder: string, files: readonly SchemaFile[]): Retirements {
  const { retired, faults } = readRetirements(textOf(folder, RETIRED), new Set(files.map(({ event }) => event)))
  const [first] = faults
  if (first === undefined) return retired
  throw new SchemaRuleError(`${first.file}: ${first.path}: ${first.message}`)
}

function writeIfOther(folder: string, name: string, content: string): boolean {
  const other = textOf(folder, name) !== content
  if (other) writeFileSync(join(folder, name), content)
  return other
}
