/** Which defaults a type may have. The rules are those of Java's Avro 1.12, the laxest that readers can live with. */
import { isArray, isNumber, isObject, type Json } from './parse-json.ts'
import type { ParsedField, ParsedRecord, ParsedSchema } from './parsed-schema.ts'

const INTEGER = /^-?\d+$/
const INT_END = 2n ** 31n
const LONG_END = 2n ** 63n
/** Longer than any long: not worth counting. */
const LONG_DIGITS = 20
/** What Java's Double.parseDouble takes; it trims what is not above a space. */
const JAVA_DOUBLE =
  /^[\0- ]*[+-]?(?:NaN|Infinity|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|0[xX](?:[\da-fA-F]+\.?|[\da-fA-F]*\.[\da-fA-F]+)[pP][+-]?\d+)[fFdD]?)[\0- ]*$/

export interface DefaultCheck {
  /** Throws when they are not all known yet: a record cannot be the default of a field of its own. */
  readonly fieldsOf: (record: ParsedRecord) => readonly ParsedField[]
  /** Called at each step; throws when there are too many: a value may be tried on many branches at every level. */
  readonly step: () => void
}

/** Whether the value may be the default of a field of this type. Of a union any branch will do. */
export function isDefault(value: Json, type: ParsedSchema, check: DefaultCheck): boolean {
  // Numbers that JSON cannot write are given as text, but only for the whole field.
  if ((type.type === 'float' || type.type === 'double') && typeof value === 'string') return JAVA_DOUBLE.test(value)
  return isValue(value, type, check)
}

function isValue(value: Json, type: ParsedSchema, check: DefaultCheck): boolean {
  check.step()
  switch (type.type) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return isInteger(value, INT_END)
    case 'long':
      return isInteger(value, LONG_END)
    case 'float':
    case 'double':
      return isNumber(value)
    case 'string':
    case 'bytes':
    case 'enum':
    case 'fixed':
      return typeof value === 'string'
    case 'array':
      return isArray(value) && value.every((item) => isValue(item, type.items, check))
    case 'map':
      return isObject(value) && [...value.values()].every((entry) => isValue(entry, type.values, check))
    case 'union':
      return type.branches.some((branch) => isValue(value, branch, check))
    case 'record':
      return isRecordValue(value, type, check)
  }
}

/** A field that is left out needs a default; that one was checked with the field. */
function isRecordValue(value: Json, type: ParsedRecord, check: DefaultCheck): boolean {
  if (!isObject(value)) return false
  return check.fieldsOf(type).every((field) => {
    const given = value.get(field.name)
    check.step()
    return given === undefined ? field.default !== null : isValue(given, field.type, check)
  })
}

function isInteger(value: Json, end: bigint): boolean {
  if (!isNumber(value) || !INTEGER.test(value.literal) || value.literal.length > LONG_DIGITS) return false
  const integer = BigInt(value.literal)
  return integer >= -end && integer < end
}
