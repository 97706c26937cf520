/** Sessions by a name. Nearly each has one, which stands for itself: a set of its own would take more than the session. */
import type { OpenSession } from './open-sessions.ts'

export class SessionsBy {
  readonly #by = new Map<string, OpenSession | Set<OpenSession>>()

  of(name: string): readonly OpenSession[] {
    const known = this.#by.get(name)
    if (known === undefined) return NOBODY
    return typeof known === 'number' ? [known] : [...known]
  }

  add(name: string, session: OpenSession): void {
    const known = this.#by.get(name)
    if (known === undefined) this.#by.set(name, session)
    else if (typeof known === 'number') this.#by.set(name, new Set([known, session]))
    else known.add(session)
  }

  remove(name: string, session: OpenSession): void {
    const known = this.#by.get(name)
    if (known === session) this.#by.delete(name)
    if (typeof known !== 'object') return
    known.delete(session)
    const [left] = known
    if (known.size === 1 && left !== undefined) this.#by.set(name, left)
  }

  *all(): Generator<OpenSession> {
    for (const known of this.#by.values()) {
      if (typeof known === 'number') yield known
      else yield* known
    }
  }
}

const NOBODY: readonly OpenSession[] = []
