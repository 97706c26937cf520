/** One difference between two versions of a schema, and what it asks of those who read and write. */

export interface Change {
  /** `lines[].quantity`; empty for the event itself. */
  readonly path: string
  /** In words, without the path. */
  readonly message: string
  /** Whether a reader with the later schema reads what the earlier one wrote. */
  readonly backward: boolean
  /** Whether a reader with the earlier schema reads what the later one writes. */
  readonly forward: boolean
  /** Whether the same bytes are then taken for something else, although every reader accepts them. */
  readonly meaning: boolean
}

export const VERDICTS = ['safe', 'backward only', 'forward only', 'breaking', 'meaning'] as const

export type Verdict = (typeof VERDICTS)[number]

export const DEPLOYED_FIRST = ['any order', 'readers', 'writers', 'nobody'] as const

export type DeployFirst = (typeof DEPLOYED_FIRST)[number]

export function verdictOf({ backward, forward, meaning }: Omit<Change, 'path' | 'message'>): Verdict {
  if (!backward && !forward) return 'breaking'
  if (meaning) return 'meaning'
  if (backward && forward) return 'safe'
  return backward ? 'backward only' : 'forward only'
}

/** Of all changes together. */
export function overall(changes: readonly Change[]): Verdict {
  return verdictOf({
    backward: changes.every(({ backward }) => backward),
    forward: changes.every(({ forward }) => forward),
    meaning: changes.some(({ meaning }) => meaning),
  })
}

/** `nobody`: no order of deployment helps, and the change needs a new field or a new event. */
export function deployFirst(verdict: Verdict): DeployFirst {
  switch (verdict) {
    case 'safe':
      return 'any order'
    case 'backward only':
      return 'readers'
    case 'forward only':
      return 'writers'
    case 'breaking':
    case 'meaning':
      return 'nobody'
  }
}
