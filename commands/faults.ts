/** What is wrong with a value from outside, in words that can be sent back. */
import type { ErrorObject } from 'ajv'

export interface Fault {
  /** JSON pointer (RFC 6901) into the value; '' is all of it. */
  readonly pointer: string
  readonly message: string
}

/** What a validator found. */
export type Found = Pick<ErrorObject, 'instancePath' | 'params' | 'message' | 'keyword'>

export function faultsOf(found: readonly Found[]): readonly Fault[] {
  return found.map(({ instancePath, params, message, keyword }) => {
    const missing: unknown = Reflect.get(params, 'missingProperty')
    const unknown: unknown = Reflect.get(params, 'additionalProperty')
    const name = typeof missing === 'string' ? missing : typeof unknown === 'string' ? unknown : null
    const pointer = name === null ? instancePath : `${instancePath}/${escapePointer(name)}`
    return { pointer: printable(pointer), message: messageOf(keyword, message) }
  })
}

/** The first fault in one line. `part`: where the value stood, e.g. `body`. */
export function summaryOf(part: string, [first]: readonly Fault[]): string {
  return first ? `${part} ${first.pointer} ${first.message}`.replace(/ +/g, ' ') : 'invalid'
}

function messageOf(keyword: string, message: string | undefined): string {
  switch (keyword) {
    case 'required':
      return 'is missing'
    case 'additionalProperties':
      return 'is unknown'
    default:
      return message ?? 'is not valid'
  }
}

/** A name as a part of a JSON pointer (RFC 6901). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** What a client has sent comes back in pointers and messages: cut, and without what a terminal or a log would act on. */
export function printable(text: string): string {
  return text.slice(0, 200).replace(/[\p{Cc}\p{Cs}]/gu, '\u{FFFD}')
}
