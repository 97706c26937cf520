/** Where the processor time of a service goes: thread by thread, and session by session of its Postgres. */
import { readdirSync } from 'node:fs'
import pg from 'pg'
import type { MeasuredService } from '../service/measured-service.ts'
import { descendantsOf, readProc } from './process-tree.ts'
import { microsOf } from './processor-time.ts'

/** Microseconds since each part began, by part. */
export interface ProcessorShares {
  /** Of all that stands below and at the service. */
  readonly all: number
  readonly mainThread: number
  /** Busiest first: where the projector has a thread of its own, it is the first. */
  readonly otherThreads: readonly number[]
  /** By the name of the session (store/postgres/database.ts), without `orderledger`. */
  readonly sessions: ReadonlyMap<string, number>
}

export async function processorShares({ pid, databaseUrl }: MeasuredService): Promise<ProcessorShares> {
  const sessions = new Map<string, number>()
  for (const { name, backend } of await backends(databaseUrl)) {
    sessions.set(name, (sessions.get(name) ?? 0) + microsOf(`${String(backend)}`))
  }
  const threads = readdirSync(`/proc/${String(pid)}/task`).map(Number)
  const others = threads.filter((thread) => thread !== pid)
  const micros = (thread: number) => microsOf(`${String(pid)}/task/${String(thread)}`)
  return {
    all: [pid, ...descendantsOf(pid)].reduce((sum, each) => sum + microsOf(String(each)), 0),
    mainThread: micros(pid),
    otherThreads: others.map(micros).toSorted((one, other) => other - one),
    sessions,
  }
}

interface Backend {
  readonly name: string
  readonly backend: number
}

async function backends(databaseUrl: string): Promise<readonly Backend[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'orderledger bench' })
  await client.connect()
  try {
    const { rows } = await client.query<Backend>(
      `select replace(application_name, 'orderledger ', '') as name, pid as backend from pg_stat_activity
        where datname = current_database() and application_name <> 'orderledger bench'`,
    )
    return rows.filter(({ backend }) => readProc(backend, 'stat') !== null)
  } finally {
    await client.end()
  }
}
