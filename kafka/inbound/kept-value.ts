/** What is kept of the value of a record that is parked: its bytes, without the keys that came in the clear. */
import { isObject } from '../../commands/request.ts'
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
  if ('fault' in read || !isObject(read.value)) return value
  const names = KEY_NAMES.filter((name) => Object.hasOwn(read.value as object, name))
  if (names.length === 0) return value
  try {
    return Buffer.from(JSON.stringify({ ...read.value, ...Object.fromEntries(names.map((name) => [name, undefined])) }))
  } catch {
    return value
  }
}
