/** Why a text is not an Avro schema. Trying again never helps. */
export class SchemaParseError extends Error {
  readonly code = 'invalid-schema'
  readonly retriable = false
  override readonly name = 'SchemaParseError'
  /** A JSON pointer to the part at fault; empty for the whole. */
  readonly path: string
  readonly what: string

  constructor(path: string, what: string) {
    super(`at ${path === '' ? '/' : path}: ${what}`)
    this.path = path
    this.what = what
  }
}
