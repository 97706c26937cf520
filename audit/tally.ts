/** What a verification counts: how many things it looked at, how many were wrong, and the first of those in words. */

export interface Check {
  /** The law that the check belongs to. */
  readonly law: number
  readonly name: string
  /** Things looked at; what they are depends on the check. */
  readonly counted: number
  readonly breaches: number
  /** The first breach, with where it stands; null when there is none. */
  readonly first: string | null
}

export interface Tally {
  count(): void
  breach(words: string): void
  check(): Check
}

export function tally(law: number, name: string): Tally {
  let counted = 0
  let breaches = 0
  let first: string | null = null
  return {
    count() {
      counted++
    },
    breach(words) {
      breaches++
      first ??= words
    },
    check: () => ({ law, name, counted, breaches, first }),
  }
}
