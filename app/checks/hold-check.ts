/** Looks whether somebody ends what is on hold: an order whose payment nobody releases keeps its stock for good. */
import type pg from 'pg'
import { ageOf, holdsReader, holdTroubles } from '../../reactors/operator/hold-troubles.ts'
import { MOST_HELD } from '../../reactors/payments/held-payments.ts'
import { readReactorStates, type ReactorState } from '../../reactors/reactor-states.ts'
import { advice, failed, fine, type Check } from './check.ts'
import type { Config } from '../config/config.ts'

const NAME = 'payments on hold'
const REVIEW = 'review them on the page Fraud, or with POST /fraud-alerts/{alertId}/review'

/** None while they are not known, and where nothing is on hold and nothing will be. */
export async function checkHolds(pool: pg.Pool, { score, minutes }: Config['fraudHold']): Promise<readonly Check[]> {
  const { rows } = await pool.query<{ present: boolean }>(
    `select to_regclass('views.projections') is not null as present`,
  )
  const figures = rows[0]?.present === true ? await holdsReader(pool)() : null
  if (figures === null || (score === null && figures.onHold === 0)) return []
  const { onHold, oldestHoldSeconds } = figures
  const reactors = await readReactorStates(pool, ['payments', 'fraud'])
  const [releasing, scoring] = ['payments', 'fraud'].map((name) => reactors.find((each) => each.name === name))
  const stuck = releasing === undefined ? null : stuckBecause(releasing, await parkedHolds(pool))
  const [late, full] = ['late', 'full'].map((kind) =>
    holdTroubles(figures, minutes).find((trouble) => trouble.kind === kind),
  )
  const shown = onHold === 0 ? 'none' : `${onHold} of at most ${MOST_HELD}, the oldest for ${ageOf(oldestHoldSeconds)}`
  const list = 'orderledger reactors list shows what the reactor payments waits for'
  return [
    fine(NAME, shown),
    ...(late === undefined ? [] : [failed(NAME, late.saw, stuck?.fix ?? list)]),
    ...(onHold === 0 || stuck === null ? [] : [advice(NAME, `nothing releases them: ${stuck.why}`, stuck.fix)]),
    ...(full === undefined ? [] : [advice(NAME, full.saw, REVIEW)]),
    ...(score === null || scoring === undefined ? [] : checkScoring(scoring)),
  ]
}

interface Stuck {
  readonly why: string
  readonly fix: string
}

/** Null: it releases what is on hold. */
function stuckBecause({ name, state }: ReactorState, parked: number): Stuck | null {
  const why = `the reactor ${name}`
  switch (state) {
    case 'unserved':
      return { why: 'no reactor runs', fix: 'start a process with ROLES=reactor, or with all roles' }
    case 'paused':
      return { why: `${why} is paused`, fix: `orderledger reactors resume ${name}` }
    case 'failed':
      return { why: `${why} has stopped`, fix: `orderledger reactors retry ${name}` }
    case 'live':
      return parked === 0
        ? null
        : { why: `${why} has parked ${parked} of them`, fix: `orderledger reactors retry ${name}` }
  }
}

/** Where attempts are not scored they are charged: a hold stops no trade. */
function checkScoring({ name, state, parkedCount }: ReactorState): readonly Check[] {
  const why = `the reactor ${name}`
  const says = (what: string, verb: string) => [advice(NAME, what, `orderledger reactors ${verb} ${name}`)]
  if (state === 'paused') return says(`nothing more is put on hold: ${why} is paused`, 'resume')
  if (state === 'failed') return says(`nothing more is put on hold: ${why} has stopped`, 'retry')
  if (parkedCount === 0) return []
  return says(`${why} has parked ${parkedCount} alerts: their attempts are not put on hold`, 'retry')
}

/** How many holds should have been released, and could not be. */
async function parkedHolds(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ parked: number }>(
    `select count(*)::int as parked from log.due where reactor = 'payments' and failure is not null and detail ? 'hold'`,
  )
  return rows[0]?.parked ?? 0
}
