/**
 * What a channel (mail, or text messages) does with one that was not taken: a state machine without clock or effects. Anyone who
 * drives it keeps a table of what waits, with a `Standing` in each row, and one `Course` for the channel:
 *
 *   1. Ask `turn(course, now)`.
 *      `each`: the rows whose `dueAt` has come, several at once. One that is `held` is not tried: it has failed, with its reason.
 *      `one`: the row with the least position above `after`, or else the least of all, whatever its `dueAt`; wait for its outcome.
 *      `none`: nothing until then. Rows that come meanwhile wait.
 *   2. Send, and give the outcome to `judge`.
 *   3. In one transaction write the course, the row's new standing (or what became of it), and `held`: what the rows
 *      that are held turn into. `began` and `ended` say that operators should hear of it.
 *
 * A course is plain JSON. Lost, as with its process, it begins again as `openCourse`, and nothing else is lost: each row says by
 * itself for how long it was tried.
 */
import type { Timestamp } from '../../domain/values.ts'
import { backOff } from '../../store/waiting/pause.ts'
import type { SendOutcome } from './mailer.ts'

export interface Course {
  /** Null: what is sent may be taken. */
  readonly outage: Outage | null
  /** Who was refused in a row, since the last one that was taken: each once. */
  readonly refusedInARow: readonly string[]
  /** When one was last taken; null: not yet. */
  readonly takenAt: Timestamp | null
}

/** The other side takes nothing, or refuses everybody: all wait, without an end, and one at a time is tried. */
export interface Outage {
  readonly since: Timestamp
  /** Of the last failure. */
  readonly reason: string
  /** Tried in vain since. */
  readonly probes: number
  readonly nextAt: Timestamp
  /** Which was tried last. */
  readonly probed: number
}

/** How it is with one that waits. */
export interface Standing {
  /** Not before. */
  readonly dueAt: Timestamp
  /** How often its own address or message was put off. */
  readonly deferrals: number
  /** Null: it was not. */
  readonly putOff: PutOff | null
  /**
   * `no`, or not yet. `held`: it has failed for good at `dueAt`, unless by then everybody is refused. `again`: it is tried once
   * more, since it was refused when everybody was.
   */
  readonly refused: 'no' | 'held' | 'again'
  /** Of its last failure; null: it was not tried. */
  readonly reason: string | null
}

/** Its own address or message was put off, and nothing else came of it yet. */
export interface PutOff {
  readonly since: Timestamp
  readonly lastAt: Timestamp
  /** Milliseconds for which it was tried: an outage, or time in which no process ran, does not count. */
  readonly forMs: number
}

export interface Attempt extends Standing {
  readonly position: number
  /** Whose address it is, by an id: 20 refused mails to one address are one refused address. */
  readonly addressee: string
  /** When it was begun. */
  readonly began: Timestamp
}

export type Turn =
  | { readonly kind: 'each' }
  | { readonly kind: 'one'; readonly after: number }
  | { readonly kind: 'none'; readonly until: Timestamp }

export interface Judgement {
  readonly course: Course
  readonly became:
    | { readonly kind: 'sent' }
    | { readonly kind: 'failed'; readonly reason: string }
    | { readonly kind: 'waits'; readonly standing: Standing }
  /** Of the other rows that are held; null: nothing changes. `due`: they have failed. `until`: their `dueAt`. */
  readonly held: null | { readonly turn: 'due' | 'again' } | { readonly until: Timestamp }
  readonly began: boolean
  readonly ended: boolean
}

export const openCourse: Course = { outage: null, refusedInARow: [], takenAt: null }

/** This many addresses refused in a row are no accident: it is us who are refused. */
const REFUSED_IN_A_ROW = 20
const AGAIN = { first: 1_000, most: 60_000 }
const GIVE_UP_MS = 24 * 3_600_000
/** Beyond the time that was planned between two tries so much counts: a deploy, or the queue, takes that long. */
const LATE_MS = 60_000
/** Longer with each that is refused: while nobody is taken, it may be us. */
const HOLD = { first: 10_000, most: 3_600_000 }
/** Said by ourselves, whatever the other side is like. */
const OWN_REASON = 'bad-address'

/** One that was not tried yet. */
export function newStanding(dueAt: Timestamp): Standing {
  return { dueAt, deferrals: 0, putOff: null, refused: 'no', reason: null }
}

export function turn({ outage }: Course, now: Timestamp): Turn {
  if (outage === null) return { kind: 'each' }
  return now < outage.nextAt ? { kind: 'none', until: outage.nextAt } : { kind: 'one', after: outage.probed }
}

