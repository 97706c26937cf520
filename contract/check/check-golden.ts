/** Whether the bytes that each version once wrote still say what they said, in the newest type (law 9). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { avroType } from '../../schemas/avro-types.ts'
import { boundsWalk } from '../../schemas/bounds.ts'
import { goldenPath, type GoldenSamples } from '../authoring/codegen.ts'
import type { Finding } from '../finding.ts'
import type { SchemaFile } from '../authoring/schema-files.ts'
import { unfit } from '../../schemas/unencodable-field.ts'

const SAMPLES = 'golden-samples.ts'

/** Findings of one event; its versions oldest first, all of them schemas that avsc reads. */
export function checkGolden(
  folder: string,
  versions: readonly SchemaFile[],
  samples: GoldenSamples,
): readonly Finding[] {
  const newest = versions.at(-1)
  if (newest === undefined) return []
  return versions.flatMap((writer) => {
    const file = goldenPath('', writer)
    const found = (message: string, next: string) => [{ code: 'C003', file, path: '', message, next }]
    const sample = samples[writer.event]?.[writer.version - 1]
    const named = `${writer.event} version ${writer.version}`
    if (sample === undefined) {
      return found(
        `${named} needs a sample in ${SAMPLES}`,
        `add it to schemas/${SAMPLES}, then orderledger schemas codegen`,
      )
    }
    if (!existsSync(join(folder, file))) {
      // That it is missing is told as such; codegen writes it if it can.
      const fault = unfit(avroType(writer.schema), sample)
      return fault === null
        ? []
        : found(`the sample of ${named} does not fit${fault}`, `correct it in schemas/${SAMPLES}`)
    }
    const event = decoded(newest, writer, readFileSync(join(folder, file)))
    if (event instanceof Error) {
      return found(
        `its bytes cannot be read in version ${newest.version}: ${event.message}`,
        `git checkout schemas/${file}`,
      )
    }
    if (isDeepStrictEqual({ ...event, type: writer.event }, sample)) return []
    const at = firstDifference(event, sample)
    const message = `in version ${newest.version} its bytes say something else than the sample in ${SAMPLES}${at}`
    return found(message, `correct the sample in schemas/${SAMPLES}: what the bytes say is what the log says`)
  })
}

/** Throws when the versions do not read each other, which is looked for first. */
function decoded(newest: SchemaFile, writer: SchemaFile, bytes: Buffer): object | Error {
  const breach = boundsWalk(writer.schema)(bytes)
  if (breach) return new Error(`${breach.path.join('.')}: ${breach.reason} at byte ${breach.offset}`)
  const type = avroType(newest.schema)
  try {
    return type.fromBuffer(bytes, type.createResolver(avroType(writer.schema))) as object
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function firstDifference(event: object, sample: unknown): string {
  const said = new Map(Object.entries(event))
  const meant = Object.entries(Object(sample) as object).filter(([name]) => name !== 'type')
  const other = meant.find(([name, value]) => !isDeepStrictEqual(said.get(name), value))
  const name = other?.[0] ?? [...said.keys()].find((key) => !meant.some(([known]) => known === key))
  return name === undefined ? '' : `: ${name} is ${JSON.stringify(said.get(name))} there`
}
