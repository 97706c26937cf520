/**
 * Work that one process does at a time, under a lease.
 *
 *   waiting, standby --lease taken, work begun--> working --lease lost, work done--> standby
 *   any --something failed--> waiting (longer each time, until a term outlives its first renewal)
 *   any --a failure that no other attempt mends--> broken (until the process is started again)
 *   any --stop--> stopped
 *
 * A lease is a row and not a session lock, because a stopped process keeps its session but cannot renew. It decides who
 * should work; what makes a late worker harmless is the compare-and-set of its checkpoint.
 */
import type pg from 'pg'
import type { Health } from '../waiting/health.ts'
import { backOff, pause } from '../waiting/pause.ts'
import { LogGap } from './feed.ts'

export interface Lease {
  readonly pool: pg.Pool
  readonly name: string
  /** Unique to this process. */
  readonly owner: string
}

/** A lease that is ours until it is lost or given back. */
export interface Tenure {
  /** Aborts when the lease is lost; its reason is a text. */
  readonly lost: AbortSignal
  readonly wasRenewed: () => boolean
  /** So that a standby need not wait for it to expire. */
  giveBack(): Promise<void>
}

export interface Term {
  /** Aborts when the lease is lost, and at the stop: the work then ends as soon as it can. */
  readonly end: AbortSignal
  /** The work is under way: it counts as working from now on. */
  readonly begun: () => void
}

export interface Failure {
  readonly reason: string
  /** No other attempt mends it. */
  readonly broken: boolean
}

export interface WorkerLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface LeasedWork extends Omit<Lease, 'name'> {
  /** Of the lease; asked for before each attempt to take it. */
  readonly lease: () => string | Promise<string>
  /** As log lines name it: "the relay". */
  readonly who: string
  readonly log: WorkerLog
  /** Works until `end` aborts (null), or resolves before with why it is another's turn. Then the lease is given back. */
  readonly term: (term: Term) => Promise<string | null>
  readonly explain: (error: unknown) => Failure
}

export interface LeasedWorker {
  health(): Health
  /** Resolves when the work in hand is done and the lease is given back. */
  stop(): Promise<void>
}

/** A lease is renewed every 0.5 s and good for 1.5 s, so that a standby takes over within 2 s. */
const LEASE_RENEW_MS = 500
const GOOD_FOR = "interval '1.5 seconds'"
const BACK_OFF_MS = { first: 100, most: 2_000 }

/** Begins to stand by at once, and works whenever the lease is free. Nothing needs to be reachable. */
export function underLease(work: LeasedWork): LeasedWorker {
  const { pool, owner, who, log } = work
  const stopping = new AbortController()
  let health: Health = { state: 'waiting', reason: 'it has just started' }

  /** True when it outlived its first renewal: then what failed before has passed. */
  async function attempt(): Promise<boolean> {
    const tenure = await takeLease({ pool, owner, name: await work.lease() })
    if (tenure === null) {
      health = { state: 'standby', reason: health.state === 'waiting' ? null : health.reason }
      return true
    }
    const end = AbortSignal.any([tenure.lost, stopping.signal])
    try {
      const done = await work.term({ end, begun: () => (health = { state: 'working', reason: null }) })
      fellBack(tenure.lost.aborted ? String(tenure.lost.reason) : (done ?? 'the term ended'))
    } catch (error) {
      if (tenure.lost.aborted) fellBack(String(tenure.lost.reason))
      else failed(error)
    } finally {
      await tenure.giveBack()
    }
    return health.state === 'standby' || tenure.wasRenewed()
  }

  function fellBack(reason: string): void {
    if (stopping.signal.aborted) return
    log.warn({ reason }, `${who} stands by`)
    health = { state: 'standby', reason }
  }

  function failed(error: unknown): void {
    if (stopping.signal.aborted) return
    const { reason, broken } = work.explain(error)
    if (broken) log.error({ err: error }, `${who} stops: ${reason}`)
    else if (health.state !== 'waiting' || health.reason !== reason) log.warn({ reason }, `${who} waits`)
    health = { state: broken ? 'broken' : 'waiting', reason }
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted && health.state !== 'broken';) {
      const passed = await attempt().catch((error: unknown) => {
        failed(error)
        return false
      })
      await pause(passed ? LEASE_RENEW_MS : backOff(failures, BACK_OFF_MS), stopping.signal)
      failures = passed ? 0 : failures + 1
    }
  }

  const running = run()
  return {
    health: () => health,
    async stop() {
      stopping.abort()
      await running
      health = { ...health, state: 'stopped' }
    },
  }
}

/** What most work makes of an error: all but a gap in the log passes. */
export function explainFailure(error: unknown): Failure {
  return error instanceof LogGap ? { reason: error.message, broken: true } : { reason: String(error), broken: false }
}

/** Takes a lease that is free or has expired, and renews it. Null: another process holds it. */
export async function takeLease(lease: Lease): Promise<Tenure | null> {
  if (!(await holdLease(lease))) return null
  const over = new AbortController()
  const lost = new AbortController()
  let renewed = false
  const renewing = (async () => {
    while (await pause(LEASE_RENEW_MS, over.signal)) {
      try {
        if (!(await holdLease(lease))) return lost.abort('the lease was lost')
        renewed = true
      } catch (error) {
        return lost.abort(String(error)) // without an answer we cannot know who has the lease
      }
    }
  })()
  return {
    lost: lost.signal,
    wasRenewed: () => renewed,
    async giveBack() {
      over.abort()
      await renewing
      await releaseLease(lease).catch(() => undefined) // it expires by itself
    },
  }
}

/** Takes a lease that is free or has expired, or renews our own. False: somebody else holds it. */
export async function holdLease({ pool, name, owner }: Lease): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'hold-lease',
    text: `insert into log.leases as held (name, owner, expires_at)
      values ($1, $2, clock_timestamp() + ${GOOD_FOR})
      on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
      where held.owner = excluded.owner or held.expires_at < clock_timestamp()`,
    values: [name, owner],
  })
  return rowCount === 1
}

export async function releaseLease({ pool, name, owner }: Lease): Promise<void> {
  await pool.query('delete from log.leases where name = $1 and owner = $2', [name, owner])
}
