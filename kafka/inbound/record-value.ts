/** What the value of a record says: JSON, or Avro where its topic takes that. */
import { DecodeError, EncodeError } from '../../schemas/codec-errors.ts'
import { defectOf, type InboundRecord, type RecordFault } from './inbound-record.ts'

export type ReadValue = { readonly value: unknown } | { readonly fault: RecordFault }

/** A framed message. Throws a DecodeError when it is none that it can read. */
export type ReadAvro = (message: Buffer) => unknown

/** As the API bounds a body. */
export const MAX_VALUE_BYTES = 65_536
const MAX_HEADERS = 100

/** Of a record within its bounds. `readAvro`: null where its topic takes JSON alone. */
export function valueOf({ value, headers }: InboundRecord, readAvro: ReadAvro | null): ReadValue {
  if (value === null) {
    return { fault: { class: 'no-value', message: 'the record has no value, and a record cannot delete an order' } }
  }
  const size = value.length
  if (size === 0) return { fault: { class: 'empty-value', message: 'the value is empty' } }
  if (size > MAX_VALUE_BYTES) return tooLarge(`the value has ${String(size)} bytes`, MAX_VALUE_BYTES)
  if (headers.length > MAX_HEADERS) return tooLarge(`the record has ${String(headers.length)} headers`, MAX_HEADERS)
  return readValue(value, readAvro)
}

/** Passes over a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

export function readValue(value: Buffer, readAvro: ReadAvro | null): ReadValue {
  // No JSON begins with a zero byte, and every framed message does.
  if (value[0] === 0 && readAvro !== null) {
    try {
      return { value: readAvro(value) }
    } catch (error) {
      return { fault: error instanceof DecodeError ? { class: error.code, message: error.message } : faultOf(error) }
    }
  }
  try {
    return { value: JSON.parse(utf8.decode(value)) }
  } catch (error) {
    // A TypeError is the decoder's.
    const what = error instanceof TypeError ? 'UTF-8' : 'JSON'
    const message = `the value is ${readAvro === null ? '' : 'not framed Avro and '}not ${what}`
    return { fault: { class: 'invalid-json', message } }
  }
}

/** Why a command cannot be executed, no matter who sends it. */
export function faultOf(error: unknown): RecordFault {
  return error instanceof EncodeError ? { class: 'unencodable', message: error.message } : defectOf(error)
}

function tooLarge(what: string, most: number): ReadValue {
  return { fault: { class: 'too-large', message: `${what}, more than the limit of ${String(most)}` } }
}
