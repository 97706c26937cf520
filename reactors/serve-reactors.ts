/**
 * Serves the reactors, in one process at a time. While it has the lease it reads the log for all of them and settles
 * what is due, side by side.
 *
 * The lease is for economy: a late process moves no checkpoint, and what is asked for twice is harmless.
 */
import { explainFailure, underLease, type LeasedWorker } from '../store/log/under-lease.ts'
import { LatchedSignal } from '../store/waiting/pause.ts'
import type { Reactor } from './reactor.ts'
import { openReactor } from './reactor-table.ts'
import { cursorAt, readTogether, type ReadingParts, type ReadingPoint } from './read-together.ts'
import { settle, type SettlingParts, type SettlingPoint } from './settle.ts'
import { openTallies } from './tallies.ts'

/** Of the lease that all reactors share. */
export const LEASE = 'reactors'

/** Beside one for each reactor: reading, the lease, and what runs alongside. */
export const CONNECTIONS_BESIDE = 3

export type ReactorPoint = ReadingPoint | SettlingPoint

/** The pool has a connection for each reactor, and CONNECTIONS_BESIDE. */
export interface ReactorParts extends Omit<ReadingParts, 'reachPoint'>, Omit<SettlingParts, 'reachPoint'> {
  readonly reactors: readonly Reactor[]
  /** Unique to this process. */
  readonly owner: string
  /** Runs beside them, until `signal` aborts; rejects when the database does. */
  readonly alongside?: (signal: AbortSignal) => Promise<void>
  /** The fault hook. */
  readonly reachPoint: (point: ReactorPoint) => void
}

/** Begins to stand by at once. */
export function serveReactors(parts: ReactorParts): LeasedWorker {
  const { pool, owner, log, reactors } = parts
  return underLease({
    pool,
    owner,
    log,
    lease: () => LEASE,
    who: 'the reactors',
    explain: explainFailure,
    async term({ end, begun }) {
      const cursors = []
      for (const each of reactors) {
        const position = await openReactor(pool, each)
        const counting = await openTallies(pool, each, position)
        cursors.push(cursorAt(position, { reactor: each, filled: new LatchedSignal(), counting }))
      }
      begun()
      const positions = Object.fromEntries(cursors.map(({ reactor, pending }) => [reactor.name, pending.from]))
      log.info({ positions }, 'the reactors are working')
      const failed = new AbortController()
      const signal = AbortSignal.any([end, failed.signal])
      const loops = [
        readTogether(parts, cursors, signal),
        ...cursors.map((cursor) => settle(parts, cursor, signal)),
        ...(parts.alongside === undefined ? [] : [parts.alongside(signal)]),
      ]
      // All are done before the lease is given back.
      const results = await Promise.allSettled(loops.map((loop) => loop.finally(() => failed.abort())))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      return null
    },
  })
}
