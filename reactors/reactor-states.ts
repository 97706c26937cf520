/** How each reactor is: for operators and metrics, from the database alone, no matter which process asks. */
import type { Pool } from '../store/postgres/database.ts'
import type { Position } from '../store/commit/command.ts'
import { dropCause, readParked, retryCause, type ParkedOf } from './serving/due-table.ts'
import { asking, type Asked } from './asking.ts'
import type { Skip } from './reactor.ts'
import {
  pauseReactor,
  readerName,
  resumeReactor,
  retryReactor,
  type Failure,
  type Since,
} from './serving/reactor-table.ts'
import { LEASE } from './serving/serve-reactors.ts'

/** Something that a reactor could not do, and why. */
export interface ParkedCause extends Failure {
  readonly stream: string
  readonly attempts: number
  /** Milliseconds since 1970, by the database's clock. */
  readonly since: number
  /** The number of the provider's message that is meant; null: the event itself. */
  readonly webhook: number | null
}

export interface ReactorState {
  readonly name: string
  /** `paused`: by hand, or until somebody has looked. `unserved`: no process does its work. */
  readonly state: 'live' | 'paused' | 'failed' | 'unserved'
  readonly position: Position
  readonly head: Position
  readonly lagEvents: number
  /** Age of the oldest event that it has not read. */
  readonly lagSeconds: number
  /** Causes that wait, parked ones included. */
  readonly due: number
  /** Of these, those whose time has come. */
  readonly overdue: number
  /** For how long the first of them has waited since. */
  readonly overdueSeconds: number
  readonly paused: Since | null
  /** What it needs outside is away. */
  readonly outage: Since | null
  /** The oldest of them, at most 100. */
  readonly parked: readonly ParkedCause[]
  readonly parkedCount: number
  /** What it stopped at, else the first that is parked. */
  readonly lastError: Failure | null
}

/** Which parked cause: the position of the event, and the number of the provider's message where one is meant. */
export interface CauseName {
  readonly position: Position
  readonly webhook: number | null
}

/** Parts of a cause from here on are a provider's messages about it, by their numbers. */
export const WEBHOOK_PARTS = 100

export interface Reactors {
  /** In the order of the list; one that never worked has done nothing. */
  states(): Promise<readonly ReactorState[]>
  /** These resolve with null for what is no reactor of this release. */
  pause(name: string): Promise<ReactorState | null>
  resume(name: string): Promise<ReactorState | null>
  /** Has it try again what stopped it, and what it parked. */
  retry(name: string): Promise<ReactorState | null>
  /** Has it try one parked cause again; `not-parked`: it is not parked. */
  retryCause(name: string, cause: CauseName): Promise<ReactorState | 'not-parked' | null>
  /** Gives one parked cause up, and records that it was. Rejects with a StoreFailure while the store is away. */
  skipCause(name: string, cause: CauseName, reason: string): Promise<ReactorState | 'not-parked' | null>
}

export interface ReactorsAsked extends Asked {
  readonly pool: Pool
  readonly names: readonly string[]
  /** Of every reactor, what is recorded where something of it is skipped. */
  readonly skips: Readonly<Record<string, Skip>>
}

export function openReactors({ pool, names, skips, ...store }: ReactorsAsked): Reactors {
  const one = async (name: string) => (await readReactorStates(pool, [name]))[0] ?? null
  const changing = (change: (name: string) => Promise<void>) => async (name: string) => {
    if (!names.includes(name)) return null
    await change(name)
    return one(name)
  }
  return {
    states: () => readReactorStates(pool, names),
    pause: changing((name) => pauseReactor(pool, name, 'paused by hand')),
    resume: changing((name) => resumeReactor(pool, name)),
    retry: changing((name) => retryReactor(pool, name)),
    async retryCause(name, { position, webhook }) {
      if (!names.includes(name)) return null
      return (await retryCause(pool, name, { position, parts: partsOf(webhook) })) ? one(name) : 'not-parked'
    },
    async skipCause(name, { position, webhook }, reason) {
      const skip = skips[name]
      if (skip === undefined || !names.includes(name)) return null
      const parked = await readParked(pool, name, { position, parts: partsOf(webhook) })
      if (parked.length === 0) return 'not-parked'
      for (const each of parked) {
        const decide = skip(each, reason)
        // Recorded before it goes: skipped a second time it is recorded once.
        if (decide !== null) await asking(store, each.cause).ask(decide)
        await dropCause(pool, name, each)
      }
      return one(name)
    },
  }
}

