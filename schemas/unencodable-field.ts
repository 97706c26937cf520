/** Finds out which field of an event does not fit its schema: avsc's writers say what, but not where. */
import type avsc from 'avsc'

const SHOWN_CHARACTERS = 80

/** `.lines.0.quantity: 1.5 is not an int` for the first field at fault, else what the writer said. */
export function unencodableField(type: avsc.Type, event: object, cause: unknown): string {
  const faults: string[] = []
  type.isValid(event, {
    errorHook: (path, value, expected) =>
      faults.push(`.${path.join('.')}: ${shown(value)} is not ${described(expected)}`),
  })
  return faults[0] ?? `: ${String(cause)}`
}

/** Null when the value can be written with the type. */
export function unfit(type: avsc.Type, value: unknown): string | null {
  return type.isValid(value) ? null : unencodableField(type, Object(value) as object, 'it is no record')
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? 'an array' : String(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text
}

function described(type: avsc.Type): string {
  if ('symbols' in type && Array.isArray(type.symbols)) return `one of ${type.symbols.join(', ')}`
  if ('types' in type && Array.isArray(type.types)) return type.types.map(described).join(' or ')
  if (type.typeName === 'long') return 'a whole number within 2^53'
  if (type.typeName === 'string') return 'a well-formed string'
  if (type.typeName === 'null') return 'null'
  const name = type.branchName?.split('.').at(-1) ?? type.typeName
  return /^[aeiou]/i.test(name) ? `an ${name}` : `a ${name}`
}
