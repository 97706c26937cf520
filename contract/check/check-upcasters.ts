/** Whether every retired event has an upcaster that gives events which can be written today, and nothing else. */
import { isDeepStrictEqual } from 'node:util'
import { avroType } from '../../schemas/avro-types.ts'
import { readAs, type Sample } from '../authoring/golden-samples.ts'
import type { Finding } from '../finding.ts'
import type { Retirements } from '../authoring/retired.ts'
import type { SchemaFile } from '../authoring/schema-files.ts'
import { unfit } from '../../schemas/unencodable-field.ts'

/** By retired event, as upcasters.ts holds them; what else they are is found out here. */
export type UpcasterTable = Readonly<Record<string, unknown>>

export interface UpcasterCheck {
  readonly retired: Retirements
  /** Of the events that have schema files, by name. */
  readonly newest: ReadonlyMap<string, SchemaFile>
  readonly upcasters: UpcasterTable
  /** One for each version of an event. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>
}

const FILE = 'upcasters.ts'

export function checkUpcasters(check: UpcasterCheck): readonly Finding[] {
  const idle = Object.keys(check.upcasters).filter((event) => !check.retired.has(event))
  return [
    ...idle.map((event) =>
      found(event, `${event} is not retired`, 'remove its upcaster, or add it to schemas/retired.json'),
    ),
    ...[...check.retired.keys()].flatMap((event) => checkOne(event, check)),
  ]
}

function checkOne(event: string, { retired, newest, upcasters, samples }: UpcasterCheck): readonly Finding[] {
  const by = retired.get(event)?.by ?? []
  const schema = newest.get(event)?.schema
  const stream = schema?.stream
  const foreign = by.find((name) => newest.get(name)?.schema.stream !== stream)
  if (foreign !== undefined) {
    const message = `${event} belongs to streams of ${String(stream)} and ${foreign} does not, but a stored event keeps its stream`
    return [found(event, message, 'name events of the same stream in schemas/retired.json')]
  }
  const upcaster = upcasters[event]
  if (typeof upcaster !== 'function') {
    return [found(event, `${event} is retired and has no upcaster`, `add ${event} to schemas/${FILE}`)]
  }
  return (samples.get(event) ?? []).flatMap((sample, index) => {
    const stored = { type: event, ...(schema === undefined ? sample : readAs(schema, sample)) }
    const why = fault(upcaster as (event: unknown) => unknown, stored, by, newest)
    const message = `the sample of ${event} version ${index + 1} ${why ?? ''}`
    return why === null ? [] : [found(event, message, `correct ${event} in schemas/${FILE}`)]
  })
}

function fault(
  upcaster: (event: unknown) => unknown,
  sample: unknown,
  by: readonly string[],
  newest: ReadonlyMap<string, SchemaFile>,
): string | null {
  let events: unknown
  try {
    events = upcaster(structuredClone(sample))
    if (!isDeepStrictEqual(upcaster(structuredClone(sample)), events)) return 'gives different events the second time'
  } catch (error) {
    return `makes it fail: ${error instanceof Error ? error.message : String(error)}`
  }
  if (!Array.isArray(events)) return 'does not give a list of events'
  for (const event of events as readonly { readonly type?: unknown }[]) {
    const type = String(event.type)
    const file = by.includes(type) ? newest.get(type) : undefined
    if (file === undefined) return `becomes a ${type}, which schemas/retired.json does not name`
    const unwritable = unfit(avroType(file.schema), event)
    if (unwritable !== null) return `becomes a ${type} that cannot be written${unwritable}`
  }
  return null
}

function found(path: string, message: string, next: string): Finding {
  return { code: 'C008', file: FILE, path, message, next }
}
