/** Reads stored events with a schema that is not (or no longer) the one this program reads them with. */
import type avsc from 'avsc'
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { avroType } from '../../schemas/avro-types.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { HistoricEvent, HistoricType } from '../../schemas/events.ts'
import { SchemaRuleError } from '../authoring/schema-files.ts'
import { compareSchemas } from './compare-schemas.ts'

export type Reading =
  { readonly ok: true; readonly event: HistoricEvent } | { readonly ok: false; readonly fault: ReadingFault }

export interface ReadingFault {
  /** `lines[].quantity`; empty when it is not known where. */
  readonly path: string
  readonly message: string
}

/** `data` has been checked against the bounds of the version that wrote it. */
export type ProposedReader = (schemaVersion: number, data: Buffer) => Reading

type Resolution = { readonly resolver: avsc.Resolver } | { readonly fault: ReadingFault }

/** Compiles the reader and what it needs for each version. Throws SchemaRuleError for a schema that avsc cannot take. */
export function proposedReader(type: string, schema: EventSchema, written: readonly EventSchema[]): ProposedReader {
  const reader = typeOf(type, schema)
  const resolutions = written.map((writer) => resolution(reader, schema, writer))
  return (schemaVersion, data) => {
    const found = resolutions[schemaVersion - 1]
    if (found === undefined) return failed('', `${type} has no version ${schemaVersion} in this release`)
    if ('fault' in found) return { ok: false, fault: found.fault }
    try {
      const record: Record<string, unknown> = reader.fromBuffer(data, found.resolver)
      record['type'] = type
      // As much an event as the schema says: folds and projections show what they make of it.
      return { ok: true, event: record as unknown as HistoricEvent & { readonly type: HistoricType } }
    } catch (error) {
      return failed('', error instanceof Error ? error.message : String(error))
    }
  }
}

function typeOf(type: string, schema: EventSchema): avsc.Type {
  try {
    return avroType(schema)
  } catch (cause) {
    throw new SchemaRuleError(`${type}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function resolution(reader: avsc.Type, schema: EventSchema, writer: EventSchema): Resolution {
  try {
    return { resolver: reader.createResolver(avroType(writer)) }
  } catch (error) {
    const changes = compareSchemas(parseSchema(JSON.stringify(writer)), parseSchema(JSON.stringify(schema)))
    const breaking = changes.find(({ backward }) => !backward)
    if (breaking !== undefined) return { fault: { path: breaking.path, message: breaking.message } }
    return { fault: { path: '', message: error instanceof Error ? error.message : String(error) } }
  }
}

function failed(path: string, message: string): Reading {
  return { ok: false, fault: { path, message } }
}
