import { StartFailure } from '../../app/start-failure.ts'
import { DumpFailure, type DumpFailureCode } from '../../store/dump/dump-failure.ts'

const NEXT: { readonly [Code in DumpFailureCode]: string } = {
  'dump-exists': 'name a directory that does not exist yet',
  'foreign-dump': 'name a directory that orderledger db dump created',
  'damaged-dump': 'make another dump; orderledger verify checks the log',
  'log-not-empty':
    'run orderledger db reset (it deletes everything), or set DATABASE_URL or DATA_DIR to an empty database',
}

/** The failure of a dump or of its restoring, with what to type next; anything else is thrown on as it is. */
export function dumpFailure(error: unknown, tried: string): unknown {
  if (!(error instanceof DumpFailure)) return error
  const { code, message: what } = error
  return new StartFailure({ code, exitCode: 1, what, tried, next: NEXT[code] }, { cause: error })
}
