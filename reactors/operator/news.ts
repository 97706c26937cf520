/**
 * What operators have not heard yet. They get one mail about each thing: a reactor that stopped, an outage, what is parked.
 *
 * - stopped: at once; at the same event again, after a retry or a restart, it is no news.
 * - an outage: once it has lasted a minute. Where outages come and go, at most once an hour.
 * - parked: ten seconds after the first, with all that came in between; what is parked after that is reported an hour later at the
 *   earliest, together. What somebody has had tried again and is parked again is no news: they know.
 */
import type { Trouble, Troubled } from './troubles.ts'

/** What was mailed about a reactor, and when, in milliseconds by the database's clock. */
export interface Told {
  readonly failed?: { readonly position: number; readonly at: number }
  /** `since`: of the outage. */
  readonly outage?: { readonly since: number; readonly at: number }
  /** `to`: when the newest of what was reported was parked. */
  readonly parked?: { readonly to: number; readonly at: number }
}

/** What is parked since the last report to operators. */
export interface Untold {
  readonly oldest: number
  readonly newest: number
}

const GATHER_MS = 10_000
const LASTS_MS = 60_000
const AGAIN_MS = 3_600_000

/** What to remember as told after a mail; null: there is no news. */
export function newsOf({ failure, outage }: Troubled, untold: Untold | null, told: Told, now: number): Told | null {
  const isOver = (last: { readonly at: number } | undefined) => last === undefined || now - last.at >= AGAIN_MS
  const news: Told = {
    ...(failure !== null && told.failed?.position !== failure.position
      ? { failed: { position: failure.position, at: now } }
      : {}),
    ...(outage !== null && told.outage?.since !== outage.since && now - outage.since >= LASTS_MS && isOver(told.outage)
      ? { outage: { since: outage.since, at: now } }
      : {}),
    ...(untold !== null && now - untold.oldest >= GATHER_MS && isOver(told.parked)
      ? { parked: { to: untold.newest, at: now } }
      : {}),
  }
  return Object.keys(news).length === 0 ? null : { ...told, ...news }
}

/** What a mail says: all that is wrong with the reactor, in short and in whole, and what to do. */
export function wordsOf(troubles: readonly Trouble[]): Readonly<Record<'what' | 'saw' | 'fix', string>> {
  return {
    what: troubles.map(({ saw }) => saw.split(':')[0]).join(', '),
    saw: troubles.map(({ saw }) => saw).join('; '),
    fix: [...new Set(troubles.map(({ fix }) => fix))].join('; '),
  }
}
