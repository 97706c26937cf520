/** What is kept of the value of a record that is parked: its bytes, without the keys that came in the clear. */
import { KEY_NAMES } from '../../domain/payments/payer-keys.ts'
import type { InboundRecord } from './inbound-record.ts'
import { readValue, type ReadAvro } from './record-value.ts'

export interface Keeping {
  /** Its values may have keys in the clear. */
  readonly hasKeys: boolean
  /** Beside JSON. */
  readonly takesAvro: boolean
}

/**
 * The bytes themselves where there is no key in them. Else JSON without them, also where it was Avro; what cannot be read,
 * or written again, stays as it is. Tried again, a letter asks for the same without its keys.
 */
export function keptValue(
  { value }: InboundRecord,
  { hasKeys, takesAvro }: Keeping,
  readAvro: ReadAvro,
): Buffer | null {
  if (!hasKeys || value === null || value.length === 0) return value
  const read = readValue(value, takesAvro ? readAvro : null)
  if ('fault' in read) return value
  const left = withoutKeys(read.value, mayName.test(value.toString('latin1')))
  if (left === read.value) return value
  try {
    return Buffer.from(JSON.stringify(left))
  } catch {
    return value
  }
}

const keyNames: ReadonlySet<string> = new Set(KEY_NAMES)
/** Deeper, nobody reads it: where it may have a key it goes, else its bytes stay as they came. */
const DEEPEST = 32
/** A name of a key, or an escape that may spell one. */
const mayName = new RegExp([...KEY_NAMES, String.raw`\\u`].join('|'), 'i')

/** The value itself where there is no key in it. What is no order may have orders in it, or names in another case. */
function withoutKeys(value: unknown, mayHaveKeys: boolean, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return mayHaveKeys ? null : value
  if (Array.isArray(value)) {
    const items = value.map((each: unknown) => withoutKeys(each, mayHaveKeys, depth + 1))
    return items.some((each, index) => each !== value[index]) ? items : value
  }
  const all = Object.entries(value)
  const left = all.flatMap(([name, each]: [string, unknown]) =>
    keyNames.has(name.toLowerCase()) ? [] : [[name, withoutKeys(each, mayHaveKeys, depth + 1)] as const],
  )
  const isSame = left.length === all.length && left.every(([, each], index) => each === all[index]?.[1])
  return isSame ? value : Object.fromEntries(left)
}
