/** Looks whether anybody does what is due: an order that nobody ends keeps its stock for good. */
import type pg from 'pg'
import { troublesOf } from '../../reactors/operator/troubles.ts'
import { readReactorStates, type ReactorState } from '../../reactors/reactor-states.ts'
import { advice, failed, fine, type Check } from './check.ts'

/** Of the named ones. None while the database has not got the tables as this release has them. */
export async function checkReactors(pool: pg.Pool, names: readonly string[]): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(
    `select exists (
      select from pg_attribute where attrelid = to_regclass('log.due') and attname = 'attempts'
    ) as present`,
  )
  if (rows[0]?.present !== true) return []
  const states = await readReactorStates(pool, names)
  return states.flatMap(checksOf)
}

function checksOf(reactor: ReactorState): readonly Check[] {
  const { name, state, overdue, overdueSeconds, outage, parkedCount, lastError, parked } = reactor
  const what = `reactor ${name}`
  const failure = state === 'failed' ? lastError : null
  const troubles = troublesOf({ name, failure, outage, parkedCount, firstParked: parked[0]?.message ?? null })
  const found = troubles.map(({ kind, saw, fix }) => (kind === 'failed' ? failed : advice)(what, saw, fix))
  if (state === 'unserved' && overdue > 0) {
    const saw = `${String(overdue)} overdue, but no reactor runs; the first has waited ${String(Math.round(overdueSeconds))} s`
    return [failed(what, saw, 'start a process with ROLES=reactor, or with all roles'), ...found]
  }
  if (found.length > 0) return found
  if (state === 'paused') return [advice(what, 'paused', `orderledger reactors resume ${name}`)]
  return [fine(what, state === 'unserved' ? 'nothing is overdue' : `running, ${String(overdue)} overdue`)]
}
