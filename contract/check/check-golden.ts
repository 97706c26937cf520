/** Whether the bytes that each version once wrote still say what they said, in the newest type (law 9). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { avroType } from '../../schemas/avro-types.ts'
import { boundsWalk } from '../../schemas/bounds.ts'
import { goldenPath } from '../authoring/codegen.ts'
import { readAs, type Sample } from '../authoring/golden-samples.ts'
import type { Finding } from '../finding.ts'
import type { SchemaFile } from '../authoring/schema-files.ts'
import { unfit } from '../../schemas/unencodable-field.ts'

const SAMPLES = 'schemas/golden-samples.ts'

/** Findings of one event; its versions oldest first, all of them schemas that avsc reads. */
export function checkGolden(
  folder: string,
  versions: readonly SchemaFile[],
  samples: readonly Sample[],
): readonly Finding[] {
  const newest = versions.at(-1)
  if (newest === undefined) return []
  return versions.flatMap((writer, index) => {
    const file = goldenPath('', writer)
    const found = (message: string, next: string) => [{ code: 'C003', file, path: '', message, next }]
    const sample = samples[index] ?? {}
    if (!existsSync(join(folder, file))) {
      // That it is missing is reported as such; codegen writes it if it can.
      const fault = unfit(avroType(writer.schema), sample)
      return fault === null
        ? []
        : found(
            `the sample of ${writer.event} version ${writer.version} does not match the schema${fault}`,
            `correct it in ${SAMPLES}`,
          )
    }
    const event = decoded(newest, writer, readFileSync(join(folder, file)))
    if (event instanceof Error) {
      return found(
        `its bytes cannot be read in version ${newest.version}: ${event.message}`,
        `git checkout schemas/${file}`,
      )
    }
    const expected = readAs(newest.schema, sample)
    if (isDeepStrictEqual({ ...event }, expected)) return []
    const at = firstDifference(event, expected)
    const message = `in version ${newest.version} its bytes differ from its sample${at}`
    return found(message, `correct ${SAMPLES}: the log contains these bytes`)
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

function firstDifference(event: object, expected: Sample): string {
  const other = Object.entries(event).find(([name, value]) => !isDeepStrictEqual(expected[name], value))
  return other === undefined ? '' : `: ${other[0]} is ${JSON.stringify(other[1])} there`
}
