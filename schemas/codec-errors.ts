/** Why an event could not be turned into bytes, or bytes into an event. Trying again never helps. */

/** The event does not fit its schema. The message names the first field at fault and its value. */
export class EncodeError extends Error {
  readonly code = 'unencodable-event'
  readonly retriable = false
  override readonly name = 'EncodeError'
}

export type DecodeErrorCode =
  | 'unknown-event-type'
  | 'unknown-schema-version'
  | 'undecodable-event'
  | 'undecodable-command'
  // Of a message: it has no header, the id of no schema of ours, or that of an event that does not belong there.
  | 'unframed-message'
  | 'unknown-schema-id'
  | 'unexpected-event'

/** The bytes are not an event of the type and version they claim, or this program knows no such type or version. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode
  readonly retriable = false
  override readonly name = 'DecodeError'

  constructor(code: DecodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