export function judge(course: Course, attempt: Attempt, outcome: SendOutcome, now: Timestamp): Judgement {
  if (outcome.outcome === 'sent') return taken(course, now)
  const { reason } = outcome
  if (outcome.outcome === 'refused' && reason === OWN_REASON) return refusedByUs(course, attempt, reason)
  if (course.outage !== null) return inOutage(course, course.outage, attempt, outcome, now)
  switch (outcome.outcome) {
    case 'outage':
      return { ...begin(course, attempt, reason, now), became: waits(attempt, { dueAt: now, reason }) }
    case 'refused':
      return refused(course, attempt, reason, now)
    case 'later':
      return { course, became: deferred(course, attempt, reason, now), held: null, began: false, ended: false }
  }
}

/** Ends an outage, and shows that those refused before were refused for reasons of their own. */
function taken(course: Course, now: Timestamp): Judgement {
  const next = { outage: null, refusedInARow: [], takenAt: now }
  return { course: next, became: { kind: 'sent' }, held: { turn: 'due' }, began: false, ended: course.outage !== null }
}

function refusedByUs(course: Course, { position }: Attempt, reason: string): Judgement {
  const { outage } = course
  const next = outage === null ? course : { ...course, outage: { ...outage, probed: position } }
  return { course: next, became: { kind: 'failed', reason }, held: null, began: false, ended: false }
}

/** Nothing fails in an outage, and only what was begun in it says how it goes. */
function inOutage(
  course: Course,
  outage: Outage,
  attempt: Attempt,
  { outcome, reason }: Exclude<SendOutcome, { outcome: 'sent' }>,
  now: Timestamp,
): Judgement {
  const isProbe = attempt.began > outage.since
  const probes = outage.probes + 1
  const next = {
    ...outage,
    reason: outcome === 'outage' ? reason : outage.reason,
    probes,
    nextAt: now + backOff(probes, AGAIN),
    probed: attempt.position,
  }
  return {
    course: isProbe ? { ...course, outage: next } : course,
    became: waits(attempt, { dueAt: now, reason, ...(outcome === 'refused' ? { refused: 'again' } : {}) }),
    held: null,
    began: false,
    ended: false,
  }
}

function refused(course: Course, attempt: Attempt, reason: string, now: Timestamp): Judgement {
  const still = { held: null, began: false, ended: false }
  if (attempt.refused === 'again') return { course, became: { kind: 'failed', reason }, ...still }
  const refusedInARow = [...new Set([...course.refusedInARow, attempt.addressee])]
  if (refusedInARow.length >= REFUSED_IN_A_ROW) {
    return { ...begin(course, attempt, reason, now), became: waits(attempt, { dueAt: now, refused: 'again', reason }) }
  }
  const until = now + backOff(refusedInARow.length - 1, HOLD)
  return {
    course: { ...course, refusedInARow },
    became: waits(attempt, { dueAt: until, refused: 'held', reason }),
    ...still,
    held: { until },
  }
}

/** Gives up after a day in which others were taken. */
function deferred(course: Course, attempt: Attempt, reason: string, now: Timestamp): Judgement['became'] {
  const { deferrals, putOff: before } = attempt
  const since = before?.since ?? now
  const passed =
    before === null ? 0 : Math.min(Math.max(0, now - before.lastAt), backOff(deferrals - 1, AGAIN) + LATE_MS)
  const forMs = (before?.forMs ?? 0) + passed
  const othersWereTaken = course.takenAt !== null && course.takenAt >= since
  if (forMs >= GIVE_UP_MS && othersWereTaken) return { kind: 'failed', reason: 'gave-up' }
  const dueAt = now + backOff(deferrals, AGAIN)
  return waits(attempt, { dueAt, deferrals: deferrals + 1, putOff: { since, lastAt: now, forMs }, reason })
}

function begin(course: Course, { position }: Attempt, reason: string, now: Timestamp): Omit<Judgement, 'became'> {
  const outage = { since: now, reason, probes: 0, nextAt: now + AGAIN.first, probed: position }
  return {
    course: { ...course, outage, refusedInARow: [] },
    held: { turn: 'again' },
    began: true,
    ended: false,
  }
}

function waits(attempt: Attempt, changed: Partial<Standing>): Judgement['became'] {
  const { dueAt, deferrals, putOff, refused, reason } = attempt
  return { kind: 'waits', standing: { dueAt, deferrals, putOff, refused, reason, ...changed } }
}
