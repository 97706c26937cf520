/**
 * - `dump-exists`: there is something where the dump would be written.
 * - `foreign-dump`: what should be restored is no dump of a known format.
 * - `damaged-dump`: its files are not what its manifest says.
 * - `log-not-empty`: the database has a log already.
 */
export type DumpFailureCode = 'dump-exists' | 'foreign-dump' | 'damaged-dump' | 'log-not-empty'

export class DumpFailure extends Error {
  readonly code: DumpFailureCode
  readonly retriable = false

  constructor(code: DumpFailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DumpFailure'
    this.code = code
  }
}
