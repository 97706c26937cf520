/**
 * Open sessions by their last event, the oldest first: a binary heap. A session that goes on stays where it is and is put
 * right once it comes to the top: most events cost nothing here.
 */
import type { OpenSession, OpenSessions } from './open-sessions.ts'

export class ByLastEvent {
  readonly #sessions: OpenSessions
  readonly #heap: OpenSession[] = []
  /** What the last event of each was when it got its place. */
  readonly #placedAt: number[] = []

  constructor(sessions: OpenSessions) {
    this.#sessions = sessions
  }

  add(session: OpenSession): void {
    this.#heap.push(session)
    this.#placedAt.push(this.#sessions.lastEventOf(session))
    this.#rise(this.#heap.length - 1)
  }

  /** Takes out the session with the oldest last event, if that is before `before`; null: no such session. */
  takeBefore(before: number): OpenSession | null {
    if (!this.hasBefore(before)) return null
    const session = this.#heap[0] ?? null
    this.#drop()
    return session
  }

  /** Whether the oldest last event is before `before`; then its session is on top. */
  hasBefore(before: number): boolean {
    for (let top = this.#heap[0]; top !== undefined && this.#placed(0) < before; top = this.#heap[0]) {
      if (this.#sessions.isMerged(top)) {
        this.#drop()
        this.#sessions.remove(top)
      } else if (this.#sessions.lastEventOf(top) > this.#placed(0)) this.#lower(top)
      else return true
    }
    return false
  }

  /** Puts the top where its session's last event belongs. */
  #lower(top: OpenSession): void {
    this.#placedAt[0] = this.#sessions.lastEventOf(top)
    this.#sink(0)
  }

  #drop(): void {
    const last = this.#heap.pop()
    const placedAt = this.#placedAt.pop()
    if (last === undefined || placedAt === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#placedAt[0] = placedAt
    this.#sink(0)
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1
      if (this.#isBefore(above, at)) return
      this.#swap(above, at)
      at = above
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      if (left >= this.#heap.length) return
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left
      if (this.#isBefore(at, child)) return
      this.#swap(at, child)
      at = child
    }
  }

  #swap(one: number, other: number): void {
    const [session, placedAt] = [this.#heap[one] ?? 0, this.#placed(one)]
    this.#heap[one] = this.#heap[other] ?? 0
    this.#placedAt[one] = this.#placed(other)
    this.#heap[other] = session
    this.#placedAt[other] = placedAt
  }

  /** Of two with one last event, by subject: which one is closed for lack of room must not hang on the order of arrival. */
  #isBefore(one: number, other: number): boolean {
    const [at, than] = [this.#placed(one), this.#placed(other)]
    return at < than || (at === than && this.#subject(one) <= this.#subject(other))
  }

  #placed(at: number): number {
    return this.#placedAt[at] ?? 0
  }

  #subject(at: number): string {
    return this.#sessions.subjectOf(this.#heap[at] ?? 0)
  }
}
