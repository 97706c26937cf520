/** What a database error means for an append: one table, so that every caller draws the same conclusion. */

/**
 * - `nothing-written`: the transaction did not happen; the same batch may be tried again.
 * - `refused`: something in the batch is acceptable neither to the database nor to the program; bisect to find which
 *   command.
 * - `unknown`: the connection was lost while the append or its commit was under way; look before trying again.
 * - `defect`: no retry can help.
 */
export type Verdict = 'nothing-written' | 'refused' | 'unknown' | 'defect'

/** `appending`: an append or its commit is under way; `reading`: whatever fails, nothing was written. */
export type Phase = 'reading' | 'appending'

const RULES: readonly { readonly prefix: string; readonly verdict: Verdict }[] = [
  { prefix: '57P01', verdict: 'unknown' }, // admin_shutdown: the backend was terminated
  { prefix: '57P02', verdict: 'unknown' }, // crash_shutdown
  { prefix: '57P05', verdict: 'unknown' }, // idle_session_timeout
  { prefix: '25P03', verdict: 'unknown' }, // idle_in_transaction_session_timeout: found out at the next statement
  { prefix: '25P04', verdict: 'unknown' }, // transaction_timeout, where somebody set one
  { prefix: '57P03', verdict: 'nothing-written' }, // cannot_connect_now: starting up or shutting down
  { prefix: '57014', verdict: 'nothing-written' }, // query_canceled: statement_timeout
  { prefix: '55P03', verdict: 'nothing-written' }, // lock_not_available: lock_timeout
  { prefix: '40', verdict: 'nothing-written' }, // deadlock, serialization failure
  { prefix: '53', verdict: 'nothing-written' }, // out of connections, memory, disk
  { prefix: '58', verdict: 'nothing-written' }, // I/O error outside the database
  { prefix: '25006', verdict: 'nothing-written' }, // read-only transaction: a standby, for now
  { prefix: '28', verdict: 'nothing-written' }, // not let in: a password that is being changed
  { prefix: '3D000', verdict: 'nothing-written' }, // no such database: one that is being restored
  { prefix: '08', verdict: 'unknown' }, // connection exceptions
  { prefix: '22', verdict: 'refused' }, // data exceptions
  { prefix: '23', verdict: 'refused' }, // constraint violations
]

export function verdictOf(error: unknown, phase: Phase): Verdict {
  const state = sqlState(error)
  if (phase === 'reading' && isFaultOfProgram(error)) return 'refused'
  const verdict =
    state === null ? 'unknown' : (RULES.find((rule) => state.startsWith(rule.prefix))?.verdict ?? 'defect')
  return verdict === 'unknown' && phase === 'reading' ? 'nothing-written' : verdict
}

/** A table that is not there: dropped meanwhile, or not made yet. */
export const UNDEFINED_TABLE = '42P01'

/** The SQLSTATE of an error from the server; null when the connection itself failed (ECONNRESET, time-out, ...). */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : null
}

/** Nothing was sent yet: such a fault comes from one command, and retrying would only keep the others waiting. */
function isFaultOfProgram(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}
