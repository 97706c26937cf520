/** Under which name the versions of an event are published, and what they promise each other. */

export const SUBJECT_PREFIX = 'orderledger.'

/** Readers replay from the first event, and old ones meet new events while releases change: all read all. */
export const EVENT_LEVEL = 'FULL_TRANSITIVE'

export function subjectOf(event: string): string {
  return SUBJECT_PREFIX + event
}
