/** Writes a schema as all schema files are written, so that a new version differs from the last in what was changed. */

const WIDTH = 120
const INDENT = '  '

/** The text of a schema file, with the line end of the last line. */
export function formatSchema(schema: object): string {
  return `${format(schema, '')}\n`
}

/** Objects one property a line; arrays on one line when they hold plain values and fit. */
function format(value: unknown, indent: string): string {
  const deeper = indent + INDENT
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    const plain = value.every((item) => typeof item !== 'object' || item === null)
    if (value.length === 0 || (plain && indent.length + line.length <= WIDTH)) return line
    return `[\n${value.map((item) => deeper + format(item, deeper)).join(',\n')}\n${indent}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  const lines = entries.map(([name, inner]) => `${deeper}${JSON.stringify(name)}: ${format(inner, deeper)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}
