/**
 * Which items of a topic changed in the newest stretch of the log, and where each changed last: what one who resumes from a
 * position in it has missed.
 */
import type { Position } from '../../store/commit/command.ts'
import type { Key } from '../row-key.ts'
import type { Changed } from './changed-keys.ts'

/** Somewhat more than what is promised: it is cut now and then, not with each change. */
const KEPT = 12_000

export class ChangeIndex {
  /** In the order of the last changes. */
  #last = new Map<Key, Position>()
  #from: Position
  #to: Position

  /** Of nothing, at a position. */
  constructor(position: Position) {
    this.#from = position
    this.#to = position
  }

  /** What lies behind it, up to `to`, is known. */
  get from(): Position {
    return this.#from
  }

  get to(): Position {
    return this.#to
  }

  /** What changed behind `to`, up to a position. */
  append({ last }: Changed, position: Position): void {
    for (const [key, at] of last) {
      this.#last.delete(key)
      this.#last.set(key, at)
    }
    this.#to = position
    const from = position - KEPT
    if (from <= this.#from + KEPT / 10) return
    for (const [key, at] of this.#last) {
      if (at > from) break
      this.#last.delete(key)
    }
    this.#from = from
  }

  /** What changed before `from`, behind an earlier position. */
  prepend({ last }: Changed, position: Position): void {
    const all = new Map<Key, Position>()
    for (const [key, at] of last) if (!this.#last.has(key)) all.set(key, at)
    for (const [key, at] of this.#last) all.set(key, at)
    this.#last = all
    this.#from = position
  }

  /**
   * The items that changed last behind a position, oldest first: at most `most`, and all of a position or none of it. The
   * first position is there in any case.
   */
  after(position: Position, most: number): readonly (readonly [Key, Position])[] {
    const found: (readonly [Key, Position])[] = []
    for (const entry of this.#last) {
      if (entry[1] <= position) continue
      if (found.length >= most && entry[1] !== found.at(-1)?.[1]) break
      found.push(entry)
    }
    return wholePositions(found, most)
  }
}

/** The beginning of a list of changes that has at most `most`, cut between two positions; the first position at least. */
export function wholePositions<Change extends readonly [unknown, Position]>(
  changes: readonly Change[],
  most: number,
): readonly Change[] {
  if (changes.length <= most) return changes
  const beyond = changes[most]?.[1]
  let end = most
  while (end > 0 && changes[end - 1]?.[1] === beyond) end -= 1
  if (end > 0) return changes.slice(0, end)
  end = most
  while (end < changes.length && changes[end]?.[1] === beyond) end += 1
  return changes.slice(0, end)
}
