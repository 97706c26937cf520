/** Which errors end a replay, and how they are reported. */
import type { Position } from '../../store/commit/command.ts'
import { LogGap } from '../../store/log/feed.ts'
import { sqlState, verdictOf } from '../../store/postgres/sqlstate.ts'
import type { Failure } from '../generations.ts'
import { EventNotShown } from '../live/show-batch.ts'

/** What no further try would mend. */
export class NotReplayable extends Error {
  readonly code: 'other-version' | 'not-in-log'
  readonly retriable = false

  constructor(code: NotReplayable['code'], message: string) {
    super(message)
    this.name = 'NotReplayable'
    this.code = code
  }
}

/** Null: it may be the database that is away, and the replay goes on when it is back. */
export function replayFailure(error: unknown, position: Position): Failure | null {
  if (!endsReplay(error)) return null
  return {
    code: codeOf(error),
    message: error instanceof Error ? error.message : String(error),
    position: error instanceof EventNotShown ? error.position : position,
  }
}

/** Of a full disk the replay gives back what it took: waiting would keep the rest of the shop waiting too. */
const DISK_FULL = '53100'

function endsReplay(error: unknown): boolean {
  if (error instanceof EventNotShown || error instanceof LogGap || error instanceof NotReplayable) return true
  const verdict = verdictOf(error, 'reading')
  return verdict === 'refused' || verdict === 'defect' || sqlState(error) === DISK_FULL
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (typeof code !== 'string') return 'not-built'
  return code === DISK_FULL ? 'disk-full' : code
}
