/** Checks that every snapshot of the present fold equals a fold of its stream: decisions rest on them (law 2). */
import type pg from 'pg'
import { type AnyAggregate, aggregateOf } from '../domain/aggregates.ts'
import { tally, type Check } from './tally.ts'
import { eventSchemas, type DomainEvent } from '../schemas/events.ts'
import type { StoredEvent } from '../store/log/feed.ts'
import { canonicalJson } from './canonical-json.ts'

export interface SnapshotAudit {
  see(stored: StoredEvent, today: readonly DomainEvent[] | null): void
  /** `snapshots`. */
  finish(): Check
}

interface Snapshot {
  readonly stream: string
  readonly fold: number
  readonly version: number
  readonly state: unknown
}

/** A snapshot, and how far its stream is folded beside it. */
interface Folding {
  readonly aggregate: AnyAggregate
  readonly snapshot: Snapshot
  state: unknown
  version: number
}

const PAGE = 1_000

/**
 * Reads the snapshots, then folds their streams as their events are seen. Call it before the head is read: a snapshot
 * is never ahead of the log, but one written later may be ahead of that head.
 */
export async function auditSnapshots(pool: pg.Pool): Promise<SnapshotAudit> {
  const snapshots = tally(2, 'snapshots')
  const open = new Map<string, Folding>()
  for (const snapshot of await readSnapshots(pool)) {
    const aggregate = aggregateOf(snapshot.stream)
    if (aggregate !== undefined && snapshot.fold !== aggregate.fold) continue // nobody reads it
    snapshots.count()
    if (aggregate === undefined)
      snapshots.breach(`snapshot of ${snapshot.stream}: no aggregate has streams of this kind`)
    else open.set(snapshot.stream, { aggregate, snapshot, state: aggregate.initial, version: 0 })
  }

  function see(stored: StoredEvent, today: readonly DomainEvent[] | null): void {
    const folding = open.get(stored.stream)
    // After a hole or a foreign event in the stream nothing can be said any more, and `finish` says so.
    if (folding === undefined || today === null || stored.version !== folding.version + 1) return
    if (today.some(({ type }) => eventSchemas[type].stream !== folding.aggregate.kind)) return
    for (const event of today) folding.state = folding.aggregate.evolve(folding.state, event)
    folding.version = stored.version
    const { version, state } = folding.snapshot
    if (folding.version < version) return
    open.delete(stored.stream)
    if (canonicalJson(state) !== canonicalJson(folding.state)) {
      snapshots.breach(`snapshot of ${stored.stream} at version ${version}: it differs from the fold of its events`)
    }
  }

  function finish(): Check {
    for (const { snapshot, version } of open.values()) {
      const { stream, version: claimed } = snapshot
      snapshots.breach(
        `snapshot of ${stream} at version ${claimed}: its stream can be read only up to version ${version}`,
      )
    }
    return snapshots.check()
  }

  return { see, finish }
}

/** All of them: there is one for each stream of 500 events or more, and a state is a few integers. */
async function readSnapshots(pool: pg.Pool): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = []
  for (;;) {
    const last = found.at(-1)
    const { rows } = await pool.query<Snapshot>({
      name: 'verify-snapshots',
      text: `select stream, fold, version, state from log.snapshots
        where (stream, fold) > ($1, $2) order by stream, fold limit ${String(PAGE)}`,
      values: [last?.stream ?? '', last?.fold ?? 0],
    })
    found.push(...rows)
    if (rows.length < PAGE) return found
  }
}
