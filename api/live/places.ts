/** Places for connections: a bounded number, and of it no more than a quarter for one token, or for those who have yet to show one. */
import type { Connection } from './connection.ts'

const SHARE = 4

export class Places {
  readonly #most: number
  /** In the order in which they came. */
  readonly #taken: ReadonlySet<Connection>

  constructor(most: number, taken: ReadonlySet<Connection>) {
    this.#most = most
    this.#taken = taken
  }

  /** Whether one more of this token finds a place; null: nobody is named. */
  has(name: string | null): boolean {
    if (this.#isFree(name)) return true
    // Those that are on their way out do not count.
    for (const connection of [...this.#taken]) if (!connection.carrier.isOpen()) connection.cut()
    if (this.#isFree(name)) return true
    // Nor does one that has to show a token and has not: anyone who has one sends it at once.
    if (this.#taken.size >= this.#most) this.#nameless()[0]?.cut()
    return this.#isFree(name)
  }

  /** Before one that has yet to show its token is taken. */
  makeRoomForNameless(): void {
    const nameless = this.#nameless()
    if (nameless.length >= this.#most / SHARE) nameless[0]?.cut()
  }

  #isFree(name: string | null): boolean {
    if (this.#taken.size >= this.#most) return false
    return name === null || [...this.#taken].filter(({ principal }) => principal === name).length < this.#most / SHARE
  }

  #nameless(): readonly Connection[] {
    return [...this.#taken].filter(({ isNameless }) => isNameless)
  }
}
