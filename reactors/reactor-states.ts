/** How each reactor is: for operators and metrics, from the database alone, whichever process asks. */
import type { Position } from '../store/commit/command.ts'
import type { Pool } from '../store/postgres/database.ts'
import { readerName, retryReactor, type Failure } from './due-table.ts'
import type { Reactor } from './reactor.ts'

/** A cause whose command could not be settled, and why. */
export interface ParkedCause extends Failure {
  readonly stream: string
}

export interface ReactorState {
  readonly name: string
  /** `unserved`: no process does its work. */
  readonly state: 'live' | 'failed' | 'unserved'
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
  readonly parked: number
  /** The first of them, at most 20. */
  readonly parkedCauses: readonly ParkedCause[]
  /** What it stands still at, else the first that is parked. */
  readonly lastError: Failure | null
}

export interface Reactors {
  /** In the order of the list; one that never worked has done nothing. */
  states(): Promise<readonly ReactorState[]>
  /** Has it try again what it stands still at, and what it parked. Null: it is no reactor of this release. */
  retry(name: string): Promise<ReactorState | null>
}

export function openReactors(pool: Pool, reactors: readonly Reactor[]): Reactors {
  return {
    states: () => readStates(pool, reactors),
    async retry(name) {
      const [reactor] = reactors.filter((each) => each.name === name)
      if (reactor === undefined) return null
      await retryReactor(pool, name)
      const [state] = await readStates(pool, [reactor])
      return state ?? null
    },
  }
}

interface Row {
  readonly name: string
  readonly position: string
  readonly head: string
  readonly age: number
  readonly due: string
  readonly overdue: string
  readonly since: number
  readonly parked: string
  readonly causes: readonly ParkedCause[]
  readonly failure: Failure | null
  readonly served: boolean
}

async function readStates(pool: Pool, reactors: readonly Reactor[]): Promise<readonly ReactorState[]> {
  const { rows } = await pool.query<Row>({
    name: 'reactor-states',
    text: `select n.name, coalesce(c.position, 0) as position, h.position as head,
        greatest(0, coalesce(round(extract(epoch from clock_timestamp() - e.recorded_at), 3), 0))::float8 as age,
        coalesce(r.due, 0) as due, o.overdue, o.since, p.parked, p.causes, r.failure,
        exists (select from log.leases l where l.name = n.reader and l.expires_at > clock_timestamp()) as served
      from unnest($1::text[], $2::text[]) with ordinality as n (name, reader, place)
      cross join log.log_head h
      left join log.reactors r on r.name = n.name
      left join log.checkpoints c on c.reader = n.reader
      left join log.events e on e.position = coalesce(c.position, 0) + 1
      cross join lateral (
        select count(*) as overdue,
          coalesce(round(extract(epoch from clock_timestamp() - min(due_at)), 3), 0)::float8 as since
        from log.due where reactor = n.name and failure is null and due_at <= statement_timestamp()
      ) o
      cross join lateral (
        select (select count(*) from log.due where reactor = n.name and failure is not null) as parked,
          coalesce(jsonb_agg(first.cause), '[]') as causes
        from (
          select jsonb_build_object('stream', stream, 'position', position) || failure as cause
          from log.due where reactor = n.name and failure is not null order by position limit 20
        ) as first
      ) p
      order by n.place`,
    values: [reactors.map(({ name }) => name), reactors.map(({ name }) => readerName(name))],
  })
  return rows.map(stateOf)
}

function stateOf({ name, age, since, causes, failure, served, ...counts }: Row): ReactorState {
  const [first] = causes
  return {
    name,
    state: failure !== null ? 'failed' : served ? 'live' : 'unserved',
    position: Number(counts.position),
    head: Number(counts.head),
    lagEvents: Number(counts.head) - Number(counts.position),
    lagSeconds: age,
    due: Number(counts.due),
    overdue: Number(counts.overdue),
    overdueSeconds: since,
    parked: Number(counts.parked),
    parkedCauses: causes,
    lastError: failure ?? (first === undefined ? null : withoutStream(first)),
  }
}

function withoutStream({ code, message, position }: ParkedCause): Failure {
  return { code, message, position }
}
