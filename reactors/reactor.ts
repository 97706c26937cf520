/**
 * What a reactor is: the answer to time and to the outside world, where no single decision can give one. From what
 * happened it makes commands, purely; the decision behind a command reads the streams it needs, so asking twice is
 * harmless and no command has a key.
 */
import type { Decision, Read } from '../domain/decision.ts'
import type { Timestamp } from '../domain/values.ts'
import type { DomainEvent, EventType } from '../schemas/events.ts'

/** What an event says: its stream is due at a time, nothing is left to do there, or nothing that matters here. */
export type Meaning = { readonly due: Timestamp } | 'over' | null

/** An event that made its stream due. */
export interface Cause {
  readonly stream: string
  readonly position: number
}

export interface Reactor<Refusal = unknown> {
  readonly name: string
  /** The types of event that it looks at. One of them that cannot be read stops it; others pass by undecoded. */
  readonly handles: readonly EventType[]
  /** Called with events of a handled type only. */
  meaning(event: DomainEvent): Meaning
  /** What to ask for, once a cause is due. */
  command(cause: Cause, at: Timestamp): (read: Read) => Decision<Refusal>
  /** A refusal settles a command, unless it says that it is too early. */
  isTooEarly(refusal: Refusal): boolean
}

interface ReactorOf<Type extends EventType, Refusal> extends Omit<Reactor<Refusal>, 'handles' | 'meaning'> {
  readonly handles: readonly Type[]
  meaning(event: Extract<DomainEvent, { readonly type: Type }>): Meaning
}

/** States a reactor so that the compiler holds its `meaning` to the types that it handles. */
export function reactor<const Type extends EventType, Refusal>(definition: ReactorOf<Type, Refusal>): Reactor<Refusal> {
  return definition
}
