/** One event as the programs of any two releases would write and read it: for people who look at bytes, not for the log. */
import type avsc from 'avsc'
import { avroType } from './avro-types.ts'
import { DecodeError } from './codec-errors.ts'
import { eventSchemas, type HistoricType } from './events.ts'
import { fieldFaults, type FieldFault } from './unencodable-field.ts'

export type VersionBytes =
  | { readonly fits: true; readonly data: Buffer }
  /** At least one; those within a record that has a field too many are not looked for. */
  | { readonly fits: false; readonly faults: readonly FieldFault[] }

export interface ReaderAndWriter {
  readonly reader: number
  readonly writer: number
}

/** Compiled as somebody first looks: the codec needs only the newest. */
const types = new Map<string, avsc.Type>()
const resolvers = new Map<string, avsc.Resolver>()

/**
 * The Avro body of an event as one version writes it. The event may be anything from outside. A field that is not given
 * has its default; one that the version does not have is a fault.
 */
export function versionBytes(type: HistoricType, version: number, event: unknown): VersionBytes {
  const writer = typeOf(type, version)
  try {
    const faults = fieldFaults(writer, event, { strict: true })
    return faults.length > 0 ? { fits: false, faults } : { fits: true, data: writer.toBuffer(event) }
  } catch {
    // Of objects that cannot even be compared with a number, because of properties named as their methods.
    return { fits: false, faults: [{ path: [], message: 'has an object where a plain value is expected' }] }
  }
}

/** What a reader with one version makes of what another has written. Throws DecodeError. For bytes of `versionBytes`. */
export function readByVersion(type: HistoricType, { reader, writer }: ReaderAndWriter, data: Buffer): object {
  try {
    const read: unknown = typeOf(type, reader).fromBuffer(data, resolverOf(type, { reader, writer }))
    return Object(read)
  } catch (cause) {
    throw new DecodeError('undecodable-event', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function typeOf(type: HistoricType, version: number): avsc.Type {
  const key = `${type} ${String(version)}`
  const known = types.get(key)
  if (known !== undefined) return known
  const schema = eventSchemas[type].versions[version - 1]
  if (schema === undefined) throw new RangeError(`${type} has no version ${String(version)}`)
  const made = avroType(schema)
  types.set(key, made)
  return made
}

function resolverOf(type: HistoricType, { reader, writer }: ReaderAndWriter): avsc.Resolver {
  const key = `${type} ${String(reader)} ${String(writer)}`
  const known = resolvers.get(key)
  if (known !== undefined) return known
  const made = typeOf(type, reader).createResolver(typeOf(type, writer))
  resolvers.set(key, made)
  return made
}
