/** Finds out which field of an event does not fit its schema: avsc's writers say what, but not where. */
import avsc from 'avsc'

const SHOWN_CHARACTERS = 80
const MISSING = 'is missing, and has no default'

export interface FieldFault {
  /** Names of fields and numbers of entries, from the outermost record inwards. */
  readonly path: readonly string[]
  readonly message: string
}

/** `.lines.0.quantity: 1.5 is not an int` for the first field at fault, else what the writer said. */
export function unencodableField(type: avsc.Type, event: object, cause: unknown): string {
  const [first] = fieldFaults(type, event)
  return first === undefined ? `: ${String(cause)}` : `.${first.path.join('.')}: ${first.message}`
}

/** Every field that does not fit. `strict`, for what people have typed: fields that the type does not have are faults too. */
export function fieldFaults(
  type: avsc.Type,
  value: unknown,
  { strict = false }: { readonly strict?: boolean } = {},
): readonly FieldFault[] {
  const faults: FieldFault[] = []
  type.isValid(value, {
    noUndeclaredFields: strict,
    errorHook: (path, part, expected) => {
      const unknown = strict ? undeclared(part, expected) : []
      for (const name of unknown) faults.push({ path: [...path, name], message: 'is unknown' })
      if (unknown.length > 0) return
      const missing = strict && part === undefined
      faults.push({ path, message: missing ? MISSING : `${shown(part)} is not ${described(expected)}` })
    },
  })
  return faults
}

/** avsc names the record that has a field too many, and not the field. */
function undeclared(value: unknown, expected: avsc.Type): readonly string[] {
  if (typeof value !== 'object' || value === null || !(expected instanceof avsc.types.RecordType)) return []
  const known = new Set(expected.fields.map(({ name }) => name))
  return Object.keys(value).filter((name) => !known.has(name))
}

/** Null when the value can be written with the type. */
export function unfit(type: avsc.Type, value: unknown): string | null {
  return type.isValid(value) ? null : unencodableField(type, Object(value) as object, 'it is not a record')
}

function shown(value: unknown): string {
  const text = textOf(value)
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text
}

/** Not `String` of an object: one from outside may have a `toString` that is no function. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
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
