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

// "wrote only" is how Postgres reports a write that the full disk cut short; it says "No space" for the next one alone.
const causes = {
  'disk-full': /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/,
  'port-taken': /could not bind|Address already in use/,
  'still-stopping': /pre-existing shared memory block|lock file "[^"]*" already exists/,
  'broken-binaries': /error while loading shared libraries|Library not loaded/,
  'no-permission': /Permission denied/,
} as const

/** `port-taken` and `still-stopping` pass by themselves or with another port: the caller tries again. */
export function postgresFailure(attempt: Attempt): StartFailure {
  const { output, tried, directory } = attempt
  const fail = (code: string, next: string, what: string): StartFailure =>
    new StartFailure({ code, exitCode: 1, what, tried, next })
  const lines = output.split('\n').map((line) => line.trim())
  const named = (cause: keyof typeof causes): string | undefined => lines.find((line) => causes[cause].test(line))

  const full = named('disk-full')
  if (full !== undefined) return fail('disk-full', freeSpace(directory), full)
  const taken = named('port-taken')
  if (taken !== undefined) return fail('port-taken', 'start it again', taken)
  const stopping = named('still-stopping')
  if (stopping !== undefined) return fail('still-stopping', 'wait a moment and start it again', stopping)
  const broken = named('broken-binaries')
  const reinstall = 'rm -rf node_modules && npm ci, or set DATABASE_URL to your own Postgres'
  if (broken !== undefined) return fail('broken-binaries', reinstall, broken)
  const denied = named('no-permission')
  if (denied !== undefined) return permissionFailure(attempt, denied)
  return fail('postgres-failed', 'orderledger doctor', lastComplaint(lines))
}

function permissionFailure({ account, binaries, directory, tried }: Attempt, denied: string): StartFailure {
  const fail = (code: string, what: string, next: string): StartFailure =>
    new StartFailure({ code, exitCode: 1, what, tried, next })
  if (account === null) return fail('unwritable-directory', denied, makeWritable(directory))
  for (const path of [binaries.postgres, directory]) {
    const closed = firstUnreachable(path, account)
    if (closed === null) continue
    return fail(
      'unreachable-path',
      `the user ${account.name} cannot enter ${closed.path} (mode ${closed.mode}): ${denied}`,
      `chmod o+x ${closed.path}, or move the project out of it (to /srv, say)`,
    )
  }
  return fail('unwritable-directory', denied, makeWritable(directory))
}

/** The last line that complains, else the last line. */
function lastComplaint(lines: readonly string[]): string {
  const said = lines.filter((line) => line !== '')
  return said.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? said.at(-1) ?? 'Postgres stopped without a message'
}
