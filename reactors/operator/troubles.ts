/** What of a reactor needs a person: in the same words for /readyz, for doctor and in mails. */
import type { Pool } from '../../store/postgres/database.ts'
import type { Failure, Since } from '../serving/reactor-table.ts'

export interface Troubled {
  readonly name: string
  /** What it stopped at; null: it did not. */
  readonly failure: Failure | null
  /** What it needs outside is away. */
  readonly outage: Since | null
  readonly parkedCount: number
  /** Why the first of them is parked. */
  readonly firstParked: string | null
}

export interface Trouble {
  readonly kind: 'failed' | 'outage' | 'parked'
  readonly saw: string
  readonly fix: string
}

/** The worst first. */
export function troublesOf({ name, failure, outage, parkedCount, firstParked }: Troubled): readonly Trouble[] {
  const troubles: Trouble[] = []
  const retry = `orderledger reactors retry ${name}`
  if (failure !== null) {
    const saw = `stopped at position ${String(failure.position)}: ${failure.message}`
    troubles.push({ kind: 'failed', saw, fix: `fix that, then run ${retry}` })
  }
  if (outage !== null) {
    troubles.push({ kind: 'outage', saw: `waiting: ${outage.reason}`, fix: 'it continues by itself once that is back' })
  }
  if (parkedCount > 0) {
    troubles.push({ kind: 'parked', saw: `${String(parkedCount)} parked: ${firstParked ?? ''}`, fix: retry })
  }
  return troubles
}

interface Row extends Omit<Troubled, 'parkedCount'> {
  readonly parked: string
}

/** Of these reactors, those that are in trouble. Asked every second: it looks at what is parked, and at nothing else of what is due. */
export async function readTroubled(pool: Pool, names: readonly string[]): Promise<readonly Troubled[]> {
  const { rows } = await pool.query<Row>({
    name: 'read-troubled',
    text: `select r.name, r.failure, r.outage, p.parked, (
        select failure->>'message' from log.due where reactor = r.name and failure is not null
        order by position, part limit 1
      ) as "firstParked"
      from log.reactors r
      cross join lateral (select count(*) as parked from log.due where reactor = r.name and failure is not null) p
      where r.name = any($1::text[]) and (r.failure is not null or r.outage is not null or p.parked > 0)
      order by array_position($1::text[], r.name)`,
    values: [names],
  })
  return rows.map(({ parked, ...row }) => ({ ...row, parkedCount: Number(parked) }))
}
