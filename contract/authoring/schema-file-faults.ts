/** Reads one schema file, and says everything that keeps it from being the record of an event. */
import type { EventSchema } from '../../schemas/avro-schema.ts'
import { parseSchema } from '../compatibility/parse-schema.ts'
import type { ParsedSchema } from '../compatibility/parsed-schema.ts'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import type { Finding } from '../finding.ts'

export interface ReadSchema {
  /** Null when nothing can be said about the rest. */
  readonly read: { readonly schema: EventSchema; readonly parsed: ParsedSchema } | null
  readonly faults: readonly Finding[]
}

export const NAMESPACE = 'orderledger'

const CONFLICT = /^(?:<{7}|={7}|>{7})(?: |$)/m

export const CONFLICT_LEFT = 'two people changed it at once, and the merge left conflict markers'

export function hasConflict(text: string): boolean {
  return CONFLICT.test(text)
}

/** `file` is its path in the folder of schemas, `event` the folder it lies in. Never throws. */
export function schemaFileFaults(event: string, file: string, text: string): ReadSchema {
  const json = parseJson(file, text)
  if (!json.ok) return { read: null, faults: [json.fault] }
  const fault = (code: string, path: string, message: string, next: string) => ({ code, file, path, message, next })
  const { value } = json
  if (!isRecord(value) || value.name !== event) {
    const message = `it must be a record named ${event}`
    const next = `write "type": "record", "name": "${event}"`
    return { read: null, faults: [fault('F003', 'name', message, next)] }
  }
  const faults: Finding[] = []
  const parsed = parse(text)
  if (parsed instanceof SchemaParseError) {
    const next = 'https://avro.apache.org/docs/1.12.0/specification/ has the types'
    return { read: null, faults: [fault('F006', parsed.path, `it is not a schema of Avro ${parsed.message}`, next)] }
  }
  if (value.namespace !== NAMESPACE) {
    faults.push(fault('S009', 'namespace', `its namespace must be ${NAMESPACE}`, `write "namespace": "${NAMESPACE}"`))
  }
  if (!/^[a-z]+$/.test(value.stream)) {
    const message = '"stream" must name the kind of its stream'
    faults.push(fault('F004', 'stream', message, 'write "stream": and the kind, such as "order"'))
  }
  for (const { name, doc } of value.fields) {
    // `type` is the discriminator of the union of events, so no field can have that name.
    if (name === 'type') faults.push(fault('F005', name, 'a field cannot be named type', 'give it another name'))
    if (!doc) faults.push(fault('S001', name, `field ${name} needs a doc`, 'add "doc" (meaning, unit, bounds)'))
  }
  return { read: { schema: value, parsed }, faults }
}

function parse(text: string): ParsedSchema | SchemaParseError {
  try {
    return parseSchema(text)
  } catch (error) {
    if (error instanceof SchemaParseError) return error
    throw error
  }
}

/** JSON that a person edits and git merges: a conflict left in it is named as such. */
export function parseJson(
  file: string,
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Finding } {
  const fault = (message: string, next: string): { readonly ok: false; readonly fault: Finding } => ({
    ok: false,
    fault: { code: 'F001', file, path: '', message, next },
  })
  if (hasConflict(text)) {
    return fault(
      CONFLICT_LEFT,
      file.endsWith('.avsc')
        ? 'keep one as this version, add the other as the next, then run orderledger schemas codegen'
        : `run git checkout --theirs schemas/${file}, then orderledger schemas codegen`,
    )
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    const next = text.startsWith('\ufeff') ? 'save it as UTF-8 without a byte order mark' : 'correct the file'
    return fault(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`, next)
  }
}

/** The one place where a parsed file becomes a schema: what Avro itself asks for is then left to Avro. */
function isRecord(value: unknown): value is EventSchema {
  if (typeof value !== 'object' || value === null) return false
  const { type, fields } = value as Partial<EventSchema>
  return type === 'record' && Array.isArray(fields)
}
