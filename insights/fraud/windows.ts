/**
 * Distinct members of an entity in the last five minutes, such as the accounts that paid with one card. Of each entity only
 * as many newest members are kept as anybody asks for: that many are counted exactly, more are not told apart.
 */
import type { Timestamp } from '../../domain/values.ts'

export const WINDOW_MS = 300_000

export class Window {
  readonly #most: number
  /** Of each entity its members, the one seen last at the end, with when that was. */
  readonly #entities = new Map<string, Map<string, Timestamp>>()

  /** `most`: counted up to here. */
  constructor(most: number) {
    this.#most = most
  }

  /** Entities that are kept. */
  get size(): number {
    return this.#entities.size
  }

  /** Times never go back. */
  add(entity: string, member: string, at: Timestamp): void {
    if (this.#most === 0) return
    const members = this.#entities.get(entity) ?? new Map<string, Timestamp>()
    // Seen again it is the newest; so is the entity, which lets `sweep` stop at the first that is not over.
    members.delete(member)
    members.set(member, at)
    const [oldest] = members.keys()
    if (members.size > this.#most && oldest !== undefined) members.delete(oldest)
    this.#entities.delete(entity)
    this.#entities.set(entity, members)
  }

  /** Members seen in (now - 5 minutes, now], `self` among them whenever it was, where there is one; at most `most`. */
  count(entity: string, self: string | null, now: Timestamp): number {
    let count = self === null ? 0 : 1
    for (const [member, at] of this.#entities.get(entity) ?? []) if (member !== self && at > now - WINDOW_MS) count += 1
    return Math.min(count, this.#most)
  }

  /** Forgets entities that nobody was seen with for five minutes. */
  sweep(now: Timestamp): void {
    for (const [entity, members] of this.#entities) {
      let newest = -Infinity
      for (const at of members.values()) newest = at
      if (newest > now - WINDOW_MS) return
      this.#entities.delete(entity)
    }
  }
}
