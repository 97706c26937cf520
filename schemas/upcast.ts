/**
 * What the log holds, as what is written today. Resolution gives every version of an event the newest type; what it
 * cannot do (another name, one event split into several, two merged into one) is done here, by upcasters.ts.
 *
 * The events that one stored event gives keep its position, its version and its time, and are taken together or not at
 * all: a checkpoint never stands between them, and an event delivered twice is passed over with all of them (law 6).
 */
import { DecodeError } from './codec-errors.ts'
import { retiredEvents, type DomainEvent, type HistoricEvent, type RetiredEvent } from './events.ts'
import { upcasters } from './upcasters.ts'

type Upcaster = (event: RetiredEvent) => readonly DomainEvent[]

/** Asked of every event that is read, so it is known before. */
const SOME = Object.keys(upcasters).length > 0

// Each takes its own event and is only ever given that, which the compiler cannot see once there are two of them.
const table: ReadonlyMap<string, Upcaster> = new Map(Object.entries(upcasters as Readonly<Record<string, Upcaster>>))
const replacements: ReadonlyMap<string, { readonly by: readonly string[] }> = new Map(Object.entries(retiredEvents))

/** Costs nothing while nothing is retired. */
export function isRetired(event: HistoricEvent): event is RetiredEvent {
  return SOME && table.has(event.type)
}

/**
 * An event that is not retired as it is; a retired one as those it stands for, in the order in which to fold them.
 * Throws DecodeError when its upcaster does: what cannot be upcast cannot be read.
 */
export function upcast(event: HistoricEvent): readonly DomainEvent[] {
  if (!isRetired(event)) return [event]
  const type = typeOf(event)
  try {
    return table.get(type)?.(event) ?? []
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DecodeError('undecodable-event', `${type}: its upcaster failed: ${why}`, { cause })
  }
}

/** As which types an event of this type reaches those who fold: its own, or those that replace it. */
export function readAs(type: string): readonly string[] {
  return replacements.get(type)?.by ?? [type]
}

/** While nothing is retired the compiler knows of no such event, and so no type of one. */
function typeOf({ type }: { readonly type: string }): string {
  return type
}