function partsOf(webhook: number | null): ParkedOf['parts'] {
  if (webhook === null) return { from: 0, to: WEBHOOK_PARTS }
  return { from: WEBHOOK_PARTS + webhook, to: WEBHOOK_PARTS + webhook + 1 }
}

interface Row {
  readonly name: string
  readonly position: string
  readonly head: string
  readonly age: number
  readonly due: string
  readonly overdue: string
  readonly late: number
  readonly parked: string
  readonly causes: readonly (Omit<ParkedCause, 'webhook'> & { readonly part: number })[]
  readonly failure: Failure | null
  readonly paused: Since | null
  readonly outage: Since | null
  readonly served: boolean
}

export async function readReactorStates(pool: Pool, names: readonly string[]): Promise<readonly ReactorState[]> {
  const { rows } = await pool.query<Row>({
    name: 'reactor-states',
    text: `select n.name, coalesce(c.position, 0) as position, h.position as head,
        greatest(0, coalesce(round(extract(epoch from clock_timestamp() - e.recorded_at), 3), 0))::float8 as age,
        coalesce(r.due, 0) as due, o.overdue, o.late, p.parked, p.causes, r.failure, r.paused, r.outage,
        exists (select from log.leases l where l.name = $3 and l.expires_at > clock_timestamp()) as served
      from unnest($1::text[], $2::text[]) with ordinality as n (name, reader, place)
      cross join log.log_head h
      left join log.reactors r on r.name = n.name
      left join log.checkpoints c on c.reader = n.reader
      left join log.events e on e.position = coalesce(c.position, 0) + 1
      cross join lateral (
        select count(*) as overdue,
          greatest(0, coalesce(round(extract(epoch from clock_timestamp()
            - greatest(min(due_at), min(w.recorded_at))), 3), 0))::float8 as late
        from log.due d left join log.events w on w.position = d.position
        where reactor = n.name and failure is null and due_at <= statement_timestamp()
      ) o
      cross join lateral (
        select (select count(*) from log.due where reactor = n.name and failure is not null) as parked,
          coalesce(jsonb_agg(first.cause), '[]') as causes
        from (
          select jsonb_build_object('stream', stream, 'position', position, 'part', part, 'attempts', attempts,
              'since', floor(extract(epoch from coalesce(parked_at, due_at)) * 1000)) || failure as cause
          from log.due where reactor = n.name and failure is not null order by position, part limit 100
        ) as first
      ) p
      order by n.place`,
    values: [names, names.map(readerName), LEASE],
  })
  return rows.map(stateOf)
}

function stateOf({ name, age, late, causes, failure, paused, outage, served, ...counts }: Row): ReactorState {
  const parked = causes.map(({ part, ...cause }) => ({
    ...cause,
    webhook: part < WEBHOOK_PARTS ? null : part - WEBHOOK_PARTS,
  }))
  const [first] = parked
  return {
    name,
    state: failure !== null ? 'failed' : paused !== null ? 'paused' : served ? 'live' : 'unserved',
    position: Number(counts.position),
    head: Number(counts.head),
    lagEvents: Number(counts.head) - Number(counts.position),
    lagSeconds: age,
    due: Number(counts.due),
    overdue: Number(counts.overdue),
    overdueSeconds: late,
    paused,
    outage,
    parked,
    parkedCount: Number(counts.parked),
    lastError: failure ?? (first === undefined ? null : failureOf(first)),
  }
}

function failureOf({ code, message, position }: Failure): Failure {
  return { code, message, position }
}
