/** What one look at the surroundings found: what it saw and, where needed, the fix. */

/** `advice`: it works as it is, but the reader should know. */
export type CheckState = 'fine' | 'advice' | 'failed'

export interface Check {
  readonly name: string
  readonly state: CheckState
  readonly saw: string
  /** What to type or change; null where nothing needs it. */
  readonly fix: string | null
}

export function fine(name: string, saw: string): Check {
  return { name, state: 'fine', saw, fix: null }
}

export function advice(name: string, saw: string, fix: string): Check {
  return { name, state: 'advice', saw, fix }
}

export function failed(name: string, saw: string, fix: string): Check {
  return { name, state: 'failed', saw, fix }
}
