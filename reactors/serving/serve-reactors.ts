/**
 * Serves the reactors, in one process at a time. While it has the lease it reads the log for all of them and settles
 * what is due, side by side.
 *
 * The lease is for economy: a late process moves no checkpoint, and what is asked for twice is harmless.
 */
import { setMaxListeners } from 'node:events'
import { explainFailure, underLease, type LeasedWorker } from '../../store/log/under-lease.ts'
import { StoreFailure } from '../../store/commit/command.ts'
import { LatchedSignal, pause } from '../../store/waiting/pause.ts'
import { asking } from '../asking.ts'
import type { Reactor } from '../reactor.ts'
import { openReactor } from './reactor-table.ts'
import { cursorAt, readTogether, type ReadingParts, type ReadingPoint } from './read-together.ts'
import { settle, type SettlingParts, type SettlingPoint } from './settle.ts'
import { openTallies } from './tallies.ts'

/** Of the lease that all reactors share. */
export const LEASE = 'reactors'

/** Beside one for each reactor: reading, the lease, what runs alongside, and reading with what it asks for of one that folds. */
export const CONNECTIONS_BESIDE = 5

const BEGIN_AGAIN_MS = 1_000

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
        const folding = (await each.folds?.(pool, position)) ?? null
        cursors.push(cursorAt(position, { reactor: each, filled: new LatchedSignal(), counting, folding }))
      }
      begun()
      const positions = Object.fromEntries(cursors.map(({ reactor, pending }) => [reactor.name, pending.from]))
      log.info({ positions }, 'the reactors are working')
      const failed = new AbortController()
      const signal = AbortSignal.any([end, failed.signal])
      // Each loop listens once; beyond ten, Node takes it for a leak.
      setMaxListeners(2 * cursors.length + 10, signal)
      const together = cursors.filter(({ folding }) => folding === null)
      const alone = cursors.filter(({ folding }) => folding !== null).map((cursor) => [cursor])
      const loops = [
        ...[together, ...alone].filter(({ length }) => length > 0).map((some) => readTogether(parts, some, signal)),
        ...cursors.map((cursor) => settle(parts, cursor, signal)),
        ...reactors.flatMap(({ name, begins }) => (begins === undefined ? [] : begin(parts, { name, begins }, signal))),
        ...(parts.alongside === undefined ? [] : [parts.alongside(signal)]),
      ]
      // All are done before the lease is given back.
      const results = await Promise.allSettled(loops.map((loop) => loop.finally(() => failed.abort())))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      return null
    },
  })
}

/** Resolves when `signal` aborts. While that cannot be done it is tried again; the other reactors go on. */
async function begin(
  parts: ReactorParts,
  { name, begins }: Pick<Reactor, 'name'> & Required<Pick<Reactor, 'begins'>>,
  signal: AbortSignal,
): Promise<void> {
  for (let told = false; !signal.aborted; await pause(BEGIN_AGAIN_MS, signal)) {
    try {
      await begins(asking(parts, null))
      return await aborted(signal)
    } catch (error) {
      const fields = { reactor: name, err: error }
      if (!told && error instanceof StoreFailure)
        parts.log.warn(fields, 'the store did not take the first command of a reactor; will retry')
      else if (!told) parts.log.error(fields, 'a reactor cannot begin; will retry')
      told = true
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
