/**
 * Open sessions by their last event, the oldest first: a binary heap. A session that goes on stays where it is and is put
 * right once it comes to the top: most events cost nothing here.
 */
import { isMerged, lastEventOf, place, placedAt, type Session } from './session.ts'

export class ByLastEvent {
  readonly #heap: Session[] = []

  add(session: Session): void {
    place(session)
    this.#heap.push(session)
    this.#rise(this.#heap.length - 1)
  }

  /** Takes out the session with the oldest last event, if that is before `before`; null: there is none. */
  takeBefore(before: number): Session | null {
    if (!this.hasBefore(before)) return null
    const session = this.#heap[0] ?? null
    this.#drop()
    return session
  }

  /** Whether the oldest last event is before `before`; then its session is on top. */
  hasBefore(before: number): boolean {
    for (let top = this.#heap[0]; top !== undefined && placedAt(top) < before; top = this.#heap[0]) {
      if (isMerged(top)) this.#drop()
      else if (lastEventOf(top) > placedAt(top)) this.#lower(top)
      else return true
    }
    return false
  }

  /** Puts the top where its session's last event belongs. */
  #lower(top: Session): void {
    place(top)
    this.#sink(0)
  }

  #drop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(from: number): void {
    const heap = this.#heap
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1
      const [entry, parent] = [heap[at], heap[above]]
      if (entry === undefined || parent === undefined || isBefore(parent, entry)) return
      heap[at] = parent
      heap[above] = entry
      at = above
    }
  }

  #sink(from: number): void {
    const heap = this.#heap
    for (let at = from; ;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const entry = heap[at]
      if (entry === undefined || left === undefined) return
      const [child, below] = right !== undefined && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1]
      if (isBefore(entry, child)) return
      heap[at] = child
      heap[below] = entry
      at = below
    }
  }
}

/** Of two with one last event, by subject: which one is closed for want of room must not hang on the order of arrival. */
function isBefore(one: Session, other: Session): boolean {
  const [at, than] = [placedAt(one), placedAt(other)]
  return at < than || (at === than && one.subject <= other.subject)
}
