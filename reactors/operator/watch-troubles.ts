/**
 * Has operators mailed about reactors in trouble: a message for the mail reactor, put into its table together with what was
 * reported, so that neither a restart nor a second process reports it again. One that is not sent yet is brought up to date
 * instead of joined by another, so an outage of the mail server ends with one mail for each reactor. One that is being sent
 * meanwhile is followed by another with an id of its own.
 *
 * What is parked is not an event of the shop: no event records what became of these mails.
 */
import type { Pool } from '../../store/postgres/database.ts'
import { pause } from '../../store/waiting/pause.ts'
import { newsOf, wordsOf, type Told, type Untold } from './news.ts'
import { readTroubled, troublesOf, type Troubled } from './troubles.ts'

export interface WatchParts {
  readonly pool: Pool
  readonly names: readonly string[]
  /** A new UUID version 7. */
  readonly newId: () => string
}

/** Of the messages to operators: what is parked of them is reported to nobody by mail. */
export const OPERATOR_STREAM = 'reactor-'

const LOOK_MS = 5_000

/** Runs until `signal` aborts. Rejects when the database does. */
export async function watchTroubles(parts: WatchParts, signal: AbortSignal): Promise<void> {
  while (await pause(LOOK_MS, signal)) await tellTroubles(parts)
}

export async function tellTroubles({ pool, names, newId }: WatchParts): Promise<void> {
  for (const troubled of await readTroubled(pool, names)) {
    const { told, untold, now } = await readTold(pool, troubled)
    const news = newsOf(troubled, untold, told, now)
    if (news === null) continue
    const trouble = { reactor: troubled.name, ...wordsOf(troublesOf(troubled)), seen: Math.floor(now) }
    const position = -1 - names.indexOf(troubled.name)
    const detail = { template: 'reactor-stuck', trouble } as const
    await writeTold(pool, { name: troubled.name, position, told: news, cause: newId(), detail })
  }
}

interface Standing {
  readonly told: Told
  readonly untold: Untold | null
  readonly now: number
}

async function readTold(pool: Pool, { name }: Troubled): Promise<Standing> {
  const { rows } = await pool.query<{ told: Told | null; oldest: number | null; newest: number | null; now: number }>({
    name: 'read-told',
    text: `select r.told, p.oldest, p.newest, extract(epoch from clock_timestamp())::float8 * 1000 as now
      from log.reactors r
      cross join lateral (
        select min(extract(epoch from parked_at)::float8 * 1000) as oldest,
          max(extract(epoch from parked_at)::float8 * 1000) as newest
        from log.due
        where reactor = r.name and failure is not null and not retried and not starts_with(stream, $2)
          and extract(epoch from parked_at)::float8 * 1000 > coalesce((r.told->'parked'->>'to')::float8, 0)
      ) p
      where r.name = $1`,
    values: [name, OPERATOR_STREAM],
  })
  const { told = null, oldest = null, newest = null, now = 0 } = rows[0] ?? {}
  return { told: told ?? {}, untold: oldest === null || newest === null ? null : { oldest, newest }, now }
}

interface Telling {
  readonly name: string
  /** Below those of events, and one for each reactor. */
  readonly position: number
  readonly told: Told
  /** Stands for the event that does not exist. */
  readonly cause: string
  readonly detail: object
}

async function writeTold(pool: Pool, { name, position, told, cause, detail }: Telling): Promise<void> {
  await pool.query({
    name: 'write-told',
    text: `with made as (
        insert into log.due as d (reactor, stream, position, part, cause, due_at, detail)
        values ('mail', $2, $3, 0, $4, clock_timestamp(), $5)
        on conflict (reactor, stream, position, part) do update
          set detail = d.detail || excluded.detail, cause = excluded.cause
        returning xmax = 0 as is_new
      )
      update log.reactors set told = case when name = $1 then $6::jsonb else told end,
        due = due + case when name = 'mail' then (select count(*) from made where is_new) else 0 end
      where name in ($1, 'mail')`,
    values: [name, `${OPERATOR_STREAM}${name}`, position, cause, JSON.stringify(detail), JSON.stringify(told)],
  })
}
