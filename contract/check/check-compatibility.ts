/** Whether all versions of an event read each other: by the rules of registries, by the reader we use, and in meaning. */
import type avsc from 'avsc'
import { avroType } from '../../schemas/avro-types.ts'
import { breaches } from '../compatibility/levels.ts'
import type { Finding } from '../finding.ts'
import type { SchemaFile } from '../authoring/schema-files.ts'
import { compareSchemas } from '../diff/compare-schemas.ts'
import { EVENT_LEVEL } from '../subject.ts'

const NEXT =
  'give the new version a default there, or make the change as a new event: orderledger schemas new --breaking'

/** Findings of one event; its versions oldest first. */
export function checkCompatibility(versions: readonly SchemaFile[]): readonly Finding[] {
  const types = new Map(versions.map((file) => [file, typeOf(file)]))
  const told = new Set<string>()
  return versions.flatMap((file, index) => {
    const earlier = versions.slice(0, index)
    const type = types.get(file)
    const own = type === undefined || typeof type === 'string' ? [unreadable(file, type ?? '')] : []
    return [...own, ...byRules(file, earlier), ...byReaders(file, earlier, types), ...byMeaning(file, earlier, told)]
  })
}

function byRules(file: SchemaFile, earlier: readonly SchemaFile[]): readonly Finding[] {
  const found = breaches(
    EVENT_LEVEL,
    file.parsed,
    earlier.map(({ parsed }) => parsed),
  )
  return found.map(({ type, path, message, version, direction }) => {
    const other = earlier[version - 1]?.version ?? version
    const [reader, writer] = direction === 'backward' ? [file.version, other] : [other, file.version]
    const said = `version ${reader} cannot read version ${writer}: ${type}: ${message}`
    return { code: 'C001', file: file.file, path, message: said, next: NEXT }
  })
}

/** The rules and our reader differ in a few cases; an event that only one of them reads cannot be relied upon. */
function byReaders(
  file: SchemaFile,
  earlier: readonly SchemaFile[],
  types: ReadonlyMap<SchemaFile, avsc.Type | string>,
): readonly Finding[] {
  return earlier.flatMap((other) =>
    [
      { reader: file, writer: other },
      { reader: other, writer: file },
    ].flatMap(({ reader, writer }) => {
      if (breaches('BACKWARD', reader.parsed, [writer.parsed]).length > 0) return []
      const why = resolves(types.get(reader), types.get(writer))
      if (why === null) return []
      const message = `version ${reader.version} cannot read version ${writer.version}, although the rules allow it: ${why}`
      return [{ code: 'C002', file: file.file, path: '', message, next: NEXT }]
    }),
  )
}

/** A change of meaning is reported once, at the version that made it. */
function byMeaning(file: SchemaFile, earlier: readonly SchemaFile[], told: Set<string>): readonly Finding[] {
  return earlier.toReversed().flatMap((other) =>
    compareSchemas(other.parsed, file.parsed).flatMap(({ path, message, meaning }) => {
      const key = `${path} ${message}`
      if (!meaning || told.has(key)) return []
      told.add(key)
      const next = 'restore the field and add another field with a new name'
      return [{ code: 'M001', file: file.file, path, message: `since version ${other.version} ${message}`, next }]
    }),
  )
}

function unreadable(file: SchemaFile, why: string): Finding {
  const message = `our reader cannot read it: ${why}`
  return { code: 'C002', file: file.file, path: '', message, next: 'correct the schema' }
}

/** What avsc makes of a schema, or why it makes nothing of it: it refuses some that Avro allows. */
function typeOf({ schema }: SchemaFile): avsc.Type | string {
  try {
    return avroType(schema)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function resolves(reader: avsc.Type | string | undefined, writer: avsc.Type | string | undefined): string | null {
  if (reader === undefined || writer === undefined || typeof reader === 'string' || typeof writer === 'string') {
    return null // told already
  }
  try {
    reader.createResolver(writer)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
