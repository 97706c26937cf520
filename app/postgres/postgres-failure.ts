/** Turns what Postgres printed before it gave up into a failure that says what to do. */
import { freeSpace, makeWritable, StartFailure } from '../start-failure.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { firstUnreachable } from './unreachable.ts'

export interface Attempt {
  /** What was tried, for the reader. */
  readonly tried: string
  readonly output: string
  readonly directory: string
  readonly binaries: Binaries
  readonly account: Account | null
}

/** `port-taken` and `still-stopping` pass by themselves or with another port: the caller tries again. */
export function postgresFailure(attempt: Attempt): StartFailure {
  const { output, tried, directory } = attempt
  const fail = (code: string, next: string, what = tellingLine(output)): StartFailure =>
    new StartFailure({ code, exitCode: 1, what, tried, next })
  if (/No space left on device|Disk quota exceeded/.test(output)) return fail('disk-full', freeSpace(directory))
  if (/could not bind|Address already in use/.test(output)) return fail('port-taken', 'start again')
  if (/pre-existing shared memory block|lock file "[^"]*" already exists/.test(output)) {
    return fail('still-stopping', 'wait a moment and start again')
  }
  if (/error while loading shared libraries|Library not loaded/.test(output)) {
    return fail('broken-binaries', 'rm -rf node_modules && npm ci, or set DATABASE_URL to a Postgres of yours')
  }
  if (/Permission denied/.test(output)) return permissionFailure(attempt, fail)
  return fail('postgres-failed', 'orderledger doctor')
}

function permissionFailure(
  { account, binaries, directory, output }: Attempt,
  fail: (code: string, next: string, what?: string) => StartFailure,
): StartFailure {
  if (account === null) return fail('unwritable-directory', makeWritable(directory))
  for (const path of [binaries.postgres, directory]) {
    const closed = firstUnreachable(path, account)
    if (closed === null) continue
    const what = `the user ${account.name} may not enter ${closed.path} (mode ${closed.mode}): ${tellingLine(output)}`
    return fail('unreachable-path', `chmod o+x ${closed.path}, or move the project out of it (to /srv, say)`, what)
  }
  return fail('unwritable-directory', makeWritable(directory))
}

/** The line that names the cause: the last FATAL or error line, else the last line. */
function tellingLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.findLast((line) => /FATAL|PANIC|error:|Permission denied|No space left/.test(line))
  return (telling ?? lines.at(-1) ?? 'Postgres stopped without a word').trim()
}
