/** What `retired.json` and `upcasters.ts` say once an event is replaced by another. */
import type { EventSchema, FieldSchema } from '../../schemas/avro-schema.ts'
import { SchemaRuleError } from './schema-files.ts'
import { formatSchema } from './format-schema.ts'

/** `text`: what the file holds, null where it is missing. */
export function addRetirement(text: string | null, event: string, by: string, reason: string): string {
  const retired = JSON.parse(text ?? '{}') as Record<string, unknown>
  return formatSchema({ ...retired, [event]: { by: [by], reason } })
}

const TABLE = /(export const upcasters: Upcasters = \{)([\s\S]*?)(\n?\}\n)/

/**
 * The text of upcasters.ts with a line that carries over what both events have, in the order of the new one. What it
 * leaves out, the compiler asks for. Throws SchemaRuleError when the table is not found.
 */
export function addUpcaster(text: string, from: EventSchema, to: EventSchema): string {
  const carried = to.fields.filter(({ name }) => from.fields.some((field) => field.name === name))
  const fresh = to.fields.filter((field) => !carried.includes(field) && 'default' in field)
  const taken = carried.map(({ name }) => name).join(', ')
  const given = [`type: '${to.name}'`, ...carried.map(({ name }) => name), ...fresh.map(property)].join(', ')
  const line = `\n  ${from.name}: (${taken === '' ? '' : `{ ${taken} }`}) => [{ ${given} }],`
  if (!TABLE.test(text)) throw new SchemaRuleError('upcasters.ts has no line "export const upcasters: Upcasters = {"')
  return text.replace(TABLE, (_, head: string, entries: string) => `${head}${entries.trimEnd()}${line}\n}\n`)
}

function property({ name, ...field }: FieldSchema): string {
  const value = field.default
  return `${name}: ${typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value)}`
}
