/**
 * One channel, mail or text messages, as outage.ts would have it: says of each message whose time has come whether it may
 * be sent now, and what becomes of it after. What it knows of those that wait is lost with the process, and learned again
 * as they come back; each keeps its own `Standing`.
 */
import type { Timestamp } from '../../domain/values.ts'
import type { SendOutcome } from './mailer.ts'
import { judge, openCourse, turn, type Course, type Judgement, type Standing } from './outage.ts'

export type Admission =
  | { readonly then: 'send'; readonly standing: Standing }
  | { readonly then: 'fail'; readonly reason: string }
  | { readonly then: 'wait'; readonly inMs: number; readonly standing: Standing }

export type Became = { readonly then: 'sent' } | Exclude<Admission, { readonly then: 'send' }>

export interface Sending {
  readonly position: number
  /** Whose address it is, by an id. */
  readonly addressee: string
  readonly standing: Standing
  /** When it was begun. */
  readonly began: Timestamp
}

/** Those that are held come back so often to see whether they have failed: another one that is taken decides that. */
const HELD_LOOK_MS = 2_000
/** In an outage, while another one is tried. */
const PROBE_LOOK_MS = 1_000
/** One that did not come back so long after its time is not waited for. */
const LATE_MS = 60_000

export class ChannelCourse {
  #course: Course = openCourse
  readonly #held = new Map<number, Standing>()
  /** Which one is being tried in an outage. */
  #probing: number | null = null
  /** In an outage each is tried once a round: those that were, and those that wait for it, by when they come back. */
  readonly #tried = new Set<number>()
  readonly #waiting = new Map<number, Timestamp>()

  /** Why nothing is taken; null: it is, or was. */
  get outage(): string | null {
    return this.#course.outage?.reason ?? null
  }

  /** One that may be sent is, and `judged` or `forget` ends that. */
  admit(position: number, kept: Standing, now: Timestamp): Admission {
    const standing = this.#standing(position, kept)
    const next = turn(this.#course, now)
    if (next.kind === 'each') {
      if (standing.refused !== 'held') return { then: 'send', standing }
      if (now < standing.dueAt) return { then: 'wait', inMs: Math.min(standing.dueAt - now, HELD_LOOK_MS), standing }
      this.forget(position)
      return { then: 'fail', reason: standing.reason ?? 'refused' }
    }
    if (next.kind === 'one' && this.#probing === null && this.#isNext(position, now)) {
      this.#probing = position
      this.#tried.add(position)
      this.#waiting.delete(position)
      return { then: 'send', standing }
    }
    const inMs = next.kind === 'none' ? next.until - now : PROBE_LOOK_MS
    if (!this.#tried.has(position)) this.#waiting.set(position, now + inMs)
    return { then: 'wait', inMs, standing }
  }

  judged({ position, addressee, standing, began }: Sending, outcome: SendOutcome, now: Timestamp): Became {
    if (this.#probing === position) this.#probing = null
    const judgement = judge(this.#course, { ...standing, position, addressee, began }, outcome, now)
    const { became } = judgement
    this.#course = judgement.course
    this.#turnHeld(judgement.held, now)
    if (judgement.began || judgement.ended) {
      this.#tried.clear()
      this.#waiting.clear()
    }
    this.#held.delete(position)
    if (became.kind === 'sent') return { then: 'sent' }
    if (became.kind === 'failed') return { then: 'fail', reason: became.reason }
    if (judgement.began) this.#tried.add(position)
    if (became.standing.refused === 'held') this.#held.set(position, became.standing)
    const { outage } = this.#course
    const until = outage === null ? became.standing.dueAt : outage.nextAt
    const most = became.standing.refused === 'held' ? HELD_LOOK_MS : Infinity
    return { then: 'wait', inMs: Math.min(Math.max(0, until - now), most), standing: became.standing }
  }

  /** Nothing of it will be sent any more. */
  forget(position: number): void {
    if (this.#probing === position) this.#probing = null
    this.#held.delete(position)
    this.#waiting.delete(position)
  }

  #standing(position: number, kept: Standing): Standing {
    const known = this.#held.get(position)
    if (known !== undefined) return known
    if (kept.refused !== 'held') return kept
    // Held by a process before this one. Where nobody is taken now, it may have been refused for that.
    const standing: Standing = this.#course.outage === null ? kept : { ...kept, refused: 'again' }
    this.#held.set(position, standing)
    return standing
  }

  /** One that was not tried in this round, or any once all were. */
  #isNext(position: number, now: Timestamp): boolean {
    if (!this.#tried.has(position)) return true
    for (const [other, at] of this.#waiting) if (at + LATE_MS < now) this.#waiting.delete(other)
    if (this.#waiting.size > 0) return false
    this.#tried.clear()
    return true
  }

  #turnHeld(held: Judgement['held'], now: Timestamp): void {
    if (held === null) return
    for (const [position, standing] of this.#held) {
      if (standing.refused !== 'held') continue
      if ('until' in held) this.#held.set(position, { ...standing, dueAt: held.until })
      else if (held.turn === 'due') this.#held.set(position, { ...standing, dueAt: now })
      else this.#held.set(position, { ...standing, dueAt: now, refused: 'again' })
    }
  }
}
