/** Everything made from the schema files: schemas/events.ts, schemas/golden and schemas/schemas.lock. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { avroType } from '../../schemas/avro-types.ts'
import { eventsSource } from './events-source.ts'
import { samplesOf, writtenSamples, type Sample, type WrittenSamples } from './golden-samples.ts'
import { readRetirements, RETIRED, type Retirements } from './retired.ts'
import { readSchemaFiles, SchemaRuleError, textOf, type SchemaFile } from './schema-files.ts'
import { lockSource } from './schema-lock.ts'
import { versionsByEvent } from '../diff/versions-by-event.ts'
import { unfit } from '../../schemas/unencodable-field.ts'

const SCHEMAS = join(import.meta.dirname, '../../schemas')
const EVENTS = 'events.ts'
const LOCK = 'schemas.lock'

/** The content of events.ts. Throws SchemaRuleError. */
export function generate(folder = SCHEMAS): string {
  const files = readSchemaFiles(folder)
  return eventsSource(files, retirements(folder, files))
}

/** Brings all generated files up to date; what is up to date is not touched. Throws SchemaRuleError, having written nothing. */
export function writeGenerated(folder = SCHEMAS, written = writtenSamples): void {
  for (const [name, content] of outOfDate(folder, written)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

/** The generated files that `writeGenerated` would write, relative to the folder. Throws SchemaRuleError as it would. */
export function staleGenerated(folder = SCHEMAS, written = writtenSamples): readonly string[] {
  return outOfDate(folder, written).map(([name]) => name)
}

/** Where the sample of a version is kept. */
export function goldenPath(folder: string, { event, version }: Pick<SchemaFile, 'event' | 'version'>): string {
  return join(folder, 'golden', event, `v${version}.bin`)
}

type Generated = readonly [name: string, content: string | Buffer]

function outOfDate(folder: string, written: WrittenSamples): readonly Generated[] {
  const types = generate(folder)
  const sealed = [...versionsByEvent(readSchemaFiles(folder))].flatMap(([event, versions]) => {
    const samples = samplesOf(event, versions, written)
    return versions.map((file, index) => ({ ...file, golden: goldenBytes(folder, file, samples[index] ?? {}) }))
  })
  const goldens = sealed.map((file): Generated => [goldenPath('', file), file.golden])
  const all: readonly Generated[] = [[EVENTS, types], ...goldens, [LOCK, lockSource(sealed, textOf(folder, LOCK))]]
  return all.filter(([name, content]) =>
    typeof content === 'string' ? textOf(folder, name) !== content : !existsSync(join(folder, name)),
  )
}

/** The sample as it was once written; for a version that has none yet, the one to write. */
function goldenBytes(folder: string, file: SchemaFile, sample: Sample): Buffer {
  const path = goldenPath(folder, file)
  if (existsSync(path)) return readFileSync(path)
  const { event, version, schema } = file
  try {
    const type = avroType(schema)
    const fault = unfit(type, sample)
    if (fault === null) return type.toBuffer(sample)
    throw new SchemaRuleError(`the sample of ${event} version ${version} does not match the schema${fault}`)
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
