/** What a verification counts: how many things it looked at, how many were wrong, and the first of those in words. */
import type { DomainEvent } from '../schemas/events.ts'
import type { Position } from '../store/commit/command.ts'

export interface Check {
  /** The law that the check belongs to. */
  readonly law: number
  readonly name: string
  /** Things looked at; what they are depends on the check. */
  readonly counted: number
  readonly breaches: number
  /** The first breach, with where it stands; null without a breach. */
  readonly first: string | null
}

/** A stored event that was seen before: names are not kept, positions are. */
export interface Located {
  readonly position: Position
  readonly stream: string
  readonly version: number
  /** As it is read today; none when it cannot be. */
  readonly today: readonly DomainEvent[]
}

export type Locate = (position: Position) => Promise<Located>

export interface Tally {
  count(): void
  /** The first breach is the one with the smallest position; of several there, the one that came first. */
  breach(words: string, position?: Position): void
  /** The same, with words that need what stands there. */
  breachAt(position: Position, words: (there: Located) => string): void
  check(): Check
  /** As `check`, for a tally with breaches that need to be located. */
  located(locate: Locate): Promise<Check>
}

interface First {
  readonly position: Position
  readonly words: string | ((there: Located) => string)
}

export function tally(law: number, name: string): Tally {
  let counted = 0
  let breaches = 0
  let first: First | null = null

  function breached(found: First): void {
    breaches++
    if (first === null || found.position < first.position) first = found
  }

  function check(): Check {
    const { words = null } = first ?? {}
    if (typeof words === 'function') throw new Error(`${name} has a breach that was not located`)
    return { law, name, counted, breaches, first: words }
  }

  return {
    count() {
      counted++
    },
    breach: (words, position = 0) => breached({ words, position }),
    breachAt: (position, words) => breached({ words, position }),
    check,
    async located(locate) {
      if (typeof first?.words === 'function') first = { ...first, words: first.words(await locate(first.position)) }
      return check()
    },
  }
}
